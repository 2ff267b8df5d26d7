"""What a form was opened with, as it travels in the form, and what is saved now.

All values are lists of strings, as a browser sends them, so that one comparison does for every kind of field.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core import signing
from django.forms.models import InlineForeignKeyField
from django.utils import timezone
from django.utils.dateparse import parse_datetime

#: The hidden field with the token.
OPENED = "opened_words"
DELETE = forms.formsets.DELETION_FIELD_NAME

#: Field name -> what a browser sends for it.
Values = dict[str, list[str]]
#: Primary key of a row -> field name -> digest; the text itself is under "".
Digests = dict[str, dict[str, str]]


class OpenedField(forms.CharField):
    """The hidden field with the token; it never counts as changed."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


# Values ------------------------------------------------------------------------------


def is_file(form_field: forms.Field) -> bool:
    return isinstance(form_field, forms.FileField)


def widget_of(form_field: forms.Field) -> forms.Widget:
    """Return the widget of a field without the admin's frame around it."""
    widget: Any = form_field.widget
    return cast(forms.Widget, getattr(widget, "widget", widget))


def merged_fields(form: Any) -> Iterator[str]:
    """Yield the names of the fields that people write, without keys, tokens and what is fixed."""
    for name, form_field in form.fields.items():
        is_key = isinstance(form_field, InlineForeignKeyField) or name == form._meta.model._meta.pk.name
        if not is_key and not form_field.disabled and name not in (DELETE, OPENED):
            yield name


def as_sent(bound: Any) -> list[str]:
    """Return what a browser sends for a field that nobody has touched; of a file, its name."""
    value: Any = bound.value()
    widget: Any = widget_of(bound.field)
    if is_file(bound.field):
        return [str(value)] if value else []
    if isinstance(widget, forms.CheckboxInput):
        return ["on"] if value else []
    formatted = widget.format_value(value)
    if isinstance(formatted, list | tuple):
        return [str(each) for each in formatted]
    return ["" if formatted is None else str(formatted)]


def values_of(form: Any) -> Values:
    """Return what a browser sends for an unbound form that nobody has touched."""
    return {name: as_sent(form[name]) for name in merged_fields(form)}


def plainly(values: list[str]) -> list[str]:
    """Return values without what browsers and forms change by themselves: line ends, outer spaces, order."""
    stripped = (value.replace("\r\n", "\n").strip() for value in values)
    return sorted(value for value in stripped if value)


def digest(values: list[str]) -> str:
    """Return a short digest (12 characters) that is the same for values without a difference that matters."""
    return hashlib.blake2b(json.dumps(plainly(values)).encode(), digest_size=6).hexdigest()


# What is saved now -------------------------------------------------------------------


@dataclass
class Row:
    """A text or one of its parts as it is saved now, with its unbound form."""

    pk: str
    form: Any
    values: Values

    @property
    def digests(self) -> dict[str, str]:
        return {name: digest(values) for name, values in self.values.items()}


def row_of(form: Any, pk: str | None = None) -> Row:
    return Row(str(form.instance.pk) if pk is None else pk, form, values_of(form))


@dataclass
class Rows:
    """The parts of a text that one formset edits."""

    prefix: str
    model: Any
    rows: list[Row]

    @property
    def pk_name(self) -> str:
        return str(self.model._meta.pk.name)

    @property
    def name(self) -> str:
        """Return the name of the kind of rows, as in "sections"."""
        return str(self.model._meta.verbose_name_plural)


def rows_of(formset: Any) -> Rows:
    """Return the rows of an unbound formset."""
    return Rows(formset.prefix, formset.model, [row_of(form) for form in formset.initial_forms])


# The token ---------------------------------------------------------------------------


@dataclass
class Opened:
    """The values with which a form was opened, as digests: formset's prefix -> row -> field; "" is the text itself."""

    name: str  # of the form, so that the token of another says nothing here
    at: Any
    digests: dict[str, Digests]

    def __str__(self) -> str:
        return signing.dumps([self.name, self.at.isoformat(), self.digests], salt=OPENED, compress=True)

    def row(self, prefix: str, pk: str) -> dict[str, str]:
        return self.digests.get(prefix, {}).get(pk, {})


def opened_now(name: str, text: Row, parts: list[Rows]) -> Opened:
    """Return the token's content for a form that shows what is saved now."""
    digests = {"": {"": text.digests}} | {rows.prefix: {row.pk: row.digests for row in rows.rows} for rows in parts}
    return Opened(name, timezone.now(), digests)


def read_token(token: str, name: str) -> Opened:
    """Return what a form was opened with; of a token that cannot be read, nothing: then every difference is asked."""
    try:
        was, at, digests = signing.loads(token, salt=OPENED)
    except (signing.BadSignature, ValueError):
        was = None
    if was != name:
        return Opened(name, timezone.now(), {})
    return Opened(name, parse_datetime(at), digests)
