"""Clips in Chromium: a film goes from a therapist's phone to the screen, under the strict policy."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from clips.conversion import jobs
from clips.conversion.models import Conversion
from clips.models import Clip
from tests.browser import violations
from tests.clips.conftest import film
from tests.factories import make_clip, make_exercise

__all__ = ["film"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("workshop")]


def upload(page, film):
    exercise = make_exercise(name="Turn to the {right}", description="A person turns the head.")
    page.reload()
    page.get_by_label("Exercise:").select_option(str(exercise.pk))
    page.get_by_label("Film from your phone:").set_input_files(str(film("plain.mp4")))
    page.get_by_role("button", name="Save and continue editing").first.click()
    page.wait_for_url("**/change/")
    return Clip.objects.get()


def convert(clip):
    jobs.look_at_film.call(clip.pk)
    jobs.convert_film.call(clip.pk)


def test_a_film_becomes_ready_and_plays_without_loading_the_page_again(open_page, film):
    page = open_page("/admin/clips/clip/add/")
    clip = upload(page, film)
    page.get_by_text("Waiting").first.wait_for()

    convert(clip)

    page.get_by_text("Ready, 1 second").first.wait_for()
    assert "Ready" in page.locator(".clip-spoken").text_content()
    assert page.locator("video").count() == 2
    for film in page.locator("video").all():
        reached = film.evaluate(
            """film => new Promise((done) => {
                film.addEventListener("timeupdate", () => film.currentTime > 0.5 && done(film.currentTime));
                film.addEventListener("error", () => done(0));
                film.play();
            })"""
        )
        assert reached > 0.5
    assert page.complaints == []


def test_the_list_follows_a_film_that_cannot_be_used(open_page):
    clip = make_clip(status="converting", published=False)
    page = open_page("/admin/clips/clip/")
    page.get_by_text("Converting, 0 %").wait_for()

    Conversion.objects.update(status="failed", problem="The film is cut off.")

    page.get_by_text("The film is cut off.").first.wait_for()
    assert str(clip) in page.locator(".clip-spoken").text_content()
    assert page.locator("[data-underway]").count() == 0
    assert page.complaints == []


def test_everything_works_without_javascript_but_for_the_waiting(open_page, film):
    page = open_page("/admin/clips/clip/add/", java_script_enabled=False)
    clip = upload(page, film)

    convert(clip)
    page.reload()

    page.get_by_text("Ready, 1 second").wait_for()
    assert page.locator("video").count() == 2


def make_clip_with_moments():
    clip = make_clip(original=ContentFile(b"film", "film"), original_seconds=4)
    jobs.make_moments.call(clip.pk)
    return clip


def test_a_still_is_chosen_by_keyboard_and_appears_by_itself(open_page):
    clip = make_clip_with_moments()
    page = open_page(f"/admin/clips/clip/{clip.pk}/change/")
    page.get_by_label("The site chooses the most telling one").focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("input[name=still_choice]:checked")
    name = page.get_by_role("radio", checked=True)
    assert name.count() == 1
    assert chosen.evaluate("choice => choice.labels[0].innerText").strip().startswith("Second ")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    clip.refresh_from_db()
    assert clip.still_is_due
    page.goto(page.url.partition("/admin/")[0] + f"/admin/clips/clip/{clip.pk}/change/")
    page.get_by_text("The still you chose is being made.").first.wait_for()
    jobs.make_still.call(clip.pk)

    clip.refresh_from_db()
    page.locator(f'video[poster*="{clip.still.name.rpartition("/")[2]}"]').wait_for()
    assert page.get_by_text("The still you chose is being made.").count() == 0
    assert page.complaints == []


def test_a_failed_film_is_tried_again_from_the_list_without_javascript(open_page):
    clip = make_clip(status="failed", problem="A riddle.", original=ContentFile(b"film", "film"))
    page = open_page("/admin/clips/clip/", java_script_enabled=False)

    page.get_by_role("button", name=f"Try again: {clip}").click()

    page.get_by_text("1 clip is converted again.").wait_for()
    clip.refresh_from_db()
    assert clip.status == "waiting"


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", ["", "add/", "{}/change/"])
def test_axe_finds_nothing_wrong_with_the_pages_of_clips(open_page, path, width):
    clip = make_clip_with_moments()
    since = timezone.now() - timedelta(minutes=1)
    make_clip(status="converting", progress=45, published=False, converting_since=since)
    make_clip(status="failed", problem="The film is cut off.", published=False, original=ContentFile(b"film", "film"))
    page = open_page(f"/admin/clips/clip/{path.format(clip.pk)}", width=width)
    assert page.complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert violations(page) == []
