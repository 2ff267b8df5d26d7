"""What a therapist and an operator get from `manage.py load_programme`."""

import shutil

import pytest
from django.core.management import CommandError

from exercises.models import BodyPart, Exercise, ExerciseGroup, Variation
from faq.models import Problem, Question
from pages.models import Page
from programme.files import TEXTS
from programme.models import LoadedText
from stages.models import Stage
from tests.programme.small import change, load
from texts.models import ContentVersion

pytestmark = pytest.mark.django_db


def test_a_fresh_install_gets_the_whole_programme():
    load()

    assert Stage.objects.published().count() == 3
    assert Exercise.objects.published().count() == len(list(TEXTS.glob("exercises/*.toml")))
    assert Question.objects.count() == len(list(TEXTS.glob("questions/*.toml")))
    assert Problem.objects.published().count() == 8
    assert Page.objects.published().filter(slug="home").exists()


def test_every_exercise_of_the_programme_says_when_to_stop_and_what_its_clip_shows():
    load()

    for exercise in Exercise.objects.all():
        assert exercise.stop_if
        assert all(part.description for part in exercise.parts), exercise.slug


def test_each_value_goes_where_it_belongs(texts):
    load(texts)

    exercise = Exercise.objects.get(slug="turn")
    assert exercise.title == "Turn to the right"
    assert exercise.steps == "Sit down.\nTurn to your {left}."
    assert exercise.stop_if == "new pain\ndizziness"
    assert exercise.caution == "<p>Ask a <strong>doctor</strong> first.</p>"
    assert [part.name for part in exercise.body_parts.order_by("slug")] == ["Arms", "Neck"]
    assert exercise.group == ExerciseGroup.objects.get(stage__number=1, slug="first")
    assert exercise.published
    assert [variation.title for variation in exercise.variations.all()] == ["slowly"]
    assert Stage.objects.get().checklist == "You can sit\nYou can turn"
    assert "<li>smooth</li>" in Stage.objects.get().how_to
    assert Problem.objects.get().sources == "NHS | Neck pain | https://example.org/"
    assert Question.objects.unanswered().get().question == "How long?"
    assert [section.heading for section in Page.objects.get().sections.all()] == ["Who"]


def test_loading_twice_has_nothing_to_do():
    load()
    version = ContentVersion.objects.get().number

    output = load()

    assert "0 added, 0 updated" in output
    assert ContentVersion.objects.get().number == version
    assert load(quiet=True) == ""


def test_what_an_editor_changed_stays_while_the_rest_follows_the_programme(texts):
    load(texts)
    Exercise.objects.update(name="Look over your {right} shoulder")
    change(texts / "exercises/turn.toml", "Turn to the {right}", "Turn {right}")
    change(texts / "exercises/turn.toml", "Sit down.", "Sit on a chair.")

    output = load(texts)

    exercise = Exercise.objects.get()
    assert exercise.name == "Look over your {right} shoulder"
    assert exercise.steps == "Sit on a chair.\nTurn to your {left}."
    assert "updated exercise/turn: steps" in output
    assert "kept exercise/turn: name (changed by an editor)" in output


def test_an_exercise_that_an_editor_withdrew_or_moved_stays_so(texts):
    load(texts)
    group = ExerciseGroup.objects.create(stage=Stage.objects.get(), name="Mine", slug="mine")
    Exercise.objects.update(published=False, group=group, position=9)
    Exercise.objects.get().body_parts.set([])

    load(texts)

    exercise = Exercise.objects.get()
    assert (exercise.published, exercise.group, exercise.position) == (False, group, 9)
    assert not exercise.body_parts.exists()


def test_saving_a_form_without_a_change_does_not_count_as_an_editors_change(texts):
    load(texts)
    Stage.objects.update(
        checklist="You can sit\r\nYou can turn",
        how_to="<p>Slowly.</p><ul><li><p>smooth</p></li><li><p>slow</p></li></ul>",
    )
    change(texts / "stages/1.toml", "- smooth", "- soft")

    output = load(texts)

    assert "kept" not in output
    assert "<li>soft</li>" in Stage.objects.get().how_to


def test_an_editor_who_puts_the_programmes_text_back_follows_it_again(texts):
    load(texts)
    Exercise.objects.update(name="Mine")
    load(texts)
    Exercise.objects.update(name="Turn to the {right}")
    load(texts)
    change(texts / "exercises/turn.toml", "Turn to the {right}", "Turn {right}")

    load(texts)

    assert Exercise.objects.get().name == "Turn {right}"


