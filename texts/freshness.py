"""The content version: a number that rises whenever something visitors can see changes.

It is a part of the cache key of every page, so an edit shows within a second and nothing stale is served. Whatever
changes a visible row calls `touch()` in the same transaction: the workshop's forms, lists and actions (`texts.admin`,
`texts.publishing`), *Upload clips*, the worker that publishes a film, and `load_programme`. No signal calls it;
`tests/test_every_door.py` makes a change in each of these ways and looks at the page.
"""

import time
from typing import cast

from django.db import Error as DatabaseError
from django.db.models import F

from texts.models import ContentVersion

#: Seconds for which a process reuses the version it has read.
TRUSTED_SECONDS = 0.5

_read_at = 0.0
_version: int | None = None


def touch() -> None:
    """Raise the content version. Call it in the transaction that changes something visitors can see."""
    global _read_at
    if not ContentVersion.objects.filter(pk=1).update(number=F("number") + 1):
        ContentVersion.objects.create(pk=1, number=1)
    _read_at = 0.0


def version() -> int:
    """Return the content version, at most half a second old; the last one known while the database does not answer.

    Raises:
        DatabaseError: when it has not answered since this process began.
    """
    global _read_at, _version
    if time.monotonic() - _read_at > TRUSTED_SECONDS:
        try:
            _version = ContentVersion.objects.filter(pk=1).values_list("number", flat=True).first() or 0
        except DatabaseError:
            if _version is None:
                raise
        _read_at = time.monotonic()
    return cast(int, _version)
