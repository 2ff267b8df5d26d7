"""Brings a form that was opened some time ago up to date, so that saving it changes only what its writer changed.

Each form carries a signed token: a short digest of every value that it was opened with. When it comes back, each field
has three values: the one it was opened with, the one that was sent, and the one that is saved now. Whoever has not
touched a field keeps what somebody else has saved meanwhile; where both have changed it, a person decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from texts import history
from texts.opened import DELETE, Opened, Row, Rows, digest, is_file, plainly, widget_of

#: Names of the choices between two versions begin with it.
KEEP = "_keep:"
MINE, THEIRS, BOTH = "mine", "theirs", "both"
POSITION = "position"


@dataclass
class Conflict:
    """What two people have changed, each in another way."""

    key: str
    kind: str  # "field", "order", "removed by me", "removed by them", "file"
    row: Row | None
    rows: Rows | None
    name: str = ""
    mine: list[str] = field(default_factory=list)
    theirs: list[str] = field(default_factory=list)

    @property
    def seen(self) -> str:
        """Return the digest of the other's version, so that a choice counts only for the version that was shown."""
        return digest(self.theirs)

    @property
    def can_be_both(self) -> bool:
        if self.kind != "field" or self.row is None:
            return False
        return isinstance(widget_of(self.row.form.fields[self.name]), forms.Textarea)


@dataclass
class Merge:
    """A form that was sent, being brought up to date. `data` and `files` are changed in place."""

    opened: Opened
    data: QueryDict
    files: Any
    conflicts: list[Conflict] = field(default_factory=list)
    kept: list[tuple[Row, str]] = field(default_factory=list)  # what somebody else has changed, and only they

    def merge(self, text: Row, parts: list[Rows]) -> None:
        """Merge the text and its parts; afterwards `conflicts` says what a person has to decide."""
        self.merge_row(text, "", self.opened.row("", ""))
        for rows in parts:
            if f"{rows.prefix}-{forms.formsets.TOTAL_FORM_COUNT}" in self.data:
                FormsetMerge(self, rows).merge()

    def choice(self, conflict: Conflict) -> str | None:
        """Return what was chosen, None when nobody has, or when the other's version has changed since."""
        chosen, _, seen = self.data.get(KEEP + conflict.key, "").partition(":")
        if seen == conflict.seen and chosen in (MINE, THEIRS, BOTH):
            return chosen
        self.conflicts.append(conflict)
        return None

    def merge_row(self, row: Row, start: str, base: Mapping[str, str], rows: Rows | None = None) -> None:
        """Merge the fields of one row; the names of its fields begin with `start` in the data."""
        for name, theirs in row.values.items():
            if rows is not None and name == POSITION:
                continue  # the order is decided as a whole
            self.merge_field(row, name, start + name, base, rows, theirs)

    def merge_field(
        self, row: Row, name: str, sent_as: str, base: Mapping[str, str], rows: Rows | None, theirs: list[str]
    ) -> None:
        key = f"{rows.prefix}:{row.pk}:{name}" if rows else name
        if is_file(row.form.fields[name]):
            brings = sent_as in self.files or f"{sent_as}-clear" in self.data
            if brings and digest(theirs) != base.get(name):
                self.conflicts.append(Conflict(key, "file", row, rows, name, [], theirs))
            return
        mine = self.data.getlist(sent_as)
        if plainly(mine) == plainly(theirs):
            return
        if digest(mine) == base.get(name):
            self.data.setlist(sent_as, theirs)
            self.kept.append((row, name))
        elif digest(theirs) != base.get(name):
            self.decide(Conflict(key, "field", row, rows, name, mine, theirs), sent_as)

    def decide(self, conflict: Conflict, sent_as: str) -> None:
        """Apply what was chosen for a field."""
        chosen = self.choice(conflict)
        if chosen == THEIRS:
            self.data.setlist(sent_as, conflict.theirs)
        elif chosen == BOTH and conflict.can_be_both:
            self.data.setlist(sent_as, ["\n".join([*conflict.theirs, *conflict.mine])])


