"""The life of a clip in the background: taken, looked at, converted, published, lost and found again."""

import errno
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clips.conversion import ffmpeg, files, heartbeat, jobs, leases
from clips.conversion.convert import Converted
from clips.conversion.leases import Lease, LeaseLostError
from clips.conversion.models import Conversion
from clips.models import FILE_FIELDS, MADE_FIELDS, Clip
from tests.factories import make_clip
from texts import freshness

pytestmark = pytest.mark.django_db


@pytest.fixture
def uploaded(film, django_capture_on_commit_callbacks):
    """Make a clip whose film has just been uploaded."""

    def make(name="plain.mp4", **fields):
        clip = make_clip(**{"status": Clip.Status.WAITING, "published": True} | fields)
        with film(name).open("rb") as file:
            clip.original.save(name, File(file))
        with django_capture_on_commit_callbacks(execute=True):
            jobs.submit(clip)
        return clip

    return make


def queued():
    """Return the names and arguments of the tasks that wait, the next one first."""
    ready = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    return [(result.task_path.rpartition(".")[2], result.args_kwargs["args"][0]) for result in ready]


def files_of(clip):
    folder = f"clips/{clip.public_id}"
    return {f"{folder}/{name}" for name in default_storage.listdir(folder)[1]}


def named_by(clip):
    return {getattr(clip, field).name for field in FILE_FIELDS} - {""}


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


def raises(error):
    def raise_it(*args, **kwargs):
        raise error

    return raise_it


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


def token_of_a_dead_process():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return f"{leases.this_host()}{gone.pid:08x}00000000"


# Lost and found -----------------------------------------------------------------------


def lose(clip):
    """Take a clip and let the lease run out, as if its worker had been killed."""
    assert Lease.take(clip.pk)
    assert jobs.reap() == 0  # still taken
    Conversion.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert jobs.reap() == 1
    clip.refresh_from_db()


def test_restarting_the_server_three_times_uses_up_no_attempt(uploaded):
    clip = uploaded()

    for _ in range(3):
        lose(clip)

    assert (clip.status, clip.conversion.attempts, clip.conversion.losses) == (Clip.Status.WAITING, 0, 3)
    assert jobs.reap() == 0
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    assert (clip.status, clip.conversion.losses) == (Clip.Status.READY, 0)


def test_a_film_that_kills_its_worker_waits_longer_each_time_and_then_has_failed(uploaded):
    clip = uploaded()
    waits = []

    for _ in range(jobs.MOST_LOSSES):
        DBTaskResult.objects.all().delete()
        lose(clip)
        if clip.status == Clip.Status.WAITING:
            task = DBTaskResult.objects.get()
            starts = task.run_after
            waits.append(round((starts - timezone.now()) / timedelta(minutes=1)) if starts.year < 9000 else 0)

    assert waits == [0, 0, 10, 20, 40, 80, 160, 320, 360, 360, 360]
    assert clip.status == Clip.Status.FAILED
    assert "interrupted 12 times, over more than a day" in clip.problem
    assert jobs.reap() == 0


def test_a_clip_that_waits_after_losses_says_so_and_can_be_tried_at_once(uploaded, django_capture_on_commit_callbacks):
    clip = uploaded()
    for _ in range(3):
        lose(clip)
    assert "It is tried again by itself at" in clip.problem
    assert clip.can_be_tried_again

    with django_capture_on_commit_callbacks(execute=True):
        jobs.submit(clip)

    assert (clip.conversion.losses, clip.problem) == (0, "")
    assert ("look_at_film", clip.pk) in queued()


@pytest.mark.parametrize("end", [-signal.SIGKILL, -signal.SIGTERM, 255])
def test_a_killed_ffmpeg_says_nothing_about_the_film(uploaded, monkeypatch, end):
    clip = uploaded()
    monkeypatch.setattr(jobs, "convert", raises(ffmpeg.failure(end, "")))

    jobs.convert_film.call(clip.pk)

    clip.refresh_from_db()
    conversion = clip.conversion
    assert (clip.status, conversion.attempts, conversion.losses, clip.problem) == (Clip.Status.WAITING, 0, 1, "")


def test_a_killed_first_look_is_no_refusal(uploaded, monkeypatch):
    clip = uploaded()
    real = ffmpeg.run

    def killed(command, **options):
        return real(["/bin/sh", "-c", "kill -9 $$"], **options)

    monkeypatch.setattr(ffmpeg, "run", killed)

    jobs.look_at_film.call(clip.pk)

    clip.refresh_from_db()
    assert clip.status == Clip.Status.WAITING
    assert ("convert_film", clip.pk) in queued()


def test_a_clip_of_a_dead_process_is_queued_again_at_once(uploaded):
    clip = uploaded()
    Lease.take(clip.pk)
    Conversion.objects.update(lease_token=token_of_a_dead_process())

    assert jobs.reap() == 1

    clip.refresh_from_db()
    assert clip.status == Clip.Status.WAITING


def test_only_processes_of_this_very_host_are_declared_dead():
    token = leases.new_token()
    assert len(token) == 32
    assert not leases.worker_died(token)
    assert not leases.worker_died("f" * 32)
    assert not leases.worker_died("")
    assert int(token[16:24], 16) == os.getpid()


def test_a_clip_lost_at_its_first_look_is_found(uploaded):
    clip = uploaded()
    result = DBTaskResult.objects.get()
    result.claim(token_of_a_dead_process())

    assert jobs.reap() == 1

    result.refresh_from_db()
    assert result.status == TaskResultStatus.FAILED
    assert queued() == [("convert_film", clip.pk)]


def test_a_clip_that_nobody_lost_is_left_alone(uploaded):
    uploaded()

    assert jobs.reap() == 0
    assert len(queued()) == 1


def test_a_look_that_says_running_for_ever_is_found(uploaded):
    clip = uploaded()
    result = DBTaskResult.objects.get()
    result.claim("another host")
    assert jobs.reap() == 0
    DBTaskResult.objects.update(started_at=timezone.now() - timedelta(hours=1))

    assert jobs.reap() == 1
    assert queued() == [("convert_film", clip.pk)]


def test_tidying_removes_what_no_clip_names_and_nothing_else(uploaded, settings):
    clip = uploaded()
    jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    kept = named_by(clip)
    strays = [settings.MEDIA_ROOT / "clips/nobody/film.mp4", settings.ORIGINALS_ROOT / "nobody/0123"]
    fresh = settings.ORIGINALS_ROOT / "somebody/0123"  # its clip is being saved at this moment
    for path in [*strays, fresh]:
        path.parent.mkdir(parents=True)
        path.write_text("film")
    for path in strays:
        os.utime(path, (0, 0))

    files.tidy()

    assert [path.exists() for path in strays] == [False, False]
    assert fresh.exists()
    assert files_of(clip) == kept
    assert clip.original.storage.exists(clip.original.name)


def test_a_worker_shows_that_it_lives():
    assert heartbeat.worker_seen_at() is None

    heartbeat.beat()

    seen = heartbeat.worker_seen_at()
    assert seen
    assert timezone.now() - seen < timedelta(seconds=5)
