"""The real tus-js-client, the very file that the page loads, against the real server."""

import hashlib
import json
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.uploads.real_server import RealServer

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("tus_client.cjs")

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(NODE is None, reason="node is not installed (on Debian: nodejs)"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = RealServer(tmp_path_factory.mktemp("site"), UPLOAD_MAX_BYTES=str(50 * 2**20)).start()
    yield server
    server.kill()


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "clapping hard 3.MOV"
    path.write_bytes(os.urandom(5_000_000))
    return path


def upload(server, film, **options):
    """Run the client to its end and return its report."""
    headers = {name: value for name, value in server.headers().items() if name != "Tus-Resumable"}
    arguments = {"url": f"{server.url}/admin/uploads/", "file": str(film), "headers": headers} | options
    finished = subprocess.run(
        [str(NODE), str(SCRIPT), json.dumps(arguments)], capture_output=True, text=True, timeout=120, check=True
    )
    return json.loads(finished.stdout)


def sha256_on_server(server, report):
    return hashlib.sha256(server.file_of(report["url"]).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"chunkSize": 1_000_000},
        {"chunkSize": 1_000_000, "withCreation": True},
        {"withCreation": True},
        {"chunkSize": 2_000_000, "overridePatch": True},
    ],
)
def test_the_client_uploads_a_film(server, film, options):
    report = upload(server, film, **options)

    assert report["outcome"] == "done"
    assert sha256_on_server(server, report) == report["sha256"]


def test_the_client_goes_on_where_it_stopped(server, film):
    stopped = upload(server, film, chunkSize=1_000_000, stopAfter=2)
    assert stopped["outcome"] == "stopped"

    report = upload(server, film, chunkSize=1_000_000, uploadUrl=stopped["url"])

    assert report["outcome"] == "done"
    assert report["requests"] == ["HEAD 200", "PATCH 204", "PATCH 204", "PATCH 204"]
    assert sha256_on_server(server, report) == report["sha256"]


def test_the_client_cancels(server, film):
    report = upload(server, film, chunkSize=1_000_000, stopAfter=2, terminate=True)

    assert report["requests"][-1] == "DELETE 204"
    assert not server.file_of(report["url"]).exists()


def test_the_client_is_told_that_a_film_is_too_large(server, tmp_path):
    film = tmp_path / "long.mov"
    film.write_bytes(bytes(50 * 2**20 + 1))

    report = upload(server, film)

    assert report["outcome"].startswith("error")
    assert "response code: 413" in report["outcome"]
    assert report["requests"] == ["POST 413"]


def test_the_client_waits_for_another_window(server, film):
    path = server.begin(5_000_000)
    length = len(film.read_bytes())
    other_window = server.raw(
        f"PATCH {path} HTTP/1.1\r\n".encode()
        + b"{auth}Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
        + f"Content-Length: {length}\r\n\r\n".encode()
        + film.read_bytes()[:200_000]
    )

    report = upload(server, film, uploadUrl=f"{server.url}{path}", chunkSize=1_000_000)

    other_window.close()
    server.hang_up()
    assert "PATCH 423" in report["requests"]
    assert report["outcome"] == "done"
    assert sha256_on_server(server, report) == report["sha256"]


def test_the_client_goes_on_after_the_server_was_killed_and_started_again(server, film):
    """Three times, in the middle of an upload."""
    film.write_bytes(os.urandom(30_000_000))
    over = threading.Event()

    def kill_and_restart():
        for _time in range(3):
            if over.wait(0.4):
                return
            server.kill()
            time.sleep(0.1)
            server.start()

    killer = threading.Thread(target=kill_and_restart)
    killer.start()
    report = upload(server, film, chunkSize=500_000, retryDelays=[200] * 100)
    over.set()
    killer.join()

    assert report["outcome"] == "done"
    assert sha256_on_server(server, report) == report["sha256"]
