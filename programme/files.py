"""What the files in programme/texts/ say, as the fields of the texts they become."""

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
    """The programme's files do not make sense; the message names each file and field."""


@dataclass(frozen=True)
class Kind:
    """One kind of text: which row it becomes and which keys of its file become which fields."""

    name: str
    model: type[models.Model]
    fields: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()  # keys that are read apart, or are notes among the writers
    starts_as: dict[str, Any] = field(default_factory=dict)  # set once, and the editor's from then on


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
    elsewhere=("number", "groups"),
)
GROUP = Kind("group", ExerciseGroup, ("name", "introduction", "period", "position"), elsewhere=("slug",))
BODY_PART = Kind("body-part", BodyPart, ("name", "position"), elsewhere=("slug",))
EQUIPMENT = Kind("equipment", Equipment, ("name", "substitute", "caution", "position"), elsewhere=("slug",))
EXERCISE = Kind(
    "exercise",
    Exercise,
    (
        "name",
        "subtitle",
        "position",
        "purpose",
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
    elsewhere=("stage", "group", "body_parts", "equipment", "variations", "checked", "dose_by"),
    starts_as={"published": True},
)
VARIATION = Kind("variation", Variation, ("title", "how", "description"), elsewhere=("number",))
TOPIC = Kind("topic", Topic, ("name", "position"), elsewhere=("slug",))
QUESTION = Kind(
    "question",
    Question,
    ("question", "position", "answer", "author_view", "top", *REVIEW),
    elsewhere=("topic",),
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
PAGE = Kind("page", Page, ("title", "lead", *REVIEW), elsewhere=("sections",))
SECTION = Kind("section", Section, ("heading", "body", "position"), elsewhere=("key",))


@dataclass(frozen=True)
class Text:
    """One text of the programme, as its file has it.

    `key` finds its row. `owner` is the text it is a part of, `one` and `many` the texts it points at; all of
    them by address, as in "group/1/total-neck-movement".
    """

    kind: Kind
    slug: str
    source: str
    key: dict[str, Any]
    values: dict[str, Any]
    owner: tuple[str, str] | None = None
    one: dict[str, str] = field(default_factory=dict)
    many: dict[str, list[str]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"{self.kind.name}/{self.slug}"


def read(folder: Path = TEXTS) -> list[Text]:
    """Return every text of the programme, each after those it points at.

    Raises:
        ProgrammeError: for a file that is not TOML, or has a key that no text knows.
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
    """Reads one folder and collects what is wrong with it, so that a writer sees all of it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors: list[str] = []

    def stages(self) -> Iterator[Text]:
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
        defaults_file = self.folder / "defaults.toml"
        defaults = self.load(defaults_file) if defaults_file.exists() else {}
        shared = {name: defaults[name] for name in ("stop_if", "balance_note") if name in defaults}
        for path, data in self.files("exercises"):
            slug = path.stem
            yield self.text(
                EXERCISE,
                slug,
                self.name(path),
                shared | data,
                {"slug": slug},
                one={"group": f"group/{data.get('stage')}/{data.get('group')}"},
                many={
                    "body_parts": [f"body-part/{part}" for part in data.get("body_parts", [])],
                    "equipment": [f"equipment/{tool}" for tool in data.get("equipment", [])],
                },
            )
            for variation in data.get("variations", []):
                number = variation.get("number")
                yield self.text(
                    VARIATION,
                    f"{slug}/{number}",
                    f"{self.name(path)}, variation {number}",
                    variation,
                    {"exercise__slug": slug, "number": number},
                    owner=("exercise", f"exercise/{slug}"),
                )

    def questions(self) -> Iterator[Text]:
        for path, data in self.files("questions"):
            one = {"topic": f"topic/{data.get('topic')}"}
            yield self.text(QUESTION, path.stem, self.name(path), data, {"slug": path.stem}, one=one)

    def problems(self) -> Iterator[Text]:
        for path, data in self.files("problems"):
            sources = [
                " | ".join(str(source.get(part, "")) for part in ("publisher", "title", "url"))
                for source in data.get("sources", [])
            ]
            yield self.text(PROBLEM, path.stem, self.name(path), data | {"sources": sources}, {"slug": path.stem})

    def pages(self) -> Iterator[Text]:
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
        one: dict[str, str] | None = None,
        many: dict[str, list[str]] | None = None,
    ) -> Text:
        for name in sorted(data.keys() - {*kind.fields, *kind.elsewhere}):
            self.errors.append(f"{source}: {name}: no {kind.name} has such a field.")
        values = {name: converted(kind.model, name, data.get(name)) for name in kind.fields}
        return Text(kind, slug, source, key, values, owner, one or {}, many or {})

    def files(self, folder: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        for path in sorted((self.folder / folder).glob("*.toml")):
            yield path, self.load(path)

    def load(self, path: Path) -> dict[str, Any]:
        try:
            return tomllib.loads(path.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            self.errors.append(f"{self.name(path)}: {error}")
            return {}

    def name(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def converted(model: type[models.Model], name: str, value: Any) -> Any:
    """Turn the value of a key in a file into what the field `name` of `model` keeps; None means not said."""
    target: models.Field = model._meta.get_field(name)  # type: ignore[assignment]
    if value is None or (value == "" and not isinstance(target, models.CharField | models.TextField)):
        return target.get_default()
    if isinstance(value, list):
        value = "\n".join(str(item).strip() for item in value)
    if isinstance(value, str):
        return from_markdown(value) if isinstance(target, ProseField) else value.strip()
    return value
