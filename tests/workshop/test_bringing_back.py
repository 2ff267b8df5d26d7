"""What was deleted comes back with all it belongs to and all it was connected with, or says why it cannot."""

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from clips.conversion import jobs
from clips.models import Clip
from clips.purging import purge
from exercises.models import Exercise, ExerciseGroup, Variation
from pages.models import Section
from tests.factories import (
    make_clip,
    make_exercise,
    make_group,
    make_page,
    make_problem,
    make_section,
    make_variation,
)
from tests.workshop.deleting import (
    bring_back,
    delete,
    everything,
    files_in,
    make_whole_clip,
    make_whole_exercise,
    record_of,
)
from tests.workshop.forms import address, changelist, save
from texts import deletion
from texts.deletion import InTheWayError
from texts.models import Deletion, Version

pytestmark = pytest.mark.django_db


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


def test_a_film_deleted_while_it_was_converted_is_converted_after_it_came_back(workshop):
    clip = make_clip(status="converting", original=ContentFile(b"film", "film"), lease_until=timezone.now())
    delete(workshop, clip)
    jobs.reap()

    bring_back(workshop, clip)
    jobs.reap()

    clip = Clip.objects.get()
    assert clip.status == "waiting"
    assert jobs.is_queued(clip.pk)


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
