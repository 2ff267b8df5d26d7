"""Clips whose worker was killed, or whose server was started again, are found and go on."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from clips.conversion import ffmpeg, files, heartbeat, jobs, leases
from clips.conversion.leases import Lease
from clips.conversion.models import Conversion
from clips.models import Clip
from tests.clips.converting import files_of, named_by, queued, raises

pytestmark = pytest.mark.django_db


def token_of_a_dead_process():
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return f"{leases.this_host()}{gone.pid:08x}00000000"


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
