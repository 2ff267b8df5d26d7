"""The forms of sign-in, labelled as the rest of the site is."""

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django.utils.translation import gettext_lazy as _


class PlainForm:
    """Labels above the fields instead of grey words inside them; mixed into allauth's forms."""

    labels: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            if field.widget.input_type not in ("hidden", "checkbox"):
                field.widget.attrs["class"] = "input"


class SignInForm(PlainForm, account.LoginForm):
    labels = {"login": _("User name"), "password": _("Password")}


class ConfirmPasswordForm(PlainForm, account.ReauthenticateForm):
    labels = {"password": _("Your password")}


class ChangePasswordForm(PlainForm, account.ChangePasswordForm):
    labels = {
        "oldpassword": _("Your present password"),
        "password1": _("New password"),
        "password2": _("New password, again"),
    }
    hints = {"password1": _("At least 12 characters. A few words that do not belong together are easy to remember.")}


class SetPasswordForm(PlainForm, account.SetPasswordForm):
    labels = {"password1": _("New password"), "password2": _("New password, again")}
    hints = ChangePasswordForm.hints


class ForgottenPasswordForm(PlainForm, account.ResetPasswordForm):
    labels = {"email": _("Your email address")}


class NewPasswordForm(PlainForm, account.ResetPasswordKeyForm):
    labels = {"password1": _("New password"), "password2": _("New password, again")}
    hints = ChangePasswordForm.hints


class CodeForm(PlainForm, mfa.AuthenticateForm):
    labels = {"code": _("Code")}
    hints = {"code": _("The 6 digits in your authenticator app, or one of your recovery codes.")}


class ConfirmCodeForm(PlainForm, mfa.ReauthenticateForm):
    labels = {"code": _("Code")}
    hints = CodeForm.hints


class SetUpAppForm(PlainForm, totp.ActivateTOTPForm):
    labels = {"code": _("The 6 digits that the app shows now")}


class AddPasskeyForm(PlainForm, webauthn.AddWebAuthnForm):
    labels = {"name": _("Name of this passkey"), "passwordless": _("Sign in with it alone, without a password")}
    hints = {
        "name": _("So that you can tell it from others, such as “Ana's phone”."),
        "passwordless": _("Needs a device that asks for your finger, your face or a PIN."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class RenamePasskeyForm(PlainForm, webauthn.EditWebAuthnForm):
    labels = {"name": _("Name of this passkey")}
