"""Gives real workers 500 damaged and hostile files; each has to be refused or converted, with a reason, in a minute.

    python tools/hostile_films.py [FILES] [SEED]

500 files take about ten minutes. Exits with 1 when a worker dies, a clip stays under way or takes longer than a
minute, a refusal has no reason but that the site gave up, a web address is fetched, or one byte or pixel of a
neighbour's file is in any output.
"""

import http.server
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.clips.films import H264, ffmpeg, frames
from tools.hostile_kinds import Hostile, Workshop, hostile_films
from tools.kill_conversions import Run, children, site, start_worker

WORKERS = 2
LIMIT = 60.0  # seconds, from the first look at a file to its reason
SECRET = b"6d1f-the-neighbour's-secret-9c42"
GAVE_UP = ("could not be converted, although", "The conversion was interrupted")  # no reasons, but our own trouble
MAGENTA = (255, 0, 255)  # what the neighbour's film shows


def make_neighbour(originals: Path, folder: Path) -> None:
    """Put a film that shows one colour and carries a secret where hostile lists look for it."""
    path = make_film_of_one_colour(folder)
    for place in (originals / "neighbour" / "0123", originals.parent / "neighbour" / "0123"):
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes() + SECRET)


def make_film_of_one_colour(folder: Path) -> Path:
    path = folder / "neighbour.mp4"
    picture = ["-f", "lavfi", "-i", "color=magenta:size=160x120:rate=25:duration=5"]
    ffmpeg(*picture, *H264, path)  # type: ignore[no-untyped-call]
    return path


def shows_the_neighbour(output: Path) -> bool:
    """Whether a file that visitors get has anything of the neighbour's, or of the server's own files."""
    from PIL import Image

    content = output.read_bytes()
    if SECRET in content or b"root:x:0:" in content:
        return True
    is_film = output.suffix == ".mp4"
    pictures = frames(output)[::5] if is_film else [Image.open(output).convert("RGB")]  # type: ignore[no-untyped-call]
    return any(is_magenta(picture.resize((1, 1)).getpixel((0, 0))) for picture in pictures)


def is_magenta(colour: Any) -> bool:
    return all(abs(have - want) < 40 for have, want in zip(colour, MAGENTA, strict=False))


class Trap(http.server.ThreadingHTTPServer):
    """A server to which no request may come; it counts them."""

    requests = 0

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.requests += 1
        return False


def wait(workers: "list[subprocess.Popen[bytes]]", files: int) -> Counter[str]:
    """Wait until nothing is under way; return what went wrong meanwhile."""
    from clips.conversion.models import Conversion

    underway = Conversion.objects.filter(status__in=[Conversion.Status.WAITING, Conversion.Status.CONVERTING])
    begun = reported_at = time.monotonic()
    while (left := underway.count()) and time.monotonic() - begun < 60 + 20 * files:
        if dead := sum(worker.poll() is not None for worker in workers):
            return Counter({"workers died": dead, "stuck": left})
        if time.monotonic() - reported_at > 30:
            reported_at = time.monotonic()
            sys.stdout.write(f"{files - left} of {files}\n")
            sys.stdout.flush()
        time.sleep(1)
    return Counter({"workers died": sum(worker.poll() is not None for worker in workers), "stuck": left})


def seconds_by_clip() -> dict[int, float]:
    """Return how long the tasks of each clip took together."""
    from django_tasks_db.models import DBTaskResult

    took: dict[int, float] = {}
    for result in DBTaskResult.objects.exclude(finished_at=None):
        pk = result.args_kwargs["args"][0]
        took[pk] = took.get(pk, 0) + (result.finished_at - result.started_at).total_seconds()
    return took


def upload(film: Hostile) -> int:
    from django.core.files.base import ContentFile
    from django.db import transaction

    from clips.conversion import jobs
    from clips.models import Clip

    with transaction.atomic():
        clip = Clip(story=Clip.Story.NOW, description="A test.", original_filename=film.name.replace("\0", "")[:255])
        clip.original.save("film", ContentFile(film.content), save=False)
        clip.save()
        jobs.submit(clip)
    return int(clip.pk)


def convert_all(run: Run, files: int) -> tuple[Counter[str], dict[int, str]]:
    """Give the files to real workers; return what went wrong meanwhile, and the kind of each clip's file."""
    trap = Trap(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=trap.serve_forever, daemon=True).start()
    sources = run.folder / "sources"
    sources.mkdir()
    make_neighbour(run.folder / "var" / "originals", sources)
    shop = Workshop(sources, run.chance, trap.server_port)
    kinds = {upload(film): film.kind for film in hostile_films(shop, files)}
    try:
        run.workers = [start_worker(run) for _ in range(WORKERS)]
        wrong = wait(run.workers, files)
    finally:
        for worker in run.workers:
            worker.terminate()
            worker.wait(60)
    trap.shutdown()
    wrong["addresses fetched"] = trap.requests
    wrong["orphans"] = len(children(run.folder))
    return wrong, kinds


def judge(clips: list[Any], took: dict[int, float], outputs: list[Path]) -> Counter[str]:
    """Count what is wrong with how the clips ended, by its name; all of it has to be 0."""
    wrong: Counter[str] = Counter()
    wrong["without a reason"] = sum(clip.status == "failed" and not clip.problem for clip in clips)
    wrong["gave up"] = sum(gave_up(clip) for clip in clips)
    wrong["slower than a minute"] = sum(seconds > LIMIT for seconds in took.values())
    wrong["outputs with a neighbour's bytes"] = sum(shows_the_neighbour(path) for path in outputs)
    return wrong


def gave_up(clip: Any) -> bool:
    return any(words in clip.problem for words in GAVE_UP)


def main(files: int, seed: int) -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cdtrainer-hostile-") as name, site(Path(name)):
        from clips.models import MADE_FIELDS, Clip

        wrong, kinds = convert_all(Run(Path(name), random.Random(seed)), files)  # noqa: S311
        clips = list(Clip.objects.select_related("conversion"))
        took = seconds_by_clip()
        outputs = [Path(file.path) for clip in clips for field in MADE_FIELDS if (file := getattr(clip, field))]
        wrong.update(judge(clips, took, outputs))  # `|=` would leave out what is 0
        for clip in clips:
            if took.get(clip.pk, 0) > LIMIT or gave_up(clip):
                sys.stdout.write(f"{kinds[clip.pk]}: {clip.status}, {took.get(clip.pk, 0):.0f} s, {clip.problem}\n")
    ready = sum(clip.status == "ready" for clip in clips)
    for reason, number in Counter(clip.problem for clip in clips if clip.problem).most_common():
        sys.stdout.write(f"{number:4} {reason}\n")
    counted = ", ".join(f"{number} {what}" for what, number in wrong.items())
    sys.stdout.write(
        f"seed {seed}: {files} files ({len(set(kinds.values()))} kinds): {files - ready} refused, {ready} could be "
        f"converted all the same; {counted}; slowest {max(took.values()):.1f} s, {len(outputs)} outputs looked at; "
        f"{time.monotonic() - begun:.0f} s\n"
    )
    return int(any(wrong.values()))


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*(numbers + [500, 1][len(numbers) :])))
