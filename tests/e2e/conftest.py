"""The real site for end-to-end tests: `make run` on data of its own, and Debian's Chromium."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import launched

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "a slow and smooth password"


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


def free_port():
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@dataclass
class Site:
    """A running site: where it is, what it printed, and its private folder."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def printed(self):
        return (self.folder / "run.log").read_text()

    def stop(self):
        """Press Ctrl-C."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(timeout=60)


def start_site(folder):
    """Start `make run` with its data in `folder` and wait until it answers."""
    port = free_port()
    environment = os.environ | {
        "PORT": str(port),
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "ORIGINALS_ROOT": str(folder / "originals"),
        "UPLOADS_ROOT": str(folder / "uploads"),
        "STATIC_ROOT": str(folder / "static"),
        "DEBUG": "False",
    }
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    with (folder / "run.log").open("a") as log:
        process = subprocess.Popen(
            ["make", "run"], cwd=ROOT, env=environment, stdout=log, stderr=log, text=True, start_new_session=True
        )
    site = Site(f"http://127.0.0.1:{port}", folder, process)
    deadline = time.monotonic() + 180
    while not (answers(f"{site.url}/healthz") and answers(f"{site.url}/readyz")):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"make run did not come up:\n{site.printed()[-4000:]}")
        time.sleep(0.3)
    return site


@pytest.fixture(scope="package")
def site(tmp_path_factory) -> Iterator[Site]:
    running = start_site(tmp_path_factory.mktemp("site"))
    yield running
    running.stop()


@pytest.fixture(scope="package")
def chromium():
    with launched() as browser:
        yield browser


@pytest.fixture
def new_page(chromium, site):
    """Open pages in contexts of their own; console errors and violations of the policy fail the test."""
    contexts, complaints = [], []

    def open_page(**options):
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 900}, "base_url": site.url} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="package")
def therapist(chromium, site):
    """The therapist's signed-in cookies, after the printed link and a chosen password."""
    link = re.search(r"http://\S+/admin/welcome/\S+", site.printed())[0]
    context = chromium.new_context(base_url=site.url)
    page = context.new_page()
    page.goto(link)
    page.get_by_label(re.compile("user ?name", re.IGNORECASE)).fill("ana")
    for field in page.locator("input[type=password]").all():
        field.fill(PASSWORD)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url("**/admin/")
    state = context.storage_state()
    context.close()
    return state
