"""Whether somebody has more than a password: an authenticator app or a passkey."""

import ipaddress
from typing import Any

from allauth.mfa.models import Authenticator
from django.http import HttpRequest

#: Recovery codes only stand in for one of these.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: Any) -> bool:
    """Whether a password alone does not sign `user` in. Costs a query, but not for a visitor."""
    return user.is_authenticated and Authenticator.objects.filter(user_id=user.pk, type__in=SECOND_FACTORS).exists()


def forget_second_factors(user: Any) -> int:
    """Delete the second factors of `user` and return how many there were, recovery codes included."""
    deleted, _rows = Authenticator.objects.filter(user_id=user.pk).delete()
    return deleted


def passkeys_work(request: HttpRequest) -> bool:
    """Whether browsers allow passkeys at this address: a name rather than a number, and https or localhost."""
    host = request.get_host()
    name = host if host.endswith("]") else host.rpartition(":")[0] or host
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return request.is_secure() or name == "localhost"
    return False
