"""Kills a real server with -9 at random moments while three clients upload; in the end every film has to be there once.

    python tools/kill_uploads.py [KILLS] [SEED]

100 kills take about five minutes. Exits with 1 when a film is lost, doubled or changed.
"""

import hashlib
import http.client
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.uploads.real_server import RealServer

CLIENTS = 3
CHUNK = 512 * 1024  # bytes a request
PIECE = 32 * 1024
PAUSE = 0.004  # seconds between two pieces: about 8 MB/s a client, so that most kills fall into a request
LONGEST_WAIT = 1.5  # seconds between a start and the next kill, at most

LIST_FILES = """
import hashlib, django
django.setup()
from uploads.models import Upload
for upload in Upload.objects.all():
    sha256 = hashlib.sha256(upload.path.read_bytes()).hexdigest() if upload.is_finished else "unfinished"
    print(upload.pk, sha256, upload.filename)
"""


@dataclass
class Run:
    """What happened."""

    server: RealServer
    chance: random.Random
    over: threading.Event = field(default_factory=threading.Event)
    films: dict[str, str] = field(default_factory=dict)  # SHA-256 by name
    broken: int = 0  # requests that ended without an answer


def send(run: Run, path: str, content: bytes, offset: int) -> int:
    """Send one chunk, slowly; return the status."""
    chunk = content[offset : offset + CHUNK]
    connection = http.client.HTTPConnection("127.0.0.1", run.server.port, timeout=20)
    try:
        connection.putrequest("PATCH", path)
        for name, value in run.server.headers().items():
            connection.putheader(name, value)
        connection.putheader("Content-Type", "application/offset+octet-stream")
        connection.putheader("Upload-Offset", str(offset))
        connection.putheader("Content-Length", str(len(chunk)))
        connection.endheaders()
        for start in range(0, len(chunk), PIECE):
            connection.send(chunk[start : start + PIECE])
            time.sleep(PAUSE)
        return connection.getresponse().status
    finally:
        connection.close()


def upload(run: Run, name: str, content: bytes) -> None:
    """Upload one film as a client does: whatever breaks, ask how far it is and go on from there."""
    path = ""
    while True:
        try:
            if not path:
                metadata = f"filename {name.encode().hex()}"  # any text will do for the protocol
                path = run.server.begin(len(content), Upload_Metadata=metadata)
            status, headers, _body = run.server.request("HEAD", path)
            if status != 200:
                raise SystemExit(f"{name} is lost: HEAD answered {status}")
            offset = int(headers["Upload-Offset"])
            if offset == len(content):
                return
            if send(run, path, content, offset) not in (204, 423, 409):
                run.broken += 1
        except (OSError, http.client.HTTPException):
            run.broken += 1
            time.sleep(0.1)


def client(run: Run, number: int) -> None:
    count = 0
    while not run.over.is_set():
        count += 1
        content = run.chance.randbytes(run.chance.randrange(1, 8 * 1024 * 1024))
        name = f"{number}-{count}"
        run.films[name] = hashlib.sha256(content).hexdigest()
        upload(run, name, content)


def main(kills: int, seed: int) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cdtrainer-kills-") as folder:
        run = Run(RealServer(Path(folder), UPLOAD_QUOTA_BYTES=str(2**40)), random.Random(seed))  # noqa: S311
        run.server.start()
        clients = [threading.Thread(target=client, args=(run, number)) for number in range(CLIENTS)]
        for thread in clients:
            thread.start()
        for number in range(kills):
            time.sleep(run.chance.uniform(0, LONGEST_WAIT))
            run.server.kill()
            run.server.start()
            if number % 10 == 9:
                sys.stdout.write(f"{number + 1} kills, {len(run.films)} films begun, {run.broken} broken requests\n")
                sys.stdout.flush()
        run.over.set()
        for thread in clients:
            thread.join()
        lines = [line.split() for line in run.server.python("-c", LIST_FILES).splitlines()]
        run.server.kill()
    there = sorted(sha256 for _pk, sha256, *_name in lines if sha256 != "unfinished")
    wanted = sorted(run.films.values())
    lost = len(set(wanted) - set(there))
    doubled = len(there) - len(set(there))
    foreign = len(set(there) - set(wanted))
    never_answered = sum(1 for _pk, sha256, *_name in lines if sha256 == "unfinished")
    sys.stdout.write(
        f"seed {seed}: {kills} kills, {run.broken} broken requests, {len(wanted)} films: {lost} lost, "
        f"{doubled} doubled, {foreign} changed; {never_answered} empty beginnings whose answer was lost "
        f"(they expire); {time.monotonic() - begun:.0f} s\n"
    )
    return int(bool(lost or doubled or foreign or there != wanted))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(numbers + [100, 1][len(numbers) :])))
