"""Debian's Chromium, and what the three kinds of browser tests share.

- `tests/e2e/` drives what `make run` serves: gunicorn, the worker, collected files, and one database for all tests of
  a process. It is for what only the whole site can show: films, caches, sign-in, the weight of a page. Such a test
  sees what a visitor or a therapist sees, and nothing else.
- `tests/e2e/workshop/` drives Django's live server in the test's own process, on rows which the test makes and looks
  up: forms, lists, order, the editor.
- `tests/e2e/uploads/` drives the page “Upload clips” of a server with a worker, which it kills in the middle of films.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
#: Without the pop-ups of its address bar, which nobody sees here, a window takes less than half as long to open. The
#: rest is Playwright's own list, in short: a second list replaces the first.
DISABLED_FEATURES = [
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "AimEnabled", "LensOverlay", "MediaRouter",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "PaintHolding", "ThirdPartyStoragePartitioning", "OptimizationHints",
    "NetworkTimeServiceQuerying", "PreconnectToSearch",
]  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-sync",
    f"--disable-features={','.join(DISABLED_FEATURES)}",
]
#: Seconds that a wait for something may take. Where it comes, a long one costs nothing, and the machine may be busy.
PATIENCE = 120
AXE = next(Path(__file__).parent.glob("vendor/axe-core-*/axe.min.js"))


@contextmanager
def launched() -> Iterator[Any]:
    """Start Chromium; without it skip the test and say so, or fail it where REQUIRE_BROWSER is set."""
    if not shutil.which(CHROMIUM):
        message = "Chromium is not installed (apt-get install chromium): the browser tests did not run."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright  # slow to load, and few tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def open_context(browser: Any, **options: Any) -> Any:
    """Return a new browser context whose waits are as patient as `PATIENCE` says."""
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


def collect_complaints(page: Any, complaints: list[str]) -> None:
    """Append the page's errors to `complaints`: those of its scripts, and what breaks the content security policy."""
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))


def cookies_of(client: Any, url: str) -> list[Any]:
    """Return the cookies of Django's test client as a browser context takes them."""
    return [{"name": name, "value": morsel.value, "url": url} for name, morsel in client.cookies.items()]


def violations(page: Any, context: str = "html", **options: Any) -> list[tuple[str, list[str]]]:
    """Return the rules of axe that the elements of the selector `context` break, each with these elements.

    The options are those of `axe.run`. Other results than violations are not collected: that takes longer than to
    find them.
    """
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async ([context, options]) => (await axe.run(context, options)).violations",
        [context, {"resultTypes": ["violations"]} | options],
    )
    return [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]
