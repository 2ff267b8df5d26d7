"""The page “Upload clips” of a server with its worker, one for all these tests: they kill it and start it again."""

import os

import pytest

from tests.browser import collect_complaints, open_context
from tests.clips.films import make_film
from tests.uploads.real_server import RealServer


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = RealServer(tmp_path_factory.mktemp("site"), programme=True, UPLOAD_MAX_BYTES=str(40 * 2**20))
    server.start()
    server.start_worker()
    yield server
    server.stop_worker()
    server.kill()


@pytest.fixture
def context(chromium, server):
    context = open_context(chromium, viewport={"width": 1280, "height": 900})
    context.add_cookies([{"name": "sessionid", "value": server.sessions["ana"], "url": server.url}])
    yield context
    context.close()


@pytest.fixture
def open_page(context, server):
    complaints: list[str] = []

    def opened(path="/admin/clips/upload/"):
        page = context.new_page()
        collect_complaints(page, complaints)
        page.goto(server.url + path)
        return page

    yield opened
    # A server that is away, or that refuses, is logged by the browser; whatever else it complains of is our fault.
    assert "\n".join(each for each in complaints if not each.startswith("Failed to load resource")) == ""


@pytest.fixture
def film(tmp_path):
    """Make a file to choose: a real film, or as many random bytes."""

    def made(name, kind="plain.mp4", size=0):
        path = tmp_path / name
        path.write_bytes(os.urandom(size) if size else make_film(tmp_path, kind).read_bytes())
        return path

    return made
