"""Addresses as the world outside has to know them."""

from django.conf import settings
from django.http import HttpRequest


def absolute_address(request: HttpRequest, address: str) -> str:
    """Return `address` with scheme and host: SITE_URL's where it is set, so that every page has one address."""
    if settings.SITE_URL and address.startswith("/"):
        return f"{settings.SITE_URL}{address}"
    return request.build_absolute_uri(address)
