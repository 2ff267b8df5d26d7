"""Deleting is withdrawing first: rows leave their tables at once, wait in `Deletion` for 30 days, and come back as they
were, with their primary keys, places, relations and files.

Who deletes for good has to remove files and traces of other rooms, too: see `clips.purging`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import NestedObjects
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import IntegrityError, connection, models, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext

from texts import freshness, history
from texts.deleted_kinds import model_of
from texts.models import Deletion, Version

#: How many names a sentence tells.
MOST_NAMED = 3

Rows = list[models.Model]
#: The label of a model, in small letters, and a primary key.
Key = tuple[str, Any]


class NotDeletedError(Exception):
    """A row cannot be deleted; the message says why, in words for an editor."""


class InTheWayError(Exception):
    """A deleted row cannot come back; the message says why, and `gone` what could come back before it."""

    def __init__(self, message: str, gone: Sequence[Deletion] = ()) -> None:
        super().__init__(message)
        self.gone = list(gone)


# Deleting ----------------------------------------------------------------------------


def throw_away(row: models.Model, user: Any, rows: Rows | None = None) -> Deletion:
    """Delete `row` with all that belongs to it, and return the record from which it can be brought back.

    `rows` is what `rows_with(row)` has returned in this transaction, when somebody has asked already.

    Raises:
        NotDeletedError: when it has to stay, or other rows need it.
    """
    with transaction.atomic():
        rows = rows or rows_with(row)
        record = Deletion.objects.create(
            content_type=ContentType.objects.get_for_model(row),
            object_id=row.pk,
            name=getattr(row, "full_name", str(row))[:200],
            rows=[serialised(each) for each in rows],
            file_names=sorted(file_names_of(rows)),
            user=user,
            by=user.get_username() if user else "",
        )
        overwrite_what_is_deleted()
        rows[0].delete()
        freshness.touch()
    return record


def rows_with(row: models.Model) -> Rows:
    """Return `row` and all that its deletion takes along, as the database has them now; call it in a transaction.

    Raises:
        NotDeletedError: when it has to stay, or other rows need it.
    """
    if reason := getattr(row, "kept_because", ""):
        raise NotDeletedError(reason)
    own = type(row)._base_manager.select_for_update().filter(pk=row.pk).first()  # nothing new can refer to it now
    if own is None:
        raise NotDeletedError(gettext("“%s” has been deleted already.") % row)
    found = NestedObjects(using=connection.alias, origin=own)
    found.collect([own])
    if found.protected:
        raise NotDeletedError(still_needed(own, found.protected))
    rows: Rows = [own]
    for model, instances in found.data.items():
        pks = [instance.pk for instance in instances if instance != own]
        rows += model._base_manager.select_for_update().filter(pk__in=pks).order_by("pk")
    return rows


def still_needed(row: models.Model, needed_by: Iterable[models.Model]) -> str:
    """Return the sentence that says which rows a row still holds."""
    names = sorted(f"“{each}”" for each in needed_by)
    more = len(names) - MOST_NAMED
    if more > 0:
        names = [*names[:MOST_NAMED], gettext("%d more") % more]
    return gettext("“%(name)s” stays, because these belong to it: %(rows)s. Delete or move them first.") % {
        "name": row,
        "rows": get_text_list(names, gettext("and")),
    }


def serialised(row: models.Model) -> dict[str, Any]:
    """Return a row as `rows` of a `Deletion` keeps it; its many-to-many relations are rows of their own there."""
    (kept,) = serializers.serialize("python", [row])
    for relation in row._meta.many_to_many:
        kept["fields"].pop(relation.name, None)
    for name, value in kept["fields"].items():
        if isinstance(value, datetime):  # Django's JSON would cut the microseconds off
            kept["fields"][name] = value.isoformat()
    result: dict[str, Any] = kept
    return result


def file_names_of(rows: Rows) -> set[str]:
    """Return the names of all files that the rows have."""
    return {
        getattr(row, each.attname).name
        for row in rows
        for each in row._meta.concrete_fields
        if isinstance(each, models.FileField) and getattr(row, each.attname)
    }


def overwrite_what_is_deleted() -> None:
    """Have SQLite write zeros over what this connection deletes, as some builds do not by themselves."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