class FormsetMerge:
    """The merging of one formset: rows that were added, changed, removed or moved by somebody else."""

    def __init__(self, merge: Merge, rows: Rows) -> None:
        self.merge_of_all, self.rows = merge, rows
        self.data, self.prefix = merge.data, rows.prefix
        total = self.data.get(f"{self.prefix}-{forms.formsets.TOTAL_FORM_COUNT}", "0")
        self.total = min(int(total), 1000) if total.isascii() and total.isdigit() else 0
        self.places: dict[str, int] = {}  # primary key -> number of the form that was sent
        self.new: list[int] = []
        for number in range(self.total):
            pk = self.data.get(f"{self.start(number)}{rows.pk_name}", "")
            if pk:
                self.places[pk] = number
            else:
                self.new.append(number)

    def start(self, number: int) -> str:
        return f"{self.prefix}-{number}-"

    def merge(self) -> None:
        """Merge every row, and number the forms anew: saved rows first, as Django wants them."""
        self.decide_order()
        for row in self.rows.rows:
            if row.pk in self.places:
                self.merge_saved_row(row, self.places[row.pk])
        there = {row.pk for row in self.rows.rows}
        again = [number for pk, number in self.places.items() if pk not in there and self.is_wanted_again(pk, number)]
        self.renumber([*again, *self.new])

    def base(self, pk: str) -> dict[str, str]:
        return self.merge_of_all.opened.row(self.prefix, pk)

    def merge_saved_row(self, row: Row, number: int) -> None:
        base = self.base(row.pk)
        if f"{self.start(number)}{DELETE}" not in self.data:
            self.merge_of_all.merge_row(row, self.start(number), base, self.rows)
            return
        if all(name == POSITION or now == base.get(name) for name, now in row.digests.items()):
            return
        theirs = [f"{name}: {' '.join(values)}" for name, values in row.values.items()]
        conflict = Conflict(f"{self.prefix}:{row.pk}", "removed by me", row, self.rows, "", [], theirs)
        if self.merge_of_all.choice(conflict) == THEIRS:
            del self.data[f"{self.start(number)}{DELETE}"]
            for name, values in row.values.items():
                self.data.setlist(self.start(number) + name, values)

    def is_wanted_again(self, pk: str, number: int) -> bool:
        """Whether a row that somebody else has removed is to be added again, because its words were changed here."""
        start, base = self.start(number), self.base(pk)
        changed = [name for name, was in base.items() if digest(self.data.getlist(start + name)) != was]
        if f"{start}{DELETE}" in self.data or (base and not changed):
            return False
        mine = [value for name in base for value in self.data.getlist(start + name)]
        conflict = Conflict(f"{self.prefix}:{pk}", "removed by them", None, self.rows, "", mine)
        if self.merge_of_all.choice(conflict) != MINE:
            return False
        del self.data[f"{start}{self.rows.pk_name}"]
        for name, value in history.last_content(self.rows.model, pk).items():
            if isinstance(value, str) and value:  # such as a key that the form of a saved row does not send
                self.data.setdefault(start + name, value)
        return True

    def decide_order(self) -> None:
        """Take over the others' order, keep this one's, or have a person decide when both have moved rows."""
        rows = [row for row in self.rows.rows if POSITION in row.values and row.pk in self.places]
        sent = {row.pk: self.data.getlist(f"{self.start(self.places[row.pk])}{POSITION}") for row in rows}
        moved_here = any(digest(sent[row.pk]) != self.base(row.pk).get(POSITION) for row in rows)
        moved_there = [row for row in rows if digest(row.values[POSITION]) != self.base(row.pk).get(POSITION)]
        if all(plainly(sent[row.pk]) == plainly(row.values[POSITION]) for row in rows):
            return
        chosen: str | None = MINE if moved_here else THEIRS
        if moved_here and moved_there:
            mine = [row.pk for row in sorted(rows, key=lambda row: place_in(sent[row.pk]))]
            theirs = [row.pk for row in sorted(rows, key=lambda row: place_in(row.values[POSITION]))]
            numbers = [f"{pk} {place}" for place, pk in enumerate(theirs)]
            chosen = self.merge_of_all.choice(
                Conflict(f"{self.prefix}:{POSITION}", "order", None, self.rows, POSITION, mine, numbers)
            )
        elif moved_there:
            self.merge_of_all.kept.append((moved_there[0], POSITION))
        if chosen == THEIRS:
            for row in rows:
                self.data.setlist(f"{self.start(self.places[row.pk])}{POSITION}", row.values[POSITION])

    def renumber(self, new: list[int]) -> None:
        """Write the forms with new numbers: every saved row, those added by others too, then the `new` ones."""
        sent = {number: taken(self.data, self.start(number)) for number in range(self.total)}
        files = {number: taken(self.merge_of_all.files, self.start(number)) for number in range(self.total)}
        order: list[int | Row] = [self.places.get(row.pk, row) for row in self.rows.rows]
        for number, source in enumerate([*order, *new]):
            start = self.start(number)
            if isinstance(source, Row):
                self.data[start + self.rows.pk_name] = source.pk
                named = {name: v for name, v in source.values.items() if not is_file(source.form.fields[name])}
                put(self.data, start, named)
            else:
                put(self.data, start, sent[source])
                put(self.merge_of_all.files, start, files[source])
        self.data[f"{self.prefix}-{forms.formsets.TOTAL_FORM_COUNT}"] = str(len(order) + len(new))
        self.data[f"{self.prefix}-{forms.formsets.INITIAL_FORM_COUNT}"] = str(len(order))


def place_in(values: list[str]) -> int:
    """Return the number in a position field; what is no number comes last, and the form says so."""
    return int(values[0]) if values and values[0].isascii() and values[0].isdigit() else 10**6


def taken(data: Any, start: str) -> dict[str, list[Any]]:
    """Take the fields whose names begin with `start` out of `data`, and return them without it."""
    names = [name for name in data if name.startswith(start)]
    return {name.removeprefix(start): data.pop(name) for name in names}


def put(data: Any, start: str, fields: Mapping[str, list[Any]]) -> None:
    for name, values in fields.items():
        data.setlist(start + name, values)
