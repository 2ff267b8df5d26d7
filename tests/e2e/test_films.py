"""A phone film: uploaded by the therapist in the workshop, played by a visitor on both sides and in both views."""

import re
import time
import urllib.request

import pytest

from tests.browser import PATIENCE, open_context
from tests.e2e.films import film_of_a_turn, long_film

#: Where the middle of the white square is at a moment of the film, from 0 (the screen's left) to 1.
SQUARE_AT = """
async (moment) => {
  const video = document.querySelector('video');
  video.pause();
  video.currentTime = moment;
  await new Promise((done) => video.addEventListener('seeked', done, { once: true }));
  await new Promise((done) => setTimeout(done, 100));
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  const context = canvas.getContext('2d');
  context.drawImage(video, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0, count = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] > 180 && data[i + 1] > 180) { sum += (i / 4) % canvas.width; count += 1; }
  }
  return sum / count / canvas.width;
}
"""


def until(page, expression):
    """Wait until a JavaScript expression holds (the page's own policy forbids Playwright's way of waiting)."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


def play(page):
    page.locator(".clip-open").first.click()
    until(page, "document.querySelector('video')?.currentTime > 0.1")


def way(page):
    """Return where the square goes: "left" or "right" of the screen."""
    start, end = page.evaluate(SQUARE_AT, 0.2), page.evaluate(SQUARE_AT, 2.6)
    assert abs(end - start) > 0.15
    return "left" if end < start else "right"


def upload(page, exercise, film, description, captions=None):
    """Add a film to an exercise in the workshop, publish it and wait until it is ready."""
    page.goto("/admin/clips/clip/add/")
    choice = page.locator("#id_exercise option", has_text=exercise).first.get_attribute("value")
    page.select_option("#id_exercise", choice)
    page.set_input_files("#id_original", film)
    if captions:
        page.set_input_files("#id_captions", captions)
    page.check("#id_published")
    page.fill("#id_description", description)
    page.locator("input[name=_continue]").first.click()
    page.wait_for_url(re.compile(r"/clips/clip/\d+/change/"))
    # The page follows the conversion by itself.
    page.wait_for_selector("[data-clip-state]:has-text('Ready')", timeout=300_000)


@pytest.fixture(scope="module")
def uploaded(chromium, site, signed_in, tmp_path_factory):
    """Upload a rotated HEVC film to "Center to left"."""
    film = film_of_a_turn(tmp_path_factory.mktemp("film") / "IMG_0001.MOV")
    context = open_context(chromium, base_url=site.url, storage_state=signed_in)
    upload(context.new_page(), "Center to left", film, "A square moves from the centre to the {left}.")
    context.close()


@pytest.fixture(scope="module")
def long_clip(chromium, site, signed_in, tmp_path_factory):
    """Upload a film of 22 seconds with sound and captions to "Slow chest motion"."""
    folder = tmp_path_factory.mktemp("long")
    captions = folder / "words.vtt"
    captions.write_text("WEBVTT\n\n00:00.000 --> 00:20.000\nBreathe in slowly.\n")
    context = open_context(chromium, base_url=site.url, storage_state=signed_in)
    film = long_film(folder / "chest.mp4")
    upload(context.new_page(), "Slow chest motion", film, "A chest rises.", captions)
    context.close()


def test_it_plays_like_a_mirror_towards_the_screens_left(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    assert page.locator("h1").inner_text() == "Center to left (turn to the left and back)"
    assert page.locator("video").count() == 0

    play(page)

    assert way(page) == "left"


def test_with_my_side_left_it_plays_the_other_way_under_the_other_name(new_page, uploaded):
    page = new_page()
    page.goto("/my-side/?next=/exercises/center-to-left/")
    page.get_by_role("button", name="To the left").click()

    assert page.url.endswith("/exercises/center-to-left/")
    assert page.locator("h1").inner_text() == "Center to right (turn to the right and back)"
    play(page)
    assert way(page) == "right"


def test_facing_me_turns_the_picture_and_not_the_words_and_is_remembered(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    play(page)
    steps = page.locator(".steps").inner_text()

    with page.expect_response("**/sides/"):
        page.get_by_role("button", name="Like a mirror").click()
    until(page, "document.querySelector('video').readyState >= 2")

    assert way(page) == "right"
    assert page.locator("h1").inner_text() == "Center to left (turn to the left and back)"
    assert page.locator(".steps").inner_text() == steps
    assert "Shown facing you" in page.locator(".clip-caption").inner_text()
    page.reload()
    assert page.get_by_role("button", name="Like a mirror").get_attribute("aria-pressed") == "false"
    play(page)
    assert way(page) == "right"


def test_without_javascript_the_still_is_a_link_to_the_film_and_the_button_works(new_page, uploaded, site):
    page = new_page(java_script_enabled=False)
    page.goto("/exercises/center-to-left/")
    before = page.locator(".clip-open").get_attribute("href")
    request = urllib.request.Request(site.url + before, headers={"Range": "bytes=0-1"})
    with urllib.request.urlopen(request) as response:
        assert response.status == 206
        assert response.headers["Content-Type"] == "video/mp4"

    page.get_by_role("button", name="Like a mirror").click()

    assert page.locator(".clip-open").get_attribute("href") != before
    assert page.get_by_role("button", name="Play").count() == 0
    assert page.get_by_role("button", name="Full screen").count() == 0


def test_the_player_is_complete_from_the_keyboard_and_says_its_state(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")

    page.locator(".clip-open").focus()
    page.keyboard.press("Enter")
    until(page, "document.activeElement.innerText === 'Pause'")
    assert not page.evaluate("document.querySelector('video').paused")
    assert page.locator("video").get_attribute("aria-label") == "Center to left (turn to the left and back)"

    page.wait_for_timeout(500)
    page.keyboard.press("Space")
    until(page, "document.activeElement.innerText === 'Play'")
    assert page.evaluate("document.querySelector('video').paused")

    slow = page.get_by_role("button", name="Slow")
    slow.focus()
    page.keyboard.press("Enter")
    assert slow.get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.querySelector('video').playbackRate") == 0.5
    page.reload()
    assert page.get_by_role("button", name="Slow").get_attribute("aria-pressed") == "true"


def test_a_film_that_has_come_to_its_end_begins_anew(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    play(page)
    page.evaluate("words = []; button = document.querySelector('[data-clip-play]')")
    watch = "new MutationObserver(() => words.push(button.innerText))"
    page.evaluate(f"{watch}.observe(button, {{ subtree: true, childList: true }})")

    page.evaluate("video = document.querySelector('video'); video.currentTime = video.duration - 0.3")
    until(page, "video.currentTime > video.duration - 0.3")
    until(page, "video.currentTime < 1 && video.currentTime > 0.1")

    assert not page.evaluate("video.paused")
    assert page.evaluate("words.includes('Play')") is False


def test_a_second_tap_of_a_trembling_hand_changes_nothing(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    play(page)
    page.wait_for_timeout(500)

    page.get_by_role("button", name="Pause").dblclick(delay=30)

    assert page.evaluate("document.querySelector('video').paused")


def test_a_page_fetches_no_film_before_a_tap(new_page, uploaded):
    page = new_page()
    fetched = []
    page.on("request", lambda request: fetched.append(request.url))

    for address in ["/exercises/center-to-left/", "/stages/1/", "/"]:
        page.goto(address, wait_until="networkidle")

    assert [url for url in fetched if url.endswith(".mp4")] == []


def test_a_withdrawn_film_is_gone_at_once_and_its_address_answers_404(new_page, uploaded, chromium, site, signed_in):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    film = page.locator(".clip-open").get_attribute("href")
    context = open_context(chromium, base_url=site.url, storage_state=signed_in)
    workshop = context.new_page()

    def publish(yes):
        workshop.goto("/admin/clips/clip/?kind__exact=filmed")
        workshop.locator("#result_list a[href*='/change/']").first.click()
        workshop.set_checked("#id_published", yes)
        workshop.locator("input[name=_save]").first.click()
        workshop.wait_for_selector(".success")

    publish(False)
    assert context.request.head(site.url + film).status == 200  # staff may still look at it
    stranger = open_context(chromium)
    assert stranger.request.get(site.url + film).status == 404
    page.wait_for_timeout(1000)
    page.reload()
    assert film not in page.content()
    publish(True)
    assert stranger.request.get(site.url + film).status == 200
    stranger.close()
    context.close()


def test_a_long_clip_has_a_seek_slider_and_its_captions_under_it(new_page, long_clip):
    page = new_page()
    page.goto("/exercises/slow-chest-motion/")
    assert page.get_by_role("slider").count() == 0

    play(page)
    until(page, "document.querySelector('[data-clip-captions]').textContent === 'Breathe in slowly.'")
    slider = page.get_by_role("slider", name="Place in the clip")
    page.get_by_role("button", name="Pause").click()  # the end of a clip that plays is its beginning again
    for _ in range(10):
        slider.press("PageUp")

    until(page, "document.querySelector('video').currentTime > 18")
    assert not page.evaluate("document.querySelector('video').muted")


def test_full_screen_shows_film_and_buttons_and_can_be_left(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")

    page.get_by_role("button", name="Full screen").click()
    until(page, "document.fullscreenElement?.matches('.clip') && !document.querySelector('video').paused")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="Leave full screen").click()

    until(page, "document.fullscreenElement === null")


def test_one_clip_plays_at_a_time_and_stops_when_it_leaves_the_screen(new_page, uploaded):
    page = new_page(viewport={"width": 390, "height": 700})
    page.goto("/exercises/center-to-left/")
    play(page)

    page.evaluate("document.querySelector('.steps').scrollIntoView()")
    page.wait_for_timeout(500)
    assert not page.evaluate("document.querySelector('video').paused")  # whoever reads the steps still sees the clip

    page.keyboard.press("End")

    until(page, "document.querySelector('video').paused")


def test_the_mirror_button_ignores_a_second_tap_and_keeps_the_place_in_the_film(new_page, uploaded):
    page = new_page()
    page.goto("/exercises/center-to-left/")
    play(page)
    page.get_by_role("button", name="Pause").click()
    page.evaluate(SQUARE_AT, 2)
    mirror = page.get_by_role("button", name="Like a mirror")

    mirror.dblclick(delay=30)
    assert mirror.get_attribute("aria-pressed") == "false"
    page.wait_for_timeout(450)
    mirror.click()

    assert mirror.get_attribute("aria-pressed") == "true"
    until(page, "document.querySelector('video').readyState >= 1 && document.querySelector('video').currentTime > 1.8")
