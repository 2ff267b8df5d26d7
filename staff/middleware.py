"""The second factor, where the site asks everybody on the staff for one."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from staff.second_factor import has_second_factor

WORKSHOP = "/admin/"
#: Where somebody without a second factor may go: to set one up, to come in and to go out.
DOORS = ("/admin/account/", "/admin/login/", "/admin/logout/", "/admin/welcome/")


class RequireSecondFactorMiddleware:
    """Shows nothing of the staff's to a password alone, when REQUIRE_SECOND_FACTOR says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_FACTOR:
            if not request.path_info.startswith(WORKSHOP):
                # Visitors' pages show drafts and unpublished clips to the staff; lazily, as visitors cost no query.
                person = request.user
                request.user = SimpleLazyObject(lambda: nobody_without_second_factor(person))  # type: ignore[assignment]
            elif not request.path_info.startswith(DOORS) and lacks_second_factor(request.user):
                if request.method not in ("GET", "HEAD"):
                    raise PermissionDenied
                return redirect("mfa_index")
        return self.get_response(request)


def lacks_second_factor(user: Any) -> bool:
    return user.is_authenticated and not has_second_factor(user)


def nobody_without_second_factor(user: Any) -> Any:
    return AnonymousUser() if lacks_second_factor(user) else user
