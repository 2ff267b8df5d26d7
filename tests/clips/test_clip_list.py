"""The list of clips in the workshop: what it says, and what can be done with many clips at once."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clips.models import Clip
from tests.clips.clip_forms import LIST, filled_in, form_of, messages_of, upload
from tests.factories import make_clip, make_exercise, make_group, make_stage, make_variation
from texts.models import Deletion

pytestmark = pytest.mark.django_db


def test_the_list_says_where_a_clip_belongs_and_how_far_it_is(workshop):
    stage = make_stage(name="Getting stronger")
    exercise = make_exercise(name="Clapping hard", group=make_group(stage=stage, name="Sound"))
    for number in range(1, 7):
        make_variation(exercise=exercise, number=number)
    make_clip(exercise=exercise, variation=3)
    make_clip(exercise=exercise, variation=4, status="converting", progress=45, published=False)
    make_clip(exercise=exercise, variation=5, status="failed", problem="The film is cut off.", published=False)

    page = workshop.get(LIST).text

    for words in [
        "Clapping hard",
        "Getting stronger",
        "Sound",
        "3 of 6",
        "Ready, 1 second",
        "Converting, 45 %",
        "The film is cut off.",
    ]:
        assert words in page


def actions(workshop, action, *clips):
    return workshop.post(LIST, {"action": action, "_selected_action": [clip.pk for clip in clips]}, follow=True)


def test_many_clips_are_published_and_withdrawn_together(workshop):
    described = make_clip(published=False, description="A person turns the head.")
    undescribed = make_clip(published=False, description="")

    response = actions(workshop, "publish", described, undescribed)

    assert "1 clip is published." in messages_of(response)
    assert "what can be seen" in messages_of(response)
    assert list(Clip.objects.filter(published=True)) == [described]

    response = actions(workshop, "withdraw", described)
    assert "1 clip is withdrawn." in messages_of(response)
    assert not Clip.objects.filter(published=True)


def test_converting_again_needs_a_film(workshop, film, django_capture_on_commit_callbacks):
    filmed, drawn = make_clip(original=upload(film)), make_clip(kind="drawn")

    with django_capture_on_commit_callbacks(execute=True):
        response = actions(workshop, "convert_again", filmed, drawn)

    assert "1 clip is converted again." in messages_of(response)
    assert "no film of their own" in messages_of(response)
    filmed.refresh_from_db()
    drawn.refresh_from_db()
    assert (filmed.status, drawn.status) == ("waiting", "ready")


def test_a_failed_clip_can_be_tried_again_in_the_list(workshop, film, django_capture_on_commit_callbacks):
    clip = make_clip(original=upload(film), status="failed", problem="A riddle.", attempts=3)
    assert f'name="_again" value="{clip.pk}"' in " ".join(workshop.get(LIST).text.split())

    with django_capture_on_commit_callbacks(execute=True):
        response = workshop.post(f"{LIST}?status=failed", {"_again": clip.pk})

    assert response["Location"] == f"{LIST}?status=failed"
    clip.refresh_from_db()
    assert (clip.status, clip.conversion.attempts, clip.problem) == ("waiting", 0, "")
    assert DBTaskResult.objects.count() == 1
    assert 'name="_again"' not in workshop.get(LIST).text


def test_trying_again_in_the_form_saves_what_was_written(workshop, film, django_capture_on_commit_callbacks):
    clip = make_clip(original=upload(film), status="failed", problem="A riddle.")
    data = filled_in(exercise=clip.exercise.pk, title="Slowly", _again=clip.pk)

    with django_capture_on_commit_callbacks(execute=True):
        response = workshop.post(form_of(clip), data)

    assert response["Location"] == form_of(clip)
    clip.refresh_from_db()
    assert (clip.status, clip.title) == ("waiting", "Slowly")


@pytest.mark.parametrize("pks", ["", "x", "9" * 30, "999"])
def test_nonsense_is_not_tried_again(workshop, pks):
    make_clip(status="failed")

    assert workshop.post(LIST, {"_again": pks}).status_code == 302
    assert not DBTaskResult.objects.exists()


def test_trying_again_is_for_those_who_may_change_clips(client, django_user_model, film):
    clip = make_clip(original=upload(film), status="failed")
    reader = django_user_model.objects.create_user("bo", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_clip"))
    client.force_login(reader)

    assert client.post(LIST, {"_again": clip.pk}).status_code == 403


@pytest.mark.parametrize(
    ("progress", "seconds", "expected"),
    [
        (0, 60, None),
        (50, 1, None),
        (50, 8, "a few seconds left"),
        (50, 33, "about 40 seconds left"),
        (10, 10, "about 2 minutes left"),
        (25, 17, "about 1 minute left"),
    ],
)
def test_the_time_left_goes_by_the_speed_so_far(workshop, progress, seconds, expected):
    since = timezone.now() - timedelta(seconds=seconds)
    clip = make_clip(status="converting", progress=progress, converting_since=since)

    page = workshop.get(form_of(clip)).text

    assert (
        (expected in page) if expected else " left" not in page.partition("data-clip-state")[2].partition("</div>")[0]
    )


def test_a_deleted_clip_keeps_its_files_until_it_is_deleted_for_good(workshop, film, settings):
    one, two = make_clip(original=upload(film)), make_clip(original=upload(film))

    workshop.post(reverse("admin:clips_clip_delete", args=[one.pk]))
    workshop.post(LIST, {"action": "delete_selected", "_selected_action": [two.pk]})
    assert not Clip.objects.exists()
    assert len(files_of(settings)) == 14

    for record in Deletion.objects.all():
        workshop.post(reverse("admin:delete_for_good", args=[record.pk]))
    assert files_of(settings) == []


def files_of(settings):
    return [
        path for root in (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT) for path in root.rglob("*") if path.is_file()
    ]


def test_the_list_asks_as_many_questions_for_20_clips_as_for_one(workshop, django_assert_max_num_queries):
    make_clip()
    with django_assert_max_num_queries(20) as for_one:
        workshop.get(LIST)
    for _ in range(19):
        make_clip()

    with django_assert_max_num_queries(len(for_one)):
        response = workshop.get(LIST)

    assert response.context["cl"].result_count == 20


def test_lists_can_be_filtered_by_what_visitors_see(workshop):
    seen = make_clip()
    hidden = make_clip(published=False)

    assert list(workshop.get(LIST, {"visible": "yes"}).context["cl"].queryset) == [seen]
    assert list(workshop.get(LIST, {"visible": "no"}).context["cl"].queryset) == [hidden]
