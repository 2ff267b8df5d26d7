"""What kinds of rows a deletion takes along, and who may delete them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import models

from texts.models import Deletion


def may_delete(user: Any, record: Deletion) -> bool:
    """Whether somebody may delete, and so bring back, what was deleted with all of it that visitors could see."""
    return may_delete_kinds(user, [kind for row in record.rows if (kind := model_of(row)) is not None])


def may_delete_rows(user: Any, rows: Iterable[models.Model]) -> bool:
    """Whether somebody may delete a row, the first, with those of the others that visitors may see."""
    return may_delete_kinds(user, [type(row) for row in rows])


def may_delete_kinds(user: Any, kinds: list[type[models.Model]]) -> bool:
    needed = [*kinds[:1], *(kind for kind in dict.fromkeys(kinds) if is_public(kind))]
    return all(user.has_perm(permission(kind)) for kind in needed)


def is_public(kind: type[models.Model]) -> bool:
    return any(each.name == "published" for each in kind._meta.fields)


def permission(kind: type[models.Model]) -> str:
    """Return the name of the permission to delete rows of a kind, and so to bring them back."""
    return f"{kind._meta.app_label}.delete_{kind._meta.model_name}"


def model_of(row: dict[str, Any]) -> type[models.Model] | None:
    """Return the model of a serialised row; None when this version of the site has none."""
    try:
        return ContentType.objects.get_by_natural_key(*row["model"].split(".")).model_class()
    except ContentType.DoesNotExist:
        return None


def kinds_of(rows: Iterable[models.Model]) -> list[tuple[str, int]]:
    """Return the kinds of rows that editors know, each with the number of its rows."""
    return counted(type(row) for row in rows)


def kinds_in(record: Deletion) -> list[tuple[str, int]]:
    """Return the kinds of what went with a row, as far as editors know them, each with its number."""
    return counted(kind for row in record.rows[1:] if (kind := model_of(row)) is not None)


def counted(kinds: Iterable[type[models.Model]]) -> list[tuple[str, int]]:
    counts: dict[type[models.Model], int] = {}
    for kind in kinds:
        if not kind._meta.auto_created and not getattr(kind, "is_made_by_workers", False):
            counts[kind] = counts.get(kind, 0) + 1
    return [
        (str(kind._meta.verbose_name if number == 1 else kind._meta.verbose_name_plural), number)
        for kind, number in counts.items()
    ]
