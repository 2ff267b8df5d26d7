"""Loads the programme's texts into the database without ever undoing an editor's change.

For each field of each text a fingerprint of the loaded value is kept (`LoadedText`). A field that still has its
fingerprint follows the programme; any other belongs to the editor who changed it. A text that was loaded and is gone
was deleted by an editor, and stays deleted.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models

from programme.files import ProgrammeError, Text
from programme.models import LoadedText
from texts import history
from texts.prose import ProseField


@dataclass
class Outcome:
    """What happened to one text."""

    address: str
    done: str = "unchanged"  # or "added", "updated", "deleted", "left out"
    changed: list[str] = field(default_factory=list)  # the fields that were brought up to date
    kept: list[str] = field(default_factory=list)  # the fields in which an editor's text stays


def load(texts: Iterable[Text], restore: Iterable[str] = ()) -> list[Outcome]:
    """Load `texts` and return what happened to each; call it inside a transaction.

    Those in `restore` (addresses) are made as their files say, even when an editor changed or deleted them.

    Raises:
        ProgrammeError: when a text breaks a rule of its model. Nothing must be committed then.
    """
    loader = _Loader(set(restore))
    outcomes = [loader.load(text) for text in texts]
    if loader.errors:
        raise ProgrammeError("\n".join(loader.errors))
    return outcomes


class Named(Protocol):
    """What can be restored by name: a text or a drawn clip."""

    @property
    def slug(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def owner(self) -> tuple[str, str] | None: ...


def find(items: Sequence[Named], name: str) -> list[str]:
    """Return the addresses of the item called `name` (an address, a slug, or its last part) and of all its parts.

    Raises:
        ProgrammeError: when no item has that name, or several have.
    """
    by_address = [item for item in items if name == item.address]
    by_slug = [item for item in items if name == item.slug]
    matches = by_address or by_slug or [item for item in items if item.slug.rpartition("/")[2] == name]
    if not matches:
        raise ProgrammeError(f"The programme has no text “{name}”.")
    if len(matches) > 1:
        names = ", ".join(item.address for item in matches)
        raise ProgrammeError(f"Several texts are called “{name}”. Say which: {names}.")
    address = matches[0].address
    return [address, *(item.address for item in items if item.owner and item.owner[1] == address)]


def error_lines(source: str, error: ValidationError) -> list[str]:
    """Return a line for each message of `error`: source, field and message."""
    return [
        f"{source}: {'' if name == '__all__' else f'{name}: '}{message}"
        for name, messages in error.message_dict.items()
        for message in messages
    ]


class _Loader:
    """Makes or updates the row of each text, in the order of the files, and collects the errors."""

    def __init__(self, restore: set[str]) -> None:
        self.restore = restore
        self.errors: list[str] = []
        self.rows: dict[str, models.Model | None] = {}  # by address; None: deleted, or not loaded for an error
        self.records = {f"{record.kind}/{record.slug}": record for record in LoadedText.objects.exclude(kind="clip")}

    def load(self, text: Text) -> Outcome:
        """Bring one text up to date, or note why its file cannot be loaded."""
        outcome = Outcome(text.address)
        self.rows[text.address] = None
        try:
            self._load(text, outcome)
        except ValidationError as error:
            self.errors += error_lines(text.source, error)
        except (TypeError, ValueError) as error:  # a key of the wrong type, which fits no query
            self.errors.append(f"{text.source}: {error}")
        return outcome

    def _load(self, text: Text, outcome: Outcome) -> None:
        record = self.records.get(text.address)
        row = text.kind.model._default_manager.filter(**text.key).first()
        links = self._links(text)
        if row is None:
            if record and text.address not in self.restore:
                outcome.done = "deleted"
                return
            row = self._new_row(text, links)
            if row is None:
                outcome.done = "left out"
                return
            outcome.done = "added"
        elif self._update(text, row, record, links, outcome):
            outcome.done = "updated"
        if outcome.done in ("added", "updated"):
            history.record(row)
        self.rows[text.address] = row
        self._remember(text, row, record, links, outcome)

    def _links(self, text: Text) -> dict[str, Any]:
        """Return the primary keys of the rows that `text` points at, by field; rows an editor deleted are left out."""
        wrong = {
            name: f"There is no {address}."
            for name, addresses in [
                *((name, [address]) for name, address in text.foreign_keys.items()),
                *text.many_to_many.items(),
            ]
            for address in addresses
            if address not in self.rows
        }
        if wrong:
            raise ValidationError(wrong)
        links: dict[str, Any] = {}
        for name, address in text.foreign_keys.items():
            if row := self.rows[address]:
                links[name] = row.pk
        for name, addresses in text.many_to_many.items():
            links[name] = sorted(row.pk for address in addresses if (row := self.rows[address]))
        return links

    def _new_row(self, text: Text, links: dict[str, Any]) -> models.Model | None:
        """Return the new row of `text`, or None when the text it belongs to is gone."""
        row = text.kind.model(**text.kind.initial, **text.values)
        for name, value in text.key.items():
            if "__" not in name:
                setattr(row, name, value)
        if text.owner:
            name, address = text.owner
            if self.rows.get(address) is None:
                return None
            setattr(row, name, self.rows[address])
        for name in text.foreign_keys:
            if name not in links:
                return None
            setattr(row, f"{name}_id", links[name])
        row.full_clean()
        row.save()
        for name in text.many_to_many:
            getattr(row, name).set(links[name])
        return row

    def _update(
        self,
        text: Text,
        row: models.Model,
        record: LoadedText | None,
        links: dict[str, Any],
        outcome: Outcome,
    ) -> bool:
        """Bring the fields up to date that no editor changed; return whether there were any."""
        changes = self._changes(text, row, record, links, outcome)
        if not changes:
            return False
        outcome.changed += changes
        for name in changes.keys() - text.many_to_many.keys():
            setattr(row, f"{name}_id" if name in text.foreign_keys else name, changes[name])
        # Other fields were checked when an editor saved them; they must not stop the rest from loading.
        row.full_clean(exclude={field.name for field in row._meta.concrete_fields} - changes.keys())
        history.remember(row)
        row.save()
        for name in changes.keys() & text.many_to_many.keys():
            getattr(row, name).set(changes[name])
        return True

    def _changes(
        self,
        text: Text,
        row: models.Model,
        record: LoadedText | None,
        links: dict[str, Any],
        outcome: Outcome,
    ) -> dict[str, Any]:
        """Return the new values of the fields to change; those an editor changed are noted as kept in `outcome`."""
        fingerprints = record.fingerprints if record else {}
        changes = {}
        for name, value in (text.values | links).items():
            current = value_of(row, name)
            if canonical(row, name, current) == canonical(row, name, value):
                continue
            untouched = fingerprints.get(name) == fingerprint(row, name, current)
            new_field = record is not None and name not in fingerprints and is_default(row, name, current)
            if untouched or new_field or text.address in self.restore:
                changes[name] = value
            else:
                outcome.kept.append(name)
        return changes

    def _remember(
        self,
        text: Text,
        row: models.Model,
        record: LoadedText | None,
        links: dict[str, Any],
        outcome: Outcome,
    ) -> None:
        """Save the fingerprints of the fields that hold the programme's text."""
        record = record or LoadedText(kind=text.kind.name, slug=text.slug)
        fingerprints = dict(record.fingerprints)
        for name, value in (text.values | links).items():
            if name not in outcome.kept:
                fingerprints[name] = fingerprint(row, name, value)
        if record._state.adding or fingerprints != record.fingerprints:
            record.fingerprints = fingerprints
            record.save()


