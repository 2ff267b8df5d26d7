"""The life of a clip in the background: taken, looked at, converted, published, refused or tried again."""

import errno

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clips.conversion import ffmpeg, files, jobs
from clips.conversion.convert import Converted
from clips.conversion.leases import Lease, LeaseLostError
from clips.conversion.models import Conversion
from clips.models import FILE_FIELDS, MADE_FIELDS, Clip
from tests.clips.converting import files_of, named_by, queued, raises
from texts import freshness

pytestmark = pytest.mark.django_db


def test_an_uploaded_film_becomes_what_visitors_play(uploaded):
    clip = uploaded()
    assert clip.status == Clip.Status.WAITING
    assert queued() == [("look_at_film", clip.pk)]

    jobs.look_at_film.call(clip.pk)
    clip.refresh_from_db()
    assert clip.still_small
    assert not clip.film
    assert ("convert_film", clip.pk) in queued()

    version = freshness.version()
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    assert (clip.status, clip.progress, clip.problem) == (Clip.Status.READY, 100, "")
    assert (clip.width, clip.height, clip.has_sound) == (160, 120, True)
    assert clip.seconds == pytest.approx(1, abs=0.2)
    assert (clip.conversion.lease_token, clip.conversion.lease_until, clip.conversion.attempts) == ("", None, 0)
    assert all(getattr(clip, field) for field in MADE_FIELDS)
    assert files_of(clip) == named_by(clip)  # the first, quick still has gone
    assert clip in Clip.objects.visible()
    freshness._read_at = 0
    assert freshness.version() > version  # kept pages notice


def test_names_of_files_tell_nothing_and_are_new_each_time(uploaded):
    clip = uploaded()
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    first = named_by(clip)

    jobs.submit(clip)
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()

    assert not first & named_by(clip)
    assert files_of(clip) == named_by(clip)
    assert "plain" not in " ".join(named_by(clip))


def test_a_refused_film_says_why_before_anything_is_converted(uploaded):
    clip = uploaded("cut.mp4")

    jobs.look_at_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.FAILED
    assert "cut off" in clip.problem
    assert queued() == [("look_at_film", clip.pk)]  # no conversion


def test_visitors_keep_the_earlier_film_until_the_next_one_is_ready(client, uploaded, film):
    clip = uploaded()
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    earlier = clip.film.url

    with film("sixty.mp4").open("rb") as file:
        clip.original.save("x", File(file))
    jobs.submit(clip)
    jobs.look_at_film.call(clip.pk)
    assert client.get(earlier).getvalue()
    clip.refresh_from_db()
    assert clip.film.url == earlier
    assert clip in Clip.objects.visible()

    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    assert clip.film.url != earlier
    assert not clip.has_sound
    assert client.get(earlier).status_code == 404


def test_a_refused_successor_leaves_the_earlier_film_in_place(uploaded, film):
    clip = uploaded()
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    earlier = named_by(clip)

    with film("letter.mp4").open("rb") as file:
        clip.original.save("x", File(file))
    jobs.submit(clip)
    jobs.look_at_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.FAILED
    assert named_by(clip) == earlier <= files_of(clip)
    assert clip in Clip.objects.visible()


def test_a_clip_is_taken_by_one_worker_only(uploaded):
    clip = uploaded()

    assert Lease.take(clip.pk)
    assert Lease.take(clip.pk) is None
    jobs.convert_film.call(clip.pk)  # a second task for the same clip does nothing

    clip.refresh_from_db()
    assert (clip.status, clip.film.name) == (Clip.Status.CONVERTING, "")


def test_a_worker_that_has_lost_its_clip_changes_nothing(uploaded, monkeypatch):
    clip = uploaded()
    real = files.publish_file

    def lose(clip, part):
        Conversion.objects.filter(pk=clip.pk).update(lease_token="somebody else")
        return real(clip, part)

    monkeypatch.setattr(files, "publish_file", lose)

    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.CONVERTING
    assert clip.conversion.lease_token == "somebody else"
    assert not clip.film
    assert files_of(clip) == set()


