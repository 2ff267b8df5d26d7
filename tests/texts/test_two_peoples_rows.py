"""Two people on the rows, the order and the files that belong to one text."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clips.models import Clip
from exercises.models import Exercise, Variation
from pages.models import Section
from tests.factories import (
    make_clip,
    make_exercise,
    make_group,
    make_page,
    make_section,
    make_stage,
    make_variation,
)
from tests.workshop.two_people import answers, asked, fields_of, opens, saved, sends

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(("choice", "names"), [("mine", "BAC"), ("theirs", "ACB")])
def test_two_orders_are_one_question_and_never_mixed(ana, maria, choice, names):
    page = three_sections()
    hers, mine = opens(maria, page), opens(ana, page)
    saved(sends(maria, page, hers, **{"sections-1-position": "3", "sections-2-position": "2"}))

    question = sends(ana, page, mine, **{"sections-0-position": "2", "sections-1-position": "1"})

    assert asked(question) == ["The order of the sections"]
    saved(answers(ana, page, question, everything=choice))
    assert order() == names


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
