"""What the page says that shows two versions of a text side by side."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django_prose_editor.fields import ProseEditorFormField

from texts.differences import Piece, compared, plain
from texts.merging import BOTH, KEEP, MINE, THEIRS, Conflict, Merge
from texts.opened import Row, Rows, widget_of


@dataclass(frozen=True)
class Saved:
    """Who saved a text, and when."""

    who: str
    at: datetime

    @property
    def ago(self) -> str:
        """Return how long ago that was, in words."""
        if timezone.now() - self.at < timedelta(minutes=1):
            return gettext("just now")
        return gettext("%s ago") % timesince(self.at)


@dataclass(frozen=True)
class Choice:
    """One button of a choice: the value it sends, and its words."""

    value: str
    label: str


@dataclass
class Part:
    """One thing that two people have changed: both versions, and what can be kept."""

    name: str  # of the field that the choice is sent in
    heading: str
    mine: list[Piece]
    theirs: list[Piece]
    choices: list[Choice] = field(default_factory=list)
    note: str = ""


def parts_of_the_page(merge: Merge, saves: list[Saved], me: Any) -> list[Part]:
    """Return everything that a person has to decide, in the order of the form."""
    who = " / ".join(others_in(saves, me)) or (gettext("the other window") if saves else gettext("somebody else"))
    return [part_of(conflict, merge, who) for conflict in merge.conflicts]


def others_in(saves: list[Saved], me: Any) -> list[str]:
    """Return the names of whoever else has saved."""
    return [save.who for save in saves if save.who != me.get_username()]


def part_of(conflict: Conflict, merge: Merge, who: str) -> Part:
    mine, theirs = both_in_words(conflict, merge)
    part = Part(KEEP + conflict.key, heading_of(conflict), *side_by_side(mine, theirs))
    if conflict.kind == "file":
        part.note = gettext("Another file was saved here meanwhile. To use yours, save first, then choose it again.")
        return part
    part.choices = [
        Choice(f"{MINE}:{conflict.seen}", gettext("Keep mine")),
        Choice(f"{THEIRS}:{conflict.seen}", gettext("Keep the version of %s") % who),
    ]
    if conflict.can_be_both:
        part.choices.append(Choice(f"{BOTH}:{conflict.seen}", gettext("Keep both, one below the other")))
    return part


def heading_of(conflict: Conflict) -> str:
    """Return what is at stake, as in “Variations: slowly · Title”."""
    if conflict.kind == "order" and conflict.rows:
        return gettext("The order of the %s") % conflict.rows.name
    label = conflict.row.form.fields[conflict.name].label if conflict.row and conflict.name else ""
    names = [capfirst(conflict.rows.name) if conflict.rows else "", name_of_row(conflict.row)]
    return " · ".join(str(name) for name in [*names, capfirst(label)] if name)


def name_of_row(row: Row | None) -> str:
    return str(row.form.instance) if row and row.pk else ""


def both_in_words(conflict: Conflict, merge: Merge) -> tuple[str, str]:
    """Return the version of whoever saves now and that of the others, as a person would read them."""
    removed = gettext("(removed)")
    if conflict.kind == "order" and conflict.rows:
        order = [number.partition(" ")[0] for number in conflict.theirs]
        return in_order(conflict.rows, conflict.mine), in_order(conflict.rows, order)
    if conflict.kind == "removed by me" and conflict.row:
        return removed, all_words(conflict.row)
    if conflict.kind == "removed by them":
        return "\n".join(plain(value) for value in conflict.mine if value), removed
    if conflict.kind == "file" or conflict.row is None:
        return gettext("your file"), gettext("another file")
    form_field = conflict.row.form.fields[conflict.name]
    return in_words(form_field, conflict.mine), in_words(form_field, conflict.theirs)


def in_order(rows: Rows, pks: list[str]) -> str:
    """Return the names of rows, one a line, in the order of their primary keys in `pks`."""
    names = {row.pk: name_of_row(row) for row in rows.rows}
    return "\n".join(f"{place}. {names[pk]}" for place, pk in enumerate(pks, start=1))


def all_words(row: Row) -> str:
    """Return everything that a row says, a line for each field."""
    fields = row.form.fields
    words = {name: in_words(fields[name], values) for name, values in row.values.items() if any(values)}
    return "\n".join(f"{capfirst(fields[name].label)}: {value}" for name, value in words.items())


def in_words(form_field: forms.Field, values: list[str]) -> str:
    """Return what a browser sends for a field as a person would read it."""
    widget = widget_of(form_field)
    if isinstance(widget, forms.CheckboxInput):
        return gettext("yes") if any(values) else gettext("no")
    if isinstance(widget, forms.widgets.ChoiceWidget):
        labels = {str(value): str(label) for value, label in getattr(form_field, "choices", ())}
        return ", ".join(labels.get(value, value) for value in values) or gettext("(nothing)")
    if isinstance(form_field, ProseEditorFormField):
        return plain("".join(values)) or gettext("(nothing)")
    return "\n".join(values).replace("\r\n", "\n") or gettext("(nothing)")


def side_by_side(mine: str, theirs: str) -> tuple[list[Piece], list[Piece]]:
    """Return both texts as pieces; what stands only in one of them is marked there."""
    pieces = list(compared(theirs, mine))
    return [piece for piece in pieces if piece.kind != "removed"], [piece for piece in pieces if piece.kind != "added"]


def names_of_kept(merge: Merge) -> list[str]:
    """Return the names of what only somebody else has changed, each once."""
    names = []
    for row, name in merge.kept:
        label = capfirst(str(row.form.fields[name].label))
        names.append(f"{label} ({name_of_row(row)})" if row.pk else label)
    return list(dict.fromkeys(names))
