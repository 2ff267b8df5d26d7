"""The body of a request, read in pieces so that memory does not grow with the file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from uploads.files import PIECE

READ_TIMEOUT = 60.0  # seconds without a byte after which a client counts as gone
DRAIN_BYTES = 16 * 1024 * 1024  # read and discarded at most, so that the client receives the refusal
DRAIN_SECONDS = 10.0


class ClientGoneError(Exception):
    """The client disconnected, or fell silent, before it had sent the whole body."""


class Body:
    """The body of a request, to be read once. `length` is None when it is not announced (a chunked body)."""

    def __init__(self, request: HttpRequest) -> None:
        is_chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        self._is_chunked = is_chunked and bool(request.META.get("wsgi.input_terminated"))
        # Django reads nothing from a body without a length; the server marks the end of a chunked one (PEP 3333's
        # extension `wsgi.input_terminated`).
        self._stream: Any = request.META["wsgi.input"] if self._is_chunked else request
        self._socket = request.META.get("gunicorn.socket")
        self.length = None if self._is_chunked else int(request.META.get("CONTENT_LENGTH") or 0)
        self._read = 0
        self._ended = self.length == 0

    @property
    def is_empty(self) -> bool:
        """Return whether the request announced no body."""
        return self.length == 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the body in pieces of at most 64 KiB.

        Raises:
            ClientGoneError: when it ends too early, or no byte arrives for `READ_TIMEOUT` seconds.
        """
        with self._read_timeout(READ_TIMEOUT):
            while piece := self._piece():
                yield piece

    def drain(self) -> None:
        """Read and discard the rest of the body, within limits.

        Closing a connection with unread bytes makes the kernel send a reset, and the client loses the response that
        was already on its way (RFC 9112, section 9.6).
        """
        deadline = time.monotonic() + DRAIN_SECONDS
        stop_at = self._read + DRAIN_BYTES
        try:
            with self._read_timeout(DRAIN_SECONDS):
                while self._read < stop_at and time.monotonic() < deadline and self._piece():
                    pass
        except ClientGoneError:
            pass

    def _piece(self) -> bytes:
        if self._ended:
            return b""
        try:
            piece: bytes = self._stream.read(PIECE)
        except OSError as error:  # a reset, a time-out, a broken chunk
            self._ended = True
            raise ClientGoneError from error
        self._read += len(piece)
        if not piece or self._read == self.length:
            self._ended = True
        if not piece and self.length is not None:
            raise ClientGoneError
        return piece

    @contextmanager
    def _read_timeout(self, seconds: float) -> Iterator[None]:
        """Set the socket's time-out inside the block; without one the server waits for a vanished client for ever."""
        if self._socket is None:
            yield
            return
        before = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            yield
        finally:
            self._socket.settimeout(before)