# Bringing back -----------------------------------------------------------------------


@dataclass
class Return:
    """A row that is back, and the names of what it is without, because that was deleted, too."""

    row: models.Model
    without: list[str] = field(default_factory=list)


def bring_back(record: Deletion, user: Any, *, with_others: bool = False) -> Return:
    """Put all rows of `record` back as they were; `with_others`: and first the deleted rows they belong to.

    Raises:
        InTheWayError: when something they need is gone, or another row has their address. Nothing has changed then.
    """
    with transaction.atomic():
        require_record(record)
        rows = deserialised(record)
        if with_others:
            for other in gone_parents(rows):
                bring_back(other, user, with_others=True)
        if exists(type(rows[0]), rows[0].pk, []):
            raise InTheWayError(gettext("It is back already."))
        rows, without = fitted(rows)
        require_parents(rows)
        require_free_addresses(rows)
        try:
            with transaction.atomic():
                for row in rows:
                    row.save_base(raw=True, force_insert=True)
        except IntegrityError as error:
            raise InTheWayError(gettext("It does not fit to what is on the site by now.")) from error
        for row in rows:
            record_return(row, user)
        record.delete()
        freshness.touch()
    return Return(rows[0], without)


def require_record(record: Deletion) -> None:
    """Lock a record, so that it is brought back or removed for good, and never both at the same moment.

    Raises:
        InTheWayError: when either has happened already.
    """
    if not locked([record]):
        raise InTheWayError(gettext("It is back already, or gone for good."))


def locked(records: Iterable[Deletion]) -> list[Deletion]:
    """Lock records until the end of the transaction, and return those that are still there."""
    pks = [record.pk for record in records]
    return list(Deletion.objects.select_for_update().filter(pk__in=pks).order_by("pk"))


def deserialised(record: Deletion) -> Rows:
    """Return the rows of a record, unsaved; what the site no longer has a model or field for is left out.

    Raises:
        InTheWayError: when nothing is left of it.
    """
    rows = [each.object for each in serializers.deserialize("python", record.rows, ignorenonexistent=True)]
    if not rows or type(rows[0]) is not record.model:
        raise InTheWayError(gettext("This version of the site no longer has what it was."))
    return rows


def foreign_keys(row: models.Model) -> list[Any]:
    return [each for each in row._meta.concrete_fields if each.is_relation and getattr(row, each.attname) is not None]


def exists(model: type[models.Model], pk: Any, rows: Rows) -> bool:
    """Return whether a row is in the database or among `rows`."""
    return any(type(row) is model and row.pk == pk for row in rows) or model._base_manager.filter(pk=pk).exists()


def missing(row: models.Model, rows: Rows) -> list[Any]:
    """Return the foreign keys of `row` to rows that are gone."""
    return [key for key in foreign_keys(row) if not exists(key.related_model, getattr(row, key.attname), rows)]


def fitted(rows: Rows) -> tuple[Rows, list[str]]:
    """Return the rows that can come back, without relations to what is gone, and the names of that."""
    kept, without = [], []
    for row in rows:
        gone = missing(row, rows)
        if gone and row._meta.auto_created:  # a row of a many-to-many relation
            without += [name_of(key.related_model, getattr(row, key.attname)) for key in gone]
            continue
        for key in gone:
            if key.remote_field.on_delete is models.SET_NULL:
                setattr(row, key.attname, None)
        kept.append(row)
    return kept, without


def name_of(model: type[models.Model], pk: Any) -> str:
    """Return what a row that is gone was called."""
    record = Deletion.objects.of_row(model, pk).first()
    last = record or Version.objects.of_model(model).filter(object_id=pk).newest_first().first()
    return f"“{last}”" if last else str(model._meta.verbose_name)


def cannot_be_without(row: models.Model, key: Any) -> bool:
    """Whether `row` cannot come back while the row of this foreign key is gone."""
    return not row._meta.auto_created and key.remote_field.on_delete is not models.SET_NULL


def gone_with(record: Deletion) -> list[Deletion]:
    """Return the records that have to come back before `record`, and those before them."""
    found = list[Deletion]()
    waiting = [record]
    while waiting:
        more = [each for each in gone_parents(deserialised(waiting.pop())) if each not in found]
        found += more
        waiting += more
    return found


