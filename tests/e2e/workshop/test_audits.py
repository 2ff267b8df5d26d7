"""Every page about texts in Chromium: the policy, a small phone, axe in both schemes, and the keyboard."""

import pytest
from django.urls import reverse

from tests.browser import violations
from tests.factories import make_clip, make_exercise, make_problem, make_section
from texts import history
from texts.deletion import throw_away

pytestmark = pytest.mark.django_db(transaction=True)

#: Whatever the keyboard should reach.
REACHABLE = """[...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [contenteditable=true]")]
  .filter(it => it.checkVisibility({visibilityProperty: true}) && !it.disabled && it.tabIndex >= 0
    && it.type !== "hidden" && !(it.type === "radio" && !it.checked))"""
#: What the keyboard is on, when nothing shows it.
UNMARKED = """(() => { const on = document.activeElement, look = getComputedStyle(on);
  return on !== document.body && look.outlineStyle === "none" && look.boxShadow === "none"
    ? on.outerHTML.slice(0, 120) : ""; })()"""


@pytest.fixture
def addresses(django_user_model):
    """The start page, a list, a form with parts, a history with a change, what was deleted, a preview."""
    clip = make_clip(exercise=make_exercise(name="Turn to the {right}"))
    problem = make_problem(summary="Old words.")
    history.remember(problem)
    problem.summary = "New words."
    problem.save()
    history.record(problem)
    colleague = django_user_model.objects.create_user("ben")
    deleted = make_section().page
    throw_away(deleted, None)
    record = throw_away(make_clip(title="A clip with a long name, " * 4), None)
    return {
        "start": reverse("admin:index"),
        "list": reverse("admin:exercises_exercise_changelist"),
        "form": reverse("admin:pages_page_change", args=[make_section().page.pk]),
        "history": reverse("admin:faq_problem_history", args=[problem.pk]),
        "deleted": reverse("admin:recently_deleted"),
        "for good": reverse("admin:delete_for_good", args=[record.pk]),
        "delete": reverse("admin:exercises_exercise_delete", args=[clip.exercise.pk]),
        "delete a colleague": reverse("admin:auth_user_delete", args=[colleague.pk]),
        "preview": reverse("admin:preview", args=["exercises", "exercise", clip.exercise.pk]),
    }


PAGES = ["start", "list", "form", "history", "deleted", "for good", "delete", "delete a colleague", "preview"]


@pytest.mark.parametrize("page_name", PAGES)
def test_a_page_keeps_the_policy_and_fits_a_small_phone(open_page, workshop, addresses, page_name):
    page = open_page(addresses[page_name])

    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.complaints == []
    page.set_viewport_size({"width": 1280, "height": 800})
    light = violations(page)
    page.emulate_media(color_scheme="dark")
    page.wait_for_timeout(300)  # colours fade for 120 ms
    assert (light, violations(page)) == ([], [])


@pytest.mark.parametrize("page_name", PAGES)
def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(open_page, workshop, addresses, page_name):
    page = open_page(addresses[page_name])
    total = page.evaluate(f"window.toReach = new Set({REACHABLE}); window.toReach.size")
    unmarked = set()

    for _ in range(total + 5):
        page.keyboard.press("Tab")
        unmarked.add(page.evaluate(f"window.toReach.delete(document.activeElement); {UNMARKED}"))

    assert page.evaluate("[...window.toReach].map(it => it.outerHTML.slice(0, 120))") == []
    assert unmarked - {""} == set()
