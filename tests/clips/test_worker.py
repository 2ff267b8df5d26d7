"""Real workers, told to stop and killed in the middle of a film."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clips.films import H264, ffmpeg

ROOT = Path(__file__).resolve().parents[2]
SET_UP = """
from django.core.files import File
from django.core.management import call_command
call_command("migrate", verbosity=0)
from clips.conversion import jobs
from clips.models import Clip
clip = Clip.objects.create(story="now", description="The author turns the head.", published=True)
clip.original.save("film", File(open({film!r}, "rb")))
jobs.submit(clip)
"""


@pytest.fixture
def site(tmp_path):
    """A site of its own on the disk, with one film waiting; returns a function that looks at the clip."""
    film = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=12", *H264, film)
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "MEDIA_ROOT": f"{tmp_path}/media",
        "ORIGINALS_ROOT": f"{tmp_path}/var/originals",
        "FILE_UPLOAD_TEMP_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "cdtrainer.settings",
    }
    code = f"import django; django.setup()\n{SET_UP.format(film=str(film))}"
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=ROOT, check=True, timeout=60)
    return environment


def clip(folder):
    with sqlite3.connect(f"file:{folder}/db.sqlite3?mode=ro", uri=True, timeout=20) as database:
        database.row_factory = sqlite3.Row
        return database.execute("SELECT * FROM clips_clip JOIN clips_conversion ON clip_id = id").fetchone()


def work(environment):
    command = [sys.executable, "manage.py", "work"]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def ffmpegs(folder):
    """Return the processes that have this test's folder in their command."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
        except OSError:
            continue
        if b"ffmpeg" in command and str(folder).encode() in command:
            found.append(int(process.name))
    return found


def wait_for(condition, seconds=90.0):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@pytest.mark.e2e  # not a browser, but as slow as one
def test_a_film_survives_a_worker_that_is_stopped_and_one_that_is_killed(site, tmp_path):
    def is_converting():
        return clip(tmp_path)["progress"] > 0 and ffmpegs(tmp_path)

    first = work(site)
    try:
        wait_for(is_converting)
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=20) == 0
        assert not ffmpegs(tmp_path)
        assert (clip(tmp_path)["status"], clip(tmp_path)["attempts"]) == ("waiting", 0)
        assert not list(tmp_path.glob("cdtrainer-clip-*"))
    finally:
        first.kill()
        first.wait()

    second = work(site)
    try:
        wait_for(is_converting)
        second.kill()
        second.wait()
        wait_for(lambda: not ffmpegs(tmp_path), 3)
        assert clip(tmp_path)["status"] == "converting"
    finally:
        second.kill()
        second.wait()

    third = work(site)
    try:
        wait_for(lambda: clip(tmp_path)["status"] not in ("waiting", "converting"))
    finally:
        third.terminate()
        third.wait(timeout=20)
    row = clip(tmp_path)
    assert (row["status"], row["problem"]) == ("ready", "")
    named = {row[name] for name in ("film", "film_flipped", "still", "still_flipped", "still_small")}
    there = {str(path.relative_to(tmp_path / "media")) for path in (tmp_path / "media").rglob("*.*")}
    assert there == named | {row["still_small_flipped"]}
    assert (tmp_path / "var/worker-alive").exists()
    assert not list(tmp_path.glob("cdtrainer-clip-*"))
