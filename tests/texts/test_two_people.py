"""Two people on one text: nobody's words are lost."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from tests.factories import (
    make_body_part,
    make_clip,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_stage,
    make_topic,
    make_variation,
)
from tests.workshop.two_people import answers, asked, fields_of, opens, saved, sends
from texts.models import Version

pytestmark = pytest.mark.django_db


def test_each_keeps_what_only_she_has_changed(ana, maria):
    exercise = make_exercise(feel="A stretch.", steps="Sit.\nLift your chin.")
    hers, mine = opens(maria, exercise), opens(ana, exercise)

    saved(sends(maria, exercise, hers, feel="A stretch.\nWarmth."))
    saved(sends(ana, exercise, mine, steps="Sit.\nLift your chin.\nWait."))

    exercise.refresh_from_db()
    assert exercise.feel.splitlines() == ["A stretch.", "Warmth."]
    assert exercise.steps.splitlines() == ["Sit.", "Lift your chin.", "Wait."]


def test_whoever_saves_second_reads_whose_changes_were_kept(ana, maria):
    problem = make_problem()
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, name="Aches"))

    response = sends(ana, problem, mine, summary="Mine.")

    [kept, _saved] = [str(message) for message in get_messages(response.wsgi_request)]
    assert kept == "maria saved this text meanwhile. These changes of theirs are kept: Name."


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (make_stage, "summary"),
        (make_group, "introduction"),
        (make_exercise, "purpose"),
        (make_body_part, "name"),
        (make_topic, "name"),
        (make_question, "question"),
        (make_problem, "summary"),
        (make_page, "lead"),
        (make_clip, "description"),
    ],
)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_where_both_wrote_the_second_chooses_in_every_form(ana, maria, make, field, choice):
    row = make()
    hers, mine = opens(maria, row), opens(ana, row)
    saved(sends(maria, row, hers, **{field: "Words of Maria."}))

    page = sends(ana, row, mine, **{field: "Words of Ana."})

    assert len(asked(page)) == 1
    for words in (
        "<strong>maria</strong> saved this text",
        "Words of <mark>Maria.</mark>",
        "Words of <mark>Ana.</mark>",
    ):
        assert words in page.text.replace("\n", "")
    row.refresh_from_db()
    assert words_of(row, field) == "Words of Maria."
    saved(answers(ana, row, page, everything=choice))
    row.refresh_from_db()
    assert words_of(row, field) == {"mine": "Words of Ana.", "theirs": "Words of Maria."}[choice]


def words_of(row, field):
    return getattr(row, field).removeprefix("<p>").removesuffix("</p>")


def test_both_versions_of_a_longer_text_can_be_kept(ana, maria):
    question = make_question(answer="<p>Yes.</p>")
    hers, mine = opens(maria, question), opens(ana, question)
    saved(sends(maria, question, hers, answer="<p>Often.</p>"))

    saved(answers(ana, question, sends(ana, question, mine, answer="<p>Always.</p>"), everything="both"))

    question.refresh_from_db()
    assert question.answer.replace("\n", "") == "<p>Often.</p><p>Always.</p>"


def test_the_other_version_stays_in_the_history_whatever_is_chosen(ana, maria):
    problem = make_problem()
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, summary="Hers."))
    saved(answers(ana, problem, sends(ana, problem, mine, summary="Mine."), everything="mine"))

    versions = Version.objects.of(problem).newest_first()
    assert [(version.by, version.content["summary"]) for version in versions][:2] == [
        ("ana", "Mine."),
        ("maria", "Hers."),
    ]


def test_the_same_change_made_twice_is_no_question(ana, maria):
    problem = make_problem()
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, summary="The same.", name="Hers"))

    saved(sends(ana, problem, mine, summary="The same."))

    problem.refresh_from_db()
    assert (problem.summary, problem.name) == ("The same.", "Hers")


def test_a_third_save_while_the_second_chooses_is_asked_about_again(ana, maria):
    problem = make_problem()
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, summary="Hers."))
    page = sends(ana, problem, mine, summary="Mine.")
    saved(sends(maria, problem, opens(maria, problem), summary="Hers, better."))

    again = answers(ana, problem, page, everything="mine")

    assert asked(again) == ["In one line"]
    assert "better." in again.text
    saved(answers(ana, problem, again, everything="mine"))
    problem.refresh_from_db()
    assert problem.summary == "Mine."


def test_the_rest_of_what_was_written_is_saved_with_the_choice(ana, maria):
    problem = make_problem()
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, summary="Hers.", position="7"))

    page = sends(ana, problem, mine, summary="Mine.", what_it_is="<p>Written by Ana.</p>")
    saved(answers(ana, problem, page, everything="theirs"))

    problem.refresh_from_db()
    assert (problem.summary, problem.position, problem.what_it_is) == ("Hers.", 7, "<p>Written by Ana.</p>")


def test_the_choice_can_be_put_into_the_form_without_saving(ana, maria):
    question = make_question(answer="<p>Yes.</p>")
    hers, mine = opens(maria, question), opens(ana, question)
    saved(sends(maria, question, hers, answer="<p>Often.</p>"))
    page = sends(ana, question, mine, answer="<p>Always.</p>")

    form = fields_of(page) | {"_look": ["1"]}
    [part] = page.context["page_parts"]
    form[part.name] = [part.choices[2].value]
    look = ana.post(page.request["PATH_INFO"], form)

    assert look.status_code == 200
    assert "They are not saved yet." in look.text
    assert "&lt;p&gt;Always." in look.text
    question.refresh_from_db()
    assert question.answer == "<p>Often.</p>"
    saved(sends(ana, question, fields_of(look)))
    question.refresh_from_db()
    assert question.answer.replace("\n", "") == "<p>Often.</p><p>Always.</p>"


def test_a_form_with_a_mistake_still_keeps_what_the_other_saved(ana, maria):
    problem = make_problem(position=1)
    hers, mine = opens(maria, problem), opens(ana, problem)
    saved(sends(maria, problem, hers, summary="Hers."))
    refused = sends(ana, problem, mine, name="", position="3")
    assert refused.status_code == 200

    saved(sends(ana, problem, fields_of(refused), name="A name"))

    problem.refresh_from_db()
    assert (problem.summary, problem.name, problem.position) == ("Hers.", "A name", 3)


def test_body_parts_and_ticks_are_kept_and_asked_about_too(ana, maria):
    neck, arms = make_body_part(name="Neck"), make_body_part(name="Arms")
    exercise = make_exercise(sitting=True)
    hers, mine = opens(maria, exercise), opens(ana, exercise)
    saved(sends(maria, exercise, hers, body_parts=[str(neck.pk)], standing="on"))

    page = sends(ana, exercise, mine, body_parts=[str(arms.pk)], lying="on")

    assert asked(page) == ["Body parts"]
    assert "<mark>Neck</mark>" in page.text
    saved(answers(ana, exercise, page, everything="mine"))
    exercise.refresh_from_db()
    assert [*exercise.body_parts.all()] == [arms]
    assert (exercise.lying, exercise.sitting, exercise.standing) == (True, True, True)


def test_a_token_that_cannot_be_read_overwrites_nothing(ana):
    problem = make_problem(summary="Saved.")
    form = opens(ana, problem)

    for token in ("", "forged", opens(ana, make_problem())["opened_words"][0]):
        page = sends(ana, problem, form, opened_words=token, summary="Mine.")
        assert asked(page) == ["In one line"]


@pytest.mark.parametrize("pk", ["abc", "9" * 40, "²", "-1"])
def test_a_row_that_never_was_is_no_error(ana, pk):
    exercise = make_variation().exercise
    page = sends(ana, exercise, opens(ana, exercise), variations__0__id=pk)

    assert page.status_code == 409
    assert answers(ana, exercise, page, everything="mine").status_code in (200, 302)


def test_saving_an_untouched_form_changes_nothing(ana, maria):
    exercise = make_clip(exercise=make_exercise(steps="Sit.\nWait. ")).exercise
    make_variation(exercise=exercise)
    form = opens(ana, exercise)
    saved(sends(maria, exercise, opens(maria, exercise), purpose="Hers."))
    versions = Version.objects.count()

    saved(sends(ana, exercise, form))

    assert Version.objects.count() == versions
    exercise.refresh_from_db()
    assert exercise.purpose == "Hers."


def test_one_person_in_two_windows_is_told_so(ana):
    problem = make_problem()
    first, second = opens(ana, problem), opens(ana, problem)
    saved(sends(ana, problem, first, summary="First."))

    page = sends(ana, problem, second, summary="Second.")

    assert "in another window" in page.text


def test_only_who_saved_meanwhile_is_named(ana, maria, django_user_model):
    problem = make_problem()
    saved(sends(maria, problem, opens(maria, problem), name="Old"))
    Version.objects.update(saved_at=timezone.now() - timedelta(days=1))
    LogEntry.objects.update(action_time=timezone.now() - timedelta(days=1))
    mine, eva = opens(ana, problem), Client()
    eva.force_login(django_user_model.objects.create_superuser("eva", "", "a password of eva's"))
    saved(sends(eva, problem, opens(eva, problem), summary="Eva's."))

    page = sends(ana, problem, mine, summary="Mine.").text

    assert "<strong>eva</strong> saved this text just now" in page
    assert "maria" not in page
