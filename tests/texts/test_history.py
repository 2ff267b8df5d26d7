"""Every change of a text is kept, with who and when, and can be undone."""

import time

import pytest
from django.core.management import call_command
from django.urls import reverse

from exercises.models import Exercise
from faq.models import Question
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
from tests.programme.small import change, load
from tests.workshop.forms import address, save
from texts import differences, history
from texts.models import Version

pytestmark = pytest.mark.django_db


def versions(row):
    return list(Version.objects.of(row).newest_first())


def newest_change(row, parts=()):
    """Return what the history page shows of the newest change of `row`: field -> pieces."""
    entry = history.entries(history.versions_of(row, parts))[0]
    return {difference.label: [(p.kind, p.words) for p in difference.pieces] for difference in entry.differences}


def restore(client, row, version, **options):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_restore"
    return client.post(reverse(name, args=[row.pk, version.pk]), follow=True, **options)


def test_a_change_says_who_changed_which_words(workshop, therapist):
    problem = make_problem(summary="It can come with CD.")

    assert save(workshop, problem, summary="It often comes with CD.").status_code == 302

    after, before = versions(problem)
    assert (after.user, after.who, after.kind) == (therapist, "ana", "saved")
    assert (before.kind, before.who, before.content["summary"]) == ("first", "", "It can come with CD.")
    assert newest_change(problem) == {
        "In one line": [
            ("same", "It "),
            ("removed", "can come"),
            ("added", "often comes"),
            ("same", " with CD."),
        ]
    }


def test_saving_without_a_change_adds_nothing(workshop):
    problem = make_problem()
    save(workshop, problem, summary="Other words.")

    save(workshop, problem)

    assert len(versions(problem)) == 2


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (make_stage, "summary"),
        (make_group, "name"),
        (make_exercise, "purpose"),
        (make_body_part, "name"),
        (make_topic, "name"),
        (make_question, "question"),
        (make_problem, "summary"),
        (make_page, "lead"),
    ],
)
def test_every_kind_of_text_has_a_history_that_can_be_restored(workshop, make, field):
    row = make()
    before = getattr(row, field)
    save(workshop, row, **{field: "New words."})

    page = workshop.get(address(row, "history"))
    assert "New" in page.text
    restore(workshop, row, versions(row)[1])

    row.refresh_from_db()
    assert getattr(row, field) == before
    assert [version.kind for version in versions(row)] == ["restored", "saved", "first"]


def test_a_restored_version_can_be_undone_in_the_same_way(workshop):
    problem = make_problem(summary="Old.")
    save(workshop, problem, summary="New.")
    restore(workshop, problem, versions(problem)[1])

    restore(workshop, problem, versions(problem)[1])

    problem.refresh_from_db()
    assert problem.summary == "New."


def test_choices_and_many_to_many_are_told_in_words(workshop):
    neck, arms = make_body_part(name="Neck"), make_body_part(name="Arms")
    exercise = make_exercise()
    exercise.body_parts.set([neck])

    save(workshop, exercise, body_parts=[neck.pk, arms.pk], movement="total")

    assert newest_change(exercise) == {
        "Movement": [("added", "Total")],
        "Body parts": [("removed", "Neck"), ("added", "Neck, Arms")],
    }
    restore(workshop, exercise, versions(exercise)[1])
    assert list(exercise.body_parts.all()) == [neck]


def test_a_rich_text_is_told_without_its_markup(workshop):
    question = make_question(answer="<p>Train slowly.</p>")

    save(workshop, question, answer="<p>Train slowly.</p><ul><li><p>every day</p></li></ul>")

    assert newest_change(question) == {"Answer": [("same", "Train slowly."), ("added", "\n• every day")]}


def test_parts_of_a_text_are_in_its_history_and_deleted_ones_come_back(workshop):
    section = make_section(heading="Who we are", body="<p>We.</p>")
    page = section.page
    save(workshop, page, **{"sections-0-heading": "Who"})
    assert newest_change(page, ["sections"])["Heading"] == [("same", "Who"), ("removed", " we are")]

    save(workshop, page, **{"sections-0-DELETE": "on"})
    assert not Section.objects.exists()
    restore(workshop, page, versions(section)[0])

    assert Section.objects.get() == section
    assert Section.objects.get().heading == "Who"


def test_groups_and_variations_keep_versions_with_their_stage_and_exercise(workshop):
    variation = make_variation(title="slowly")
    group = variation.exercise.group

    save(workshop, variation.exercise, **{"variations-0-title": "very slowly"})
    save(workshop, group.stage, **{"groups-0-name": "Another name"})

    assert "very slowly" in workshop.get(address(variation.exercise, "history")).text
    assert "Another name" in workshop.get(address(group.stage, "history")).text
    assert len(versions(variation)) == len(versions(group)) == 2


def test_restoring_words_neither_publishes_nor_moves_anything(workshop):
    question = make_question(question="Old?", position=1)
    save(workshop, question, question="New?", position=5, published=None)

    restore(workshop, question, versions(question)[1])

    question.refresh_from_db()
    assert (question.question, question.position, question.published) == ("Old?", 5, False)


def test_what_breaks_a_rule_of_today_is_not_restored(workshop):
    exercise = make_exercise(stop_if="", published=False)
    save(workshop, exercise, stop_if="new pain", published="on")

    response = restore(workshop, exercise, versions(exercise)[1])

    assert "It cannot be restored as it was." in response.text
    assert Exercise.objects.get().stop_if == "new pain"


