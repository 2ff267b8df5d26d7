"""Absolute addresses, for search engines, feeds and shared links."""

from django.conf import settings
from django.http import HttpRequest


def absolute_address(request: HttpRequest, address: str) -> str:
    """Return `address` with scheme and host: those of SITE_URL when it is set, else those of the request."""
    if settings.SITE_URL and address.startswith("/"):
        return f"{settings.SITE_URL}{address}"
    return request.build_absolute_uri(address)
