"""Two people on one text: nobody's words are lost."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clips.models import Clip
from exercises.models import Exercise, Variation
from pages.models import Section
from tests.factories import (
    make_body_part,
    make_clip,
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
from tests.workshop.two_people import answers, fields_of, opens, sends
from texts.models import Version

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(django_user_model):
    """The browser of a colleague."""
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("maria", "m@example.org", "a password of maria's"))
    return client


@pytest.fixture
def ana(workshop):
    return workshop


def saved(response):
    assert response.status_code == 302, response.context and response.context.get("errors")
    return response


def asked(response):
    """Return the headings of what the page asks about."""
    assert response.status_code == 409
    return [part.heading for part in response.context["page_parts"]]


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


def test_variations_added_changed_and_removed_by_the_other_are_kept(ana, maria):
    exercise = make_exercise()
    one, two, three = (make_variation(exercise=exercise, title=f"way {n}") for n in (1, 2, 3))
    hers, mine = opens(maria, exercise), opens(ana, exercise)
    saved(
        sends(
            maria,
            exercise,
            hers,
            variations__0__title="way one",
            variations__1__DELETE="on",
            variations__3__number="4",
            variations__3__title="a new way",
            variations__TOTAL_FORMS="4",
        )
    )

    saved(sends(ana, exercise, mine, variations__2__title="way three", purpose="Mine."))

    assert sorted(Variation.objects.values_list("title", flat=True)) == ["a new way", "way one", "way three"]
    assert not Variation.objects.filter(pk=two.pk).exists()
    assert Exercise.objects.get().purpose == "Mine."
    assert {one.pk, three.pk} <= set(Variation.objects.values_list("pk", flat=True))


def test_a_variation_changed_by_both_is_asked_about_by_its_name(ana, maria):
    variation = make_variation(title="slowly")
    exercise = variation.exercise
    hers, mine = opens(maria, exercise), opens(ana, exercise)
    saved(sends(maria, exercise, hers, variations__0__title="very slowly"))

    page = sends(ana, exercise, mine, variations__0__title="quite slowly")

    [heading] = asked(page)
    assert heading.startswith("Variations")
    assert "very slowly" in heading
    saved(answers(ana, exercise, page, everything="mine"))
    assert Variation.objects.get().title == "quite slowly"


@pytest.mark.parametrize(("choice", "titles"), [("mine", ["Mine"]), ("theirs", [])])
def test_a_row_that_the_other_removed_and_this_one_changed(ana, maria, choice, titles):
    section = make_section(heading="Old")
    page = section.page
    hers, mine = opens(maria, page), opens(ana, page)
    saved(sends(maria, page, hers, sections__0__DELETE="on"))

    question = sends(ana, page, mine, sections__0__heading="Mine")

    assert len(asked(question)) == 1
    assert "(removed)" in question.text
    saved(answers(ana, page, question, everything=choice))
    assert list(Section.objects.values_list("heading", flat=True)) == titles


@pytest.mark.parametrize(("choice", "headings"), [("mine", []), ("theirs", ["Hers"])])
def test_a_row_that_this_one_removes_and_the_other_changed(ana, maria, choice, headings):
    section = make_section(heading="Old")
    page = section.page
    hers, mine = opens(maria, page), opens(ana, page)
    saved(sends(maria, page, hers, sections__0__heading="Hers"))

    question = sends(ana, page, mine, sections__0__DELETE="on")

    assert len(asked(question)) == 1
    saved(answers(ana, page, question, everything=choice))
    assert list(Section.objects.values_list("heading", flat=True)) == headings


def three_sections():
    page = make_page()
    for place, heading in enumerate(["A", "B", "C"], start=1):
        make_section(page=page, heading=heading, position=place)
    return page


def order():
    return "".join(Section.objects.order_by("position").values_list("heading", flat=True))


def test_an_order_that_only_the_other_changed_stays(ana, maria):
    page = three_sections()
    hers, mine = opens(maria, page), opens(ana, page)
    moved = {"sections-0-position": "3", "sections-1-position": "1", "sections-2-position": "2"}
    saved(sends(maria, page, hers, **moved))

    saved(sends(ana, page, mine, sections__0__body="<p>Mine.</p>"))

    assert order() == "BCA"
    assert Section.objects.get(heading="A").body == "<p>Mine.</p>"


@pytest.mark.parametrize(("choice", "said"), [("mine", "BAC"), ("theirs", "ACB")])
def test_two_orders_are_one_question_and_never_mixed(ana, maria, choice, said):
    page = three_sections()
    hers, mine = opens(maria, page), opens(ana, page)
    saved(sends(maria, page, hers, **{"sections-1-position": "3", "sections-2-position": "2"}))

    question = sends(ana, page, mine, **{"sections-0-position": "2", "sections-1-position": "1"})

    assert asked(question) == ["The order of the sections"]
    saved(answers(ana, page, question, everything=choice))
    assert order() == said


def test_two_people_add_a_row_each(ana, maria):
    stage = make_stage()
    hers, mine = opens(maria, stage), opens(ana, stage)
    for client, form, name in ((maria, hers | {"tagline": ["hers"]}, "hers"), (ana, mine, "mine")):
        added = {"groups-0-name": name, "groups-0-slug": name, "groups-0-position": "1", "groups-TOTAL_FORMS": "1"}
        saved(sends(client, stage, form, **added))

    stage.refresh_from_db()
    assert stage.tagline == "hers"
    assert sorted(stage.groups.values_list("name", flat=True)) == ["hers", "mine"]


def test_a_clip_in_the_exercise_and_in_its_own_form(ana, maria):
    clip = make_clip(description="A head.", title="slowly")
    exercise = clip.exercise
    in_exercise, alone = opens(ana, exercise), opens(maria, clip)
    saved(sends(maria, clip, alone, description="A head turns."))

    saved(sends(ana, exercise, in_exercise, purpose="Mine."))
    assert Clip.objects.get().description == "A head turns."
    question = sends(ana, exercise, in_exercise, clips__0__description="A chin.")

    assert len(asked(question)) == 1


def test_a_file_is_not_put_in_the_place_of_one_saved_meanwhile_unasked(ana, maria):
    clip = make_clip()
    hers, mine = opens(maria, clip), opens(ana, clip)
    words = b"WEBVTT\n\n00:00.000 --> 00:00.500\n%s\n"
    saved(sends(maria, clip, hers, captions=SimpleUploadedFile("a.vtt", words % b"Hers.", "text/vtt")))

    page = sends(ana, clip, mine, captions=SimpleUploadedFile("b.vtt", words % b"Mine.", "text/vtt"), title="mine")

    assert asked(page) == ["Captions"]
    saved(answers(ana, clip, page))
    clip.refresh_from_db()
    with clip.captions.open() as kept:
        assert b"Hers." in kept.read()
    assert clip.title == "mine"


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


def test_a_list_saves_only_the_rows_that_were_moved_in_it(ana, maria):
    group = make_group()
    rows = [make_exercise(group=group, name=name, position=n) for n, name in enumerate("ABCD", start=1)]
    listed = reverse("admin:exercises_exercise_changelist")
    hers, mine = (fields_of(client.get(listed), "form-TOTAL_FORMS") for client in (maria, ana))
    saved(maria.post(listed, hers | {"form-0-position": ["2"], "form-1-position": ["1"], "_save": ["Save"]}))

    saved(ana.post(listed, mine | {"form-2-position": ["4"], "form-3-position": ["3"], "_save": ["Save"]}))

    assert list(group.exercises.order_by("position").values_list("name", flat=True)) == ["B", "A", "D", "C"]
    refused = ana.post(listed, mine | {"form-0-position": ["3"], "form-2-position": ["1"], "_save": ["Save"]})
    assert "Somebody else has moved this meanwhile." in refused.text
    rows[0].refresh_from_db()
    assert rows[0].position == 2
