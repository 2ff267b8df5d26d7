"""What to do about a forgotten password, with mail and without."""

from typing import cast

from allauth.account import views as account
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


def forgotten_password(request: HttpRequest) -> HttpResponse:
    """Send a link to choose a new password or, on a site that cannot send mail, say whom to ask."""
    if settings.EMAIL_URL:
        return cast(HttpResponse, account.password_reset(request))
    return ask_the_operator(request)


@require_safe
def ask_the_operator(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/ask_the_operator.html")