def test_what_an_editor_deleted_stays_deleted(texts):
    load(texts)
    Exercise.objects.get().delete()
    Question.objects.get().delete()

    output = load(texts)

    assert not Exercise.objects.exists()
    assert not Variation.objects.exists()
    assert not Question.objects.exists()
    assert "left out exercise/turn (an editor deleted it)" in output


def test_a_deleted_body_part_does_not_come_back_into_its_exercises(texts):
    load(texts)
    BodyPart.objects.get(slug="arms").delete()
    change(texts / "exercises/turn.toml", "Sit down.", "Sit.")

    load(texts)

    assert [part.slug for part in Exercise.objects.get().body_parts.all()] == ["neck"]
    assert Exercise.objects.get().steps.startswith("Sit.")


def test_a_new_exercise_of_a_deleted_group_is_left_out(texts):
    load(texts)
    Exercise.objects.get().delete()
    ExerciseGroup.objects.get().delete()
    shutil.copy(texts / "exercises/turn.toml", texts / "exercises/nod.toml")

    output = load(texts)

    assert not Exercise.objects.exists()
    assert "left out exercise/nod (an editor deleted what it belongs to)" in output


def test_an_exercise_that_an_editor_made_first_keeps_all_its_words(texts):
    load(texts)
    Exercise.objects.create(slug="nod", name="My nod", group=ExerciseGroup.objects.get(), steps="Nod.", stop_if="pain")
    shutil.copy(texts / "exercises/turn.toml", texts / "exercises/nod.toml")

    load(texts)

    exercise = Exercise.objects.get(slug="nod")
    assert (exercise.name, exercise.steps, exercise.published) == ("My nod", "Nod.", False)


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(texts):
    output = load(texts, dry_run=True)

    assert "added exercise/turn" in output
    assert "Nothing was written" in output
    assert not Stage.objects.exists()
    assert not LoadedText.objects.exists()


def test_restore_brings_one_text_back_and_leaves_the_others(texts):
    load(texts)
    Exercise.objects.update(name="Mine", purpose="Mine.")
    Variation.objects.all().delete()
    Problem.objects.update(name="Mine")

    load(texts, restore="turn")

    exercise = Exercise.objects.get()
    assert (exercise.name, exercise.purpose) == ("Turn to the {right}", "")
    assert exercise.variations.count() == 1
    assert Problem.objects.get().name == "Mine"


def test_restore_brings_a_deleted_text_back(texts):
    load(texts)
    Exercise.objects.get().delete()

    load(texts, restore="exercise/turn")

    assert [v.title for v in Exercise.objects.get().variations.all()] == ["slowly"]
    assert "0 added, 0 updated" in load(texts)


def test_restore_asks_which_of_two_texts_of_the_same_name(texts):
    load(texts)
    (texts / "exercises/turn.toml").rename(texts / "exercises/pain.toml")

    with pytest.raises(CommandError, match="exercise/pain, problem/pain"):
        load(texts, restore="pain")


def test_restore_of_a_name_that_nobody_knows_says_so(texts):
    with pytest.raises(CommandError, match="no text “tunr”"):
        load(texts, restore="tunr")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("{right}", "{rihgt}", "exercises/turn.toml: name: .*rihgt"),
        ("Turn to your {left}.", "Turn left.", r"exercises/turn.toml: steps: Write {left}"),
        ('movement = "total"', 'movement = "whole"', "exercises/turn.toml: movement: .*whole"),
        ("sitting = true", 'sitting = "yes, please"', "exercises/turn.toml: sitting: "),
        ('group = "first"', 'group = "second"', "exercises/turn.toml: group: There is no group/1/second"),
        ('"arms"', '"tail"', "exercises/turn.toml: body_parts: There is no body-part/tail"),
        ("checked", "chekced", "exercises/turn.toml: chekced: no exercise has such a field"),
        ('title = "slowly"', 'title = ""', "exercises/turn.toml, variation 1: title: "),
        ("number = 1", 'number = "one"', "exercises/turn.toml, variation one: "),
        ("stage = 1", "stage 1", "exercises/turn.toml: .*line 4"),
    ],
)
def test_an_error_names_file_and_field_and_nothing_is_loaded(texts, before, after, message):
    change(texts / "exercises/turn.toml", before, after)

    with pytest.raises(CommandError, match=message):
        load(texts)

    assert not Stage.objects.exists()
