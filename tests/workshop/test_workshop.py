"""What a therapist finds in the workshop."""

import os
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cdtrainer import __version__
from clips.conversion import heartbeat
from exercises.models import Exercise
from faq.models import Question
from stages.models import Stage
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
from upkeep.disks import Disk

pytestmark = pytest.mark.django_db

MAKERS: dict[str, Callable[[], Any]] = {
    "stages_stage": make_stage,
    "exercises_exercisegroup": make_group,
    "exercises_exercise": lambda: make_clip(exercise=make_exercise(name="Turn to the {right}")).exercise,
    "exercises_bodypart": make_body_part,
    "exercises_equipment": make_equipment,
    "faq_topic": make_topic,
    "faq_question": make_question,
    "faq_problem": make_problem,
    "pages_page": lambda: make_section().page,
}


def changelist(model, **query):
    return reverse(f"admin:{model}_changelist", query=query)


def change_form(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


@pytest.mark.parametrize("model", MAKERS)
def test_a_list_asks_as_many_questions_for_30_rows_as_for_one(workshop, model, django_assert_max_num_queries):
    MAKERS[model]()
    with django_assert_max_num_queries(20) as for_one:
        assert workshop.get(changelist(model)).status_code == 200
    for _ in range(29):
        MAKERS[model]()

    with django_assert_max_num_queries(len(for_one)):
        response = workshop.get(changelist(model))

    assert response.context["cl"].result_count == 30


@pytest.mark.parametrize("model", MAKERS)
def test_every_text_has_a_form_that_can_be_searched_for(workshop, model):
    row = MAKERS[model]()

    assert workshop.get(change_form(row)).status_code == 200
    assert workshop.get(reverse(f"admin:{model}_add")).status_code == 200
    assert workshop.get(changelist(model, q="nothing of the kind")).context["cl"].result_count == 0


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


def test_withdrawing_takes_a_question_from_the_site(workshop):
    question = make_question()

    workshop.post(changelist("faq_question"), {"action": "withdraw", "_selected_action": [question.pk]}, follow=True)

    assert not Question.objects.published().exists()


def test_a_question_without_an_answer_is_marked_and_can_be_filtered(workshop):
    make_question(question="Answered?")
    make_question(question="Open?", answer="")

    response = workshop.get(changelist("faq_question", answer="no"))

    assert [row.question for row in response.context["cl"].result_list] == ["Open?"]
    assert "To be answered</strong>" in response.text


@pytest.mark.parametrize(
    ("review", "state"),
    [
        ({}, "Not reviewed"),
        (
            {"reviewed_by": "Dr Example", "reviewed_on": date(2020, 1, 2), "next_review_on": date(2120, 1, 2)},
            "Reviewed 02/01/2020",
        ),
        ({"reviewed_by": "Dr Example", "reviewed_on": date(2020, 1, 2)}, "Review is due"),
        (
            {
                "reviewed_by": "Dr Example",
                "reviewed_on": date(2020, 1, 2),
                "next_review_on": date(2021, 1, 2),
            },
            "Review is due",
        ),
    ],
)
def test_a_list_says_whether_a_clinician_has_reviewed_a_text(workshop, review, state):
    make_problem(**review)

    response = workshop.get(changelist("faq_problem"))

    assert f"{state}</" in response.text


def test_a_bare_side_word_is_refused_with_a_hint(workshop):
    exercise = make_exercise()
    form = workshop.get(change_form(exercise)).context["adminform"].form
    values = {name: value for name, value in form.initial.items() if value not in (None, False)}
    formsets = {f"{prefix}-{total}_FORMS": 0 for prefix in ("variations", "clips") for total in ("TOTAL", "INITIAL")}

    response = workshop.post(change_form(exercise), values | formsets | {"steps": "Turn left."})

    assert "Write {left} instead of “left”" in response.text


def test_the_groups_of_a_stage_are_edited_with_it_and_variations_with_their_exercise(workshop):
    group = make_group(name="Total neck movement")
    variation = make_variation(exercise=make_exercise(group=group), title="with a smile")

    assert "Total neck movement" in workshop.get(change_form(group.stage)).text
    assert "with a smile" in workshop.get(change_form(variation.exercise)).text


def test_an_address_stays_as_it_is_once_it_exists(workshop):
    page = make_section(key="who", page=make_page(slug="about")).page

    response = workshop.get(change_form(page))

    assert "slug" not in response.context["adminform"].form.fields
    assert '<div class="readonly">about</div>' in response.text


def test_a_withdrawn_text_has_no_link_to_a_page_that_visitors_cannot_see(workshop):
    shown = make_exercise()
    hidden = make_exercise(published=False)

    assert f'href="{shown.get_absolute_url()}" class="viewsitelink"' in workshop.get(change_form(shown)).text
    assert "viewsitelink" not in workshop.get(change_form(hidden)).text


def test_a_group_is_chosen_by_stage_and_name(workshop):
    group = make_group(stage=make_stage(name="Stage 7", number=7), name="Face")

    response = workshop.get(change_form(make_exercise(group=group)))

    assert "Stage 7 · Face</option>" in response.text


def test_the_start_page_says_what_is_missing(workshop):
    make_clip(exercise=make_exercise(reviewed_by="Dr Example", reviewed_on=date(2026, 1, 2)))
    make_clip(exercise=make_exercise(name="Only drawn"), kind="drawn", checked=False)
    make_clip(exercise=make_exercise(name="Broken"), status="failed", problem="The file is too short.")
    make_question(answer="")

    response = workshop.get(reverse("admin:index"))

    messages = [line.message for line in response.context["missing"]]
    assert messages[0] == "1 clip could not be converted"
    assert "Broken: The file is too short." in response.text
    assert "1 question has no answer" in messages
    assert "2 exercises have no filmed clip" in messages
    assert "The drawn clips of 1 exercise have to be checked" in messages
    assert response.context["missing"][-1].links[1][0] == "2 exercises"
    for line in response.context["missing"]:
        for _words, url in line.links:
            assert workshop.get(url).context["cl"].result_count
        if line.url:
            assert workshop.get(line.url).status_code == 200


def test_the_start_page_says_which_reviews_are_due_again(workshop):
    make_problem(reviewed_by="Dr Example", reviewed_on=date(2020, 1, 2))
    make_problem(reviewed_by="Dr Example", reviewed_on=date.today(), next_review_on=date(2021, 1, 2))  # noqa: DTZ011
    make_problem(reviewed_by="Dr Example", reviewed_on=date(2020, 1, 2), next_review_on=date(2120, 1, 2))
    make_problem(reviewed_by="Dr Example", reviewed_on=date.today())  # noqa: DTZ011

    (line,) = workshop.get(reverse("admin:index")).context["missing"]

    assert line.message == "The reviews of 2 texts are due"
    assert workshop.get(line.links[0][1]).context["cl"].result_count == 2


def test_the_start_page_says_how_the_site_is(workshop, settings):
    nobody = workshop.get(reverse("admin:index"))
    assert "No worker has ever run" in nobody.text

    heartbeat.beat()
    response = workshop.get(reverse("admin:index"))

    assert "the worker is running" in response.text
    assert "are free." in response.text
    assert "Films are converted with ffmpeg " in response.text
    assert f"This is CD Trainer {__version__}." in response.text
    assert reverse("clip_upload:page") in response.text


def test_the_start_page_says_when_the_worker_was_last_seen(workshop):
    heartbeat.beat()
    an_hour_ago = time.time() - 3700
    os.utime(heartbeat.heartbeat_file(), (an_hour_ago, an_hour_ago))

    assert "The worker was last seen 1\xa0hour, 1\xa0minute ago" in workshop.get(reverse("admin:index")).text


def test_a_disk_that_is_nearly_full_is_marked():
    assert Disk(free=100 * 10**9, total=500 * 10**9).is_low is False
    assert Disk(free=10**9, total=500 * 10**9).is_low is True


def test_the_start_page_of_a_complete_site_has_nothing_to_say(workshop):
    response = workshop.get(reverse("admin:index"))

    assert response.context["missing"] == []
    assert "Nothing. Every exercise has its film" in response.text


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


def test_somebody_who_is_not_staff_gets_the_sign_in_page(client, django_user_model):
    client.force_login(django_user_model.objects.create_user("visitor"))

    response = client.get(changelist("exercises_exercise"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_stages_can_be_withdrawn_and_published(workshop):
    stage = make_stage()

    for action, shown in [("withdraw", 0), ("publish", 1)]:
        workshop.post(changelist("stages_stage"), {"action": action, "_selected_action": [stage.pk]})
        assert Stage.objects.published().count() == shown
