"""The drawn clips of a fresh install: which there are, and how they reach visitors.

`programme/clips/clips.toml` names them; the films and stills lie beside it, a folder a clip. Each is copied
into the site's storage once, under an address that carries its content's SHA-256, so that a new drawing never
hides behind an old one in a cache. As with the texts, what an editor changed, withdrew or deleted stays so.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction

from clips.models import Clip, published_name
from exercises.models import Exercise
from exercises.sides import View
from programme.files import ProgrammeError
from programme.loading import Outcome, canonical, fingerprint
from programme.models import LoadedText

CLIPS = Path(__file__).resolve().parent / "clips"

#: Which field of a clip each file of its folder becomes.
FILES = {
    "film": "film.mp4",
    "film_flipped": "film-flipped.mp4",
    "still": "still.webp",
    "still_flipped": "still-flipped.webp",
    "still_small": "still-small.webp",
    "still_small_flipped": "still-small-flipped.webp",
}
#: What an editor may change, and then keeps.
EDITABLE = ("exercise_id", "story", "variation", "title", "description", "checked")
KEYS = {
    "slug",
    "exercise",
    "story",
    "variation",
    "title",
    "description",
    "checked",
    "seconds",
    "width",
    "height",
    "same_as",
    "spec",  # what it was drawn from, for the tool that draws
}


@dataclass(frozen=True)
class Drawing:
    """One drawn clip, as clips.toml has it."""

    slug: str
    folder: Path
    exercise: str  # a slug, or "" for the author's story
    shows: str  # the slug of the exercise that is drawn, in the author's story too
    values: dict[str, Any]
    owner: tuple[str, str] | None

    @property
    def address(self) -> str:
        return f"clip/{self.slug}"

    @property
    def source(self) -> str:
        return f"clips.toml, “{self.slug}”"


def read(folder: Path = CLIPS) -> list[Drawing]:
    """Return the drawn clips in `folder`; none before its clips.toml exists.

    Raises:
        ProgrammeError: for a clips.toml that is not TOML, has an unknown key or lacks a file.
    """
    path = folder / "clips.toml"
    if not path.exists():
        return []
    try:
        tables = tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProgrammeError(f"clips.toml: {error}") from error
    errors: list[str] = []
    drawings = []
    exercises = {slug: str(data.get("exercise", "")) for slug, data in named(tables)}
    for slug, data in named(tables):
        errors += [
            f"clips.toml, “{slug}”: {key}: no drawn clip has such a field." for key in sorted(data.keys() - KEYS)
        ]
        drawing = Drawing(
            slug=slug,
            folder=folder / str(data.get("same_as") or slug),
            exercise=str(data.get("exercise", "")),
            shows=str(data.get("exercise") or exercises.get(str(data.get("same_as")), "")),
            values={
                "story": data.get("story", ""),
                "variation": data.get("variation") or 1,
                "title": data.get("title", ""),
                "description": data.get("description", "").strip(),
                "checked": data.get("checked", False),
                "seconds": data.get("seconds", 0),
                "width": data.get("width", 0),
                "height": data.get("height", 0),
            },
            owner=("exercise", f"exercise/{data['exercise']}") if data.get("exercise") else None,
        )
        drawings.append(drawing)
        errors += [
            f"{drawing.source}: {drawing.folder.name}/{name} is missing."
            for name in FILES.values()
            if not (drawing.folder / name).is_file()
        ]
    if errors:
        raise ProgrammeError("\n".join(errors))
    return drawings


def named(tables: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield slug and keys of each clip, written as `[[clip]]` with a slug or as a table of its own."""
    for name, table in tables.items():
        if isinstance(table, list):
            yield from ((str(data.get("slug", "")), data) for data in table)
        elif isinstance(table, dict):
            yield name, table


