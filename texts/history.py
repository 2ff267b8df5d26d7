"""Versions of texts: record them, list them with their differences, restore them.

Versions are written where a row is saved (the workshop's forms and actions, `load_programme`), never by a signal, so
that each of them has an author.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, OuterRef, Subquery
from django.utils.text import capfirst
from django.utils.translation import gettext

from texts.differences import Difference, differences, names_in
from texts.models import Deletion, Version

#: Restoring an existing text changes its words only: these fields keep their values.
NOT_RESTORED = ("published", "position", "slug", "key", "number")


# Recording ---------------------------------------------------------------------------


def content_of(row: models.Model) -> dict[str, Any]:
    """Return the editable fields of `row` as JSON would give them back: relations as primary keys, no files."""
    content: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.editable and not field.primary_key and not isinstance(field, models.FileField):
            content[field.name] = getattr(row, field.attname)
    for many_to_many in row._meta.many_to_many:
        content[many_to_many.name] = sorted(getattr(row, many_to_many.name).values_list("pk", flat=True))
    decoded: dict[str, Any] = json.loads(json.dumps(content, cls=DjangoJSONEncoder))
    return decoded


def remember(row: models.Model) -> None:
    """Record the row as the database has it, unless it has versions already. Call it before a change is saved."""
    if row.pk is None or Version.objects.of(row).exists():
        return
    unchanged = type(row)._default_manager.filter(pk=row.pk).first()
    if unchanged is not None:
        _create_version(unchanged, content_of(unchanged), Version.Kind.FIRST, None)


def record(row: models.Model, user: Any = None, kind: str = Version.Kind.SAVED) -> None:
    """Record the row after a change, if any field differs from its last version. No `user` means the programme."""
    content = content_of(row)
    last = Version.objects.of(row).newest_first().first()
    if last is None or last.kind == Version.Kind.DELETED or last.content != content:
        _create_version(row, content, kind, user)


def record_deletion(row: models.Model, user: Any, parts: Sequence[str] = ()) -> None:
    """Record the last content of a text and of its `parts` (related names). Call it before they are deleted."""
    version = _create_version(row, content_of(row), Version.Kind.DELETED, user)
    for name in parts:
        for part in getattr(row, name).all():
            _create_version(part, content_of(part), Version.Kind.DELETED, user, deleted_with=version)


def _create_version(row: models.Model, content: dict[str, Any], kind: str, user: Any, **fields: Any) -> Version:
    return Version.objects.create(
        content_type=ContentType.objects.get_for_model(row),
        object_id=row.pk,
        kind=kind,
        name=str(row)[:200],
        content=content,
        user=user,
        by=user.get_username() if user else "",
        **fields,
    )


# Listing -----------------------------------------------------------------------------


def versions_of(row: models.Model, parts: Sequence[str] = ()) -> models.QuerySet[Version]:
    """Return the versions of a text and of its parts (related names), of deleted parts too, the newest first."""
    versions = Version.objects.of(row)
    for name in parts:
        relation = row._meta.get_field(name)
        part_type = ContentType.objects.get_for_model(relation.related_model)  # type: ignore[arg-type]
        belongs = {f"content__{relation.remote_field.name}": row.pk}  # type: ignore[union-attr]
        versions = versions | Version.objects.filter(content_type=part_type, **belongs)
    same_row = Version.objects.filter(content_type=OuterRef("content_type"), object_id=OuterRef("object_id"))
    previous = same_row.filter(pk__lt=OuterRef("pk")).newest_first().values("pk")[:1]
    newer = same_row.filter(pk__gt=OuterRef("pk"))
    return versions.annotate(previous=Subquery(previous), is_newest=~Exists(newer)).newest_first()


def last_content(model: type[models.Model], pk: str) -> dict[str, Any]:
    """Return the last content that was written down of a row, of a deleted one too; nothing without a version."""
    if not (pk.isascii() and pk.isdigit()):  # a form can send anything
        return {}
    version = Version.objects.of_model(model).filter(object_id=pk).newest_first().first()
    return version.content if version else {}


@dataclass(frozen=True)
class Entry:
    """One version as the workshop shows it."""

    version: Version
    is_whole: bool  # everything the text said; otherwise what changed since the version before
    differences: list[Difference]
    can_be_restored: bool

    @property
    def kind(self) -> str:
        """Return the kind of text, as in "Section"."""
        return capfirst(str(self.version.model._meta.verbose_name))


def entries(versions: Iterable[Any]) -> list[Entry]:
    """Return the entries of a text's history, from rows of `versions_of`, each with its changes."""
    versions = list(versions)
    previous = Version.objects.in_bulk([version.previous for version in versions if version.previous])
    names = names_in([*versions, *previous.values()])
    return [
        Entry(
            version,
            version.previous is None,
            differences(version, previous.get(version.previous), names),
            version.kind == Version.Kind.DELETED or not version.is_newest,
        )
        for version in versions
    ]


# Restoring ---------------------------------------------------------------------------


def restore(version: Version, user: Any) -> models.Model:
    """Give a row the content of `version` and return it; a deleted row is created again, as a draft.

    Raises:
        ValidationError: when that breaks a rule of today, or belongs to something that is gone.
    """
    row = version.model._default_manager.filter(pk=version.object_id).first()
    was_deleted = row is None
    if row is None:
        row = version.model(pk=version.object_id)
    else:
        remember(row)
    many_to_many = {}
    for field, value in version.fields():
        if field.name in NOT_RESTORED and not was_deleted:
            continue
        if field.many_to_many:
            many_to_many[field.name] = value
        else:
            setattr(row, field.attname, value if field.is_relation else field.to_python(value))
    if was_deleted:
        _prepare_to_return(row)
    row.full_clean()
    row.save(force_insert=was_deleted)
    Deletion.objects.of_row(version.model, row.pk).delete()  # it cannot come back twice
    for name, pks in many_to_many.items():
        related = getattr(row, name)
        related.set(related.model._default_manager.filter(pk__in=pks))
    record(row, user, Version.Kind.RESTORED)
    return row


def _prepare_to_return(row: models.Model) -> None:
    """Make a draft of a row that was deleted; refuse it while a row it belongs to is gone."""
    if hasattr(row, "published"):
        row.published = False
    foreign_keys: list[Any] = [field for field in row._meta.concrete_fields if field.is_relation]
    for field in foreign_keys:
        pk, model = getattr(row, field.attname), field.related_model
        if pk and not model._default_manager.filter(pk=pk).exists():
            last = Version.objects.of_model(model).filter(object_id=pk).newest_first().first()
            message = gettext("It belongs to “%(name)s” (%(kind)s), which was deleted: bring that back first.")
            raise ValidationError(message % {"name": last or pk, "kind": model._meta.verbose_name})
