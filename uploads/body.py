"""The body of a request, read piece by piece so that memory does not grow with the file."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import HttpRequest

from uploads.files import PIECE

SILENCE = 60  # seconds without a byte after which a client counts as gone
DRAIN_BYTES = 16 * 1024 * 1024  # read and thrown away at most, so that the client gets to see a refusal
DRAIN_SECONDS = 10.0


class ClientGoneError(Exception):
    """The body ended before its end."""


class Body:
    """Reads a body once. `length` is None when the client did not say it (a chunked body)."""

    def __init__(self, request: HttpRequest) -> None:
        is_chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        self._is_chunked = is_chunked and bool(request.META.get("wsgi.input_terminated"))
        # Django gives a body without a length none at all; the server marks the end of this one (PEP 3333's extension
        # `wsgi.input_terminated`).
        self._stream: Any = request.META["wsgi.input"] if self._is_chunked else request
        self._socket = request.META.get("gunicorn.socket")
        self.length = None if self._is_chunked else int(request.META.get("CONTENT_LENGTH") or 0)
        self._read = 0
        self._ended = self.length == 0

    @property
    def is_empty(self) -> bool:
        return self.length == 0

    def pieces(self) -> Iterator[bytes]:
        """The body in pieces of at most 64 KiB.

        Raises:
            ClientGoneError: when it ends too early or falls silent.
        """
        with self._noticing_silence(SILENCE):
            while piece := self._piece():
                yield piece

    def drain(self) -> None:
        """Read what is left, within limits.

        Closing a connection with unread bytes makes the kernel send a reset, and the client loses the answer that was
        already on its way (RFC 9112, section 9.6).
        """
        deadline = time.monotonic() + DRAIN_SECONDS
        stop_at = self._read + DRAIN_BYTES
        try:
            with self._noticing_silence(DRAIN_SECONDS):
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
    def _noticing_silence(self, seconds: float) -> Iterator[None]:
        """Give up waiting for a client that has gone without a word; a server waits for ever otherwise."""
        if self._socket is None:
            yield
            return
        before = self._socket.gettimeout()
        self._socket.settimeout(seconds)
        try:
            yield
        finally:
            self._socket.settimeout(before)
