"""Kills real workers and their ffmpegs with -9 at random moments; in the end every film has to be ready, once.

    python tools/kill_conversions.py [KILLS] [SEED]

Two workers convert while a third of the kills hit a worker, a third whatever a worker has started, and a third both
at once. 100 kills take about eight minutes. The pauses between tries are shortened to seconds; everything else is as
in production. Exits with 1 when a film is lost, doubled, stuck, damaged, or when a process is left behind.
"""

import contextlib
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

WORKERS = 2
MOST_WAITING = 6  # films under way at a time
LONGEST_WAIT = 8.0  # seconds between two kills, at most: about as long as a film takes on a busy machine
ORPHANS_LIVE = 2.0  # seconds; the kernel ends a child at once, but a busy machine takes a moment to show it
FINISHED_WITHIN = 600.0  # seconds after the last kill
SOURCES = ("testsrc2=size=640x360:rate=25:duration=3", "testsrc2=size=480x640:rate=30:duration=6")

WORK = """
import django
django.setup()
from datetime import timedelta
from django.core.management import call_command
from clips.conversion import jobs
from clips.management.commands import work
jobs.FIRST_PAUSE = jobs.LONGEST_PAUSE = jobs.RETRY_AFTER = timedelta(seconds=2)
work.ALIVE_EVERY, work.REAP_EVERY = 1, 3
call_command("work")
"""


@dataclass
class Run:
    """What happened."""

    folder: Path
    chance: random.Random
    workers: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    sources: list[Path] = field(default_factory=list)
    sha256: dict[int, str] = field(default_factory=dict)  # of each clip's film as it was uploaded
    killed: dict[str, int] = field(default_factory=dict)
    orphans: int = 0


def start_worker(run: Run) -> "subprocess.Popen[bytes]":
    with (run.folder / "worker.log").open("ab") as log:
        return subprocess.Popen([sys.executable, "-c", WORK], cwd=ROOT, stdout=log, stderr=log)


