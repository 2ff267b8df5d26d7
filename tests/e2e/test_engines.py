"""One journey of a visitor in the engines of Firefox and Safari: what all pages and the player rest on."""

import re
import time
from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.engines import gecko, until, webkit

VIDEO = "document.querySelector('video')"
WORD = "document.querySelector('[data-clip-word]').textContent"


@pytest.fixture(scope="module", params=[gecko, webkit], ids=["gecko", "webkit"])
def engine(request):
    """A browser, one for all tests of it."""
    with request.param() as browser:
        browser.resize(390, 844)
        yield browser


@pytest.fixture(scope="module")
def visit(engine, site):
    """Return a function that opens an address of the site and waits for its scripts."""

    def opened(address):
        engine.open(site.url + address)
        until(engine, "document.readyState === 'complete' && !document.querySelector('[data-clip-play][hidden]')")

    return opened


def follow(engine, selector, address):
    """Click on what leads to another page, and wait until it is there."""
    engine.click(selector)
    until(engine, f"location.pathname + location.search === '{address}' && document.readyState === 'complete'")


def words(engine, selector="main"):
    return engine.run("return document.querySelector(arguments[0]).innerText", selector)


def play(engine):
    engine.click(".clip-open")
    until(engine, f"{VIDEO}?.currentTime > 0.5")


def test_from_the_side_of_the_pull_to_the_clip(engine, visit):
    visit("/")
    follow(engine, ".hero-side [value=left]", "/")
    assert engine.run("return document.querySelector('.hero-side [value=left]').ariaPressed") == "true"
    follow(engine, ".stage-1 .whole-link", "/stages/1/")
    assert "My side: left" in words(engine)

    engine.click(".card .whole-link")
    until(engine, "document.querySelector('[data-clip-play]')?.hidden === false")
    assert words(engine, "h1") == "Left to right"
    play(engine)
    assert engine.run(f"return {WORD}") == "Pause"
    assert engine.run(f"return {VIDEO}.videoWidth") > 0

    engine.click("[data-clip-play]")
    until(engine, f"{VIDEO}.paused && {WORD} === 'Play'")


def test_the_view_turns_where_the_film_is_and_is_kept(engine, visit):
    visit("/exercises/right-to-left/")
    play(engine)
    film, moment = engine.run(f"return [{VIDEO}.src, {VIDEO}.currentTime]")

    engine.click("[data-clip-view] button")

    until(engine, f"{VIDEO}.src !== '{film}' && {VIDEO}.currentTime > {moment}")
    assert "Shown facing you" in words(engine, ".clip-caption")
    address = engine.run("return document.querySelector('[data-clip-view]').action")
    until(engine, f"performance.getEntriesByName('{address}').length")  # the server knows it, too
    visit("/exercises/right-to-left/")
    assert "Shown facing you" in words(engine, ".clip-caption")


def test_the_line_under_the_film_follows_it_and_the_film_begins_anew(engine, visit):
    visit("/exercises/right-to-left/")
    play(engine)
    first = words(engine, "[data-clip-phase]")

    engine.run(f"{VIDEO}.currentTime = {VIDEO}.duration - 1")
    until(engine, f"document.querySelector('[data-clip-phase]').textContent !== '{first}'")
    until(engine, f"{VIDEO}.currentTime < 2 && {VIDEO}.currentTime > 0.1")

    assert engine.run(f"return !{VIDEO}.paused && {WORD}") == "Pause"
    assert words(engine, "[data-clip-phase]") == first


def test_a_film_that_does_not_arrive_says_so_and_can_be_tried_again(engine, visit):
    visit("/exercises/right-to-left/")
    film = engine.run("return document.querySelector('.clip').dataset.film")
    engine.run("document.querySelector('.clip').dataset.film = '/media/none.mp4'")

    engine.click(".clip-open")

    until(engine, f"{WORD} === 'Try again'")
    assert words(engine, "[data-clip-problem]") == "The film did not arrive."
    engine.run("document.querySelector('.clip').dataset.film = arguments[0]", film)
    time.sleep(0.5)  # a second tap that comes too soon is a trembling hand's
    engine.click("[data-clip-play]")
    until(engine, f"{VIDEO}?.currentTime > 0.1")


def test_filters_and_search_find(engine, visit):
    visit("/exercises/")
    total = int(re.match(r"\d+", words(engine, "#found"))[0])

    engine.click(".filters .chip")

    until(engine, "location.search && document.querySelector('.filters [aria-current]')")
    assert 0 < int(re.match(r"\d+", words(engine, "#found"))[0]) < total
    visit("/search/?q=claping")
    assert "Clapping" in words(engine, ".results")


def test_pages_fit_the_screen(engine, visit):
    for address in [
        "/",
        "/stages/2/",
        "/exercises/",
        "/exercises/right-to-left/",
        "/faq/",
        "/search/?q=left",
        "/start/",
    ]:
        visit(address)
        assert engine.run("return document.documentElement.scrollWidth <= innerWidth"), address


@pytest.mark.parametrize("engine", [gecko], ids=["gecko"], indirect=True)  # WebKitGTK's driver cannot print
@pytest.mark.parametrize("address", ["/faq/", "/stages/1/", "/exercises/right-to-left/"])
def test_firefox_prints_no_almost_empty_page(engine, visit, address):
    visit(address)

    *pages, _last = PdfReader(BytesIO(engine.pdf())).pages

    assert [number for number, page in enumerate(pages, 1) if len(page.extract_text()) < 500] == []
