"""Checks and headers around every response."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse

from cdtrainer import errors
from cdtrainer.front_door import FILM_FORMS, MULTIPART, REFUSED, SMALL_FORM, UPLOADS
from cdtrainer.kept_words import is_form_of_ours
from uploads.body import Body

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


class RefusedBodyMiddleware:
    """Says why the front door has taken a request's body away."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if status := request.META.get(REFUSED):
            if status == HTTPStatus.FORBIDDEN and is_form_of_ours(request):  # without a session
                return errors.not_taken(request)
            return errors.page(request, status)
        return self.get_response(request)


class ExpectedFilesMiddleware:
    """Lets large bodies and files in only from the staff, and files only where a form takes a film.

    Before any view runs, the CSRF check reads the form, and with it every file onto the disk. So whoever may not send
    one is refused here, behind the sign-in and before that check, and a file in another form ends that form's reading.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        takes_film = request.path_info.startswith(FILM_FORMS)
        brings_film = takes_film and request.content_type == MULTIPART
        is_large = int(request.META.get("CONTENT_LENGTH") or 0) > SMALL_FORM
        if (brings_film or (is_large and not request.path_info.startswith(UPLOADS))) and not is_staff(request.user):
            if is_form_of_ours(request):
                return errors.not_taken(request, with_words=False)
            return errors.page(request, 403)
        if request.content_type == MULTIPART and not takes_film:
            request.upload_handlers = [NoFilesHandler(request)]
        response = self.get_response(request)
        if brings_film and response.status_code >= HTTPStatus.BAD_REQUEST:
            Body(request).drain()  # or the browser meets a closed connection instead of the reason
        return response


def is_staff(user: Any) -> bool:
    return user.is_active and getattr(user, "is_staff", False)


class NoFilesHandler(FileUploadHandler):
    """Ends the reading of a form at its first file."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        raise errors.UnexpectedFileError

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


class PlainWordsMiddleware:
    """Answers with the right status and page where Django would answer 500 or 400."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer 503 while the database is locked or away or the disk is full, and 413 to a form that is too large."""
        if errors.is_temporary(exception):
            return errors.unavailable(request, exception)
        if isinstance(exception, RequestDataTooBig):
            return errors.page(request, 413)
        return None
