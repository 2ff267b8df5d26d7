"""The history of every text: what it said, since when, by whom, and the way back.

Each row of a text keeps `Version`s of its own, written where it is saved (the workshop's forms and actions, and
`load_programme`), never by a signal: what is written down has somebody who did it.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext

from texts.models import Version
from texts.prose import ProseField

#: Restoring brings back words. Whether visitors see a text, where it stands and its address stay as they are.
STAYS_AS_IT_IS = ("published", "position", "slug", "key", "number")
UNCHANGED_WORDS = 12  # shown on each side of a change


def content_of(row: models.Model) -> dict[str, Any]:
    """Return what an editor can change in `row`, as it would be read from JSON: relations as primary keys."""
    content: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.editable and not field.primary_key and not isinstance(field, models.FileField):
            content[field.name] = getattr(row, field.attname)
    for many in row._meta.many_to_many:
        content[many.name] = sorted(getattr(row, many.name).values_list("pk", flat=True))
    read: dict[str, Any] = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return read


def remember(row: models.Model) -> None:
    """Before the first change of a text: keep what the database has, so that one can go back to it."""
    if row.pk is None or Version.objects.of(row).exists():
        return
    before = type(row)._default_manager.filter(pk=row.pk).first()
    if before is not None:
        _write(before, content_of(before), Version.Kind.FIRST, None)


def record(row: models.Model, user: Any = None, kind: str = Version.Kind.SAVED) -> None:
    """After a change: keep what the text says now, if it says anything new. No `user` means the programme."""
    now = content_of(row)
    last = Version.objects.of(row).newest_first().first()
    if last is None or last.kind == Version.Kind.DELETED or last.content != now:
        _write(row, now, kind, user)


def record_deletion(row: models.Model, user: Any, parts: Sequence[str] = ()) -> None:
    """Before a text is deleted with all its `parts` (related names): keep its last words."""
    for name in parts:
        for part in getattr(row, name).all():
            record_deletion(part, user)
    _write(row, content_of(row), Version.Kind.DELETED, user)


def _write(row: models.Model, content: dict[str, Any], kind: str, user: Any) -> None:
    Version.objects.create(
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        kind=kind,
        name=str(row)[:200],
        content=content,
        user=user,
        by=user.get_username() if user else "",
    )


def versions_of(row: models.Model, parts: Sequence[str] = ()) -> models.QuerySet[Version]:
    """Return the versions of a text and of its parts (related names), of deleted parts too, the newest first."""
    found = Version.objects.of(row)
    for name in parts:
        relation = row._meta.get_field(name)
        kind = ContentType.objects.get_for_model(relation.related_model)  # type: ignore[arg-type]
        belongs = {f"content__{relation.remote_field.name}": row.pk}  # type: ignore[union-attr]
        found = found | Version.objects.filter(content_type=kind, **belongs)
    same = Version.objects.filter(content_type=OuterRef("content_type"), object_id=OuterRef("object_id"))
    before = same.filter(pk__lt=OuterRef("pk")).newest_first().values("pk")[:1]
    return found.annotate(before=Subquery(before), is_newest=~Exists(same.filter(pk__gt=OuterRef("pk")))).newest_first()


@dataclass(frozen=True)
class Entry:
    """One version as the history shows it."""

    version: Version
    kind: str  # of text, as in "Section"
    is_whole: bool  # the first there is: nothing to compare it with
    differences: "list[Difference]"
    can_be_restored: bool


def entries(versions: Iterable[Any]) -> list[Entry]:
    """Return what the history shows of versions that come from `versions_of`."""
    known = list(versions)
    before = Version.objects.in_bulk([version.before for version in known if version.before])
    return [
        Entry(
            version,
            capfirst(version.content_type.name),
            version.before is None,
            differences(version, before.get(version.before)),
            version.kind == Version.Kind.DELETED or not version.is_newest,
        )
        for version in known
    ]


# Going back --------------------------------------------------------------------------


def restore(version: Version, user: Any) -> models.Model:
    """Make a text say again what it said in `version`; a part that was deleted comes back.

    Raises:
        ValidationError: when that breaks a rule of today, or belongs to something that is gone.
    """
    model = version.content_type.model_class()
    assert model is not None  # noqa: S101 - a version belongs to a model of this site
    row = model._default_manager.filter(pk=version.object_id).first()
    is_back = row is None
    if row is None:
        row = model(pk=version.object_id)
    else:
        remember(row)
    many: dict[str, list[int]] = {}
    for name, value in version.content.items():
        field = _field(model, name)
        if field is None or (name in STAYS_AS_IT_IS and not is_back):
            continue
        if field.many_to_many:
            many[name] = value
        else:
            setattr(row, field.attname, value if field.is_relation else field.to_python(value))
    row.full_clean()
    row.save(force_insert=is_back)
    for name, keys in many.items():
        related = getattr(row, name)
        related.set(related.model._default_manager.filter(pk__in=keys))
    record(row, user, Version.Kind.RESTORED)
    return row


def _field(model: type[models.Model], name: str) -> Any:
    """Return a field of today's model, None when a later version of the site has it no more."""
    return next((field for field in model._meta.get_fields() if field.name == name), None)


