import hashlib
import json
import time
from argparse import ArgumentParser
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from clips.conversion import files, jobs
from clips.conversion.probe import not_a_film
from clips.forms import too_large
from clips.models import Clip
from clips.names import suggest
from exercises.models import Exercise
from texts.models import Deletion

ASK_EVERY = 0.5  # seconds, while somebody else converts the film
SHOW_EVERY = 5.0  # seconds between two lines about one film


@dataclass(frozen=True)
class Report:
    """What became of one file: the line of `--json`. What is not known of a refused film is None."""

    file: str
    status: str  # "ready" or "refused"
    reason: str = ""
    seconds: float | None = None  # these three of the converted film
    width: int | None = None
    height: int | None = None
    sha256: str | None = None  # of the film as the site keeps it; of the file when it was refused
    note: str = ""  # what is not as in the film, such as a sound that could not be kept


class Command(BaseCommand):
    help = (
        "Take a folder of films in as drafts, through the same checks and conversion as on the page. "
        "What is there already is not taken in twice, so an interrupted run can simply be repeated. "
        "Exits with 1 when a film was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder; films in its subfolders are taken in too")
        parser.add_argument("--exercise", metavar="SLUG", help="the exercise they all show, instead of by their names")
        parser.add_argument("--json", action="store_true", help="say one JSON object a line for each film")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        self.only = None
        if slug := options["exercise"]:
            self.only = Exercise.objects.filter(slug=slug).first()
            if self.only is None:
                raise CommandError(f"There is no exercise “{slug}”.")
        self.exercises = list(Exercise.objects.with_last_variation().in_order())
        files = films_in(folder)
        refused = 0
        for number, path in enumerate(files, start=1):
            name = path.relative_to(folder).as_posix()
            self.stderr.write(f"{number} of {len(files)}: {printable(name)}")
            report = self.take_in(path, name)
            refused += report.status == "refused"
            if options["json"]:
                self.stdout.write(json.dumps(asdict(report)))
            else:
                self.stdout.write(" ".join(filter(None, [printable(name), report.status, report.reason, report.note])))
        self.stderr.write(f"{len(files) - refused} ready, {refused} refused.")
        if refused:
            raise SystemExit(1)

    def take_in(self, path: Path, name: str) -> Report:
        """Make a draft from one file, and wait until it is ready or refused. A refused film leaves nothing behind."""
        try:
            with path.open("rb") as film:
                reason = too_large(path.stat().st_size) or not_a_film(film.read(4096))
                film.seek(0)
                sha256 = hashlib.file_digest(film, "sha256").hexdigest()
                reason = reason or deleted(sha256)
                if reason:
                    return Report(name, "refused", reason, sha256=sha256)
                clip = self.known(sha256) or self.draft(path, film, sha256)
        except OSError as error:
            return Report(name, "refused", f"The file cannot be read: {error.strerror or error}.")
        self.convert(clip)
        if clip.status == Clip.Status.READY:
            with clip.original.open("rb") as kept:
                sha256 = hashlib.file_digest(kept, "sha256").hexdigest()
            return Report(name, "ready", "", round(clip.seconds, 3), clip.width, clip.height, sha256, clip.note)
        reason = clip.problem
        if not clip.published:
            public_id = clip.public_id
            clip.delete()
            files.remove_all(public_id)
        return Report(name, "refused", reason, sha256=sha256)

    def known(self, sha256: str) -> Clip | None:
        """Return the clip of the very same film, when it has been taken in before."""
        clips = Clip.objects.filter(original_sha256=sha256)
        return (clips.filter(exercise=self.only) if self.only else clips).first()

    def draft(self, path: Path, film: Any, sha256: str) -> Clip:
        found = None if self.only else suggest(path.name, self.exercises)
        with transaction.atomic():
            clip = Clip(
                exercise=self.only or (found.exercise if found else None),
                variation=found.variation if found else 1,
                original_filename=printable(path.name)[:255],
                original_sha256=sha256,
            )
            clip.original.save("film", File(film), save=False)
            clip.save()
            jobs.submit(clip)
        return clip

    def convert(self, clip: Clip) -> None:
        """Do what a worker does with this one clip, beside any workers that run; return when it is finished."""
        jobs.look_at_film.call(clip.pk)
        shown = time.monotonic()
        while True:
            if clip.status == Clip.Status.WAITING:
                jobs.convert_film.call(clip.pk)  # at once; nothing happens when a worker has taken it
            clip.refresh_from_db()
            if not clip.is_underway:
                return
            if time.monotonic() - shown > SHOW_EVERY:
                shown = time.monotonic()
                self.stderr.write(f"  {clip.progress} %")
            if clip.status == Clip.Status.CONVERTING and jobs.lease_is_over(clip.conversion):
                jobs.reap()
            time.sleep(ASK_EVERY)
            clip.refresh_from_db()


def deleted(sha256: str) -> str:
    """Say that the very same film was deleted on the site, and not for good; "" when it was not."""
    record = Deletion.objects.filter(rows__icontains=sha256).first()
    if record is None:
        return ""
    return (
        f"It was deleted on {record.deleted_at:%Y-%m-%d}: bring it back under “Recently deleted”, "
        "or delete it there for good before you take it in again."
    )


def films_in(folder: Path) -> list[Path]:
    """Return the files in a folder and in those within it, but for hidden ones, in the order of their names."""
    found = [
        path
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    return sorted(found)


def printable(name: str) -> str:
    """Return a file's name without what would break a line or steer a terminal, and with what is no Unicode told."""
    readable = name.encode(errors="surrogateescape").decode(errors="replace")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in readable)
