"""What changed from one version of a text to the next, word by word."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import takewhile
from typing import Any

from django.db import models
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext

from texts.models import Version
from texts.prose import ProseField

UNCHANGED_WORDS = 12  # shown on each side of a change
WORDS, LINES = r"\s+|\S+", r"[^\n]+|\n+"
MOST_COMPARED = 4_000_000  # pairs of pieces: a second at the worst, in which this process answers nobody else

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
    """Yield the words of both texts in one sequence, each marked with what became of it.

    Where too much has changed to be compared by words in a second, whole lines are, or nothing but the two texts.
    """
    old_words, new_words = re.findall(WORDS, old), re.findall(WORDS, new)
    head = alike(old_words, new_words)
    tail = alike(old_words[head:][::-1], new_words[head:][::-1])
    if head:
        yield Piece("same", "".join(old_words[:head]))
    middles = ("".join(words[head : len(words) - tail]) for words in (old_words, new_words))
    yield from _compared(*middles)
    if tail:
        yield Piece("same", "".join(old_words[-tail:]))


def alike(one: list[str], other: list[str]) -> int:
    """Return with how many equal words both begin."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _compared(old: str, new: str) -> Iterator[Piece]:
    """Yield the pieces of two texts that begin and end differently."""
    old_words, new_words = divided(old, new)
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


def divided(old: str, new: str) -> tuple[list[str], list[str]]:
    """Return both texts in the smallest pieces that do not take too long to compare: words, lines, or each as one."""
    for pieces in (WORDS, LINES):
        both = re.findall(pieces, old), re.findall(pieces, new)
        if len(both[0]) * len(both[1]) <= MOST_COMPARED:
            return both
    return [old], [new]


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