def gone_parents(rows: Rows) -> list[Deletion]:
    """Return the records of the deleted rows that `rows` cannot be without."""
    records = {}
    for row in rows:
        for key in missing(row, rows):
            if cannot_be_without(row, key):
                for record in Deletion.objects.of_row(key.related_model, getattr(row, key.attname)):
                    records[record.pk] = record
    return list(records.values())


def require_parents(rows: Rows) -> None:
    """Refuse rows that belong to something that is gone.

    Raises:
        InTheWayError: then, with the records of what can come back before them.
    """
    for row in rows:
        for key in missing(row, rows):
            pk, kind = getattr(row, key.attname), key.related_model._meta.verbose_name
            gone = gone_parents(rows)
            words = {"name": name_of(key.related_model, pk), "kind": kind}
            if gone:
                message = gettext("It belongs to the %(kind)s %(name)s, which was deleted, too.") % words
            else:
                message = gettext("It belongs to the %(kind)s %(name)s, which was deleted for good.") % words
            raise InTheWayError(message, gone)


def require_free_addresses(rows: Rows) -> None:
    """Refuse rows whose address, or whatever else is there once only, belongs to another row by now.

    Raises:
        InTheWayError: then.
    """
    for row in rows:
        for names in unique_fields(row):
            values = {name: getattr(row, row._meta.get_field(name).attname) for name in names}  # type: ignore[union-attr]
            other = None if None in values.values() else type(row)._base_manager.filter(**values).first()
            if other is not None:
                label = row._meta.get_field(names[-1]).verbose_name  # type: ignore[union-attr]
                message = gettext("“%(other)s” has its %(label)s (%(value)s) now. Delete that one first.")
                raise InTheWayError(message % {"other": other, "label": label, "value": values[names[-1]]})


def unique_fields(row: models.Model) -> list[tuple[str, ...]]:
    """Return the names of fields that no two rows may share."""
    single: list[tuple[str, ...]] = [(each.name,) for each in row._meta.concrete_fields if each.unique]
    several = [tuple(each.fields) for each in row._meta.total_unique_constraints]
    return single + several + [tuple(names) for names in row._meta.unique_together]


def record_return(row: models.Model, user: Any) -> None:
    """Write into the history of a text that it is back, when its deletion is the last that is written there."""
    last = Version.objects.of(row).newest_first().first()
    if last is not None and last.kind == Version.Kind.DELETED:
        history.record(row, user, Version.Kind.RESTORED)


# For good ----------------------------------------------------------------------------


def belonging_to(record: Deletion) -> list[Deletion]:
    """Return the records of what was deleted before and cannot come back without `record`, or without one of them."""
    needs = {other: needed_by(other) for other in Deletion.objects.exclude(pk=record.pk)}
    gone, found = rows_in(record), list[Deletion]()
    while more := [other for other, needed in needs.items() if other not in found and needed & gone]:
        found += more
        gone = gone.union(*map(rows_in, more))
    return found


def rows_in(record: Deletion) -> set[Key]:
    return {(row["model"], row["pk"]) for row in record.rows}


def needed_by(record: Deletion) -> set[Key]:
    """Return the rows outside a record that its own cannot be without."""
    rows = [each.object for each in serializers.deserialize("python", record.rows, ignorenonexistent=True)]
    keys = [(row, key) for row in rows for key in foreign_keys(row) if cannot_be_without(row, key)]
    return {(key.related_model._meta.label_lower, getattr(row, key.attname)) for row, key in keys} - rows_in(record)


def forget(record: Deletion) -> None:
    """Remove the rows of `record` for good: their versions, what the log says about them, and the record itself."""
    overwrite_what_is_deleted()
    for row in record.rows:
        model = model_of(row)
        if model is None or model._base_manager.filter(pk=row["pk"]).exists():
            continue
        kind = ContentType.objects.get_for_model(model)
        Version.objects.filter(content_type=kind, object_id=row["pk"]).delete()
        LogEntry.objects.filter(content_type=kind, object_id=str(row["pk"])).delete()
    record.delete()
