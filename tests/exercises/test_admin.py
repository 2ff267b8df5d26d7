"""Exercises in the workshop."""

import pytest

from exercises.admin import OUT_OF_THE_WAY
from exercises.models import Exercise
from tests.factories import make_clip, make_exercise, make_group, make_stage, make_variation
from tests.workshop.forms import address, changelist, save
from texts.models import Version

pytestmark = pytest.mark.django_db


def test_exercises_are_listed_in_the_order_of_the_programme_with_their_stills(workshop):
    second = make_group(stage=make_stage(number=2))
    first = make_group(stage=make_stage(number=1))
    make_exercise(group=second, name="Third", position=1)
    make_exercise(group=first, name="Second", position=2)
    clip = make_clip(exercise=make_exercise(group=first, name="Look {right}", position=1))

    response = workshop.get(changelist("exercises_exercise"))

    assert [row.title for row in response.context["cl"].result_list] == ["Look right", "Second", "Third"]
    assert clip.still_small_url in response.text
    assert "1 filmed" in response.text


def test_the_position_can_be_changed_in_the_list(workshop):
    exercise = make_exercise(position=1)

    workshop.post(
        changelist("exercises_exercise"),
        {
            "form-TOTAL_FORMS": 1,
            "form-INITIAL_FORMS": 1,
            "form-0-id": exercise.pk,
            "form-0-position": 7,
            "_save": "Save",
        },
    )

    exercise.refresh_from_db()
    assert exercise.position == 7


def test_publishing_tells_which_exercise_does_not_say_when_to_stop(workshop):
    ready = make_exercise(name="Ready", published=False)
    unsafe = make_exercise(name="Unsafe", published=False, stop_if="")

    response = workshop.post(
        changelist("exercises_exercise"),
        {"action": "publish", "_selected_action": [ready.pk, unsafe.pk]},
        follow=True,
    )

    assert "Unsafe: Say under “stop if” when to stop" in response.text
    assert "1 text is published." in response.text
    assert list(Exercise.objects.filter(published=True)) == [ready]


def test_a_bare_side_word_is_refused_with_a_hint(workshop):
    exercise = make_exercise()
    form = workshop.get(address(exercise)).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value not in (None, False)}
    formsets = {f"{prefix}-{total}_FORMS": 0 for prefix in ("variations", "clips") for total in ("TOTAL", "INITIAL")}

    response = workshop.post(address(exercise), values | formsets | {"steps": "Turn left."})

    assert "Write {left} instead of “left”" in response.text


def test_a_group_is_chosen_by_stage_and_name(workshop):
    group = make_group(stage=make_stage(name="Stage 7", number=7), name="Face")

    response = workshop.get(address(make_exercise(group=group)))

    assert "Stage 7 · Face</option>" in response.text


def test_the_lists_behind_what_is_missing_hold_just_that(workshop):
    filmed = make_clip().exercise
    drawn = make_clip(kind="drawn", checked=False).exercise
    make_clip(kind="drawn", checked=True, exercise=filmed)

    def listed(**query):
        return set(workshop.get(changelist("exercises_exercise", **query)).context["cl"].result_list)

    assert listed(clip="filmed") == {filmed}
    assert listed(clip="not-filmed") == {drawn}
    assert listed(clip="unchecked") == {drawn}
    assert listed(review="never") == {filmed, drawn}


def test_variations_exchange_their_numbers(workshop):
    exercise = make_exercise()
    for title in ("slowly", "slower", "slowest"):
        make_variation(exercise=exercise, title=title)

    save(workshop, exercise, variations__0__number=2, variations__1__number=1)
    assert [variation.title for variation in exercise.variations.all()] == ["slower", "slowly", "slowest"]

    save(workshop, exercise, variations__0__number=3, variations__2__DELETE="on")
    assert {variation.number: variation.title for variation in exercise.variations.all()} == {2: "slowly", 3: "slower"}
    assert not Version.objects.filter(content__number__gte=OUT_OF_THE_WAY).exists()
