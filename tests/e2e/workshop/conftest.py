"""The workshop in Chromium, served by Django's test server with the rows of one test."""

import os
from pathlib import Path

import pytest

from tests.browser import launched

AXE = next(Path("tests/vendor").glob("axe-core-*/axe.min.js"))


@pytest.fixture(scope="module")
def chromium(django_db_setup):
    """Debian's Chromium, for the tests marked e2e."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright keeps an event loop in this thread
    with launched() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def therapist(django_user_model):
    """Somebody who may edit everything, with the rows of one test."""
    return django_user_model.objects.create_superuser("ana", "ana@example.org", "a long password for ana")


@pytest.fixture
def open_page(chromium, live_server, client):
    """Return a function that opens a page; its complaints, CSP violations among them, are in `page.complaints`."""
    contexts = []

    def opened(path, width=1280, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
        contexts.append(context)
        context.add_cookies(
            [{"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in client.cookies.items()]
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + path)
        page.wait_for_load_state("networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


def axe(page):
    """Return what axe finds wrong."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]]
