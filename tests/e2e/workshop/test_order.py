"""Order by dragging, by buttons, and by number: all three write the same numbers."""

import pytest
from django.urls import reverse

from exercises.models import Exercise
from pages.models import Section
from tests.browser import violations
from tests.e2e.workshop.conftest import save
from tests.factories import make_exercise, make_group, make_page, make_section, make_stage

pytestmark = pytest.mark.django_db(transaction=True)
LIST = "admin:exercises_exercise_changelist"


@pytest.fixture
def exercises():
    """Three exercises of one group, and one of another."""
    stage = make_stage()
    one, other = make_group(stage=stage, position=1), make_group(stage=stage, position=2)
    for place, name in enumerate(["First", "Second", "Third"], start=1):
        make_exercise(group=one, name=name, position=place * 10)
    make_exercise(group=other, name="Elsewhere", position=1)


def shown(page):
    return page.locator("#result_list tbody .field-title").all_inner_texts()


def saved():
    return list(Exercise.objects.in_order().values_list("name", flat=True))


def test_the_buttons_move_a_row_and_say_where_it_is(open_page, workshop, exercises):
    page = open_page(reverse(LIST))

    up = page.get_by_role("button", name="Move “Third” up")
    up.focus()
    page.keyboard.press("Enter")

    assert shown(page) == ["First", "Third", "Second", "Elsewhere"]
    assert page.get_by_role("status").inner_text() == "Third: place 2 of 3. Not saved yet."
    assert up.evaluate("button => button === document.activeElement")
    assert page.get_by_text("The order has changed and is not saved yet").is_visible()
    assert saved() == ["First", "Second", "Third", "Elsewhere"]

    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # it is the first by now
    save(page)

    assert saved() == ["Third", "First", "Second", "Elsewhere"]
    assert page.complaints == []


def test_a_row_is_dragged_within_its_group_only(open_page, workshop, exercises):
    page = open_page(reverse(LIST))
    handles = page.locator(".order-handle")

    box, last = handles.nth(0).bounding_box(), handles.nth(3).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(last["x"] + 20, last["y"] + 60, steps=20)
    page.mouse.up()

    assert shown(page) == ["Second", "Third", "First", "Elsewhere"]
    save(page)
    assert saved() == ["Second", "Third", "First", "Elsewhere"]


def test_a_drag_can_be_given_up_and_a_move_undone(open_page, workshop, exercises):
    page = open_page(reverse(LIST))
    box = page.locator(".order-handle").nth(0).bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 400, steps=10)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert shown(page) == ["First", "Second", "Third", "Elsewhere"]

    page.get_by_role("button", name="Move “First” down").click()
    page.get_by_role("button", name="Move “First” down").click()
    assert shown(page) == ["Second", "Third", "First", "Elsewhere"]
    undo = page.get_by_role("button", name="Undo the last move")
    undo.click()
    undo.click()

    assert shown(page) == ["First", "Second", "Third", "Elsewhere"]
    assert not undo.is_visible()
    values = page.locator("input[data-order]").evaluate_all("inputs => inputs.map(input => input.value)")
    assert values == ["10", "20", "30", "1"]


def test_a_list_sorted_by_something_else_offers_its_own_order(open_page, workshop, exercises):
    page = open_page(reverse(LIST, query={"o": "-2"}))
    assert page.locator(".order-button").count() == 0

    page.get_by_role("link", name="Show the list in its own order").click()

    page.get_by_role("button", name="Move “First” down").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_moved_row_breaks_no_rule(open_page, workshop, exercises, scheme):
    page = open_page(reverse(LIST), scheme=scheme)

    page.get_by_role("button", name="Move “First” down").click()

    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_sections_of_a_page_are_ordered_in_its_form(open_page, workshop):
    page_row = make_page()
    for place, heading in enumerate(["One", "Two"], start=1):
        make_section(page=page_row, heading=heading, position=place)
    page = open_page(reverse("admin:pages_page_change", args=[page_row.pk]))

    page.get_by_role("button", name="Move “Two” up").click()
    page.get_by_text("Add another Section").click()
    new = page.locator("input[name='sections-2-position']")

    assert new.input_value() == "3"
    assert page.complaints == []
    assert violations(page) == []  # which makes complaints of its own
    page.locator("input[name='sections-2-heading']").fill("Three")
    save(page)
    assert list(Section.objects.values_list("heading", flat=True)) == ["Two", "One", "Three"]
