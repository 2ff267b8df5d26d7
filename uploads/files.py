"""The bytes of an upload on disk.

The length of the file is the only truth about how much has arrived: after a `kill -9` no row can know it. So nothing
is ever in the file that may not stay there, and every write says "add this if the file is exactly so long", under a
lock held for that one write. Two writers, in two processes or on two hosts that share the volume (NFSv4 carries
`flock`), therefore cannot mix their bytes: the later one finds the file longer than it thought and gives up.
"""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from gevent import get_hub
from gevent.monkey import is_module_patched

PIECE = 64 * 1024  # bytes written, and held in memory, at once

Result = TypeVar("Result")


class OvertakenError(Exception):
    """Another request has written to the file, or removed it."""


def in_background(call: Callable[..., Result], *arguments: object) -> Result:
    """Run a call that waits for the disk; a gevent server answers its other visitors in the meantime.

    So never inside a transaction: one of the others may wait for SQLite's write lock, and blocks everybody with it.
    """
    if is_module_patched("threading"):
        result: Result = get_hub().threadpool.apply(call, arguments)
        return result
    return call(*arguments)


def length_of(path: Path) -> int:
    """Return how many bytes are there; 0 when there is no file yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def seconds_since_write(path: Path) -> float:
    """Return for how long nobody has added to the file; endless when there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def free_bytes(folder: Path) -> int:
    """Return the room on the folder's disk; the folder need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


class GrowingFile:
    """A file that only ever grows at its end."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.utime(self._fd)  # somebody is writing from now on, though nothing has come yet
        if is_new:
            _sync_folder(path.parent)

    def __enter__(self) -> "GrowingFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def append(self, data: bytes, at: int) -> int:
        """Add `data` if the file is `at` bytes long, and return how long it is then.

        Raises:
            OvertakenError: when it is longer or shorter, or has been removed.
            OSError: when the disk refuses (ENOSPC, EDQUOT, EIO); what was written before stays.
        """
        fcntl.flock(self._fd, fcntl.LOCK_EX)  # nobody holds it for longer than one such write
        try:
            state = os.fstat(self._fd)
            if state.st_size != at or state.st_nlink == 0:
                raise OvertakenError
            rest = memoryview(data)
            while rest:
                written = os.pwrite(self._fd, rest, at)
                at += written
                rest = rest[written:]
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        return at

    def sync(self) -> None:
        """Wait until everything written would outlive a power cut."""
        in_background(os.fsync, self._fd)


def link_or_copy(source: Path, target: Path) -> None:
    """Put the file at `target` too, without copying it when both are on the same disk.

    A second name for the same file, never a move: whoever is killed in between leaves the first name in place.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk, or one that knows no links
        unfinished = target.with_name(f"{target.name}.part")
        shutil.copyfile(source, unfinished)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(target)
    os.utime(target)  # when it came to be there, for whoever tidies up by age
    _sync_folder(target.parent)


def names_in(folder: Path) -> Iterator[str]:
    """The names of the files in a folder that may not exist."""
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False):
                yield entry.name


def _sync_folder(folder: Path) -> None:
    """Make sure that a new name in the folder outlives a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        in_background(os.fsync, fd)
    finally:
        os.close(fd)