def value_of(row: models.Model, name: str) -> Any:
    """Return the value of a field for comparison: a relation as primary keys."""
    target = row._meta.get_field(name)
    if target.many_to_many:
        return sorted(getattr(row, name).values_list("pk", flat=True))
    return getattr(row, f"{name}_id" if target.is_relation else name)


def is_default(row: models.Model, name: str, value: Any) -> bool:
    """Return whether `value` is what the field has before anybody sets it."""
    target = row._meta.get_field(name)
    return not value if target.many_to_many else value == target.get_default()  # type: ignore[union-attr]


def fingerprint(row: models.Model, name: str, value: Any) -> str:
    """Return the SHA-256 of `value` in the canonical form of the field `name`."""
    return hashlib.sha256(json.dumps(canonical(row, name, value), default=str).encode()).hexdigest()


def canonical(row: models.Model, name: str, value: Any) -> Any:
    """Return `value` without the differences that saving a form makes by itself.

    A textarea sends other line ends; the editor of a `ProseField` puts paragraphs into list items, drops the white
    space between elements and adds attributes to links.
    """
    if not isinstance(value, str):
        return value
    value = "\n".join(line.rstrip() for line in value.strip().splitlines())
    if isinstance(row._meta.get_field(name), ProseField):
        value = re.sub(r"\s+", " ", value)
        value = re.sub(r" ?(</?(?:p|ul|ol|li)\b[^>]*>) ?", r"\1", value)
        value = value.replace("<li><p>", "<li>").replace("</p></li>", "</li>").replace("</p><ul>", "<ul>")
        value = re.sub(r' (?:rel|target|class|start)="[^"]*"', "", value)
        value = value.replace("&nbsp;", " ").replace("\xa0", " ").replace("<br/>", "<br>")
    return value
