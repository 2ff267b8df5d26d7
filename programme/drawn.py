"""The drawn clips of a fresh install: what clips.toml says about them, and how they get into the site.

`programme/clips/clips.toml` names them; the films and stills lie beside it, a folder a clip. Each is copied into the
site's storage once, under a name that carries the SHA-256 of its content, so that a cache never serves an old drawing
for a new one. As with the texts, what an editor changed, withdrew or deleted stays so.
"""

import hashlib
import json
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
from programme.loading import Outcome, canonical, error_lines, fingerprint
from programme.models import LoadedText

CLIPS = Path(__file__).resolve().parent / "clips"

#: The field of a clip that each file of its folder is copied into.
FILES = {
    "film": "film.mp4",
    "film_flipped": "film-flipped.mp4",
    "still": "still.webp",
    "still_flipped": "still-flipped.webp",
    "still_small": "still-small.webp",
    "still_small_flipped": "still-small-flipped.webp",
}
#: The same for files that not every clip has.
SOME_FILES = {"film_night": "film-night.mp4", "film_night_flipped": "film-night-flipped.mp4"}
TIMELINE = "timeline.json"  # its parts become the clip's `timeline`
#: The fields that keep an editor's change; all others follow clips.toml.
EDITABLE = ("exercise_id", "story", "variation", "position", "title", "description", "checked")
KEYS = {
    "slug",
    "exercise",
    "story",
    "variation",
    "position",
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
    values: dict[str, Any]  # of the clip's fields
    owner: tuple[str, str] | None  # the exercise's key and address, as in `programme.files.Text`

    @property
    def address(self) -> str:
        """Return the name under which it can be restored."""
        return f"clip/{self.slug}"

    @property
    def source(self) -> str:
        """Return where it is written, for error messages."""
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
        entries = list(clip_entries(tomllib.loads(path.read_text())))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProgrammeError(f"clips.toml: {error}") from error
    exercises = {slug: str(data.get("exercise", "")) for slug, data in entries}
    drawings = [drawing_of(slug, data, folder, exercises) for slug, data in entries]
    errors = [
        line
        for drawing, (_slug, data) in zip(drawings, entries, strict=True)
        for line in [*unknown_keys(drawing, data), *missing_files(drawing)]
    ]
    if errors:
        raise ProgrammeError("\n".join(errors))
    return drawings


def clip_entries(tables: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield slug and keys of each clip, written as `[[clip]]` with a slug or as a table of its own."""
    for name, table in tables.items():
        if isinstance(table, list):
            yield from ((str(data.get("slug", "")), data) for data in table)
        elif isinstance(table, dict):
            yield name, table


def drawing_of(slug: str, data: dict[str, Any], folder: Path, exercises: dict[str, str]) -> Drawing:
    """Return the clip that an entry describes; `exercises` maps the slug of each clip to that of its exercise."""
    return Drawing(
        slug=slug,
        folder=folder / str(data.get("same_as") or slug),
        exercise=str(data.get("exercise", "")),
        shows=str(data.get("exercise") or exercises.get(str(data.get("same_as")), "")),
        values={
            "story": data.get("story", ""),
            "variation": data.get("variation") or 1,
            "position": data.get("position", ""),
            "title": data.get("title", ""),
            "timeline": timeline_of(folder / str(data.get("same_as") or slug)),
            "description": data.get("description", "").strip(),
            "checked": data.get("checked", False),
            "seconds": data.get("seconds", 0),
            "width": data.get("width", 0),
            "height": data.get("height", 0),
        },
        owner=("exercise", f"exercise/{data['exercise']}") if data.get("exercise") else None,
    )


def timeline_of(folder: Path) -> list[dict[str, Any]]:
    """Return the parts of the timeline in a clip's folder; none when it has no such file.

    Raises:
        ProgrammeError: for a file that is not JSON, or has no parts.
    """
    path = folder / TIMELINE
    try:
        parts: list[dict[str, Any]] = json.loads(path.read_text())["parts"] if path.is_file() else []
    except (ValueError, TypeError, KeyError) as error:
        raise ProgrammeError(f"{folder.name}/{TIMELINE}: {error!r}") from error
    return parts


def files_of(drawing: Drawing) -> dict[str, str]:
    """Return the files in a clip's folder, by the field that each is copied into."""
    return FILES | {field: name for field, name in SOME_FILES.items() if (drawing.folder / name).is_file()}


def unknown_keys(drawing: Drawing, data: dict[str, Any]) -> list[str]:
    """Return an error for each key that no drawn clip has."""
    return [f"{drawing.source}: {key}: no drawn clip has such a field." for key in sorted(data.keys() - KEYS)]


def missing_files(drawing: Drawing) -> list[str]:
    """Return an error for each file that is not in the clip's folder."""
    return [
        f"{drawing.source}: {drawing.folder.name}/{name} is missing."
        for name in FILES.values()
        if not (drawing.folder / name).is_file()
    ]


def load(drawings: Iterable[Drawing], restore: Iterable[str] = (), *, dry_run: bool = False) -> list[Outcome]:
    """Bring the drawn clips up to date and return what happened to each; call it inside a transaction.

    Those in `restore` (addresses) are made as clips.toml says, even when an editor changed or deleted them.

    Raises:
        ProgrammeError: when a clip breaks a rule of its model.
    """
    loader = _Loader(set(restore), copying=not dry_run)
    outcomes = [loader.load(drawing) for drawing in number_story_clips(drawings)]
    if loader.errors:
        raise ProgrammeError("\n".join(loader.errors))
    return outcomes


def number_story_clips(drawings: Iterable[Drawing]) -> list[Drawing]:
    """Return `drawings`, with a title and a number in the programme's order for each clip of the author's story."""
    names = dict(Exercise.objects.in_order().values_list("slug", "name"))
    order = {slug: place for place, slug in enumerate(names)}
    stories: dict[str, list[Drawing]] = {}
    numbered = []
    for drawing in drawings:
        if drawing.exercise:
            numbered.append(drawing)
        else:
            stories.setdefault(drawing.values["story"], []).append(drawing)
    for story in stories.values():
        story.sort(key=lambda drawing: (order.get(drawing.shows, len(order)), drawing.slug))
        for number, drawing in enumerate(story, start=1):
            title = drawing.values["title"] or names.get(drawing.shows, "")
            numbered.append(replace(drawing, values=drawing.values | {"variation": number, "title": title}))
    return numbered


class _Loader:
    """Makes or updates the clip of each drawing, and collects the errors."""

    def __init__(self, restore: set[str], *, copying: bool) -> None:
        self.restore = restore
        self.copying = copying
        self.errors: list[str] = []
        self.records = {record.slug: record for record in LoadedText.objects.filter(kind="clip")}
        self.clips = {clip.public_id: clip for clip in Clip.objects.filter(kind=Clip.Kind.DRAWN)}
        self.exercises = dict(Exercise.objects.values_list("slug", "pk"))
        self.loaded_exercises = set(LoadedText.objects.filter(kind="exercise").values_list("slug", flat=True))

    def load(self, drawing: Drawing) -> Outcome:
        """Bring one clip up to date, or note why it cannot be loaded."""
        outcome = Outcome(drawing.address)
        record = self.records.get(drawing.slug) or LoadedText(kind="clip", slug=drawing.slug)
        clip = self.clips.get(record.fingerprints.get("public_id", ""))
        if drawing.exercise and drawing.exercise not in self.exercises:
            outcome.done = "left out"
            if drawing.exercise not in self.loaded_exercises:
                self.errors.append(f"{drawing.source}: exercise: There is no exercise “{drawing.exercise}”.")
        elif record.pk and clip is None and drawing.address not in self.restore:
            outcome.done = "deleted"
        elif clip and clip.original:
            outcome.kept.append("film")  # an editor replaced the drawing by a film
        else:
            try:
                self._bring_up_to_date(drawing, clip, record, outcome)
            except ValidationError as error:
                self.errors += error_lines(drawing.source, error)
        return outcome

    def _bring_up_to_date(self, drawing: Drawing, existing: Clip | None, record: LoadedText, outcome: Outcome) -> None:
        clip = existing or new_clip()
        values = drawing.values | {"exercise_id": self.exercises.get(drawing.exercise)}
        digests = {name: digest(drawing.folder / file) for name, file in files_of(drawing).items()}
        fingerprints = dict(record.fingerprints)
        redrawn = any(fingerprints.get(name) != digests.get(name) for name in (*FILES, *SOME_FILES))
        if existing is None or drawing.address in self.restore:
            overwrite = set(values)
        else:
            overwrite = values.keys() - set(EDITABLE)
        if redrawn:
            fingerprints.pop("checked", None)  # somebody has to look at the new drawing
            overwrite.add("checked")
        set_values(clip, values, fingerprints, overwrite, outcome)
        if redrawn or existing is None or not default_storage.exists(clip.film.name or "-"):
            outcome.changed.append("film")
            copy_files(drawing, clip, digests, copying=self.copying)
            fingerprints = {name: value for name, value in fingerprints.items() if name not in SOME_FILES}
            fingerprints |= digests | {"public_id": clip.public_id}
        save(clip, record, fingerprints, outcome)
        if existing is None:
            outcome.done = "added"
            outcome.changed.clear()
        elif outcome.changed:
            outcome.done = "updated"


def new_clip() -> Clip:
    """Return an unsaved drawn clip, ready and published."""
    return Clip(kind=Clip.Kind.DRAWN, made=View.FACING, published=True)


def set_values(
    clip: Clip, values: dict[str, Any], fingerprints: dict[str, str], overwrite: set[str], outcome: Outcome
) -> None:
    """Set the fields that no editor has changed, and those in `overwrite`; note the fingerprints of what was set."""
    for name, value in values.items():
        field = name.removesuffix("_id")
        current = getattr(clip, name)
        if canonical(clip, field, current) != canonical(clip, field, value):
            if name not in overwrite and fingerprints.get(name) != fingerprint(clip, field, current):
                outcome.kept.append(name)
                continue
            setattr(clip, name, value)
            outcome.changed.append(name)
        if name in EDITABLE:
            fingerprints[name] = fingerprint(clip, field, value)


def save(clip: Clip, record: LoadedText, fingerprints: dict[str, str], outcome: Outcome) -> None:
    """Save the clip if anything of it changed, and its record if that or a fingerprint did.

    Raises:
        ValidationError: when the clip breaks a rule of its model.
    """
    if outcome.changed:
        clip.full_clean()
        clip.save()
    if outcome.changed or fingerprints != record.fingerprints:
        record.fingerprints = fingerprints
        record.save()


def copy_files(drawing: Drawing, clip: Clip, digests: dict[str, str], *, copying: bool) -> None:
    """Give `clip` the files of `drawing`; its former files are removed after the commit."""
    files = files_of(drawing)
    for field in (*FILES, *SOME_FILES):
        path = drawing.folder / files.get(field, "")
        name = published_name(clip, f"{path.stem}-{digests[field][:16]}{path.suffix}") if field in files else ""
        before = getattr(clip, field).name
        setattr(clip, field, name)
        if not copying:
            continue
        if name and default_storage.exists(name) and default_storage.size(name) != path.stat().st_size:
            default_storage.delete(name)  # left by a copy that was interrupted
        if name and not default_storage.exists(name):
            with path.open("rb") as content:
                default_storage.save(name, File(content))
        if before and before != name:
            transaction.on_commit(partial(default_storage.delete, before))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