def children(folder: Path, of: int | None = None) -> list[int]:
    """Return the processes at work on this run's films: all of them, or those of one worker."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            command = (process / "cmdline").read_bytes()
            if str(folder).encode() not in command or b"launcher.py" in command:
                continue
            parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
            if of is None or parent == of:
                found.append(int(process.name))
    return found


def upload(run: Run) -> None:
    """Do what the upload page does when a film has arrived."""
    from django.core.files import File
    from django.db import transaction

    from clips.conversion import jobs
    from clips.models import Clip

    source = run.chance.choice(run.sources)
    with transaction.atomic(), source.open("rb") as film:
        clip = Clip(story=Clip.Story.NOW, description="A test picture.")
        clip.original.save("film", File(film), save=False)
        clip.save()
        jobs.submit(clip)
    run.sha256[clip.pk] = hashlib.sha256(source.read_bytes()).hexdigest()


def under_way() -> int:
    from clips.conversion.models import Conversion

    return Conversion.objects.filter(status__in=[Conversion.Status.WAITING, Conversion.Status.CONVERTING]).count()


def kill(run: Run) -> None:
    """Kill a worker, its child, or both, and start another worker where one is gone."""
    what = run.chance.choice(["worker", "ffmpeg", "both"])
    place = run.chance.randrange(WORKERS)
    worker = run.workers[place]
    descendants = children(run.folder, worker.pid)
    if not descendants and what != "worker":
        what = "worker"
    if what != "worker":
        for pid in descendants:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    if what != "ffmpeg":
        worker.kill()
        worker.wait()
        until = time.monotonic() + ORPHANS_LIVE
        left = set(descendants)
        while left and time.monotonic() < until:
            time.sleep(0.05)
            left &= set(children(run.folder))
        run.orphans += len(left)
        run.workers[place] = start_worker(run)
    run.killed[what] = run.killed.get(what, 0) + 1


def outcome(run: Run) -> dict[str, int]:
    """Count what went wrong, by its name; all of it has to be 0."""
    from django.db import connection
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    from clips.conversion import files, probe
    from clips.models import FILE_FIELDS, Clip

    files.tidy()  # as a worker does when it starts
    clips = list(Clip.objects.all())
    media = run.folder / "media"
    wrong = dict.fromkeys(["lost", "failed", "stuck", "damaged", "originals changed", "doubled", "left behind"], 0)
    wrong["lost"] = len(set(run.sha256) - {clip.pk for clip in clips})
    for clip in clips:
        wrong["failed"] += clip.status == Clip.Status.FAILED
        wrong["stuck"] += clip.is_underway
        with clip.original.open("rb") as film:
            wrong["originals changed"] += hashlib.sha256(film.read()).hexdigest() != run.sha256[clip.pk]
        for made in (clip.film, clip.film_flipped):
            if made:
                wrong["damaged"] += not whole(probe.look(Path(made.path)), clip)
        there = {str(path.relative_to(media)) for path in (media / "clips" / clip.public_id).glob("*")}
        wrong["doubled"] += len(there - {getattr(clip, name).name for name in FILE_FIELDS})
    results = DBTaskResult.objects.filter(status__in=[TaskResultStatus.RUNNING, TaskResultStatus.READY])
    wrong["tasks left"] = results.count()
    wrong["left behind"] = len(list(run.folder.glob(f"{files.FOLDER_PREFIX}*")))
    wrong["orphans"] = run.orphans + len(children(run.folder))
    with connection.cursor() as cursor:
        wrong["database damaged"] = int(cursor.execute("PRAGMA integrity_check").fetchone() != ("ok",))
    return wrong


def whole(facts: dict[str, Any], clip: Any) -> bool:
    video = facts.get("video")
    return bool(video and video.get("decodes") and abs(video["seconds"] - clip.seconds) < 0.1)


@contextlib.contextmanager
def site(folder: Path) -> Iterator[None]:
    """Make a site of its own in `folder`, for this process and those it starts."""
    os.environ |= {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MEDIA_ROOT": f"{folder}/media",
        "ORIGINALS_ROOT": f"{folder}/var/originals",
        "FILE_UPLOAD_TEMP_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "cdtrainer.settings",
        "PYTHONPATH": str(ROOT),
    }
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    yield
    connection.close()


def torture(run: Run, kills: int) -> float:
    """Kill while films keep coming; return how many seconds it took to finish them all after the last kill."""
    run.workers = [start_worker(run) for _ in range(WORKERS)]
    while under_way() < MOST_WAITING:
        upload(run)
    while sum(run.killed.values()) < kills:
        time.sleep(run.chance.uniform(0, LONGEST_WAIT))
        while under_way() < MOST_WAITING:
            upload(run)
        kill(run)
        if (done := sum(run.killed.values())) % 10 == 0:
            sys.stdout.write(f"{done} kills, {len(run.sha256)} films, {under_way()} under way\n")
            sys.stdout.flush()
    last = time.monotonic()
    while under_way() and time.monotonic() - last < FINISHED_WITHIN:
        time.sleep(1)
    took = time.monotonic() - last
    time.sleep(1)  # the queue notes the end of a task after the clip is ready
    for worker in run.workers:
        worker.terminate()
    for worker in run.workers:
        worker.wait(60)
    return took


def main(kills: int, seed: int) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cdtrainer-kills-") as name, site(Path(name)):
        run = Run(Path(name), random.Random(seed))  # noqa: S311
        from clips.conversion import ffmpeg

        for number, picture in enumerate(SOURCES):
            run.sources.append(run.folder / f"source-{number}.mp4")
            made = ["-f", "lavfi", "-i", picture, "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
            ffmpeg.run_ffmpeg([*made, str(run.sources[-1])], limit=60)
        try:
            waited = torture(run, kills)
        finally:
            for worker in run.workers:
                worker.kill()
                worker.wait()
        wrong = outcome(run)
        if any(wrong.values()):
            sys.stdout.write((run.folder / "worker.log").read_text(errors="replace")[-6000:])
    hit = ", ".join(f"{number} of {what}" for what, number in sorted(run.killed.items()))
    counted = ", ".join(f"{number} {name}" for name, number in wrong.items())
    sys.stdout.write(
        f"seed {seed}: {kills} kills ({hit}), {len(run.sha256)} films: {counted}; "
        f"all ready {waited:.0f} s after the last kill; {time.monotonic() - begun:.0f} s\n"
    )
    return int(any(wrong.values()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(numbers + [100, 1][len(numbers) :])))
