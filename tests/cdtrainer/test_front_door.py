"""No body gets in that nobody asked for: the front door's rules, and the real server under large and slow bodies."""

import contextlib
import io
import socket
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cdtrainer.front_door import REFUSED, FrontDoor
from tests.uploads.real_server import RealServer

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
MEGABYTE = 1024 * 1024


def refusal(method="POST", path="/", length=10, content_type=URLENCODED, cookie="", chunked=False):
    """Return the status with which the door refuses a request, None when it lets the body in."""
    seen: dict[str, Any] = {}

    def application(environ, start_response):
        seen.update(environ)
        return []

    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "CONTENT_TYPE": content_type, "HTTP_COOKIE": cookie}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {"CONTENT_LENGTH": str(length)}
    environ["wsgi.input"] = io.BytesIO(bytes(4 * MEGABYTE))
    FrontDoor(application)(environ, None)
    if REFUSED in seen:
        assert seen["CONTENT_LENGTH"] == "0"
        assert seen["wsgi.input"].read() == b""
    return seen.get(REFUSED)


@pytest.mark.parametrize("path", ["/", "/stages/1/", "/search/", "/media/clips/a/film.mp4", "/nowhere/", "/healthz"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
def test_a_body_that_nobody_asked_for_is_refused(path, method):
    assert refusal(method, path) == 413
    assert refusal(method, path, chunked=True) == 413


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_reading_takes_no_body_even_where_forms_do(method):
    assert refusal(method, "/sides/") == 413
    assert refusal(method, "/admin/clips/clip/add/", cookie="sessionid=x") == 413


def test_a_visitors_form_comes_in_when_it_is_small_and_plain():
    assert refusal(path="/sides/") is None
    assert refusal(path="/sides/", length=5000) == 413
    assert refusal(path="/sides/", content_type=MULTIPART) == 415
    assert refusal(path="/sides/", content_type="text/plain") == 415
    assert refusal(path="/sides/", chunked=True) == 413


@pytest.mark.parametrize("path", ["/admin/account/login/", "/admin/login/", "/admin/welcome/x/", "/admin/logout/"])
def test_sign_in_takes_a_small_plain_form_and_no_file(path):
    assert refusal(path=path) is None
    assert refusal(path=path, length=MEGABYTE) == 413
    assert refusal(path=path, content_type=MULTIPART) == 415
    assert refusal(path=path, content_type=MULTIPART, cookie="sessionid=x") == 415


def test_only_somebody_with_a_session_may_send_files_and_uploads():
    for path in ("/admin/clips/clip/add/", "/admin/exercises/exercise/1/change/", "/admin/pages/page/1/change/"):
        assert refusal(path=path, content_type=MULTIPART) == 403
        assert refusal(path=path) == 403
        assert refusal(path=path, content_type=MULTIPART, cookie="a=b; sessionid=x") is None
        assert refusal(path=path, content_type=MULTIPART, cookie="old_sessionid=x; sessionid2=y") == 403
    chunk = {"method": "PATCH", "path": "/admin/uploads/x/", "content_type": "application/offset+octet-stream"}
    assert refusal(**chunk) == 403
    assert refusal(**chunk, cookie="sessionid=x") is None
    assert refusal(**chunk, cookie="sessionid=x", chunked=True) is None


def test_a_film_may_be_large_and_another_form_may_not(settings):
    settings.CLIP_MAX_BYTES = 100 * MEGABYTE
    cookie = "sessionid=x"

    assert refusal(path="/admin/clips/clip/add/", length=90 * MEGABYTE, content_type=MULTIPART, cookie=cookie) is None
    assert refusal(path="/admin/clips/clip/add/", length=110 * MEGABYTE, content_type=MULTIPART, cookie=cookie) == 413
    assert refusal(path="/admin/pages/page/1/change/", length=90 * MEGABYTE, cookie=cookie) == 413
    assert refusal(path="/admin/clips/clip/add/", length=90 * MEGABYTE, cookie=cookie) == 413


def test_the_cookies_name_is_the_sites_own(settings):
    settings.SESSION_COOKIE_NAME = "__Host-sessionid"

    assert refusal(path="/admin/pages/page/1/change/", cookie="sessionid=x") == 403
    assert refusal(path="/admin/pages/page/1/change/", cookie="__Host-sessionid=x") is None


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "٣", "abc"])
def test_a_length_that_is_no_number_is_no_length(length):
    assert refusal(path="/sides/", length=length) == 413


def multipart(size):
    """Return the body of a form with one file of `size` bytes."""
    head = b'--b\r\nContent-Disposition: form-data; name="original"; filename="f.mp4"\r\n\r\n'
    return head + bytes(size) + b"\r\n--b--\r\n"


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/clips/clip/add/", "/admin/exercises/exercise/1/change/"])
def test_a_made_up_session_lets_no_file_in(client, path):
    client.cookies["sessionid"] = client.cookies["csrftoken"] = "x" * 32

    response = client.generic("POST", path, multipart(10), content_type=MULTIPART)

    assert response.status_code == 403
    assert "You may not do this here" in response.text


