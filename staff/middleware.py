"""Requires a second factor of the staff, where REQUIRE_SECOND_FACTOR is on."""

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
#: Open to staff without a second factor: to set one up, to sign in and to sign out.
OPEN_PATHS = ("/admin/account/", "/admin/login/", "/admin/logout/", "/admin/welcome/")


class RequireSecondFactorMiddleware:
    """Keeps staff without a second factor out of the workshop, and shows them visitors' pages as visitors see them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.REQUIRE_SECOND_FACTOR:
            if not request.path_info.startswith(WORKSHOP):
                # Visitors' pages show drafts and unpublished clips to the staff; lazily, as visitors cost no query.
                user = request.user
                request.user = SimpleLazyObject(lambda: anonymous_if_unprotected(user))  # type: ignore[assignment]
            elif not request.path_info.startswith(OPEN_PATHS) and lacks_second_factor(request.user):
                if request.method not in ("GET", "HEAD"):
                    raise PermissionDenied
                return redirect("mfa_index")
        return self.get_response(request)


def lacks_second_factor(user: Any) -> bool:
    return user.is_authenticated and not has_second_factor(user)


def anonymous_if_unprotected(user: Any) -> Any:
    return AnonymousUser() if lacks_second_factor(user) else user