def load(drawings: Iterable[Drawing], restore: Iterable[str] = (), *, dry_run: bool = False) -> list[Outcome]:
    """Bring the drawn clips up to date and return what happened to each; call it inside a transaction.

    Those in `restore` (addresses) come back when an editor deleted them, and say again what clips.toml says.

    Raises:
        ProgrammeError: when a clip breaks a rule of its model.
    """
    records = {record.slug: record for record in LoadedText.objects.filter(kind="clip")}
    rows = {clip.public_id: clip for clip in Clip.objects.filter(kind=Clip.Kind.DRAWN)}
    exercises = dict(Exercise.objects.values_list("slug", "pk"))
    was_loaded = set(LoadedText.objects.filter(kind="exercise").values_list("slug", flat=True))
    restored = set(restore)
    drawings = tell_story_clips_apart(drawings)
    errors: list[str] = []
    outcomes = []
    for drawing in drawings:
        record = records.get(drawing.slug) or LoadedText(kind="clip", slug=drawing.slug)
        row = rows.get(record.fingerprints.get("public_id", ""))
        outcome = Outcome(drawing.address)
        outcomes.append(outcome)
        if drawing.exercise and drawing.exercise not in exercises:
            outcome.done = "left out"
            if drawing.exercise not in was_loaded:
                errors.append(f"{drawing.source}: exercise: There is no exercise “{drawing.exercise}”.")
            continue
        if record.pk and row is None and drawing.address not in restored:
            outcome.done = "deleted"
            continue
        if row and row.original:
            outcome.kept.append("film")  # an editor put a film in its place
            continue
        wanted = drawing.values | {"exercise_id": exercises.get(drawing.exercise)}
        try:
            bring_up_to_date(
                drawing,
                row,
                record,
                wanted,
                outcome,
                restore=drawing.address in restored,
                copying=not dry_run,
            )
        except ValidationError as error:
            errors += [
                f"{drawing.source}: {name}: {message}"
                for name, messages in error.message_dict.items()
                for message in messages
            ]
    if errors:
        raise ProgrammeError("\n".join(errors))
    return outcomes


def tell_story_clips_apart(drawings: Iterable[Drawing]) -> list[Drawing]:
    """Give each clip of the author's story the name of its exercise, and a number in the programme's order."""
    names = dict(Exercise.objects.in_order().values_list("slug", "name"))
    order = {slug: place for place, slug in enumerate(names)}
    stories: dict[str, list[Drawing]] = {}
    told = []
    for drawing in drawings:
        if drawing.exercise:
            told.append(drawing)
        else:
            stories.setdefault(drawing.values["story"], []).append(drawing)
    for story in stories.values():
        story.sort(key=lambda drawing: (order.get(drawing.shows, len(order)), drawing.slug))
        for number, drawing in enumerate(story, start=1):
            title = drawing.values["title"] or names.get(drawing.shows, "")
            told.append(replace(drawing, values=drawing.values | {"variation": number, "title": title}))
    return told


def bring_up_to_date(
    drawing: Drawing,
    row: Clip | None,
    record: LoadedText,
    wanted: dict[str, Any],
    outcome: Outcome,
    *,
    restore: bool,
    copying: bool,
) -> None:
    """Make `row` (or a new one) show and say what `drawing` does, but for what an editor changed.

    Raises:
        ValidationError: when the clip breaks a rule of its model.
    """
    clip = row or Clip(kind=Clip.Kind.DRAWN, made=View.FACING, published=True)
    prints = dict(record.fingerprints)
    digests = {name: digest(drawing.folder / file) for name, file in FILES.items()}
    redrawn = any(prints.get(name) != digests[name] for name in FILES)
    if redrawn:
        prints.pop("checked", None)  # somebody has to look at the new drawing
    for name, value in wanted.items():
        field = name.removesuffix("_id")
        current = getattr(clip, name)
        if canonical(clip, field, current) != canonical(clip, field, value):
            mine = row is None or name not in EDITABLE or restore or (name == "checked" and redrawn)
            if not mine and prints.get(name) != fingerprint(clip, field, current):
                outcome.kept.append(name)
                continue
            setattr(clip, name, value)
            outcome.changed.append(name)
        if name in EDITABLE:
            prints[name] = fingerprint(clip, field, value)
    if redrawn or row is None or not default_storage.exists(clip.film.name or "-"):
        outcome.changed.append("film")
        copy_files(drawing, clip, digests, copying=copying)
        prints |= digests | {"public_id": clip.public_id}
    if not outcome.changed:
        if prints != record.fingerprints:
            record.fingerprints = prints
            record.save()
        return
    clip.full_clean()
    clip.save()
    record.fingerprints = prints
    record.save()
    outcome.done = "updated" if row else "added"
    if row is None:
        outcome.changed.clear()


def copy_files(drawing: Drawing, clip: Clip, digests: dict[str, str], *, copying: bool) -> None:
    """Give `clip` the files of `drawing`; those it had are removed once the transaction is committed."""
    for field, file in FILES.items():
        path = drawing.folder / file
        name = published_name(clip, f"{path.stem}-{digests[field][:16]}{path.suffix}")
        before = getattr(clip, field).name
        setattr(clip, field, name)
        if not copying:
            continue
        if default_storage.exists(name) and default_storage.size(name) != path.stat().st_size:
            default_storage.delete(name)  # the half of a copy that was interrupted
        if not default_storage.exists(name):
            with path.open("rb") as content:
                default_storage.save(name, File(content))
        if before and before != name:
            transaction.on_commit(partial(default_storage.delete, before))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
