"""One Chromium and one real site a process, and somebody signed in there; see tests/browser.py for the two kinds.

`make test` runs these tests in more processes than there are cores, because they mostly wait. Those of one
`xdist_group` stay together: they share a site, or a server, that takes seconds to start. xdist begins with the largest
groups, so that none of them is left for the end.
"""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import collect_complaints, launched, open_context
from tests.e2e.site import Site, start_site

PASSWORD = "a slow and smooth password"


def pytest_collection_modifyitems(items):
    for item in items:
        if "e2e" in item.nodeid:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, one for all tests of a process.

    Playwright keeps an event loop in this thread from now on, and beside one Django touches no database unless it is
    told that this is safe.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with launched() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    """The real site, one for all tests of a process."""
    running = start_site(tmp_path_factory.mktemp("site"))
    yield running
    running.stop()


@pytest.fixture
def new_page(chromium, site):
    """Open pages in contexts of their own; console errors and violations of the policy fail the test."""
    contexts: list[Any] = []
    complaints: list[str] = []

    def open_page(**options):
        context = open_context(
            chromium, **({"viewport": {"width": 1280, "height": 900}, "base_url": site.url} | options)
        )
        contexts.append(context)
        page = context.new_page()
        collect_complaints(page, complaints)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def signed_in(chromium, site):
    """The therapist's cookies on the real site, after the printed link and a chosen password."""
    link = re.search(r"http://\S+/admin/welcome/\S+", site.printed())[0]
    context = open_context(chromium, base_url=site.url)
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
