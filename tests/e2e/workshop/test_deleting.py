"""Deleting in Chromium: one press, one press back, by mouse, by keyboard and without JavaScript, on a phone too."""

import pytest
from django.urls import reverse

from faq.models import Problem
from tests.browser import violations
from tests.factories import make_clip, make_exercise, make_problem
from tests.workshop.forms import address, changelist
from texts.models import Deletion

pytestmark = pytest.mark.django_db(transaction=True)


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).press("Enter")


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["with scripts", "without"])
@pytest.mark.parametrize("width", [1280, 320])
def test_an_item_is_deleted_and_brought_back_by_the_keyboard(open_page, workshop, options, width):
    problem = make_problem(name="Tremor")
    page = open_page(address(problem), width=width, **options)

    press(page, "Delete")
    assert not Problem.objects.exists()
    assert page.url.endswith(changelist("faq_problem"))
    assert "“Tremor” is deleted" in page.locator(".messagelist").inner_text()

    press(page, "Undo")
    assert Problem.objects.get() == problem
    assert page.url.endswith(address(problem))
    assert page.complaints == []


def test_delete_stands_once_at_the_end_of_a_long_form(open_page, workshop):
    page = open_page(address(make_exercise()), width=390)

    button = page.get_by_role("button", name="Delete", exact=True)

    assert button.count() == 1
    last_field = page.locator("#id_reading_note").bounding_box()
    assert button.bounding_box()["y"] > last_field["y"]


def test_words_that_were_typed_and_not_saved_do_not_hinder_deleting(open_page, workshop):
    problem = make_problem()
    page = open_page(address(problem))
    page.on("dialog", lambda dialog: dialog.accept())

    page.fill("#id_summary", "Half a thought")
    press(page, "Delete")

    assert not Problem.objects.exists()


def test_a_film_is_deleted_for_good_after_one_question(open_page, workshop, settings):
    clip = make_clip()
    page = open_page(address(clip))
    press(page, "Delete")
    page.get_by_role("link", name="Recently deleted").first.click()
    page.wait_for_function("document.querySelector('.deleted img').naturalWidth > 0")

    page.get_by_role("link", name="Delete now for good").click()
    assert Deletion.objects.exists()
    press(page, "Delete now for good")

    assert "is gone for good. Backups made before now still hold it" in page.locator(".messagelist").inner_text()
    assert not Deletion.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_the_message_can_be_read_and_pressed(open_page, workshop, scheme, width):
    page = open_page(address(make_problem(name="A problem with a very long name, " * 3)), width=width, scheme=scheme)
    press(page, "Delete")

    assert violations(page, ".messagelist") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".undo").bounding_box()["height"] >= 24


def test_the_old_address_of_deleting_shows_what_goes(open_page, workshop):
    clip = make_clip()
    page = open_page(reverse("admin:exercises_exercise_delete", args=[clip.exercise.pk]))

    assert "With it go: 1 clip." in page.locator("#content-main").inner_text()
    press(page, "Delete")
    assert Deletion.objects.get().object_id == clip.exercise.pk