# Differences -------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Some words of a text, and what became of them: "same", "added", "removed" or "left out"."""

    kind: str
    words: str


@dataclass(frozen=True)
class Difference:
    """One field of two versions, as pieces of words."""

    label: str
    pieces: list[Piece]


def differences(version: Version, before: Version | None) -> list[Difference]:
    """Return which fields changed from `before` to `version`, from what to what."""
    model = version.content_type.model_class()
    old = before.content if before else {}
    found = []
    for name, value in version.content.items():
        field = _field(model, name) if model else None
        if field is None or value == old.get(name, "" if before is None else None):
            continue
        if before is None and value in (None, "", [], False):
            continue
        one, other = in_words(field, old.get(name)), in_words(field, value)
        if one == other and not isinstance(field, ProseField):
            continue  # of no consequence, such as a line end
        label = capfirst(str(getattr(field, "verbose_name", name)))
        pieces = list(shortened(compared(one, other))) if one != other else [Piece("same", gettext("only its look"))]
        found.append(Difference(label, pieces))
    return found


def in_words(field: Any, value: Any) -> str:
    """Return the value of a field as an editor would read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if field.is_relation:
        keys = value if isinstance(value, list) else [value]
        found = field.related_model._default_manager.in_bulk(keys)
        return ", ".join(str(found.get(key, gettext("(deleted)"))) for key in keys)
    if isinstance(field, ProseField):
        apart = re.sub(r"(?i)</(?:p|li|ul|ol)>|<br ?/?>", "\n", str(value))
        apart = re.sub(r"(?i)<li>", "• ", apart)
        words = strip_tags(apart).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
        return re.sub(r"\s*\n\s*", "\n", words.replace("&nbsp;", " ")).strip()
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value).replace("\r\n", "\n")


def compared(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts in one row, each marked with what became of it."""
    one, other = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    steps = difflib.SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    removed = added = ""
    for place, (what, a, b, c, d) in enumerate(steps):
        before, after = "".join(one[a:b]), "".join(other[c:d])
        between = what == "equal" and before.isspace() and 0 < place < len(steps) - 1
        if what != "equal" or between:  # words that changed side by side are one change
            removed, added = removed + before, added + after
            continue
        yield from _changed(removed, added)
        removed = added = ""
        yield Piece("same", before)
    yield from _changed(removed, added)


def _changed(removed: str, added: str) -> Iterator[Piece]:
    if removed:
        yield Piece("removed", removed)
    if added:
        yield Piece("added", added)


def shortened(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Leave out what is unchanged and far from every change."""
    known = list(pieces)
    for place, piece in enumerate(known):
        tokens = re.findall(r"\S+\s*|\s+", piece.words)
        head = UNCHANGED_WORDS if place else 0
        tail = UNCHANGED_WORDS if place + 1 < len(known) else 0
        if piece.kind != "same" or len(tokens) <= head + tail + 3:
            yield piece
            continue
        if head:
            yield Piece("same", "".join(tokens[:head]))
        yield Piece("left out", " … ")
        if tail:
            yield Piece("same", "".join(tokens[-tail:]))
