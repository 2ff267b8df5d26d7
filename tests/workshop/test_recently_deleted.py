"""Deleting is withdrawing first: at once gone for visitors, for 30 days on one list, and back exactly as it was."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from clips.conversion.files import tidy
from clips.models import Clip
from exercises.models import Exercise
from faq.models import Question
from tests.factories import (
    make_clip,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_question,
    make_stage,
    make_topic,
)
from tests.programme.conftest import texts
from tests.workshop.deleting import (
    bring_back,
    delete,
    everything,
    files_in,
    make_whole_clip,
    make_whole_exercise,
    make_whole_page,
    record_of,
)
from tests.workshop.forms import address, changelist, save
from texts.models import Deletion

__all__ = ["texts"]
pytestmark = pytest.mark.django_db

LIST = "/admin/recently-deleted/"


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


def test_the_form_of_what_was_deleted_leads_to_the_list_with_who_did_it(workshop):
    problem = make_problem(name="Tremor")
    delete(workshop, problem)

    response = workshop.get(address(problem), follow=True)

    assert response.redirect_chain[-1][0] == LIST
    assert "“Tremor” was deleted by ana. It can be brought back until" in response.text


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
