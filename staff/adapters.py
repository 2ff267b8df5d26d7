"""Where sign-in differs from django-allauth's defaults."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from qrcode.main import QRCode

SIGNED_IN_AT = "staff_signed_in_at"


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in for the staff alone, throttled by account and not by the host name in a request."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("This user name and password do not belong together."),
        "too_many_login_attempts": _("There were too many tries. Wait 5 minutes, then try again."),
        "incorrect_password": _("This is not your password."),
        "enter_current_password": _("This is not your present password."),
        "rate_limited": _("There were too many tries. Wait 5 minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: Any, **details: Any) -> HttpResponse | None:
        """Refuse closed accounts and those without access to the workshop: there is nothing else to sign in to."""
        if not user.is_staff:
            clear_login(request)
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **details)

    def login(self, request: HttpRequest, user: Any) -> None:
        super().login(request, user)
        request.session[SIGNED_IN_AT] = time.time()

    def is_reauthentication_required(self, *, app: str, **details: Any) -> bool:
        """Whether to ask for the password again: not within REAUTHENTICATION_TIMEOUT of the sign-in."""
        seconds_since = time.time() - self.request.session.get(SIGNED_IN_AT, 0)
        return seconds_since >= REAUTHENTICATION_TIMEOUT and super().is_reauthentication_required(app=app, **details)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # allauth puts the Host header before the name, whose port a client can choose: every port a fresh count.
        return str(credentials.get("username") or credentials.get("email") or "").lower()

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("admin:index")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the link in a mail, under SITE_URL rather than the host name in the request."""
        url = super().get_reset_password_from_key_url(key)
        if not settings.SITE_URL:
            return url
        return str(settings.SITE_URL) + "/" + url.split("/", 3)[3]


class SecondFactorAdapter(DefaultMFAAdapter):
    """Messages for people who have never heard of a second factor, and the QR code as part of the page."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is not right. Codes change every 30 seconds: try the one you see now."),
    }

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code as SVG for the page itself: the policy allows no image from a data address."""
        code = QRCode(border=4)
        code.add_data(url)
        rows = code.get_matrix()
        dark_cells = "".join(
            f"M{column} {row}h1v1h-1z"
            for row, cells in enumerate(rows)
            for column, is_dark in enumerate(cells)
            if is_dark
        )
        return format_html(
            '<svg class="qr-code" viewBox="0 0 {} {}" role="img" aria-label="{}" shape-rendering="crispEdges">'
            '<path fill="#000" d="{}"/></svg>',
            len(rows),
            len(rows),
            gettext("QR code for your authenticator app. The key below it says the same."),
            dark_cells,
        )

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("Passkey") if number == 1 else gettext("Passkey %d") % number
