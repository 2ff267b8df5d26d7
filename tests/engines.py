"""Firefox and WebKit as Debian packages them, driven alike: the engines that Playwright cannot drive here.

- Gecko is `firefox-esr`, over Marionette, which needs no driver program. (Playwright reaches only newer Firefoxes.)
- WebKit is WebKitGTK's MiniBrowser, over its WebDriver, on a screen that nobody sees. It is the engine of Safari, but
  not Safari: films go through GStreamer, and no window is narrower than 447 px.
"""

import base64
import gc
import os
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.e2e.site import free_port

FIREFOX = "/usr/bin/firefox-esr"
WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver"
XVFB = "/usr/bin/Xvfb"
NIGHT = 0  # Firefox's number for a dark colour scheme
DAY = 1
#: Firefox itself gets no narrower than a window of its own; the box that shows the page does.
NARROW = "for (const side of ['min', 'max']) gBrowser.selectedBrowser.style[side + '-width'] = arguments[0] + 'px'"


class Engine(Protocol):
    """What a journey needs of a browser."""

    def open(self, address: str) -> None: ...

    def click(self, selector: str) -> None: ...

    def run(self, script: str, *arguments: Any) -> Any: ...

    def resize(self, width: int, height: int) -> None: ...

    def screenshot(self, path: Path) -> None: ...


def until(engine: Engine, expression: str, seconds: float = 20) -> Any:
    """Wait until a JavaScript expression holds, and return what it gives."""
    deadline = time.monotonic() + seconds
    while not (value := engine.run(f"return {expression}")):
        assert time.monotonic() < deadline, expression
        time.sleep(0.05)
    return value


class Gecko:
    """Firefox through Marionette."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.open = browser.navigate

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    def run(self, script: str, *arguments: Any) -> Any:
        return self.browser.execute_script(script, script_args=arguments)

    def resize(self, width: int, height: int) -> None:
        """Give the page `width` CSS pixels, and the window `height`."""
        self.browser.set_window_rect(width=max(width, 500), height=height)
        with self.browser.using_context("chrome"):
            self.browser.execute_script(NARROW, script_args=[width])

    def screenshot(self, path: Path) -> None:
        path.write_bytes(self.browser.screenshot(format="binary", full=True))

    def pdf(self) -> bytes:
        """Print the page on A4."""
        paper = {"page": {"width": 21.0, "height": 29.7}}
        return base64.b64decode(self.browser._send_message("WebDriver:Print", paper, key="value"))


class WebKit:
    """WebKitGTK through its WebDriver."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser
        self.open = browser.get
        self.run = browser.execute_script

    def click(self, selector: str) -> None:
        self.browser.find_element("css selector", selector).click()

    def resize(self, width: int, height: int) -> None:
        self.browser.set_window_size(width, height)

    def screenshot(self, path: Path) -> None:
        self.browser.save_screenshot(str(path))


def require(*programs: str, packages: str) -> None:
    """Skip the test and say so where an engine is not installed, or fail it where REQUIRE_BROWSER is set."""
    if all(shutil.which(program) for program in programs):
        return
    message = f"The engine is not installed (apt-get install {packages}): its journey was not tried."
    if os.environ.get("REQUIRE_BROWSER"):
        pytest.fail(message)
    pytest.skip(message)


@contextmanager
def gecko(scheme: int = DAY) -> Iterator[Engine]:
    """Start Firefox, by day or by night."""
    require(FIREFOX, packages="firefox-esr")
    preferences = {"layout.css.prefers-color-scheme.content-override": scheme}
    with warnings.catch_warnings():
        # mozinfo asks in an old way what Linux this is, and Marionette drops the sockets that it knocks with.
        warnings.simplefilter("ignore")
        from marionette_driver.marionette import Marionette

        browser = Marionette(bin=FIREFOX, headless=True, port=free_port(), prefs=preferences, gecko_log=os.devnull)
        browser.start_session()
        gc.collect()
    try:
        yield Gecko(browser)
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            browser.quit()
            browser.cleanup()
            gc.collect()


@contextmanager
def screen() -> Iterator[str]:
    """Start a screen that nobody sees, and return its name, such as ":99"."""
    with subprocess.Popen(
        [XVFB, "-displayfd", "1", "-screen", "0", "1400x3200x24", "-nolisten", "tcp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            yield f":{server.stdout.readline().strip()}"
        finally:
            server.terminate()


@contextmanager
def webkit(**environment: str) -> Iterator[Engine]:
    """Start WebKitGTK's MiniBrowser."""
    require(WEBKIT_DRIVER, XVFB, packages="webkit2gtk-driver xvfb gstreamer1.0-libav")
    from selenium.webdriver import WebKitGTK, WebKitGTKOptions
    from selenium.webdriver.webkitgtk.service import Service

    options = WebKitGTKOptions()
    options.binary_location = str(next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser")))
    options.add_argument("--automation")
    with screen() as display:
        service = Service(WEBKIT_DRIVER, env=os.environ | {"DISPLAY": display} | environment)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Selenium's, of Selenium
            browser = WebKitGTK(options=options, service=service)
        try:
            yield WebKit(browser)
        finally:
            browser.quit()
