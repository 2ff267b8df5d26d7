import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

PASSWORD = "a long password for ana"
KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def sign_in(client, therapist):
    """Return a function that types a user name and a password."""

    def typed(name="ana", password=PASSWORD, follow=False, **headers):
        return client.post(
            reverse("account_login"), {"login": name, "password": password}, follow=follow, headers=headers
        )

    return typed


@pytest.fixture
def protected(therapist):
    """The therapist, with an authenticator app and recovery codes."""
    TOTP.activate(therapist, KEY)
    RecoveryCodes.activate(therapist)
    return therapist
