"""The page of an exercise is a thing to exercise with: the clip in the first screen, and in sight of the steps."""

import re

import pytest

from tests.browser import open_context
from tests.e2e.test_films import play, until

PHONE = {"viewport": {"width": 390, "height": 664}, "is_mobile": True, "has_touch": True}
IN_BED = {"viewport": {"width": 844, "height": 390}, "is_mobile": True, "has_touch": True}
#: The longest name of stage 1, and an exercise with the line that leads to the warning of stage 2.
LONG_AND_GATED = ["/exercises/bottom-to-up-with-the-hand/", "/exercises/half-full-bottle-of-water/"]
PLAYING = "!(document.querySelector('video')?.paused ?? true)"


def box(page, selector):
    """Return where an element is on the screen, in pixels: left, top, width and height."""
    return page.locator(selector).first.bounding_box()


@pytest.mark.parametrize("address", ["/exercises/right-to-left/", *LONG_AND_GATED])
def test_clip_and_play_are_in_the_first_screen_of_a_phone(new_page, address):
    page = new_page(**PHONE)

    page.goto(address)

    clip, button = box(page, ".clip-frame"), box(page, "[data-clip-play]")
    assert clip["y"] <= 220
    assert button["y"] + button["height"] <= 480


def test_a_phone_on_its_side_shows_the_whole_clip_and_its_buttons(new_page):
    page = new_page(**IN_BED)

    page.goto("/exercises/right-to-left/")

    for selector in [".clip-frame", ".clip-phase", "[data-clip-play]", "[data-clip-slow]", "[data-clip-full]"]:
        place = box(page, selector)
        assert place["y"] >= 0, selector
        assert place["y"] + place["height"] <= 390, selector


@pytest.mark.parametrize("screen", [PHONE, IN_BED, {"viewport": {"width": 1280, "height": 800}}])
def test_the_clip_stays_in_sight_and_goes_on_while_the_steps_are_read(new_page, screen):
    page = new_page(**screen)
    page.goto("/exercises/right-to-left/")
    play(page)

    page.evaluate("document.querySelector('.steps li:last-child').scrollIntoView({ block: 'end' })")
    page.wait_for_timeout(400)

    clip, step = box(page, ".clip-frame"), box(page, ".steps li:last-child")
    assert clip["y"] >= 0
    assert clip["height"] <= max(0.4 * screen["viewport"]["height"], 250) or screen["viewport"]["width"] > 960
    assert clip["y"] + clip["height"] <= step["y"] + step["height"]
    assert page.evaluate(PLAYING)


def test_the_line_under_the_film_says_what_the_movement_does(new_page):
    page = new_page()
    page.goto("/exercises/right-to-left/")
    line = page.locator("[data-clip-phase]")
    assert line.inner_text() == "5 seconds out, hold 1, 5 back"
    play(page)
    first = line.inner_text()

    page.evaluate("document.querySelector('video').currentTime = document.querySelector('video').duration * 0.75")

    until(page, f"document.querySelector('[data-clip-phase]').textContent !== {first!r}")


def test_a_film_that_does_not_arrive_says_so_and_can_be_tried_again(chromium, site):
    page = open_context(chromium, base_url=site.url).new_page()  # its console says what is missing, rightly
    page.route(re.compile(r"\.mp4$"), lambda route: route.abort())
    page.goto("/exercises/right-to-left/")

    page.locator(".clip-open").click()

    again = page.get_by_role("button", name="Try again")
    again.wait_for()
    assert page.get_by_role("status").first.inner_text() == "The film did not arrive."
    page.unroute(re.compile(r"\.mp4$"))
    page.wait_for_timeout(450)
    again.click()
    until(page, "document.querySelector('video')?.currentTime > 0.1")
    assert page.get_by_role("status").first.inner_text() == ""
    page.context.close()


def test_space_and_a_tap_on_the_film_pause_it_and_let_it_go_on(new_page):
    page = new_page()
    page.goto("/exercises/right-to-left/")
    play(page)
    page.wait_for_timeout(450)

    page.locator("video").click()
    until(page, f"!({PLAYING})")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    until(page, PLAYING)

    assert page.evaluate("scrollY") == 0


def tap_twice(page, x, y):
    """Tap twice, and return how many milliseconds lay between the two as the page saw it."""
    page.evaluate("""() => {
        window.taps = [];
        addEventListener("click", (event) => taps.push(event.timeStamp), true);
    }""")
    page.touchscreen.tap(x, y)
    page.touchscreen.tap(x, y)
    page.wait_for_function("taps.length === 2")
    first, second = page.evaluate("taps")
    return second - first


def test_two_taps_on_the_still_start_the_film_and_do_not_stop_it(new_page):
    for _ in range(5):  # a busy machine may let the second come too late to be the trembling of a hand
        page = new_page(**PHONE)
        page.goto("/exercises/right-to-left/")
        clip = box(page, ".clip-frame")
        if tap_twice(page, clip["x"] + 200, clip["y"] + 60) < 350:
            break
    else:
        pytest.fail("no two taps followed each other closely")

    page.wait_for_timeout(600)
    assert page.evaluate(PLAYING)


@pytest.mark.parametrize(("width", "height", "highest"), [(390, 844, 850), (1280, 800, 750)])
def test_the_first_card_of_a_stage_is_near_the_top(new_page, width, height, highest):
    page = new_page(viewport={"width": width, "height": height})

    page.goto("/stages/1/")

    assert box(page, ".card")["y"] <= highest


def test_ten_minutes_lying_down_is_three_taps_away_and_next_needs_no_scrolling(new_page):
    page = new_page(**PHONE)
    page.goto("/")

    page.get_by_role("link", name="Stage 1").first.tap()
    page.get_by_role("link", name="Lying only").tap()
    page.wait_for_url("**/*position=lying*")
    first = page.url
    page.locator(".clip-open").first.tap()
    until(page, PLAYING)

    on = page.locator(".trail-next")
    assert on.bounding_box()["y"] < 664
    with page.expect_navigation():
        on.tap()
    assert page.url != first
    assert "lying" in page.locator(".dose").inner_text()


def test_the_side_is_asked_for_in_the_first_screen_and_turns_every_picture(new_page):
    page = new_page(**PHONE)
    page.goto("/")
    before = page.locator(".hero-picture img").get_attribute("src")
    left = page.get_by_role("button", name="Left")
    assert box(page, ".hero-side button")["y"] < 664

    with page.expect_navigation():
        left.tap()

    assert left.get_attribute("aria-pressed") == "true"
    assert page.locator(".hero-picture img").get_attribute("src") != before
