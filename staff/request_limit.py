"""A limit for pages that cost something and that anybody may ask for; guesses are counted by django-allauth."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse

from cdtrainer import errors

MINUTE = 60  # seconds


def at_most(times: int, view: Callable[..., Any]) -> Callable[..., Any]:
    """Return `view`, but with 429 for an address that asks more than `times` a minute.

    Counted in the memory of each process (or in the cache that all share): a stranger's request writes no row.
    """

    @wraps(view)
    def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = hashlib.sha256(get_ip(request).encode()).hexdigest()
        key, cache = f"requests-{view.__name__}-{address}", caches["pages"]
        cache.add(key, 0, MINUTE)
        try:
            requests = cache.incr(key)
        except ValueError:  # thrown out since, to make room
            requests = 1
        if requests > times:
            response = errors.too_many_requests(request)
            response["Retry-After"] = str(MINUTE)
            return response
        return cast(HttpResponse, view(request, *args, **kwargs))

    return counted
