"""How long one piece of work may wait for a database that somebody else has locked."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

READING = 2.5  # seconds that a visitor may wait; the page that says so comes within three
SAVING = 20.0  # seconds that a form of the staff may wait, and every statement of a worker or a command
WORKSHOP = "/admin/"
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


class Patience:
    """The seconds that may still be waited, spent by `wait`."""

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def wait(self, seconds: float) -> bool:
        """Let others run for up to `seconds`; False, without waiting, when there is no patience left."""
        if self.left <= 0:
            return False
        begun = time.monotonic()
        time.sleep(min(seconds, self.left))  # under gevent, other requests are answered meanwhile
        self.left -= time.monotonic() - begun
        return True


_patience: ContextVar[Patience | None] = ContextVar("patience", default=None)


def current() -> Patience:
    """Return the patience of the request under way; work outside a request has a new one for every statement."""
    return _patience.get() or Patience(SAVING)


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Wait no longer than `seconds` in all for a locked database within this block."""
    token = _patience.set(Patience(seconds))
    try:
        yield
    finally:
        _patience.reset(token)


class PatienceMiddleware:
    """Gives each request its patience: a save waits longer than a page, because words have been typed into it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_save = request.method not in SAFE and request.path_info.startswith(WORKSHOP)
        with at_most(SAVING if is_save else READING):
            return self.get_response(request)
