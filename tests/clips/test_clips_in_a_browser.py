"""Clips in Chromium: a film goes from a therapist's phone to the screen, under the strict policy."""

from pathlib import Path

import pytest

from clips import jobs
from clips.models import Clip
from tests.factories import make_clip, make_exercise

AXE = next(Path("tests/vendor").glob("axe-core-*/axe.min.js"))

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def open_page(chromium, live_server, workshop):
    """Return a function that opens a workshop page; its complaints, CSP violations among them, are listed."""
    contexts = []

    def opened(path, **options):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        context.add_cookies(
            [{"name": name, "value": morsel.value, "url": live_server.url} for name, morsel in workshop.cookies.items()]
        )
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()


def upload(page, film):
    exercise = make_exercise(name="Turn to the {right}", description="A person turns the head.")
    page.reload()
    page.get_by_label("Exercise:").select_option(str(exercise.pk))
    page.get_by_label("Film from your phone:").set_input_files(str(film("plain.mp4")))
    page.get_by_role("button", name="Save and continue editing").first.click()
    return Clip.objects.get()


def convert(clip):
    jobs.look_at_film.call(clip.pk)
    jobs.convert_film.call(clip.pk)


def test_a_film_becomes_ready_and_plays_without_loading_the_page_again(open_page, film):
    page = open_page("/admin/clips/clip/add/")
    clip = upload(page, film)
    page.get_by_text("Waiting").first.wait_for()

    convert(clip)

    page.get_by_text("Ready, 1 second").first.wait_for(timeout=15_000)
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

    Clip.objects.update(status="failed", problem="The film is cut off.")

    page.get_by_text("The film is cut off.").first.wait_for(timeout=15_000)
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


@pytest.mark.parametrize("path", ["", "add/", "{}/change/"])
def test_axe_finds_nothing_wrong_with_the_pages_of_clips(open_page, path):
    clip = make_clip()
    make_clip(status="converting", progress=45, published=False)
    make_clip(status="failed", problem="The film is cut off.", published=False)
    page = open_page(f"/admin/clips/clip/{path.format(clip.pk)}")
    page.wait_for_load_state("load")
    assert page.complaints == []

    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run()")

    wrong = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found["violations"]]
    assert wrong == []
