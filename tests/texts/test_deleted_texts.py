"""A text that was deleted by mistake comes back with its parts, as a draft."""

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from exercises.models import Exercise, ExerciseGroup, Variation
from faq.models import Problem, Question
from pages.models import Page, Section
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
from tests.workshop.forms import address, save
from texts import history
from texts.models import Version

pytestmark = pytest.mark.django_db


def deleted_page(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_deleted")


def delete(client, row):
    """Press *Delete* and *Yes*, and return the version that keeps the last words."""
    response = client.post(address(row, "delete"), {"post": "yes"}, follow=True)
    assert not type(row).objects.filter(pk=row.pk).exists(), response.text
    return Version.objects.of(row).newest_first()[0]


def bring_back(client, version, **options):
    model = version.model._meta
    url = reverse(f"admin:{model.app_label}_{model.model_name}_bring_back", args=[version.pk])
    return client.post(url, **{"follow": True} | options)


def make_whole_exercise():
    """Make an exercise with something in every kind of field."""
    exercise = make_variation(title="slowly").exercise
    exercise.body_parts.set([make_body_part(), make_body_part()])
    exercise.equipment.set([make_equipment()])
    return exercise


@pytest.mark.parametrize(
    "make",
    [
        make_stage,
        make_group,
        make_whole_exercise,
        make_body_part,
        make_equipment,
        make_topic,
        make_question,
        make_problem,
        make_page,
    ],
)
def test_every_kind_of_text_comes_back_with_all_its_words(workshop, make):
    row = make()
    before = history.content_of(type(row).objects.get(pk=row.pk))
    version = delete(workshop, row)

    assert str(row) in workshop.get(deleted_page(type(row))).text
    bring_back(workshop, version)

    after = history.content_of(type(row).objects.get(pk=row.pk))
    assert after == before | ({"published": False} if "published" in before else {})
    assert "Nothing has been deleted here." in workshop.get(deleted_page(type(row))).text


def test_a_text_comes_back_as_a_draft_and_can_be_published(workshop, client):
    problem = make_problem(slug="pain", published=True)

    response = bring_back(workshop, delete(workshop, problem))

    assert response.redirect_chain[-1][0] == address(problem)
    assert "is back, as a draft" in response.text
    assert not Problem.objects.get().published
    save(workshop, problem, published="on")
    assert Problem.objects.get().published


def test_parts_come_back_with_their_text_and_parts_deleted_before_stay_away(workshop):
    page = make_page()
    first, second, third = (make_section(page=page, heading=f"Section {number}") for number in (1, 2, 3))
    save(workshop, page, **{"sections-0-DELETE": "on"})

    version = delete(workshop, page)
    assert "Section 2 · Section 3" in workshop.get(deleted_page(Page)).text
    bring_back(workshop, version)

    assert set(Section.objects.values_list("pk", "heading")) == {(second.pk, "Section 2"), (third.pk, "Section 3")}
    assert "Section 1" in workshop.get(address(page, "history")).text
    assert first.pk not in Section.objects.values_list("pk", flat=True)


def test_bringing_back_is_undone_by_deleting_again(workshop):
    variation = make_variation(title="slowly")
    exercise = variation.exercise
    bring_back(workshop, delete(workshop, exercise))

    version = delete(workshop, exercise)
    assert not Variation.objects.exists()
    bring_back(workshop, version)

    assert Variation.objects.get() == variation
    assert workshop.get(address(exercise, "history")).text.count("Restored") == 4


def test_several_texts_deleted_from_the_list_come_back_one_by_one(workshop):
    questions = [make_question(), make_question()]
    fields = {"action": "delete_selected", "_selected_action": [row.pk for row in questions], "post": "yes"}
    workshop.post(reverse("admin:faq_question_changelist"), fields)

    bring_back(workshop, Version.objects.of(questions[0]).newest_first()[0])

    assert Question.objects.get() == questions[0]


def test_a_group_deleted_in_the_form_of_its_stage_comes_back_from_the_list_of_groups(workshop):
    group = make_group()
    save(workshop, group.stage, **{"groups-0-DELETE": "on"})

    bring_back(workshop, Version.objects.of(group).newest_first()[0])

    assert ExerciseGroup.objects.get() == group


def test_who_deletes_is_told_where_the_text_waits_and_the_list_leads_there_too(workshop):
    problem = make_problem()

    response = workshop.post(address(problem, "delete"), {"post": "yes"}, follow=True)

    link = f'<a href="{deleted_page(Problem)}">Deleted texts</a>'
    assert link in response.text
    assert link.replace(">Deleted", ' class="deletedlink">Deleted') in response.text
    page = workshop.get(deleted_page(Problem)).text
    assert "It can come with CD." in page
    assert ", ana" in page


def test_the_page_of_deleted_exercises_says_that_clips_stay_deleted(workshop):
    clip = make_clip()
    exercise = clip.exercise

    version = delete(workshop, exercise)
    assert "Clips that were deleted with an exercise stay deleted" in workshop.get(deleted_page(Exercise)).text
    bring_back(workshop, version)

    assert not exercise.clips.exists()


def test_bringing_back_is_written_into_the_log(workshop, therapist):
    problem = make_problem()
    bring_back(workshop, delete(workshop, problem))

    entry = LogEntry.objects.order_by("-pk")[0]

    assert (entry.user, entry.action_flag, entry.object_id) == (therapist, ADDITION, str(problem.pk))
    assert entry.get_change_message() == "Brought back after it had been deleted."


def test_a_text_whose_address_is_taken_is_refused_with_the_reason(workshop):
    version = delete(workshop, make_problem(slug="pain"))
    make_problem(slug="pain")

    response = bring_back(workshop, version)

    assert "It cannot be restored as it was. Problem with this Address already exists." in response.text
    assert Problem.objects.count() == 1


def test_a_text_waits_for_what_it_belongs_to(workshop):
    question = make_question(topic=make_topic(name="Time"))
    version, topic_version = delete(workshop, question), delete(workshop, question.topic)

    response = bring_back(workshop, version)
    assert "It belongs to “Time” (topic), which was deleted: bring that back first." in response.text

    bring_back(workshop, topic_version)
    bring_back(workshop, version)
    assert Question.objects.get().topic.name == "Time"


def test_a_second_press_of_the_button_leads_to_the_text(workshop):
    version = delete(workshop, make_problem(summary="Old."))
    bring_back(workshop, version)
    save(workshop, Problem.objects.get(), summary="New.")

    response = bring_back(workshop, version)

    assert response.redirect_chain == [(address(Problem.objects.get()), 302)]
    assert Problem.objects.get().summary == "New."


def test_only_who_may_add_such_texts_gets_there(client, workshop, django_user_model):
    version = delete(workshop, make_section().page)
    reader = django_user_model.objects.create_user("reader", is_staff=True)
    reader.user_permissions.set(Permission.objects.filter(codename__in=["view_page", "change_page", "delete_page"]))
    half = django_user_model.objects.create_user("half", is_staff=True)  # pages, but no sections
    half.user_permissions.set(Permission.objects.filter(codename__in=["view_page", "add_page"]))

    client.force_login(reader)
    assert client.get(deleted_page(Page)).status_code == 403
    assert "deletedlink" not in client.get(reverse("admin:pages_page_changelist")).text
    for user in (None, django_user_model.objects.create_user("visitor"), reader, half):
        client.logout()
        if user:
            client.force_login(user)
        assert bring_back(client, version, follow=False).status_code in (302, 403)

    assert not Page.objects.exists()


def test_only_deletions_of_this_kind_are_accepted_and_only_by_post(workshop):
    problem = make_problem()
    save(workshop, problem, summary="New.")
    saved = Version.objects.of(problem).newest_first()[0]
    deletion = delete(workshop, problem)

    assert bring_back(workshop, saved).status_code == 404
    assert workshop.post(reverse("admin:faq_question_bring_back", args=[deletion.pk])).status_code == 404
    assert workshop.get(reverse("admin:faq_problem_bring_back", args=[deletion.pk])).status_code == 405
    assert not Problem.objects.exists()


def test_many_deleted_texts_come_in_pages_with_few_questions(workshop, django_assert_max_num_queries):
    group = make_group()
    for _number in range(25):
        exercise = make_exercise(group=group)
        exercise.body_parts.set([make_body_part()])
        make_variation(exercise=exercise)
        history.record_deletion(exercise, None, ["variations"])
        exercise.delete()

    with django_assert_max_num_queries(15):
        page = workshop.get(deleted_page(Exercise))

    assert len(page.context["entries"]) == 20
    assert "Page 1 of 2" in page.text
