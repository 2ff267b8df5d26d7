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
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

PIECE = 64 * 1024  # bytes written, and held in memory, at once

Result = TypeVar("Result")


class OvertakenError(Exception):
    """Another request has written to the file, or removed it."""


def in_background(call: Callable[..., Result], *arguments: object) -> Result:
    """Return what `call` returns. It may block on the disk: a gevent server answers other requests meanwhile.

    Never inside a transaction: one of those requests may wait for SQLite's write lock, and blocks the process with it.
    """
    pool = gevent_threadpool()
    if pool is None:
        return call(*arguments)
    result: Result = pool.apply(call, arguments)
    return result


def gevent_threadpool() -> Any:
    """Return gevent's pool of real threads when gevent serves this process, else None.

    Whether to use gevent is the server's choice (`cdtrainer/gunicorn.py`): its worker has imported it, and patched the
    standard library, before our code runs. A process without it (commands, the worker, tests) does not load it here.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return None
    from gevent import get_hub

    return get_hub().threadpool


def length_of(path: Path) -> int:
    """Return the length of the file in bytes; 0 when there is no file yet."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def seconds_since_write(path: Path) -> float:
    """Return the seconds since the last write to the file; infinity when there is none."""
    try:
        return time.time() - path.stat().st_mtime
    except FileNotFoundError:
        return float("inf")


def free_bytes(folder: Path) -> int:
    """Return the free bytes on the disk of `folder`, which need not exist yet."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


class GrowingFile:
    """An append-only file, locked for each write."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not path.exists()
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.utime(self._fd)  # counts as a write, so that the writer's lease is fresh (`Upload.take_writer`)
        if is_new:
            _sync_folder(path.parent)

    def __enter__(self) -> "GrowingFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._fd)

    def append(self, data: bytes, at: int) -> int:
        """Append `data` if the file is `at` bytes long, and return its new length.

        Raises:
            OvertakenError: when it is longer or shorter, or has been removed.
            OSError: when the disk refuses (ENOSPC, EDQUOT, EIO); the bytes written before the error stay.
        """
        fcntl.flock(self._fd, fcntl.LOCK_EX)  # held for one such write and no longer
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
        """Flush the file to the disk, so that it survives a power cut."""
        in_background(os.fsync, self._fd)


def link_or_copy(source: Path, target: Path) -> None:
    """Make `source` available at `target` too: by a hard link on the same disk, else by a copy.

    Never a move: a process killed in between leaves the file at `source`.
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
    os.utime(target)  # its age counts from now on, for whatever tidies up by age
    _sync_folder(target.parent)


def names_in(folder: Path) -> Iterator[str]:
    """Yield the names of the files in `folder`; none when it does not exist."""
    with contextlib.suppress(FileNotFoundError):
        for entry in os.scandir(folder):
            if entry.is_file(follow_symlinks=False):
                yield entry.name


def _sync_folder(folder: Path) -> None:
    """Flush the directory to the disk, so that a new name in it survives a power cut."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        in_background(os.fsync, fd)
    finally:
        os.close(fd)
