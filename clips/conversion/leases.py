"""One worker's right to work on one clip, written into the row of its conversion."""

import contextlib
import hashlib
import logging
import os
import platform
import secrets
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, models
from django.utils import timezone

from clips.conversion.models import Conversion

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
HEARTBEAT = 15  # seconds between two extensions of a lease


class LeaseLostError(Exception):
    """Somebody else has this clip now."""


class Lease:
    """The right to work on one clip for as long as it is extended.

    Every write is conditional on the lease token, so a worker that has lost its clip can no longer change it.
    """

    def __init__(self, pk: int, token: str) -> None:
        self.pk = pk
        self.token = token
        self._lost = threading.Event()
        self._until = time.monotonic() + LEASE.total_seconds()
        self._reported_at = 0.0

    @classmethod
    def take(cls, pk: int) -> "Lease | None":
        """Take a waiting clip; None when it is not waiting (any more)."""
        token = new_token()
        taken = Conversion.objects.filter(pk=pk, status=Conversion.Status.WAITING).update(
            status=Conversion.Status.CONVERTING,
            progress=0,
            problem="",
            converting_since=timezone.now(),
            lease_token=token,
            lease_until=timezone.now() + LEASE,
        )
        if not taken:
            return None
        return cls(pk, token)

    @property
    def lost(self) -> bool:
        return self._lost.is_set() or time.monotonic() > self._until

    def rows(self) -> models.QuerySet[Conversion]:
        """Return a queryset of the conversion, empty once somebody else has the lease."""
        return Conversion.objects.filter(pk=self.pk, lease_token=self.token)

    def extend(self, **changes: Any) -> None:
        """Extend the lease and write `changes` to the conversion; notices when the lease has been lost."""
        try:
            if not self.rows().update(lease_until=timezone.now() + LEASE, **changes):
                self._lost.set()
                return
        except DatabaseError:  # a busy database: the lease lasts for three more tries
            log.exception("Extending the lease of clip %s", self.pk)
            return
        self._until = time.monotonic() + LEASE.total_seconds()

    def report(self, per_cent: int) -> None:
        """Write down how far the conversion has come, at most once a second."""
        now = time.monotonic()
        if now - self._reported_at >= 1:
            self._reported_at = now
            self.extend(progress=per_cent)

    def release(self, **changes: Any) -> bool:
        """Give the lease back and write `changes` to the conversion; False when the lease was lost already."""
        return bool(self.rows().update(lease_token="", lease_until=None, **changes))

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Extend the lease in the background."""
        done = threading.Event()

        def beat() -> None:
            try:
                while not done.wait(HEARTBEAT):
                    self.extend()
            finally:
                connection.close()

        thread = threading.Thread(target=beat, name=f"lease of clip {self.pk}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()


def new_token() -> str:
    """Return 32 characters: which host or container this is, which process, and eight at random."""
    return f"{this_host()}{os.getpid():08x}{secrets.token_hex(4)}"


def this_host() -> str:
    space = ""
    with contextlib.suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
        space += Path("/proc/sys/kernel/random/boot_id").read_text()
    return hashlib.sha256(f"{platform.node()} {space}".encode()).hexdigest()[:16]


def worker_died(token: str) -> bool:
    """Whether the process that took this lease ran on this host and is gone: no need to wait then."""
    if len(token) != 32 or not token.startswith(this_host()):
        return False
    try:
        os.kill(int(token[16:24], 16), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
