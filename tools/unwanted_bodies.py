"""Sends large, slow and unwanted bodies to a running site, and reports how long visitors waited meanwhile.

    python tools/unwanted_bodies.py

Each kind of stranger comes eight at a time for ten seconds, after ten seconds in which nobody but visitors come. Exits
with 1 when a visitor waits more than half a second longer than then, when an answer is missing, when anything of a
stranger's body reaches the disk, or when a process dies.
"""

import contextlib
import itertools
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.uploads.real_server import RealServer
from tools.visitors import HEADINGS, KEPT_PAGES, Visits, searches, visitors

SECONDS = 10.0
STRANGERS = 8
MEGABYTE = 1024 * 1024
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
MADE_UP = "Cookie: sessionid=made-up; csrftoken=" + "c" * 32 + "\r\n"
FILE = b'--b\r\nContent-Disposition: form-data; name="original"; filename="f.mp4"\r\n\r\n'


@dataclass(frozen=True)
class Stranger:
    """One request with a body that nobody asked for: `piece` is sent over and over, with a pause after each."""

    name: str
    head: str
    piece: bytes = bytes(MEGABYTE)
    begins_with: bytes = b""
    pause: float = 0.0

    def come(self, port: int, over: threading.Event, visits: Visits) -> None:
        """Send until the site closes the connection or the time is over; note when the answer came."""
        begun = time.monotonic()
        answer = b""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(f"{self.head}Host: 127.0.0.1\r\n\r\n".encode() + self.begins_with)
            with contextlib.suppress(OSError):
                while not over.wait(self.pause):
                    connection.sendall(self.piece)
            answer = connection.recv(64)
        visits.waits.append(time.monotonic() - begun)
        visits.answers[answer[9:12].decode() or "closed"] += 1


def head(method: str, path: str, length: int | None, content_type: str = "", more: str = "") -> str:
    """Return the first lines of a request."""
    size = "Transfer-Encoding: chunked\r\n" if length is None else f"Content-Length: {length}\r\n"
    kind = f"Content-Type: {content_type}\r\n" if content_type else ""
    return f"{method} {path} HTTP/1.1\r\n{size}{kind}{more}"


def strangers() -> Iterator[Stranger]:
    """Yield every kind of stranger."""
    large = 100 * MEGABYTE
    chunk = b"100000\r\n" + bytes(MEGABYTE) + b"\r\n"
    yield Stranger("100 MB to a page (GET)", head("GET", "/", large))
    yield Stranger("100 MB to a page (POST)", head("POST", "/stages/", large, URLENCODED))
    yield Stranger("chunks without an end", head("POST", "/", None), chunk)
    yield Stranger("a file to my side", head("POST", "/sides/", large, MULTIPART), begins_with=FILE)
    yield Stranger(
        "a file to sign-in", head("POST", "/admin/account/login/", large, MULTIPART, MADE_UP), begins_with=FILE
    )
    yield Stranger(
        "a film, made-up session", head("POST", "/admin/clips/clip/add/", large, MULTIPART, MADE_UP), begins_with=FILE
    )
    yield Stranger(
        "an upload, made-up session",
        head("PATCH", "/admin/uploads/1/", large, "application/offset+octet-stream", MADE_UP),
    )
    yield Stranger("chunks to uploads", head("POST", "/admin/uploads/", None, "", MADE_UP), chunk)
    yield Stranger(
        "4 MB form, made-up session", head("POST", "/admin/pages/page/1/change/", 4 * MEGABYTE, URLENCODED, MADE_UP)
    )
    yield Stranger("a form that drips", head("POST", "/sides/", 4000, URLENCODED), b"x", pause=1)
    yield Stranger("sign-in that drips", head("POST", "/admin/account/login/", 60_000, URLENCODED), b"x", pause=1)
    yield Stranger("a page's body that drips", head("POST", "/stages/", 60_000), b"x", pause=1)


def trial(server: RealServer, stranger: Stranger | None) -> tuple[Visits, Visits]:
    """Let visitors come for `SECONDS`, and one kind of stranger with them; return what both met."""
    name = stranger.name if stranger else "nobody else"
    people, others = Visits(f"visitors beside: {name}"), Visits(f"  {name}")
    over = threading.Event()

    def keep_coming(kind: Stranger) -> None:
        while not over.is_set():
            kind.come(server.port, over, others)

    threads = [threading.Thread(target=keep_coming, args=(stranger,)) for _ in range(STRANGERS if stranger else 0)]
    pages = itertools.cycle([*KEPT_PAGES, *itertools.islice(searches(), 2)])
    with visitors(server.port, people, pages, 4):
        for thread in threads:
            thread.start()
        time.sleep(SECONDS)
        over.set()
        for thread in threads:
            thread.join()
    return people, others


def watch_disk(folder: Path, over: threading.Event, largest: list[int]) -> None:
    """Note how many bytes in `folder` were ever in temporary files of forms."""
    while not over.wait(0.02):
        with contextlib.suppress(OSError):
            largest[0] = max([largest[0], *(file.stat().st_size for file in folder.glob("*.upload*"))])


def report(server: RealServer, folder: Path) -> bool:
    """Let every kind of stranger come and print a line for each; return whether all went well."""
    for path in [*KEPT_PAGES, *itertools.islice(searches(), 2)] * 8:  # each process has its own cache and index
        Visits("").visit(server.port, path)
    quiet, _nobody = trial(server, None)
    sys.stdout.write(HEADINGS + quiet.line())
    largest, over = [0], threading.Event()
    watcher = threading.Thread(target=watch_disk, args=(folder, over, largest))
    watcher.start()
    before, well = set(server.workers), True
    for stranger in strangers():
        people, others = trial(server, stranger)
        sys.stdout.write(people.line() + others.line())
        well &= people.worst <= quiet.worst + 0.5 and set(people.answers) == {"200"} and "500" not in others.answers
    over.set()
    watcher.join()
    alive = set(server.workers) == before
    sys.stdout.write(
        f"bytes of strangers on the disk: {largest[0]}; web processes that died: {len(before - set(server.workers))}\n"
    )
    return well and alive and not largest[0]


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="cdtrainer-bodies-") as name:
        folder = Path(name)
        server = RealServer(folder, programme=True, FILE_UPLOAD_TEMP_DIR=name)
        server.start()
        try:
            return int(not report(server, folder))
        finally:
            server.kill()


if __name__ == "__main__":
    sys.exit(main())
