"""Deleting is withdrawing first: at once gone for visitors, for 30 days on one list, and back exactly as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clips.captions import check
from clips.conversion import jobs
from clips.conversion.files import keep_moments, tidy
from clips.models import Clip
from clips.purging import purge
from exercises.models import Exercise, ExerciseGroup, Variation
from faq.models import Question
from pages.models import Section
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
from tests.workshop.forms import address, changelist, save
from texts import deletion
from texts.deletion import InTheWayError
from texts.models import Deletion, Version

__all__ = ["texts"]
pytestmark = pytest.mark.django_db

LIST = "/admin/recently-deleted/"
CAPTIONS = b"WEBVTT\n\n00:00.000 --> 00:01.000\nSlowly.\n"


def delete(client, row):
    """Press *Delete* in the form of `row`; nothing asks back."""
    response = client.post(address(row, "delete"), follow=True)
    assert not type(row).objects.filter(pk=row.pk).exists(), response.text
    return response


def record_of(row):
    return Deletion.objects.of_row(type(row), row.pk).get()


def bring_back(client, *rows, **fields):
    pks = ",".join(str(record_of(row).pk) for row in rows)
    return client.post(reverse("admin:bring_back"), fields or {"deletions": pks}, follow=True)


def everything(*apart):
    """Return every row of the programme, with every value; the rows of `apart` (models) are left out."""
    rooms = ("stages", "exercises", "clips", "faq", "pages")
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for room in rooms
        for model in apps.get_app_config(room).get_models(include_auto_created=True)
        if model not in apart
    }


def files_in(settings):
    roots = (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT)
    return {path: path.read_bytes() for root in roots for path in root.rglob("*") if path.is_file()}


def make_whole_clip(**fields):
    """Make a clip with every kind of file, and moments."""
    clip = make_clip(**fields)
    clip.original.save("film", ContentFile(b"as the phone made it"), save=False)
    check(CAPTIONS)
    clip.captions.save("words.vtt", ContentFile(CAPTIONS), save=False)
    clip.save()
    keep_moments(clip.pk, [(0.1, b"\x00\xff one"), (0.5, b"two")])
    return clip


def make_whole_exercise(**fields):
    """Make an exercise with something in every kind of field, and with all that can belong to it."""
    exercise = make_exercise(**fields)
    make_variation(exercise=exercise, title="slowly")
    make_variation(exercise=exercise, title="slower")
    exercise.body_parts.set([make_body_part(), make_body_part()])
    exercise.equipment.set([make_equipment()])
    make_whole_clip(exercise=exercise)
    make_clip(exercise=exercise, kind="drawn", published=False, variation=2)
    return exercise


def make_whole_page():
    page = make_page()
    make_section(page=page)
    make_section(page=page)
    return page


KINDS: dict[str, Callable[[], Any]] = {
    "stage": make_stage,
    "group": make_group,
    "exercise": make_whole_exercise,
    "draft": lambda: make_exercise(published=False),
    "body part": lambda: make_whole_exercise().body_parts.first(),
    "equipment": lambda: make_whole_exercise().equipment.first(),
    "topic": make_topic,
    "question": make_question,
    "problem": make_problem,
    "page": make_whole_page,
    "clip": make_whole_clip,
    "clip of the story": lambda: make_whole_clip(story="now"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_everything_comes_back_exactly_as_it_was(workshop, settings, kind):
    row = KINDS[kind]()
    before, kept_files = everything(), files_in(settings)

    delete(workshop, row)
    assert everything() != before
    assert files_in(settings) == kept_files
    assert str(row) in workshop.get(LIST).text
    bring_back(workshop, row)

    assert everything() == before
    assert files_in(settings) == kept_files
    assert "Nothing has been deleted." in workshop.get(LIST).text


@pytest.mark.parametrize("kind", KINDS)
def test_it_comes_back_after_the_daily_cleaning(workshop, settings, kind, monkeypatch):
    monkeypatch.setattr("clips.conversion.files.ARRIVES_WITHIN", timedelta(0))  # every file is old
    row = KINDS[kind]()
    before, kept_files = everything(), files_in(settings)

    delete(workshop, row)
    tidy()
    bring_back(workshop, row)

    assert everything() == before
    assert files_in(settings) == kept_files


def test_visitors_find_nothing_of_it_from_the_next_request_on(workshop):
    visitor = Client()
    exercise = make_whole_exercise(slug="turn", name="Turn slowly")
    clip = exercise.clips.get(kind="filmed")
    film = clip.film.url
    pages = ["/exercises/", "/sitemap.xml", "/search/?q=turn", exercise.group.stage.get_absolute_url()]
    assert all("turn" in visitor.get(page).text for page in pages)
    assert visitor.get("/exercises/turn/").status_code == visitor.head(film).status_code == 200

    delete(workshop, exercise)

    assert not any("/exercises/turn/" in visitor.get(page).text for page in pages)
    assert visitor.get("/exercises/turn/").status_code == 404
    assert visitor.head(film).status_code == visitor.head(clip.captions.url).status_code == 404
    assert workshop.head(film).status_code == 404  # neither for the staff
    bring_back(workshop, exercise)
    assert all("turn" in visitor.get(page).text for page in pages)
    assert visitor.head(film).status_code == 200


def test_a_message_has_the_button_that_undoes_it(workshop):
    problem = make_problem(name="Tremor")

    page = delete(workshop, problem)

    assert "“Tremor” is deleted: visitors no longer find it." in page.text
    record = record_of(problem)
    assert f'form="undo-deletion" name="deletions" value="{record.pk}">Undo</button>' in page.text
    assert '<form method="post" id="undo-deletion" action="/admin/recently-deleted/bring-back/">' in page.text
    response = bring_back(workshop, problem)
    assert response.redirect_chain[-1][0] == address(problem)
    assert "“Tremor” is back as it was: visitors find it again." in response.text


def test_a_clip_is_called_by_its_exercise(workshop):
    clip = make_clip(exercise=make_exercise(name="Balloon up"), variation=3)

    page = delete(workshop, clip)

    assert "“Balloon up: Clip, variation 3” is deleted" in page.text


def test_looking_at_the_old_address_of_deleting_changes_nothing_and_says_what_would_go(workshop):
    exercise = make_whole_exercise()

    page = workshop.get(address(exercise, "delete")).text

    assert Exercise.objects.filter(pk=exercise.pk).exists()
    assert "2 variations, 2 clips" in page
    assert "For 30 days it waits under “Recently deleted” and comes back as it was." in page
    for word in ("object", "related", "Exercise_", "moment", "conversion", "relationship"):
        assert word not in page.partition('id="content-main"')[2].partition("</main>")[0]


def test_the_form_deletes_by_a_button_and_not_by_a_link_to_a_question(workshop):
    exercise = make_exercise()

    page = workshop.get(address(exercise)).text

    assert f'id="delete-form" action="{address(exercise, "delete")}"' in page
    assert 'class="deletelink" form="delete-form"' in page
    assert '<a href="' + address(exercise, "delete") not in page


def test_several_deleted_from_the_list_are_undone_by_one_button(workshop):
    questions = [make_question(), make_question()]
    fields = {"action": "delete_selected", "_selected_action": [row.pk for row in questions]}

    page = workshop.post(changelist("faq_question"), fields, follow=True)

    assert not Question.objects.exists()
    assert "2 are deleted: visitors no longer find them." in page.text
    bring_back(workshop, *questions)
    assert set(Question.objects.all()) == set(questions)


@pytest.mark.parametrize("kind", ["clip", "group"])
def test_what_is_deleted_in_the_form_of_what_it_belongs_to_comes_back_too(workshop, settings, kind):
    row, parent, field = {
        "clip": lambda: (clip := make_whole_clip(), clip.exercise, "clips-0-DELETE"),
        "group": lambda: (group := make_group(), group.stage, "groups-0-DELETE"),
    }[kind]()
    before, kept_files = everything(), files_in(settings)

    save(workshop, parent, **{field: "on"})
    assert not type(row).objects.exists()
    assert str(row) in workshop.get(LIST).text
    bring_back(workshop, row)

    assert everything() == before
    assert files_in(settings) == kept_files


def test_a_group_with_exercises_stays_and_the_reason_is_told_at_every_door(workshop):
    exercise = make_exercise(name="Turn")
    group = exercise.group
    reason = f"“{group}” stays, because these belong to it: “Turn”. Delete or move them first."

    answers = [
        workshop.post(address(group, "delete"), follow=True),
        workshop.get(address(group, "delete")),
        workshop.post(
            changelist("exercises_exercisegroup"),
            {"action": "delete_selected", "_selected_action": [group.pk]},
            follow=True,
        ),
    ]
    form = workshop.get(address(group.stage)).context["inline_admin_formsets"][0].formset
    values = {f"groups-{name}": value for name, value in form.management_form.initial.items()}
    inline = {"groups-0-id": group.pk, "groups-0-stage": group.stage.pk, "groups-0-DELETE": "on"}
    inline |= {"groups-0-name": group.name, "groups-0-slug": group.slug, "groups-0-position": 1}
    stage = {"number": group.stage.number, "name": group.stage.name, "summary": "For somebody."}
    answers.append(workshop.post(address(group.stage), values | inline | stage))

    assert [reason in answer.text for answer in answers] == [True] * 4
    assert ExerciseGroup.objects.get() == group


def test_an_exercise_whose_group_is_gone_too_says_so_and_brings_it_along(workshop):
    exercise = make_exercise(name="Turn")
    group = exercise.group
    before = everything()
    delete(workshop, exercise)
    delete(workshop, group)

    refused = bring_back(workshop, exercise).text
    assert f"It belongs to the exercise group “{group}”, which was deleted, too." in refused
    assert f"Bring it back with “{group}”" in refused
    assert not Exercise.objects.exists()

    bring_back(workshop, exercise, with_others=str(record_of(exercise).pk))
    assert everything() == before


def test_a_clip_whose_exercise_and_its_group_are_gone_brings_both_along(workshop):
    clip = make_whole_clip()
    before = everything()
    for row in (clip, clip.exercise, clip.exercise.group):
        delete(workshop, row)

    bring_back(workshop, clip, with_others=str(record_of(clip).pk))

    assert everything() == before


def test_a_new_exercise_may_have_the_address_and_then_is_in_the_way_of_the_old_one(workshop):
    exercise = make_exercise(slug="turn", name="Turn")
    delete(workshop, exercise)
    make_exercise(slug="turn", name="Turn anew")

    refused = bring_back(workshop, exercise).text

    assert "“Turn” did not come back. “Turn anew” has its address (turn) now. Delete that one first." in refused
    assert record_of(exercise)
    delete(workshop, Exercise.objects.get())
    bring_back(workshop, exercise)
    assert Exercise.objects.get() == exercise


def test_what_it_was_connected_with_and_is_gone_is_named(workshop):
    exercise = make_whole_exercise()
    towel = exercise.equipment.get()
    delete(workshop, exercise)
    delete(workshop, towel)

    response = bring_back(workshop, exercise)

    assert f"It is without “{towel}”, which was deleted, too." in response.text
    assert not exercise.equipment.exists()
    assert exercise.body_parts.count() == 2


def test_equipment_that_comes_back_after_its_exercise_is_used_again(workshop):
    exercise = make_whole_exercise()
    before = everything()
    towel = exercise.equipment.get()
    delete(workshop, towel)
    delete(workshop, exercise)

    bring_back(workshop, exercise)
    bring_back(workshop, towel)

    assert everything() == before


def test_the_history_goes_on_where_it_was(workshop):
    exercise = make_exercise(purpose="First")
    save(workshop, exercise, purpose="Second")
    delete(workshop, exercise)

    bring_back(workshop, exercise)

    kinds = Version.objects.of(exercise).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["first", "saved", "deleted", "restored"]
    page = workshop.get(address(exercise, "history")).text
    assert "First" in page
    assert "Second" in page


def test_parts_deleted_before_stay_away_and_come_back_from_the_history(workshop):
    page = make_page()
    first, second = make_section(page=page, heading="One"), make_section(page=page, heading="Two")
    save(workshop, page, **{"sections-0-DELETE": "on"})

    delete(workshop, page)
    bring_back(workshop, page)

    assert list(Section.objects.all()) == [second]
    version = Version.objects.of(first).newest_first()[0]
    workshop.post(reverse("admin:pages_page_restore", args=[page.pk, version.pk]))
    assert set(Section.objects.all()) == {first, second}


def test_a_group_restored_from_the_history_of_its_stage_no_longer_waits_on_the_list(workshop):
    group = make_group()
    save(workshop, group.stage, **{"groups-0-DELETE": "on"})
    version = Version.objects.of(group).newest_first()[0]

    workshop.post(reverse("admin:stages_stage_restore", args=[group.stage.pk, version.pk]))

    assert ExerciseGroup.objects.get() == group
    assert not Deletion.objects.exists()


def test_bringing_back_is_undone_by_deleting_again(workshop):
    exercise = make_variation(title="slowly").exercise
    before = everything()
    for _ in range(3):
        delete(workshop, exercise)
        assert not Variation.objects.exists()
        bring_back(workshop, exercise)

    assert everything() == before


def test_bringing_back_is_written_into_the_log(workshop, therapist):
    problem = make_problem()
    delete(workshop, problem)
    bring_back(workshop, problem)

    entry = LogEntry.objects.order_by("-pk")[0]

    assert (entry.user, entry.action_flag, entry.object_id) == (therapist, ADDITION, str(problem.pk))
    assert entry.get_change_message() == "Brought back after it had been deleted."


def test_a_second_press_of_the_button_changes_nothing(workshop):
    problem = make_problem()
    delete(workshop, problem)
    fields = {"deletions": str(record_of(problem).pk)}
    workshop.post(reverse("admin:bring_back"), fields)
    before = everything()

    response = workshop.post(reverse("admin:bring_back"), fields, follow=True)

    assert "That is back already, or gone for good." in response.text
    assert everything() == before


def test_the_form_of_what_was_deleted_leads_to_the_list_with_who_did_it(workshop):
    problem = make_problem(name="Tremor")
    delete(workshop, problem)

    response = workshop.get(address(problem), follow=True)

    assert response.redirect_chain[-1][0] == LIST
    assert "“Tremor” was deleted by ana. It can be brought back until" in response.text


def test_a_film_deleted_while_it_was_converted_is_converted_after_it_came_back(workshop):
    clip = make_clip(status="converting", original=ContentFile(b"film", "film"), lease_until=timezone.now())
    delete(workshop, clip)
    jobs.reap()

    bring_back(workshop, clip)
    jobs.reap()

    clip = Clip.objects.get()
    assert clip.status == "waiting"
    assert jobs.is_queued(clip.pk)


def test_who_may_not_delete_such_texts_neither_sees_them_nor_brings_them_back(client, workshop, django_user_model):
    page, exercise = make_page(title="Bus stop"), make_whole_exercise(name="Turn")
    delete(workshop, page)
    delete(workshop, exercise)
    half = django_user_model.objects.create_user("half", is_staff=True)  # exercises, but no clips
    half.user_permissions.set(Permission.objects.filter(codename__in=["view_exercise", "delete_exercise"]))
    reader = django_user_model.objects.create_user("reader", is_staff=True)

    for user in (None, django_user_model.objects.create_user("visitor"), reader, half):
        client.logout()
        if user:
            client.force_login(user)
        for row in (page, exercise):
            pk = record_of(row).pk
            assert client.post(reverse("admin:bring_back"), {"deletions": pk}).status_code in (302, 403)
            assert client.post(reverse("admin:delete_for_good", args=[pk])).status_code in (302, 403)
            assert client.get(reverse("admin:deleted_picture", args=[pk])).status_code in (302, 403)
    assert "Bus stop" not in client.get(LIST).text
    assert "Bring back" not in client.get(LIST).text
    assert Deletion.objects.count() == 2


def test_somebody_who_may_delete_exercises_but_no_clips_cannot_take_clips_along(client, django_user_model):
    clip = make_clip()
    half = django_user_model.objects.create_user("half", is_staff=True)
    half.user_permissions.set(Permission.objects.filter(codename__in=["view_exercise", "delete_exercise"]))
    client.force_login(half)

    assert client.post(address(clip.exercise, "delete")).status_code == 403
    assert Clip.objects.get() == clip


def test_who_may_not_delete_what_it_belongs_to_cannot_bring_that_along(workshop, client, django_user_model):
    question = make_question()
    delete(workshop, question)
    delete(workshop, question.topic)
    half = django_user_model.objects.create_user("half", is_staff=True)  # questions, but no topics
    half.user_permissions.set(Permission.objects.filter(codename__in=["view_question", "delete_question"]))
    client.force_login(half)

    refused = bring_back(client, question)

    assert "It belongs to the topic" in refused.text
    assert "Bring it back with" not in refused.text
    assert bring_back(client, question, with_others=record_of(question).pk).status_code == 403
    assert Deletion.objects.count() == 2


def test_what_went_for_good_a_moment_ago_does_not_come_back(workshop, therapist):
    clip = make_whole_clip()
    delete(workshop, clip)
    as_another_request_read_it = record_of(clip)
    purge(record_of(clip))

    with pytest.raises(InTheWayError, match="gone for good"):
        deletion.bring_back(as_another_request_read_it, therapist)
    assert not Clip.objects.exists()


def test_what_came_back_a_moment_ago_keeps_its_films(workshop, therapist, settings):
    clip = make_whole_clip()
    delete(workshop, clip)
    as_another_request_read_it = record_of(clip)
    bring_back(workshop, clip)
    before = files_in(settings)

    purge(as_another_request_read_it)

    assert Clip.objects.get() == clip
    assert files_in(settings) == before


def test_nothing_comes_back_by_looking(workshop):
    problem = make_problem()
    delete(workshop, problem)

    assert workshop.get(reverse("admin:bring_back"), {"deletions": record_of(problem).pk}).status_code == 405
    workshop.get(reverse("admin:delete_for_good", args=[record_of(problem).pk]))
    assert record_of(problem)


def test_the_list_shows_a_picture_that_visitors_cannot_get(workshop):
    clip = make_whole_clip()
    delete(workshop, clip)
    picture = reverse("admin:deleted_picture", args=[record_of(clip).pk])

    assert picture in workshop.get(LIST).text
    assert workshop.get(picture)["Content-Type"] == "image/webp"
    assert Client().get(picture).status_code == 302


def test_the_list_comes_in_pages_with_few_questions(workshop, django_assert_max_num_queries):
    for _number in range(25):
        delete(workshop, make_question())

    with django_assert_max_num_queries(12):
        page = workshop.get(LIST)

    assert len(page.context["entries"]) == 20
    assert "Page 1 of 2" in page.text


def test_the_start_page_and_the_lists_lead_there(workshop):
    delete(workshop, make_problem())

    assert f'<a href="{LIST}">Recently deleted</a> (1)' in workshop.get("/admin/").text
    assert f'<a href="{LIST}" class="deletedlink">' in workshop.get(changelist("clips_clip")).text


def test_a_deleted_text_stays_away_when_the_programme_is_loaded_again(workshop, texts, tmp_path):
    load = {"quiet": True, "texts": texts, "clips": tmp_path / "none"}
    call_command("load_programme", **load)
    exercise = Exercise.objects.get()
    before = everything()
    delete(workshop, exercise)

    call_command("load_programme", **load)
    assert not Exercise.objects.exists()
    bring_back(workshop, exercise)
    call_command("load_programme", **load)

    assert everything() == before
