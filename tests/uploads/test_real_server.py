"""The tus server under gunicorn and gevent, over raw sockets: broken, slow, rude and unlucky clients."""

import hashlib
import http.client
import os
import socket
import threading
import time

import pytest

from tests.uploads.real_server import RealServer

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = RealServer(tmp_path_factory.mktemp("site")).start()
    yield server
    server.kill()


@pytest.fixture(autouse=True)
def _hung_up(server):
    yield
    server.hang_up()


def patch_head(path, offset, length, extra=b""):
    return (
        f"PATCH {path} HTTP/1.1\r\n".encode()
        + b"{auth}"
        + f"Upload-Offset: {offset}\r\nContent-Length: {length}\r\n".encode()
        + b"Content-Type: application/offset+octet-stream\r\n"
        + extra
        + b"\r\n"
    )


def status_of(connection):
    """Read one answer and return its status; 0 when the connection was closed or reset without one."""
    with http.client.HTTPResponse(connection) as response:
        try:
            response.begin()
        except (OSError, http.client.HTTPException):
            return 0
        response.read()
        return response.status


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def test_an_upload_goes_through_bit_by_bit(server):
    content = os.urandom(3_000_000)
    path = server.begin(len(content))

    assert server.request("PATCH", path, content[:1_000_000], Upload_Offset=0)[0] == 204
    assert server.request("PATCH", path, content[1_000_000:], Upload_Offset=1_000_000)[0] == 204

    assert hashlib.sha256(server.file_of(path).read_bytes()).digest() == hashlib.sha256(content).digest()


def test_bytes_that_came_before_the_connection_broke_are_kept(server):
    path = server.begin(1_000_000)
    connection = server.raw(patch_head(path, 0, 1_000_000) + b"x" * 300_000)
    wait_for(lambda: server.file_of(path).exists() and server.file_of(path).stat().st_size >= 262_144)
    connection.close()

    wait_for(lambda: server.offset(path) == 300_000 or server.request("HEAD", path)[0] == 200)
    offset = server.offset(path)
    assert offset >= 262_144  # all but the last piece of 64 KiB, which the server was waiting for
    wait_for(lambda: server.request("PATCH", path, b"x" * (1_000_000 - offset), Upload_Offset=offset)[0] == 204)
    assert server.file_of(path).read_bytes() == b"x" * 1_000_000


def test_a_silent_connection_does_not_keep_its_owner_from_going_on(server):
    """A lost network looks like this: the old connection stays open and says nothing."""
    path = server.begin(1_000_000)
    silent = server.raw(patch_head(path, 0, 1_000_000) + b"x" * 131_072)
    wait_for(lambda: server.offset(path) == 131_072)

    assert server.request("PATCH", path, b"y" * 10, Upload_Offset=131_072)[0] == 423
    time.sleep(3.1)
    assert server.offset(path) == 131_072
    assert server.request("PATCH", path, b"y" * 10, Upload_Offset=131_072)[0] == 204

    silent.sendall(b"x" * 868_928)  # the network is back
    assert status_of(silent) == 423
    silent.close()
    assert server.file_of(path).read_bytes() == b"x" * 131_072 + b"y" * 10


def test_two_windows_at_the_same_time_do_no_harm(server):
    content = os.urandom(4_000_000)
    path = server.begin(len(content))
    statuses = []

    def window():
        while (offset := server.offset(path)) < len(content):
            chunk = content[offset : offset + 200_000]
            statuses.append(server.request("PATCH", path, chunk, Upload_Offset=offset)[0])

    windows = [threading.Thread(target=window) for _number in range(4)]
    for thread in windows:
        thread.start()
    for thread in windows:
        thread.join(60)

    assert server.file_of(path).read_bytes() == content
    assert set(statuses) <= {204, 409, 423, 413}


@pytest.mark.parametrize(
    ("request_line", "length", "status"),
    [
        ("PATCH {path}", 5_000_000, 409),  # wrong offset
        ("PATCH {path}", 9_000_000, 413),  # longer than the upload
        ("PATCH /admin/uploads/00000000-0000-4000-8000-000000000000/", 5_000_000, 404),
    ],
)
def test_a_client_sees_why_its_chunk_is_refused(server, request_line, length, status):
    """It sends the whole chunk before it looks; a reset would lose the answer."""
    path = server.begin(6_000_000)
    offset = 0 if status == 413 else 7
    head = patch_head("PATH", offset, length).replace(b"PATCH PATH", request_line.format(path=path).encode())
    connection = server.raw(head)
    connection.sendall(bytes(length))

    assert status_of(connection) == status
    connection.close()


def test_a_stranger_and_a_foreign_page_see_their_refusals_too(server):
    path = server.begin(6_000_000)

    stranger = server.raw(patch_head(path, 0, 5_000_000), who="ben")
    stranger.sendall(bytes(5_000_000))
    assert status_of(stranger) == 404

    foreign = server.raw(patch_head(path, 0, 5_000_000, b"X-CSRFToken: wrong\r\n"))
    foreign.sendall(bytes(5_000_000))
    assert status_of(foreign) == 403
    assert server.offset(path) == 0


