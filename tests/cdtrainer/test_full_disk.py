"""The real site on a disk that is full: a small tmpfs with the database, the films and the originals on it."""

import os
import re
import signal
import sqlite3
import subprocess
from contextlib import contextmanager
from html import unescape
from urllib.parse import urlencode

import pytest

from tests.uploads.real_server import CSRF, RealServer

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("full_disk")]  # not a browser, but as slow as one

URLENCODED = "application/x-www-form-urlencoded"
PAGES = ["/", "/stages/", "/exercises/", "/faq/", "/problems/"]


def mount(folder, size):
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here, which only root may do: {done.stderr.strip()}")


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    mount(folder, "40m")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(scope="module")
def site(small_disk, tmp_path_factory):
    static = tmp_path_factory.mktemp("static")
    server = RealServer(small_disk, FILE_UPLOAD_TEMP_DIR=str(small_disk), DEBUG="False", STATIC_ROOT=str(static))
    server.log = static.parent / "full-disk.log"
    yield server.start()
    server.kill()


@contextmanager
def full(folder):
    """Fill the disk to its last byte within this block."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (2**20, 2**12, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                pass
    assert os.statvfs(folder).f_bavail == 0
    try:
        yield
    finally:
        filler.unlink()


def get(site, path):
    status, headers, body = site.request("GET", path)
    return status, headers, body.decode()


def as_a_visitor(site, path):
    status, _headers, body = site.request("GET", path, Cookie="")
    return status, body.decode()


def send(site, path, **fields):
    body = urlencode(fields | {"csrfmiddlewaretoken": CSRF}, doseq=True).encode()
    status, _headers, answer = site.request("POST", path, body, Content_Type=URLENCODED)
    return status, unescape(answer.decode())


def names(site):
    """Return the body parts in the database."""
    _status, _headers, page = get(site, "/admin/exercises/bodypart/")
    return re.findall(r'change/[^>]*">([^<]+)</a>', page)


def test_visitors_notice_nothing_of_a_full_disk(site, small_disk):
    for path in PAGES * 6:  # for each process
        assert as_a_visitor(site, path)[0] == 200

    with full(small_disk):
        answers = {path: as_a_visitor(site, path)[0] for path in [*PAGES * 4, "/search/?q=neck", "/my-side/"]}

    assert set(answers.values()) == {200}, answers


def test_a_web_process_that_is_started_again_can_read(site, small_disk):
    with full(small_disk):
        os.kill(site.workers[0], signal.SIGKILL)
        site.wait_until_up()
        answers = {as_a_visitor(site, path)[0] for path in PAGES * 4}

    assert answers == {200}


def test_a_full_disk_is_named_to_the_operator(site, small_disk):
    with full(small_disk):
        status, body = as_a_visitor(site, "/readyz")
        start_page = get(site, "/admin/")

    assert status == 503
    assert {"disk", "media"} <= set(body.split())
    assert "database" not in body.split()
    assert start_page[0] == 200
    assert "That is too little." in start_page[2]


def test_what_cannot_be_saved_is_said_and_kept_and_saved_later(site, small_disk):
    before = names(site)
    with full(small_disk):
        status, page = send(site, "/admin/exercises/bodypart/add/", name="Knee", slug="knee", position=1)
        assert status == 503
        assert "disk is full, so nothing can be saved" in page
        assert 'name="name" value="Knee"' in page
        assert names(site) == before

    assert send(site, "/admin/exercises/bodypart/add/", name="Knee", slug="knee", position=1)[0] == 302
    assert sorted(names(site)) == sorted([*before, "Knee"])


def test_films_are_refused_in_plain_words(site, small_disk):
    with full(small_disk):
        begun, _headers, words = site.request("POST", "/admin/uploads/", None, Upload_Length=1000)
        film = b'--b\r\nContent-Disposition: form-data; name="original"; filename="f.mp4"\r\n\r\n' + bytes(5_000_000)
        sent, _headers, page = site.request(
            "POST", "/admin/clips/clip/add/", film + b"\r\n--b--\r\n", Content_Type="multipart/form-data; boundary=b"
        )

    assert (begun, words.decode()) == (
        507,
        "The server's disk is too full for this file. Tell whoever looks after the site.",
    )
    assert sent == 503
    assert "site-header" in page.decode()


def test_nothing_is_lost_when_a_full_disk_has_been_emptied(site, small_disk):
    with full(small_disk):
        for number in range(5):
            send(site, "/admin/exercises/bodypart/add/", name=f"Part {number}", slug=f"part-{number}", position=1)

    with sqlite3.connect(f"file:{small_disk}/db.sqlite3?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    assert as_a_visitor(site, "/stages/")[0] == 200
    assert send(site, "/admin/exercises/bodypart/add/", name="Elbow", slug="elbow", position=1)[0] == 302
