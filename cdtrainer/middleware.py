"""Checks and headers around every response."""

import logging
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from cdtrainer import errors

log = logging.getLogger(__name__)

#: Browser features that pages may use: full screen for clips, and screen-wake-lock, which no script asks for yet:
#: practice by ear will, so that the screen stays on during a session.
PERMISSIONS_POLICY = ", ".join(
    [
        *(
            f"{feature}=()"
            for feature in [
                "accelerometer",
                "autoplay",
                "camera",
                "display-capture",
                "encrypted-media",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "usb",
                "xr-spatial-tracking",
            ]
        ),
        "fullscreen=(self)",
        "screen-wake-lock=(self)",
    ]
)


class RefuseNulMiddleware:
    """Answers 400 to a path or query with a NUL byte, which no database stores as text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return errors.bad_request(request)
        return self.get_response(request)


class PolicyHeadersMiddleware:
    """Adds the headers that Django has no setting for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class PlainWordsMiddleware:
    """Answers with the right status and page where Django would answer 500 or 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return 503 while the database is locked or away, and 413 for a form that is too large."""
        if isinstance(exception, OperationalError):
            log.warning("The database does not answer: %s", exception)
            response = errors.page(request, 503)
            response["Retry-After"] = "10"  # seconds
            return response
        if isinstance(exception, RequestDataTooBig):
            return errors.page(request, 413)
        return None
