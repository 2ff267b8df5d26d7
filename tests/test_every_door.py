"""Whatever door an edit comes through, the visitors' page shows it at once: no cached page outlives it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from clips.conversion import jobs
from exercises.models import Exercise
from tests.clips.films import make_film
from tests.factories import (
    make_body_part,
    make_clip,
    make_equipment,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_section,
    make_stage,
    make_topic,
    make_variation,
)
from tests.programme.conftest import texts
from tests.programme.small import change
from tests.workshop.forms import address, save
from texts import freshness
from texts.models import Version

__all__ = ["texts"]
pytestmark = pytest.mark.django_db


def exercise_with(**related):
    exercise = make_exercise(slug="turn")
    for name, row in related.items():
        getattr(exercise, name).add(row)
    return exercise


def equipment_of_an_exercise():
    item = make_equipment(name="Old")
    exercise_with(equipment=item)
    return item


def body_part_of_an_exercise():
    part = make_body_part(name="Old")
    exercise_with(body_parts=part)
    return part


def group_with_an_exercise():
    group = make_group(name="Old", stage=make_stage(number=1))
    make_exercise(group=group)
    return group


def topic_with_a_question():
    topic = make_topic(name="Old")
    make_question(topic=topic)
    return topic


#: A row of every model that visitors see, the field that says "Old", and the page that shows it.
ROWS = {
    "stage": (lambda: make_stage(number=1, summary="Old"), "summary", "/stages/1/"),
    "group": (group_with_an_exercise, "name", "/stages/1/"),
    "exercise": (lambda: make_exercise(slug="turn", purpose="Old"), "purpose", "/exercises/turn/"),
    "equipment": (equipment_of_an_exercise, "name", "/exercises/"),
    "body part": (body_part_of_an_exercise, "name", "/exercises/"),
    "topic": (topic_with_a_question, "name", "/faq/"),
    "question": (lambda: make_question(question="Old"), "question", "/faq/"),
    "problem": (lambda: make_problem(slug="pain", summary="Old"), "summary", "/problems/pain/"),
    "page": (lambda: make_page(slug="news", title="Old"), "title", "/news/"),
}


@pytest.fixture
def visit():
    """Return a function that visits a page as a stranger, whose answers come from the cache."""
    visitor = Client()

    def visited(path):
        return visitor.get(path).text

    return visited


@pytest.mark.parametrize("kind", ROWS)
def test_a_change_in_its_form_shows(workshop, visit, kind):
    make, field, path = ROWS[kind]
    row = make()
    assert "Old" in visit(path)

    save(workshop, row, **{field: "New"})

    assert "New" in visit(path)
    assert "Old" not in visit(path)


def test_a_variation_changed_in_its_exercises_form_shows(workshop, visit):
    variation = make_variation(exercise=make_exercise(slug="turn"), number=2, how="Old")
    assert "Old" in visit("/exercises/turn/")

    save(workshop, variation.exercise, **{"variations-0-how": "New"})

    assert "New" in visit("/exercises/turn/")


def test_a_section_changed_in_its_pages_form_shows(workshop, visit):
    section = make_section(page=make_page(slug="about"), heading="Old")
    assert "Old" in visit("/about/")

    save(workshop, section.page, **{"sections-0-heading": "New"})

    assert "New" in visit("/about/")


def test_equipment_given_to_an_exercise_in_its_form_shows(workshop, visit):
    exercise, item = make_exercise(slug="turn"), make_equipment(name="Rolled towel")
    assert "Rolled towel" not in visit("/exercises/turn/")

    save(workshop, exercise, equipment=[item.pk])

    assert "Rolled towel" in visit("/exercises/turn/")


def test_a_clip_described_anew_in_its_form_shows(workshop, visit):
    clip = make_clip(exercise=make_exercise(slug="turn"), description="Old", published=True)
    assert clip.public_id in visit("/exercises/turn/")

    save(workshop, clip, published=None)

    assert clip.public_id not in visit("/exercises/turn/")


@pytest.mark.parametrize("kind", ["exercise", "question", "problem"])
def test_an_order_changed_in_the_list_shows(workshop, visit, kind):
    makers = {
        "exercise": (lambda group: make_exercise(group=group, name="First", position=1), "/stages/1/"),
        "question": (lambda group: make_question(topic=group, question="First", position=1), "/faq/"),
        "problem": (lambda group: make_problem(name="First", position=1), "/problems/"),
    }
    parents: dict[str, Callable[[], Any]] = {
        "exercise": lambda: make_group(stage=make_stage(number=1)),
        "question": make_topic,
        "problem": lambda: None,
    }
    parent = parents[kind]()
    make, path = makers[kind]
    row = make(parent)
    named = {"exercise": "name", "question": "question", "problem": "name"}[kind]
    other = make(parent)
    type(row).objects.filter(pk=other.pk).update(**{named: "Second", "position": 2})
    assert visit(path).index("First") < visit(path).index("Second")

    meta = row._meta
    fields = {"form-TOTAL_FORMS": 2, "form-INITIAL_FORMS": 2, "_save": "Save"}
    fields |= {"form-0-id": row.pk, "form-0-position": 3, "form-1-id": other.pk, "form-1-position": 2}
    response = workshop.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), fields)

    assert response.status_code == 302
    assert visit(path).index("First") > visit(path).index("Second")


@pytest.mark.parametrize("kind", ["stage", "exercise", "question", "problem", "page"])
@pytest.mark.parametrize("action", ["withdraw", "delete_selected"])
def test_an_action_on_the_list_shows(workshop, visit, kind, action):
    make, _field, path = ROWS[kind]
    row = make()
    assert "Old" in visit(path)

    meta = row._meta
    fields = {"action": action, "_selected_action": [row.pk], "post": "yes"}
    workshop.post(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"), fields)

    assert "Old" not in visit(path)


@pytest.mark.parametrize("kind", ["exercise", "question", "problem", "page"])
def test_a_deletion_shows(workshop, visit, kind):
    make, _field, path = ROWS[kind]
    row = make()
    assert "Old" in visit(path)

    workshop.post(address(row, "delete"), {"post": "yes"})

    assert "Old" not in visit(path)


def test_a_clip_withdrawn_in_the_list_is_gone(workshop, visit):
    clip = make_clip(exercise=make_exercise(slug="turn"))
    assert clip.public_id in visit("/exercises/turn/")

    fields = {"action": "withdraw", "_selected_action": [clip.pk]}
    workshop.post(reverse("admin:clips_clip_changelist"), fields)

    assert clip.public_id not in visit("/exercises/turn/")


def test_a_text_restored_from_its_history_shows(workshop, visit):
    question = make_question(question="Old")
    save(workshop, question, question="New")
    assert "New" in visit("/faq/")

    version = Version.objects.of(question).get(content__question="Old")
    workshop.post(reverse("admin:faq_question_restore", args=[question.pk, version.pk]))

    assert "Old" in visit("/faq/")


def test_a_clip_published_on_upload_clips_shows(workshop, visit):
    clip = make_clip(exercise=make_exercise(slug="turn"), published=False)
    assert clip.public_id not in visit("/exercises/turn/")

    workshop.post(reverse("clip_upload:publish"), {"clip": clip.pk})

    assert clip.public_id in visit("/exercises/turn/")


def test_a_film_that_becomes_ready_shows(visit, tmp_path):
    exercise = make_exercise(slug="turn")
    film = make_film(tmp_path, "faststart.mp4")
    clip = make_clip(exercise=exercise, status="waiting", published=True)
    clip.original.save("film", ContentFile(film.read_bytes()))
    assert clip.public_id not in visit("/exercises/turn/")

    jobs.convert_film.call(clip.pk)

    assert clip.public_id in visit("/exercises/turn/")


def test_another_still_shows(visit, tmp_path):
    clip = make_clip(exercise=make_exercise(slug="turn"), seconds=1)
    clip.still_at = 0.5
    jobs.choose_still(clip)
    before = clip.still_flipped.name
    assert before in visit("/exercises/turn/")

    jobs.make_still.call(clip.pk)

    assert before not in visit("/exercises/turn/")


def test_a_text_loaded_by_the_command_shows(visit, texts, tmp_path):
    call_command("load_programme", quiet=True, texts=texts, clips=tmp_path / "none")
    Exercise.objects.update(published=True, stop_if="pain")
    page = Exercise.objects.get().get_absolute_url()
    assert "Sit down." in visit(page)

    change(texts / "exercises/turn.toml", "Sit down.", "Stand up.")
    call_command("load_programme", quiet=True, texts=texts, clips=tmp_path / "none")

    assert "Stand up." in visit(page)


def test_a_bulk_update_shows_after_a_touch(visit):
    make_question(question="Old")
    assert "Old" in visit("/faq/")

    type(make_question())._default_manager.filter(question="Old").update(question="New")
    freshness.touch()

    assert "New" in visit("/faq/")
