"""Leaving a changed form or list asks once, and nothing else asks."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from exercises.models import Exercise
from tests.e2e.workshop.conftest import BAR, save, type_into
from tests.factories import make_exercise, make_group, make_problem, make_variation
from tests.workshop.forms import address

pytestmark = pytest.mark.django_db(transaction=True)


def count_questions(page, *, leave):
    """Return a list of the browser's questions, growing; each is answered with `leave`."""
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        if leave:
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    return asked


def leave(page):
    """Try to leave by a link, refuse when asked, and return how often that was."""
    asked = count_questions(page, leave=False)
    page.locator(".breadcrumbs a").first.click(no_wait_after=True)
    page.wait_for_timeout(800)
    return asked


@pytest.mark.parametrize("kind", ["field", "editor", "row"])
def test_leaving_a_changed_form_asks_once(open_page, workshop, kind):
    exercise = make_exercise(caution="<p>Slowly.</p>")
    page = open_page(address(exercise))
    if kind == "field":
        type_into(page, "purpose", "Other words")
    elif kind == "row":
        page.get_by_text("Add another Variation").click()
    else:
        page.locator(".ProseMirror").first.click()
        page.keyboard.type("Other words")

    assert leave(page) == ["beforeunload"]
    assert page.url.endswith(address(exercise))


def test_leaving_an_unchanged_form_asks_nothing(open_page, workshop):
    variation = make_variation()
    page = open_page(address(variation.exercise))
    page.locator("[name=purpose]").click()
    type_into(page, "purpose", "Other words")
    type_into(page, "purpose", variation.exercise.purpose)

    assert leave(page) == []
    assert urlsplit(page.url).path == reverse("admin:index")


def test_saving_asks_nothing_and_a_refused_form_asks(open_page, workshop):
    problem = make_problem()
    page = open_page(address(problem))
    type_into(page, "name", "")
    dialogs = count_questions(page, leave=True)
    save(page)
    assert page.get_by_text("Please correct the error").is_visible()
    assert dialogs == []

    page.locator(".breadcrumbs a").first.click()

    page.wait_for_url("**" + reverse("admin:index"))
    assert dialogs == ["beforeunload"]
    page.goto(address(problem))
    assert page.locator(BAR).is_visible()


def test_leaving_a_list_with_another_order_asks(open_page, workshop):
    group = make_group()
    for name in ("First", "Second"):
        make_exercise(group=group, name=name)
    page = open_page(reverse("admin:exercises_exercise_changelist"))
    page.get_by_role("button", name="Move “First” down").click()

    assert leave(page) == ["beforeunload"]
    save(page)
    assert list(Exercise.objects.in_order().values_list("name", flat=True)) == ["Second", "First"]
