"""The first thing that a request meets, before Django: no body gets in that nobody asked for.

Django reads a form, files and all, before any view or permission check, and gunicorn reads what was left unread at
1 KiB a time. So a stranger's body must end here: it is refused from its headers alone, and the connection is closed
instead of drained (`cdtrainer/gunicorn.py` closes it after every request with a body). The small forms that anybody
may send are read here, within `SECONDS_FOR_A_FORM`.
"""

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import gevent
from django.conf import settings
from gevent import monkey

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
KILOBYTE = 1024  # bytes
WITHOUT_BODY = ("GET", "HEAD", "TRACE")
#: The forms that take a film.
FILM_FORMS = ("/admin/exercises/exercise/", "/admin/clips/clip/")
UPLOADS = "/admin/uploads/"  # reads its bodies itself, piece by piece, and only those of the staff
#: Under this name `environ` says with which status the body was refused.
REFUSED = "cdtrainer.refused_body"
SMALL_FORM = 64 * KILOBYTE  # bytes of a body that comes in before anybody has looked at the session
REST_OF_A_FORM = 4 * 1024 * KILOBYTE  # bytes that a form may have beside its film; Django itself takes 2.5 MB of them
SECONDS_FOR_A_FORM = 10.0


@dataclass(frozen=True)
class Room:
    """What bodies the addresses below one path take, and from whom.

    `most` is in bytes; a plain form never brings more than `REST_OF_A_FORM`. `types` names the content types; empty
    means any. `session` asks for a session cookie, which Django then checks. `streamed` lets in a body that does not
    say its length.
    """

    path: str
    most: int
    types: tuple[str, ...] = (URLENCODED,)
    session: bool = False
    streamed: bool = False


def rooms() -> list[Room]:
    """Return the addresses that take a body; the first whose path fits decides."""
    film = settings.CLIP_MAX_BYTES + REST_OF_A_FORM
    forms = (URLENCODED, MULTIPART)
    return [
        *(Room(path, film, forms, session=True) for path in FILM_FORMS),
        Room("/admin/account/", SMALL_FORM),
        Room("/admin/welcome/", 16 * KILOBYTE),
        Room(UPLOADS, settings.UPLOAD_MAX_BYTES, (), session=True, streamed=True),
        Room("/admin/login/", 16 * KILOBYTE),
        Room("/admin/logout/", 16 * KILOBYTE),
        Room("/admin/", REST_OF_A_FORM, forms, session=True),
        Room("/sides/", 4 * KILOBYTE),
    ]


class FrontDoor:
    """Takes away every body that nobody asked for, and hands the request to `application` without it.

    The status that says so travels in `environ`, so that Django answers it like any other error: in the site's look,
    under the same headers (`cdtrainer.middleware.RefusedBodyMiddleware`).
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.rooms = rooms()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if has_body(environ):
            status = self.refusal(environ)
            if status is None and type_of(environ) == URLENCODED and (length_of(environ) or 0) <= SMALL_FORM:
                status = read_form(environ)
            if status is not None:
                environ |= {REFUSED: status, "CONTENT_LENGTH": "0", "wsgi.input": io.BytesIO()}
                environ.pop("HTTP_TRANSFER_ENCODING", None)
        return self.application(environ, start_response)

    def refusal(self, environ: Environ) -> int | None:
        """Return the status with which the body of a request is refused, None when it may come in."""
        path = environ.get("PATH_INFO", "")
        room = next((room for room in self.rooms if path.startswith(room.path)), None)
        if room is None or environ["REQUEST_METHOD"] in WITHOUT_BODY:
            return 413
        length, content_type = length_of(environ), type_of(environ)
        most = min(room.most, REST_OF_A_FORM) if content_type == URLENCODED else room.most
        if (length is None and not room.streamed) or (length or 0) > most:
            return 413
        if room.types and content_type not in room.types:
            return 415
        if room.session and not has_session_cookie(environ):
            return 403
        return None


def has_body(environ: Environ) -> bool:
    """Whether a request comes with a body (RFC 9112, section 6.3)."""
    return bool(environ.get("HTTP_TRANSFER_ENCODING")) or length_of(environ) != 0


def length_of(environ: Environ) -> int | None:
    """Return how many bytes the body has, None when the client does not say."""
    if environ.get("HTTP_TRANSFER_ENCODING"):
        return None
    length = environ.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else None


def type_of(environ: Environ) -> str:
    """Return the content type without its parameters."""
    return str(environ.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()


def has_session_cookie(environ: Environ) -> bool:
    """Whether a request brings a cookie under the session's name, valid or not."""
    cookies = str(environ.get("HTTP_COOKIE", "")).split(";")
    return any(cookie.partition("=")[0].strip() == settings.SESSION_COOKIE_NAME for cookie in cookies)


def read_form(environ: Environ) -> int | None:
    """Put a small form into memory, so that a slow sender holds nothing but a greenlet; 408 when it takes too long."""
    length = length_of(environ) or 0
    try:
        # Only gevent can end a read from outside. A limit of the socket begins anew with every byte.
        with gevent.Timeout(SECONDS_FOR_A_FORM if monkey.is_module_patched("socket") else None, TimeoutError):
            form = environ["wsgi.input"].read(length)
    except OSError:  # too slow, or gone
        return 408
    if len(form) < length:
        return 408
    environ["wsgi.input"] = io.BytesIO(form)
    return None