def test_a_chunked_body_is_taken(server):
    path = server.begin(10)
    head = patch_head(path, 0, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    connection = server.raw(head + b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")

    assert status_of(connection) == 204
    assert server.file_of(path).read_bytes() == b"helloworld"


def test_a_chunked_body_that_is_too_long_is_refused_whole(server):  # tusd: Patch/OverflowWithoutLength
    path = server.begin(8)
    head = patch_head(path, 0, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    connection = server.raw(head + b"5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n")

    assert status_of(connection) == 413
    assert server.offset(path) == 0


def test_a_chunked_body_that_breaks_off_leaves_nothing(server):
    path = server.begin(10)
    head = patch_head(path, 0, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")

    connection = server.raw(head + b"5\r\nhello\r\n5\r\nwo")
    connection.shutdown(socket.SHUT_WR)

    assert status_of(connection) == 408
    assert server.offset(path) == 0


def test_a_checked_chunk_that_breaks_off_leaves_nothing(server):
    path = server.begin(1_000_000)
    checksum = b"Upload-Checksum: sha1 " + b"A" * 27 + b"=\r\n"

    connection = server.raw(patch_head(path, 0, 1_000_000, checksum) + b"x" * 300_000)
    time.sleep(0.3)
    connection.close()

    wait_for(lambda: server.request("PATCH", path, b"x", Upload_Offset=0)[0] == 204)
    assert server.offset(path) == 1


def test_the_connection_stays_usable_after_an_answer(server):
    path = server.begin(10)
    again = patch_head(path, 0, 5).replace(b"{auth}", b"Host: 127.0.0.1\r\n" + auth_of(server))

    connection = server.raw(patch_head(path, 3, 5) + b"hello")
    assert status_of(connection) == 409
    connection.sendall(again + b"hello")

    assert status_of(connection) == 204
    assert server.offset(path) == 5


def auth_of(server):
    return "".join(f"{name}: {value}\r\n" for name, value in server.headers().items()).encode()


def test_head_for_something_missing_has_no_body(server):
    connection = server.raw(
        b"HEAD /admin/uploads/00000000-0000-4000-8000-000000000000/ HTTP/1.1\r\n{auth}Connection: close\r\n\r\n"
    )
    response = b""
    while piece := connection.recv(65536):
        response += piece

    assert response.startswith(b"HTTP/1.1 404")
    assert response.endswith(b"\r\n\r\n")


def names_beside_the_database(server):
    return sorted(path.name for path in server.folder.iterdir() if not path.name.startswith("db.sqlite3"))


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2f..%2fx", "%2e%2e/x", "a/../../x"])
def test_no_address_leads_out_of_the_folder(server, name):
    before = names_beside_the_database(server)

    connection = server.raw(patch_head(f"/admin/uploads/{name}/", 0, 5) + b"hello")

    assert status_of(connection) in (302, 400, 403, 404)
    assert names_beside_the_database(server) == before


def test_a_slow_upload_does_not_hold_up_the_others(server):
    path = server.begin(200_000)
    slow = [server.raw(patch_head(path, 0, 200_000) + b"x") for _number in range(40)]

    start = time.monotonic()
    for _number in range(10):
        assert server.request("OPTIONS", "/admin/uploads/")[0] == 204
    seconds = time.monotonic() - start

    for connection in slow:
        connection.close()
    assert seconds < 5


def test_a_kill_9_in_the_middle_loses_no_byte_that_was_acknowledged(server):
    content = os.urandom(2_000_000)
    path = server.begin(len(content))
    server.request("PATCH", path, content[:500_000], Upload_Offset=0)
    server.raw(patch_head(path, 500_000, 1_500_000) + content[500_000:1_200_000])
    wait_for(lambda: server.file_of(path).stat().st_size > 700_000)

    server.kill()
    server.start()

    offset = server.offset(path)
    assert offset > 700_000
    wait_for(lambda: server.request("PATCH", path, content[offset:], Upload_Offset=offset)[0] == 204)
    assert server.file_of(path).read_bytes() == content


def test_several_hosts_share_an_upload(server):
    """Chunks of one upload, sent to two hosts in turn and at the same time."""
    second_host = server.second_host().start()
    content = os.urandom(4_000_000)
    path = server.begin(len(content))
    statuses = []

    def window(host):
        while (offset := host.offset(path)) < len(content):
            chunk = content[offset : offset + 300_000]
            statuses.append(host.request("PATCH", path, chunk, Upload_Offset=offset)[0])

    windows = [threading.Thread(target=window, args=[host]) for host in (server, second_host) * 2]
    for thread in windows:
        thread.start()
    for thread in windows:
        thread.join(60)
    offsets = [host.request("HEAD", path)[1]["Upload-Offset"] for host in (server, second_host)]
    second_host.kill()

    assert server.file_of(path).read_bytes() == content
    assert offsets == ["4000000", "4000000"]
    assert set(statuses) <= {204, 409, 413, 423}


def test_memory_does_not_grow_with_the_file(server):
    """The small sister of `tools/upload_memory.py`."""

    size = 100 * 1024 * 1024
    piece = bytes(1024 * 1024)
    server.request("OPTIONS", "/admin/uploads/")
    before = server.memory()
    path = server.begin(size)
    connection = server.raw(patch_head(path, 0, size))
    peak = before
    for _number in range(size // len(piece)):
        connection.sendall(piece)
        peak = max(peak, server.memory())

    assert status_of(connection) == 204
    connection.close()
    server.request("DELETE", path)
    assert peak - before < 32
