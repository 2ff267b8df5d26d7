"""What changed from one version of a text to the next, word by word."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext

from texts.models import Version
from texts.prose import ProseField

UNCHANGED_WORDS = 12  # shown on each side of a change

#: Model -> primary key -> name of the row, for every row that some versions refer to.
Names = dict[type[models.Model], dict[int, str]]


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


def names_in(versions: Iterable[Version]) -> Names:
    """Return the names of all rows that `versions` refer to, with one query for each model."""
    pks: dict[type[models.Model], set[int]] = defaultdict(set)
    for version in versions:
        for field, value in version.fields():
            if field.is_relation:
                pks[field.related_model].update(_as_list(value))
    return {
        model: {pk: str(row) for pk, row in model._default_manager.in_bulk(wanted).items()}
        for model, wanted in pks.items()
    }


def differences(version: Version, previous: Version | None, names: Names) -> list[Difference]:
    """Return the fields that changed from `previous` to `version`; without `previous`, all that are not empty."""
    old_content = previous.content if previous else {}
    changes = []
    for field, value in version.fields():
        if value == old_content.get(field.name) or (previous is None and value in (None, "", [], False)):
            continue
        old, new = in_words(field, old_content.get(field.name), names), in_words(field, value, names)
        if old == new and not isinstance(field, ProseField):
            continue  # of no consequence, such as a line end
        if previous is None:
            pieces = [Piece("same", new)]
        elif old == new:
            pieces = [Piece("same", gettext("only its look"))]
        else:
            pieces = list(shortened(compared(old, new)))
        changes.append(Difference(capfirst(str(getattr(field, "verbose_name", field.name))), pieces))
    return changes


def _as_list(value: Any) -> list[int]:
    """Return the primary keys of a relation: many, one or none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def in_words(field: Any, value: Any, names: Names) -> str:
    """Return the value of a field as an editor would read it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if field.is_relation:
        existing = names.get(field.related_model, {})
        return ", ".join(existing.get(pk, gettext("(deleted)")) for pk in _as_list(value))
    if isinstance(field, ProseField):
        return plain(str(value))
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return str(value).replace("\r\n", "\n")


def plain(html: str) -> str:
    """Return the text of a `ProseField` without markup: a line for each paragraph, a bullet before each list item."""
    text = re.sub(r"(?i)</(?:p|li|ul|ol)>|<br ?/?>", "\n", html)
    text = unescape(strip_tags(re.sub(r"(?i)<li>", "• ", text))).replace("\xa0", " ")
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def compared(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts in one sequence, each marked with what became of it."""
    old_words, new_words = re.findall(r"\s+|\S+", old), re.findall(r"\s+|\S+", new)
    steps = difflib.SequenceMatcher(None, old_words, new_words, autojunk=False).get_opcodes()
    removed = added = ""
    for number, (tag, a, b, c, d) in enumerate(steps):
        before, after = "".join(old_words[a:b]), "".join(new_words[c:d])
        joins_changes = tag == "equal" and before.isspace() and 0 < number < len(steps) - 1
        if tag != "equal" or joins_changes:  # words that changed side by side are one change
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
    """Yield the pieces without the unchanged words that are far from every change."""
    pieces = list(pieces)
    for number, piece in enumerate(pieces):
        tokens = re.findall(r"\S+\s*|\s+", piece.words)
        head = UNCHANGED_WORDS if number else 0
        tail = UNCHANGED_WORDS if number + 1 < len(pieces) else 0
        if piece.kind != "same" or len(tokens) <= head + tail + 3:
            yield piece
            continue
        if head:
            yield Piece("same", "".join(tokens[:head]))
        yield Piece("left out", " … ")
        if tail:
            yield Piece("same", "".join(tokens[-tail:]))