def test_the_order_and_publishing_from_the_list_are_in_the_history(workshop):
    question = make_question(position=1)
    listed = reverse("admin:faq_question_changelist")
    rows = {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": question.pk, "form-0-position": 7}
    workshop.post(listed, rows | {"_save": "Save"})
    assert newest_change(question) == {"Position": [("removed", "1"), ("added", "7")]}

    workshop.post(listed, {"action": "withdraw", "_selected_action": [question.pk]})

    assert newest_change(question) == {"Published": [("removed", "yes"), ("added", "no")]}
    assert [version.kind for version in versions(question)] == ["saved", "saved", "first"]


def test_a_new_text_begins_its_history(workshop, therapist):
    topic = make_topic()
    workshop.post(
        reverse("admin:faq_question_add"),
        {
            "question": "How long?",
            "slug": "how-long",
            "topic": topic.pk,
            "position": 1,
            "get_help_heading": "x",
        },
    )

    only = versions(Question.objects.get())
    assert [(version.kind, version.user) for version in only] == [("saved", therapist)]


def test_the_first_version_is_shown_as_it_was_with_nothing_marked_as_added(workshop):
    problem = make_problem(summary="It can come with CD.")
    save(workshop, problem, summary="New.")

    first = history.entries(history.versions_of(problem))[-1]

    assert first.is_whole
    pieces = {difference.label: difference.pieces for difference in first.differences}
    assert [(piece.kind, piece.words) for piece in pieces["In one line"]] == [("same", "It can come with CD.")]


def test_what_the_programme_changes_is_told_as_its_own(texts, workshop):
    load(texts)
    change(texts / "problems/pain.toml", "It hurts.", "It can hurt.")
    load(texts)
    load(texts)

    pain = Version.objects.filter(content_type__model="problem", name="Pain").newest_first()
    assert [(version.who, version.content["summary"]) for version in pain] == [
        ("the programme", "It can hurt."),
        ("the programme", "It hurts."),
    ]


def test_nobody_else_gets_at_a_history(client, workshop, django_user_model):
    problem = make_problem()
    save(workshop, problem, summary="New.")
    old = versions(problem)[1]
    reader = django_user_model.objects.create_user("reader", is_staff=True)

    for user in (None, django_user_model.objects.create_user("visitor"), reader):
        client.logout()
        if user:
            client.force_login(user)
        assert client.get(address(problem, "history")).status_code in (302, 403)
        name = "admin:faq_problem_restore"
        assert client.post(reverse(name, args=[problem.pk, old.pk])).status_code in (302, 403)

    problem.refresh_from_db()
    assert problem.summary == "New."


def test_a_version_of_something_else_cannot_be_restored_here(workshop):
    unchanged, changed = make_problem(), make_problem()
    save(workshop, changed, summary="New.")
    version = versions(changed)[1]

    assert restore(workshop, unchanged, version).status_code == 404
    assert workshop.get(reverse("admin:faq_problem_restore", args=[changed.pk, version.pk])).status_code == 405


def test_an_old_version_keeps_the_words_of_fields_that_are_newer_than_it(workshop):
    problem = make_problem(summary="Old.", sources="<p>A study.</p>")
    save(workshop, problem, summary="New.")
    before = versions(problem)[1]
    del before.content["sources"]  # a field that the site did not have then
    before.content["remedy"] = "A field that the site has no more."
    before.save()

    restore(workshop, problem, before)

    problem.refresh_from_db()
    assert (problem.summary, problem.sources) == ("Old.", "<p>A study.</p>")


def test_a_long_history_comes_in_pages_with_few_questions(workshop, django_assert_max_num_queries):
    problem = make_problem()
    for number in range(25):
        problem.summary = f"Version {number}."
        problem.save()
        history.record(problem)

    with django_assert_max_num_queries(15):
        page = workshop.get(address(problem, "history"))

    assert len(page.context["entries"]) == 20
    assert "Page 1 of 2" in page.text
    assert len(workshop.get(address(problem, "history") + "?p=2").context["entries"]) == 5


def test_clips_of_an_exercise_are_saved_as_ever(workshop):
    clip = make_clip()

    assert save(workshop, clip.exercise, purpose="Another.").status_code == 302

    assert not versions(clip)


def test_far_words_that_did_not_change_are_left_out():
    old = " ".join(f"word{number}" for number in range(100))

    pieces = list(differences.shortened(differences.compared(old, old + " more")))

    assert [piece.kind for piece in pieces] == ["left out", "same", "added"]


def test_loading_the_whole_programme_writes_one_version_a_text(db, tmp_path):
    call_command("load_programme", quiet=True, clips=tmp_path / "none")

    assert Version.objects.count() > 100
    assert not Version.objects.exclude(by="").exists()


@pytest.mark.parametrize("line_end", [" ", "\n"])
def test_two_long_texts_are_compared_within_two_seconds(line_end):
    one, other = (line_end.join(f"word{number * factor % 97}" for number in range(20_000)) for factor in (1, 3))
    began = time.monotonic()

    pieces = list(differences.compared(one, other))

    assert time.monotonic() - began < 2
    assert "".join(piece.words for piece in pieces if piece.kind != "added") == one
    assert "".join(piece.words for piece in pieces if piece.kind != "removed") == other


def test_one_word_of_a_long_text_is_marked_alone():
    words = [f"word{number % 97}" for number in range(20_000)]
    old, new = " ".join(words), " ".join([*words[:9000], "other", *words[9001:]])

    changed = [piece for piece in differences.compared(old, new) if piece.kind != "same"]

    assert [(piece.kind, piece.words) for piece in changed] == [("removed", words[9000]), ("added", "other")]
