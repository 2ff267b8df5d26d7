"""Publishing and withdrawing texts and clips: one rule for the workshop's lists and for *Upload clips*."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from texts import freshness, history
from texts.models import ReviewedText


@dataclass
class Outcome:
    """The rows that were published or withdrawn, and the others, each with the reason."""

    changed: list[Any] = field(default_factory=list)
    problems: list[tuple[Any, str]] = field(default_factory=list)


def set_published(rows: Iterable[Any], *, published: bool, user: Any) -> Outcome:
    """Publish or withdraw each of `rows` in a transaction of its own; return which, and why others were refused.

    Every change is written into the log of the workshop, and that of a text into its history.
    """
    outcome = Outcome()
    for row in rows:
        before, row.published = row.published, published
        try:
            row.full_clean()
        except ValidationError as error:
            row.published = before
            outcome.problems.append((row, " ".join(error.messages)))
            continue
        with transaction.atomic():
            if isinstance(row, ReviewedText):
                history.remember(row)
            row.save(update_fields=["published"])
            if isinstance(row, ReviewedText):
                history.record(row, user)
            log(user, row, _("Published.") if published else _("Withdrawn."))
            freshness.touch()
        outcome.changed.append(row)
    return outcome


def log(user: Any, row: models.Model, message: str, *, added: bool = False) -> None:
    """Write what `user` did to `row` into the admin's log, which *Recent actions* and the row's history show."""
    LogEntry.objects.log_actions(user.pk, [row], ADDITION if added else CHANGE, message, single_object=True)
