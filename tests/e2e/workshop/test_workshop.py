"""The workshop in Chromium: the text editor works under the strict policy, and nothing breaks a rule of axe's."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from exercises.models import Exercise
from programme.loading import canonical
from staff import invitations
from tests.browser import violations
from tests.e2e.workshop.conftest import save
from tests.factories import (
    make_clip,
    make_exercise,
    make_group,
    make_problem,
    make_question,
    make_section,
)
from texts.prose import from_markdown

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows():
    """One of each text, with something in every list."""
    clip = make_clip(
        exercise=make_exercise(name="Turn to the {right}", caution=from_markdown("Ask **first**:\n\n- one\n- two"))
    )
    return {
        "exercise": clip.exercise,
        "stage": clip.exercise.group.stage,
        "group": make_group(),
        "question": make_question(answer=""),
        "problem": make_problem(),
        "page": make_section().page,
    }


def addresses(rows):
    yield reverse("admin:index")
    for row in rows.values():
        name = f"{row._meta.app_label}_{row._meta.model_name}"
        yield reverse(f"admin:{name}_changelist")
        yield reverse(f"admin:{name}_change", args=[row.pk])
    yield reverse("admin:exercises_exercise_add")
    yield reverse("admin:auth_user_changelist")
    yield reverse("admin:mfa_authenticator_changelist")


def test_the_sign_in_page_is_complete_and_clean(open_page):
    page = open_page(reverse("admin:login"))

    assert page.complaints == []
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main").count() == 1
    assert violations(page) == []


def test_the_first_sign_in_is_complete_and_clean(open_page, db):
    page = open_page(urlsplit(invitations.first_link()).path)

    page.get_by_label("User name").fill("ana")
    page.locator("#id_password1").fill("short")
    page.locator("#id_password2").fill("short")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").wait_for()
    assert page.complaints == []
    assert violations(page) == []


def test_no_page_of_the_workshop_breaks_the_policy_or_is_wider_than_a_small_phone(open_page, workshop, rows):
    page = open_page(reverse("admin:index"))
    for path in addresses(rows):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        page.set_viewport_size({"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
        assert page.complaints == [], path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lists_and_forms_of_the_workshop_are_clean(open_page, workshop, rows, scheme):
    page = open_page(reverse("admin:index"), scheme=scheme)
    found = {}
    for path in addresses(rows):
        page.goto(path)
        if problems := violations(page):
            found[path] = problems
    assert found == {}


def test_the_text_editor_mounts_and_saving_without_a_change_changes_nothing(open_page, workshop, rows):
    exercise = rows["exercise"]
    page = open_page(reverse("admin:exercises_exercise_change", args=[exercise.pk]))

    editor = page.locator(".field-caution .ProseMirror")
    assert editor.inner_text().startswith("Ask first:")
    save(page)

    assert page.complaints == []
    saved = Exercise.objects.get(pk=exercise.pk)
    assert canonical(saved, "caution", saved.caution) == canonical(saved, "caution", exercise.caution)
    assert canonical(saved, "steps", saved.steps) == canonical(saved, "steps", exercise.steps)


def test_what_is_typed_into_the_text_editor_is_saved(open_page, workshop, rows):
    exercise = rows["exercise"]
    page = open_page(reverse("admin:exercises_exercise_change", args=[exercise.pk]))

    page.get_by_role("textbox", name="Caution").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Ask your doctor.")
    save(page)

    assert Exercise.objects.get(pk=exercise.pk).caution == "<p>Ask your doctor.</p>"
