"""Uploads one big file of zeros to a real server and says how much the web processes grew: target 64 MiB for 2 GiB.

    python tools/upload_memory.py [GIBIBYTES]

Once as one request, once in chunks of 8 MiB as the upload page sends them. Takes about a minute for 2 GiB; what it
writes is in a temporary folder and goes away with it.
"""

import http.client
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.uploads.real_server import RealServer

PIECE = bytes(1024 * 1024)
CHUNK = 8 * len(PIECE)  # as in static/workshop/upload/row.js
LIMIT = 64.0  # MiB


def zeros(length: int, server: RealServer, peaks: list[float]) -> Iterator[bytes]:
    """`length` bytes; notes after every piece how much memory the server holds."""
    sent = 0
    while sent < length:
        piece = PIECE[: length - sent]
        yield piece
        sent += len(piece)
        peaks.append(server.memory())


def send(server: RealServer, size: int, chunk: int) -> float:
    """Upload `size` bytes in requests of `chunk` bytes; return the growth in MiB."""
    path = server.begin(size)
    before = server.memory()
    peaks = [before]
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    for offset in range(0, size, chunk):
        length = min(chunk, size - offset)
        headers = server.headers() | {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Content-Length": str(length),
        }
        connection.request("PATCH", path, body=zeros(length, server, peaks), headers=headers)
        response = connection.getresponse()
        response.read()
        if response.status != 204:
            raise SystemExit(f"answered {response.status} at byte {offset}")
    connection.close()
    took = time.monotonic() - begun
    growth = max(peaks) - before
    sys.stdout.write(
        f"{size / 2**30:.1f} GiB in requests of {chunk / 2**20:.0f} MiB: the web processes grew by {growth:.1f} MiB "
        f"(from {before:.1f}), {size / 2**20 / took:.0f} MiB/s\n"
    )
    server.request("DELETE", path)
    return growth


def main(size: int) -> int:
    with tempfile.TemporaryDirectory(prefix="cdtrainer-memory-") as folder:
        server = RealServer(Path(folder)).start()
        try:
            server.request("OPTIONS", "/admin/uploads/")
            growths = [send(server, size, size), send(server, size, CHUNK)]
        finally:
            server.kill()
    return int(max(growths) > LIMIT)


if __name__ == "__main__":
    sys.exit(main(int(float(sys.argv[1] if len(sys.argv) > 1 else 2) * 2**30)))
