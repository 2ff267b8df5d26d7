"""Who writes which half of a clip, and what status a clip has, with a conversion and without."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.forms import modelform_factory

from clips.conversion import ffmpeg, jobs
from clips.conversion.convert import convert
from clips.conversion.leases import Lease
from clips.conversion.models import Conversion
from clips.forms import ClipForm
from clips.models import MADE_FIELDS, Clip, edited_fields
from tests.factories import make_clip

pytestmark = pytest.mark.django_db

LIST = "/admin/clips/clip/"


def test_a_clip_that_came_with_its_film_is_ready_without_a_conversion():
    clip = make_clip(kind="drawn")

    assert not Conversion.objects.exists()
    assert (clip.status, clip.get_status_display(), clip.progress, clip.problem) == ("ready", "Ready", 100, "")
    assert not clip.is_underway


def test_a_clip_without_any_film_is_not_said_to_be_ready(workshop):
    clip = Clip.objects.create(story="now")

    assert clip.status == ""
    assert "No film yet" in workshop.get(f"{LIST}{clip.pk}/change/").text
    assert not Clip.objects.with_status("ready").exists()


def test_lists_can_be_filtered_by_status(workshop):
    clips = {status: make_clip(status=status) for status in Clip.Status.values}
    drawn = make_clip(kind="drawn")
    Clip.objects.create(story="now")

    for status, clip in clips.items():
        shown = set(workshop.get(LIST, {"status": status}).context["cl"].queryset)
        assert shown == ({clip, drawn} if status == "ready" else {clip})


@pytest.mark.parametrize("missing", ["film_flipped", "still"])
def test_a_film_never_comes_without_its_twin_and_its_still(missing):
    clip = make_clip()
    setattr(clip, missing, "")

    with pytest.raises(ValidationError, match="the flipped twin and the still"):
        clip.full_clean()
    with pytest.raises(IntegrityError):
        clip.save()


def test_a_form_writes_nothing_that_a_worker_writes():
    of_the_worker = {*MADE_FIELDS, "seconds", "width", "height", "has_sound", "still_is_due"}

    assert not of_the_worker & set(edited_fields())
    assert set(ClipForm.Meta.fields) <= set(edited_fields())


def test_a_new_film_is_not_cut_as_the_last_one_was_where_the_form_has_no_start_and_end(film):
    clip = make_clip(trim_start=2.4, trim_end=3.6, still_at=1)
    short_form = modelform_factory(Clip, form=ClipForm, fields=["variation", "kind", "original", "made", "keep_sound"])
    film = SimpleUploadedFile("new.mp4", film("plain.mp4").read_bytes())

    form = short_form({"variation": 1, "kind": "filmed", "made": "facing"}, {"original": film}, instance=clip)
    assert form.is_valid(), form.errors
    form.save()

    clip = Clip.objects.get()
    assert (clip.trim_start, clip.trim_end, clip.still_at) == (None, None, None)
    assert clip.status == "waiting"


def test_a_submitted_clip_begins_anew():
    clip = make_clip(status="failed", problem="A riddle.", attempts=3, losses=2, lease_token="a worker", progress=40)

    jobs.submit(clip)

    conversion = Conversion.objects.get()
    assert (conversion.status, conversion.problem, conversion.progress) == ("waiting", "", 0)
    assert (conversion.attempts, conversion.losses, conversion.lease_token) == (0, 0, "")
    assert clip.status == "waiting"


@pytest.mark.parametrize(
    "ending",
    [ffmpeg.FfmpegError("exit 1: a riddle"), ffmpeg.KilledError("exit -9"), ffmpeg.StoppedError(), None],
)
def test_a_clip_deleted_while_it_is_converted_is_no_error(film, monkeypatch, ending, settings):
    clip = make_clip(status="waiting", original=SimpleUploadedFile("film.mp4", film("plain.mp4").read_bytes()))

    def delete_and_convert(*args, **options):
        Clip.objects.all().delete()
        if ending:
            raise ending
        return convert(*args, **options)

    monkeypatch.setattr(jobs, "convert", delete_and_convert)

    jobs.convert_film.call(clip.pk)

    assert not Conversion.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*.*"))


def test_a_clip_deleted_before_its_film_is_fetched_is_no_error(monkeypatch):
    clip = make_clip(status="waiting")
    take = Lease.take

    def take_and_delete(pk):
        lease = take(pk)
        Clip.objects.all().delete()
        return lease

    monkeypatch.setattr(Lease, "take", take_and_delete)

    jobs.convert_film.call(clip.pk)

    assert not Clip.objects.exists()