def test_a_new_film_stops_the_conversion_of_the_last_one(uploaded):
    clip = uploaded()
    lease = Lease.take(clip.pk)
    assert lease
    jobs.submit(clip)

    lease.extend()

    assert lease.lost
    assert not lease.release(status=Clip.Status.READY)
    with pytest.raises(LeaseLostError):
        files.publish(clip, Converted({}, 1, 2, 2, False), lease)


def test_a_worker_told_to_stop_gives_its_clip_back(uploaded):
    clip = uploaded()
    jobs.stopping.set()

    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.conversion.attempts, clip.conversion.lease_token) == (Clip.Status.WAITING, 0, "")
    assert ("convert_film", clip.pk) in queued()


@pytest.mark.parametrize("error", [ffmpeg.FfmpegError("exit 1: a riddle"), ValueError("a riddle")])
def test_other_failures_are_tried_again_three_times(uploaded, monkeypatch, error):
    clip = uploaded()
    monkeypatch.setattr(jobs, "convert", raises(error))

    for attempt in [1, 2]:
        jobs.convert_film.call(clip.pk)
        clip.refresh_from_db()
        assert (clip.status, clip.conversion.attempts) == (Clip.Status.WAITING, attempt)
    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.FAILED
    assert "tried 3 times" in clip.problem
    assert "riddle" not in clip.problem


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), ffmpeg.FfmpegError("exit 228: No space left on device")]
)
def test_a_full_disk_makes_the_film_wait_until_there_is_room(uploaded, monkeypatch, error):
    clip = uploaded()
    with monkeypatch.context() as full:
        full.setattr(jobs, "convert", raises(error))
        for _attempt in range(5):
            jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    assert (clip.status, clip.conversion.attempts) == (Clip.Status.WAITING, 0)
    assert "disk is full" in clip.problem
    waiting = DBTaskResult.objects.filter(task_path="clips.conversion.jobs.convert_film", run_after__gt=timezone.now())
    assert waiting.exists()

    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.READY


class Bucket(Storage):
    """Object storage: contents by name, and neither paths nor folders."""

    def __init__(self):
        self.contents = {}

    def _save(self, name, content):
        self.contents[name] = content.read()
        return name

    def _open(self, name, mode="rb"):
        return ContentFile(self.contents[name], name)

    def delete(self, name):
        self.contents.pop(name, None)

    def exists(self, name):
        return name in self.contents

    def listdir(self, path):
        inside = [name.removeprefix(f"{path}/".lstrip("/")) for name in self.contents if name.startswith(path)]
        return sorted({n.split("/")[0] for n in inside if "/" in n}), [n for n in inside if "/" not in n]

    def get_modified_time(self, name):
        return timezone.now()

    def url(self, name):
        return f"https://storage.example.org/{name}"


def test_films_can_be_kept_in_object_storage(client, uploaded, monkeypatch):
    films, originals = Bucket(), Bucket()
    for field in FILE_FIELDS:
        monkeypatch.setattr(Clip._meta.get_field(field), "storage", films)
    monkeypatch.setattr(Clip._meta.get_field("original"), "storage", originals)
    monkeypatch.setattr("clips.views.default_storage", films)
    clip = uploaded()

    jobs.look_at_film.call(clip.pk)
    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert (clip.status, clip.problem) == ("ready", "")
    folder = f"clips/{clip.public_id}"
    assert {f"{folder}/{name}" for name in films.listdir(folder)[1]} == named_by(clip)
    assert client.get(f"/media/{clip.film.name}")["Location"] == clip.film.url
    files.tidy()
    files.remove_all(clip.public_id)
    assert films.listdir(folder)[1] == []


def test_a_missing_original_is_said_plainly(uploaded):
    clip = uploaded()
    clip.original.storage.delete(clip.original.name)

    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.FAILED
    assert "missing on the server" in clip.problem
