"""The error pages, in the site's look; they need neither the database nor a session."""

import errno
import logging
import sqlite3
import sys
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cdtrainer.kept_words import is_form_of_ours, is_form_with_words, to_look_at, typed_fields

log = logging.getLogger(__name__)

RETRY_AFTER = 10  # seconds
FALLBACK_HTML = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Something went wrong on our side</title></head>
<body><main><h1>Something went wrong on our side</h1>
<p>This is our fault, not yours. Try again in a few minutes.</p><p><a href="/">Home</a></p></main></body></html>"""


def page(request: HttpRequest, status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    """Return the error page for `status` (400, 403, 404, 408, 413, 415, 429, 500 or 503)."""
    response = render(request, f"errors/{status}.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


class UnexpectedFileError(SuspiciousOperation):
    """A form came with a file that nobody asked for."""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, UnexpectedFileError):
        return page(request, 415)
    return page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return not_taken(request) if is_form_of_ours(request) else page(request, 403)


def not_taken(request: HttpRequest, *, with_words: bool = True) -> HttpResponse:
    """Return the page for a form of the workshop whose sender has been signed out, or whose token has expired.

    Without `with_words` the body is not read: it is a stranger's, and large or with files.
    """
    user = getattr(request, "user", None)
    is_a_button = request.resolver_match is not None and not is_form_with_words(request)
    way_back = reverse("admin:index") if is_a_button else request.get_full_path()
    context = {
        "is_signed_in": bool(user and user.is_authenticated),
        "is_a_button": is_a_button,
        "fields": to_look_at(request) if with_words and not is_a_button else [],
        "sign_in": f"{reverse(settings.LOGIN_URL)}?{urlencode({REDIRECT_FIELD_NAME: way_back})}",
    }
    response = render(request, "errors/not_taken.html", context, status=403)
    response["Cache-Control"] = "no-store"
    return response


def page_not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return page(request, 404)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    return page(request, 429)


def server_error(request: HttpRequest) -> HttpResponse:
    try:
        error = sys.exc_info()[1]
        if error is not None and is_temporary(error):
            return unavailable(request, error)
        return page(request, 500)
    except Exception:  # whatever broke the page may break the error page too
        return HttpResponse(FALLBACK_HTML, status=500)


def is_temporary(error: BaseException) -> bool:
    """Whether an error goes away by itself or by an operator: a database that is away, a disk that takes nothing."""
    return isinstance(error, OperationalError | InterfaceError) or is_full_disk(error) or is_unwritable(error)


def is_full_disk(error: BaseException) -> bool:
    full = getattr(error.__cause__, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return full or (isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT))


def is_unwritable(error: BaseException) -> bool:
    """Whether a file cannot be written because of its folder: a read-only disk, a wrong owner."""
    return isinstance(error, OSError) and error.errno in (errno.EROFS, errno.EACCES)


def unavailable(request: HttpRequest, error: BaseException) -> HttpResponse:
    """Return the page for a database that does not answer or a full disk; it keeps what an editor has typed."""
    log.warning("The database or the disk does not answer: %s", error)
    context = {
        "disk_is_full": is_full_disk(error),
        "disk_is_read_only": is_unwritable(error),
        "fields": typed_fields(request),
    }
    response = page(request, 503, context)
    response["Retry-After"] = str(RETRY_AFTER)
    response._has_been_logged = True  # type: ignore[attr-defined] # Django would add a line, or a whole traceback
    return response
