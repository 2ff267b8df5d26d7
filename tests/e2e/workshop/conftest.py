"""The workshop in Chromium, served by Django's test server with the rows of one test."""

import pytest

from tests.browser import collect_complaints, cookies_of, open_context

BAR = "[data-bar=draft]"


@pytest.fixture
def open_page(chromium, live_server, client):
    """Return a function that opens a page as `client`; its complaints, CSP violations among them, are listed."""
    contexts = []

    def opened(path, width=1280, scheme="light", **options):
        view = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "base_url": live_server.url}
        context = open_context(chromium, **view, **options)
        contexts.append(context)
        context.add_cookies(cookies_of(client, live_server.url))
        page = context.new_page()
        page.complaints = []
        collect_complaints(page, page.complaints)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def save(page):
    """Press the first button “Save” and wait for the page that says so."""
    with page.expect_navigation():
        page.locator("input[name=_save]").first.click()


def type_into(page, name, words):
    field = page.locator(f"[name={name}]")
    field.fill(words)
    return field
