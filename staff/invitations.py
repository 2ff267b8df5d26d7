"""Invitations: everybody on the staff, the first person included, joins by a link that works once.

`manage.py welcome` prints the link for whoever sets the site up, `manage.py invite` one for a colleague. It is
signed, lives for `PASSWORD_RESET_TIMEOUT` seconds, and no account exists before its owner has chosen a password.
"""

import os
import secrets
from typing import Any, cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import Group
from django.core import signing
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from staff.models import Invitation

SALT = "staff.invitations"


class InvitationError(Exception):
    """A link that we made no longer works; the message tells its owner why."""


def site_url() -> str:
    """Return where the site is reached: SITE_URL, or else the HOST and PORT on which it is being started.

    When it is started on every address of the machine, the first of ALLOWED_HOSTS that is the name of one host.
    """
    if settings.SITE_URL:
        return str(settings.SITE_URL)
    host = os.environ.get("HOST", "127.0.0.1")
    if host in ("0.0.0.0", "::"):  # noqa: S104 - it is compared, not bound
        names = (name for name in settings.ALLOWED_HOSTS if name != "*" and not name.startswith("."))
        host = next(names, "localhost")
    return f"{'https' if settings.HTTPS else 'http'}://{host}:{os.environ.get('PORT', '8000')}"


def has_staff() -> bool:
    """Whether anybody can sign in to the workshop."""
    return get_user_model()._default_manager.filter(is_staff=True, is_active=True).exists()


def first_link() -> str | None:
    """Return the link by which the first person signs in, None when somebody already can."""
    if has_staff():
        return None
    pending = Invitation.objects.filter(name="", used_at=None).order_by("pk").first()
    return link_of(pending or invite("", role=""))


def invite(name: str, role: str) -> Invitation:
    """Create an invitation to join the group `role`, with a user name that its owner can change."""
    return Invitation.objects.create(name=name, role=role, nonce=secrets.token_urlsafe(24))


def link_of(invitation: Invitation) -> str:
    """Return the absolute URL of an invitation, good for PASSWORD_RESET_TIMEOUT seconds from now."""
    token = signing.dumps(invitation.nonce, salt=SALT)
    return site_url() + reverse("first_sign_in", args=[token])


def invitation_of(token: str) -> Invitation:
    """Return the invitation whose link has `token`.

    Raises:
        Http404: when we never made such a link.
        InvitationError: when it is too old, has been used, or was for the first person and somebody else was faster.
    """
    try:
        nonce = signing.loads(token, salt=SALT, max_age=settings.PASSWORD_RESET_TIMEOUT)
        invitation = Invitation.objects.get(nonce=nonce)
    except signing.SignatureExpired as error:
        raise InvitationError(gettext("This link is too old. Ask for a new one.")) from error
    except (signing.BadSignature, Invitation.DoesNotExist) as error:
        raise Http404 from error
    if invitation.used_at:
        raise InvitationError(gettext("This link has been used. Please sign in with your user name and password."))
    if not invitation.name and has_staff():
        raise InvitationError(gettext("Somebody can sign in already. Ask them for an invitation of your own."))
    return invitation


class FirstSignInForm(UserCreationForm):
    """Choose a user name and a password."""

    class Meta:
        model = get_user_model()
        fields = ("username",)
        labels = {"username": _("User name")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
            field.widget.attrs.pop("autofocus", None)  # it would skip the words above, and what is wrong

    def accept(self, invitation: Invitation) -> Any:
        """Create the account that `invitation` is for, and use the invitation up.

        Raises:
            InvitationError: when somebody else has used the link in the meantime.
        """
        with transaction.atomic():
            claimed = Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=timezone.now())
            if not claimed:
                raise InvitationError(gettext("This link has been used in the meantime."))
            user = self.save(commit=False)
            user.is_staff = True
            user.is_superuser = not invitation.role
            user.save()
            user.groups.set(Group.objects.filter(name=invitation.role))
        return user


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first_sign_in(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form behind a link; sign its owner in when user name and password are fine."""
    try:
        invitation = invitation_of(token)
        form = FirstSignInForm(request.POST or None, initial={"username": invitation.name})
        if request.method == "POST" and form.is_valid():
            user = form.accept(invitation)
            messages.success(request, gettext("Welcome, %s. This is your workshop.") % user.get_username())
            return cast(HttpResponse, perform_login(request, user, redirect_url=reverse("admin:index")))
    except InvitationError as error:
        reason = {"title": gettext("This link no longer works"), "why": str(error)}
        return render(request, "registration/link_gone.html", reason, status=410)
    context = {"title": gettext("Choose your user name and password"), "form": form}
    return render(request, "registration/first_sign_in.html", context)