@pytest.mark.django_db
def test_a_made_up_session_lets_no_large_form_in(client):
    client.cookies["sessionid"] = client.cookies["csrftoken"] = "x" * 32
    form = "name=" + "x" * 100_000

    response = client.post("/admin/pages/page/1/change/", form, content_type=URLENCODED)

    assert response.status_code == 403


@pytest.mark.django_db
def test_the_staff_can_send_a_file_only_where_a_form_takes_one(workshop):
    fields = {"name": "Neck", "slug": "neck", "position": 1}

    plain = workshop.post("/admin/exercises/bodypart/add/", fields)
    response = workshop.generic("POST", "/admin/exercises/bodypart/add/", multipart(10), content_type=MULTIPART)

    assert plain.status_code == 302
    assert response.status_code == 415
    assert "That cannot be sent here" in response.text


# The real server -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = RealServer(tmp_path_factory.mktemp("site"), FILE_UPLOAD_TEMP_DIR=str(tmp_path_factory.mktemp("temp")))
    yield running.start()
    running.kill()


def send(server, head, body_bytes, result):
    """Send `head` and as much of `body_bytes` zeros as the server takes; put the first bytes of its answer aside."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head.replace(b"{host}", b"Host: 127.0.0.1\r\n"))
        sent = 0
        try:
            while sent < body_bytes:
                sent += connection.send(bytes(min(MEGABYTE, body_bytes - sent)))
        except OSError:  # closed, as it should be
            pass
        try:
            result.append((sent, connection.recv(4096)))
        except OSError:
            result.append((sent, b""))


def visit_takes(server):
    """Return how many seconds a visitor waits for a page."""
    started = time.monotonic()
    assert server.request("GET", "/stages/")[0] == 200
    return time.monotonic() - started


def worst_wait_beside_strangers(server, answers):
    """Return the longest that a visitor waits while two strangers send 100 MB each; put their answers aside."""
    head = f"GET / HTTP/1.1\r\n{{host}}Content-Length: {100 * MEGABYTE}\r\n\r\n".encode()
    strangers = [threading.Thread(target=send, args=(server, head, 100 * MEGABYTE, answers)) for _ in range(2)]
    for stranger in strangers:
        stranger.start()
    waits = [visit_takes(server) for _ in range(20)]
    for stranger in strangers:
        stranger.join()
    return max(waits)


@pytest.mark.e2e
def test_two_strangers_with_100_megabytes_each_hold_up_nobody(server):
    quiet = max(visit_takes(server) for _ in range(5))
    answers: list[tuple[int, bytes]] = []

    # What strangers hold up is held up each time; what else this machine does is not.
    assert any(worst_wait_beside_strangers(server, answers) < quiet + 0.5 for _ in range(3))
    assert all(answer.startswith(b"HTTP/1.1 413") and b"Connection: close" in answer for _sent, answer in answers)
    assert all(sent < 20 * MEGABYTE for sent, _answer in answers)


@pytest.mark.e2e
@pytest.mark.parametrize("path", ["/sides/", "/admin/account/login/", "/admin/clips/clip/add/", "/stages/"])
def test_nothing_of_a_strangers_file_reaches_the_disk(server, path):
    cookie = "Cookie: sessionid=made-up; csrftoken=" + "c" * 32
    length = 60 * MEGABYTE
    head = (
        f"POST {path} HTTP/1.1\r\n{{host}}{cookie}\r\nReferer: http://127.0.0.1/\r\nContent-Type: {MULTIPART}\r\n"
        f"Content-Length: {length}\r\n\r\n--b\r\nContent-Disposition: form-data; "
        'name="original"; filename="f.mp4"\r\n\r\n'
    ).encode()
    largest = 0
    answers: list[tuple[int, bytes]] = []
    folder = Path(server.environment["FILE_UPLOAD_TEMP_DIR"])
    stranger = threading.Thread(target=send, args=(server, head, length, answers))

    stranger.start()
    while stranger.is_alive():
        largest = max([largest, *(file.stat().st_size for file in folder.iterdir())])
        time.sleep(0.01)

    assert largest == 0
    assert answers[0][1].partition(b"\r\n")[0].split()[1] in (b"413", b"415", b"403")


@pytest.mark.e2e
def test_a_body_that_never_comes_is_not_waited_for(server):
    head = b"POST /stages/ HTTP/1.1\r\n{host}Content-Length: 1000000\r\n\r\n"
    answers: list[tuple[int, bytes]] = []
    started = time.monotonic()

    send(server, head, 0, answers)

    assert answers[0][1].startswith(b"HTTP/1.1 413")
    assert time.monotonic() - started < 5


@pytest.mark.e2e
def test_a_visitors_form_still_works(server):
    status, headers, _body = server.request("POST", "/sides/", b"side=left&next=/stages/", Content_Type=URLENCODED)

    assert status == 302
    assert "side=left" in headers["Set-Cookie"]


@pytest.mark.e2e
def test_a_form_that_drips_in_is_given_up_after_ten_seconds(server):
    head = f"POST /admin/account/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {URLENCODED}\r\n"
    started = time.monotonic()

    with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
        connection.sendall(f"{head}Content-Length: 60\r\n\r\n".encode())
        answer = b""
        while not answer and time.monotonic() - started < 30:
            connection.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started < 15
