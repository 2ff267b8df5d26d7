"""Reads the files in programme/texts/ into the values of the rows they become."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import models

from exercises.models import BodyPart, Equipment, Exercise, ExerciseGroup, Variation
from faq.models import Problem, Question, Topic
from pages.models import Page, Section
from stages.models import Stage
from texts.prose import ProseField, from_markdown

TEXTS = Path(__file__).resolve().parent / "texts"

REVIEW = ("written_by", "reviewed_by", "reviewed_on", "next_review_on")


class ProgrammeError(Exception):
    """The programme's files cannot be loaded; the message names each file and field."""


@dataclass(frozen=True)
class Kind:
    """One kind of text: its model, and the keys that its file may have."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]  # keys that become the field of the same name
    other_keys: tuple[str, ...] = ()  # read separately, or notes among the writers
    initial: dict[str, Any] = field(default_factory=dict)  # of a new row; only editors change these fields


STAGE = Kind(
    "stage",
    Stage,
    (
        "name",
        "tagline",
        "summary",
        "starts_when",
        "ends_when",
        "go_back_when",
        "duration",
        "pain",
        "training",
        "how_to",
        "how_to_caution",
        "problems",
        "problems_caution",
        "before_you_start",
        "warning",
        "checklist",
        "author_view",
        *REVIEW,
    ),
    other_keys=("number", "groups"),
)
GROUP = Kind("group", ExerciseGroup, ("name", "introduction", "period", "position"), other_keys=("slug",))
BODY_PART = Kind("body-part", BodyPart, ("name", "position"), other_keys=("slug",))
EQUIPMENT = Kind("equipment", Equipment, ("name", "substitute", "caution", "position"), other_keys=("slug",))
EXERCISE = Kind(
    "exercise",
    Exercise,
    (
        "name",
        "subtitle",
        "position",
        "purpose",
        "setup_lying",
        "setup_sitting",
        "setup_standing",
        "steps",
        "feel",
        "movement",
        "lying",
        "sitting",
        "standing",
        "with_help",
        "repetitions",
        "seconds_there",
        "seconds_hold",
        "seconds_back",
        "rest_seconds",
        "times_a_day",
        "do",
        "do_not",
        "stop_if",
        "easier",
        "harder",
        "balance_note",
        "caution",
        "has_sides",
        "description",
        "name_only",
        "reading_note",
        *REVIEW,
    ),
    other_keys=("stage", "group", "body_parts", "equipment", "variations", "checked", "dose_by"),
    initial={"published": True},
)
VARIATION = Kind("variation", Variation, ("title", "how", "description"), other_keys=("number",))
TOPIC = Kind("topic", Topic, ("name", "position"), other_keys=("slug",))
QUESTION = Kind(
    "question",
    Question,
    ("question", "position", "answer", "author_view", "top", *REVIEW),
    other_keys=("topic",),
)
PROBLEM = Kind(
    "problem",
    Problem,
    (
        "name",
        "position",
        "summary",
        "what_it_is",
        "what_may_help",
        "get_help_heading",
        "when_to_get_help",
        "emergency",
        "who_can_help",
        "sources",
        *REVIEW,
    ),
)
PAGE = Kind("page", Page, ("title", "lead", *REVIEW), other_keys=("sections",))
SECTION = Kind("section", Section, ("heading", "body", "position"), other_keys=("key",))


@dataclass(frozen=True)
class Text:
    """One text of the programme, as its file has it.

    Other texts are named by address, as in "group/1/total-neck-movement".
    """

    kind: Kind
    slug: str
    source: str  # where it is written, for error messages
    key: dict[str, Any]  # the lookup that finds its row
    values: dict[str, Any]
    owner: tuple[str, str] | None = None  # field and address of the text it is a part of
    foreign_keys: dict[str, str] = field(default_factory=dict)  # field -> address
    many_to_many: dict[str, list[str]] = field(default_factory=dict)  # field -> addresses

    @property
    def address(self) -> str:
        """Return its name among all texts: kind and slug."""
        return f"{self.kind.name}/{self.slug}"


def read(folder: Path = TEXTS) -> list[Text]:
    """Return every text of the programme, each after those it points at.

    Raises:
        ProgrammeError: for a file that is not TOML, or has an unknown key.
    """
    reader = _Reader(folder)
    texts = [
        *reader.stages(),
        *reader.listed(BODY_PART, "body_parts.toml", "part"),
        *reader.listed(EQUIPMENT, "equipment.toml", "equipment"),
        *reader.exercises(),
        *reader.listed(TOPIC, "topics.toml", "topic"),
        *reader.questions(),
        *reader.problems(),
        *reader.pages(),
    ]
    if reader.errors:
        raise ProgrammeError("\n".join(reader.errors))
    return texts


class _Reader:
    """Reads one folder and collects its errors, so that a writer sees all of them at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[str] = []

    def stages(self) -> Iterator[Text]:
        """Yield all stages, then their groups."""
        groups = []
        for path, data in self.files("stages"):
            number = path.stem
            yield self.text(STAGE, number, self.name(path), data, {"number": data.get("number")})
            for position, group in enumerate(data.get("groups", []), start=1):
                slug = str(group.get("slug", ""))
                groups.append(
                    self.text(
                        GROUP,
                        f"{number}/{slug}",
                        f"{self.name(path)}, group “{slug}”",
                        {"position": position} | group,
                        {"stage__number": data.get("number"), "slug": slug},
                        owner=("stage", f"stage/{number}"),
                    )
                )
        yield from groups

    def listed(self, kind: Kind, name: str, table: str) -> Iterator[Text]:
        """Yield the texts of a file that holds many, in the order in which it lists them."""
        path = self.folder / name
        if not path.exists():
            return
        for position, data in enumerate(self.load(path).get(table, []), start=1):
            slug = str(data.get("slug", ""))
            source = f"{name}, “{slug}”"
            yield self.text(kind, slug, source, {"position": position} | data, {"slug": slug})

    def exercises(self) -> Iterator[Text]:
        """Yield each exercise, completed from defaults.toml, and its variations."""
        defaults_file = self.folder / "defaults.toml"
        defaults = self.load(defaults_file) if defaults_file.exists() else {}
        shared = {name: defaults[name] for name in ("stop_if", "balance_note") if name in defaults}
        for path, data in self.files("exercises"):
            yield self.text(
                EXERCISE,
                path.stem,
                self.name(path),
                shared | data,
                {"slug": path.stem},
                foreign_keys={"group": f"group/{data.get('stage')}/{data.get('group')}"},
                many_to_many={
                    "body_parts": [f"body-part/{part}" for part in data.get("body_parts", [])],
                    "equipment": [f"equipment/{item}" for item in data.get("equipment", [])],
                },
            )
            yield from self.variations(path, data)

    def variations(self, path: Path, exercise: dict[str, Any]) -> Iterator[Text]:
        """Yield the variations in the file of an exercise."""
        for variation in exercise.get("variations", []):
            number = variation.get("number")
            yield self.text(
                VARIATION,
                f"{path.stem}/{number}",
                f"{self.name(path)}, variation {number}",
                variation,
                {"exercise__slug": path.stem, "number": number},
                owner=("exercise", f"exercise/{path.stem}"),
            )

    def questions(self) -> Iterator[Text]:
        """Yield the questions."""
        for path, data in self.files("questions"):
            topic = {"topic": f"topic/{data.get('topic')}"}
            yield self.text(QUESTION, path.stem, self.name(path), data, {"slug": path.stem}, foreign_keys=topic)

    def problems(self) -> Iterator[Text]:
        """Yield the problems, each source as a line of its field."""
        for path, data in self.files("problems"):
            sources = [
                " | ".join(str(source.get(part, "")) for part in ("publisher", "title", "url"))
                for source in data.get("sources", [])
            ]
            yield self.text(PROBLEM, path.stem, self.name(path), data | {"sources": sources}, {"slug": path.stem})

    def pages(self) -> Iterator[Text]:
        """Yield each page and its sections."""
        for path, data in self.files("pages"):
            slug = path.stem
            yield self.text(PAGE, slug, self.name(path), data, {"slug": slug})
            for position, section in enumerate(data.get("sections", []), start=1):
                key = str(section.get("key", ""))
                yield self.text(
                    SECTION,
                    f"{slug}/{key}",
                    f"{self.name(path)}, section “{key}”",
                    {"position": position} | section,
                    {"page__slug": slug, "key": key},
                    owner=("page", f"page/{slug}"),
                )

    def text(
        self,
        kind: Kind,
        slug: str,
        source: str,
        data: dict[str, Any],
        key: dict[str, Any],
        *,
        owner: tuple[str, str] | None = None,
        foreign_keys: dict[str, str] | None = None,
        many_to_many: dict[str, list[str]] | None = None,
    ) -> Text:
        """Return one text with its values converted, and note the keys that its kind does not have."""
        for name in sorted(data.keys() - {*kind.fields, *kind.other_keys}):
            self.errors.append(f"{source}: {name}: no {kind.name} has such a field.")
        values = {name: converted(kind.model, name, data.get(name)) for name in kind.fields}
        return Text(kind, slug, source, key, values, owner, foreign_keys or {}, many_to_many or {})

    def files(self, folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield path and content of each file in `folder`, by name."""
        for path in sorted((self.folder / folder).glob("*.toml")):
            yield path, self.load(path)

    def load(self, path: Path) -> dict[str, Any]:
        """Return the content of a file; note the error and return nothing when it is not TOML."""
        try:
            return tomllib.loads(path.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.errors.append(f"{self.name(path)}: {error}")
            return {}

    def name(self, path: Path) -> str:
        """Return a file's name for error messages."""
        return str(path.relative_to(self.folder))


def converted(model: type[models.Model], name: str, value: Any) -> Any:
    """Return the value of a key as the field `name` of `model` stores it; its default when `value` is None."""
    target: models.Field = model._meta.get_field(name)  # type: ignore[assignment]
    if value is None or (value == "" and not isinstance(target, models.CharField | models.TextField)):
        return target.get_default()
    if isinstance(value, list):
        value = "\n".join(str(item).strip() for item in value)
    if isinstance(value, str):
        return from_markdown(value) if isinstance(target, ProseField) else value.strip()
    return value
