"""Whether the page being rendered is a preview, in which the staff see drafts.

During a preview, and only then, every queryset's `published()` includes drafts. `workshop.preview` is the one place
that starts a preview.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import models


@dataclass(frozen=True)
class Preview:
    """What the bar above a preview says."""

    name: str
    form_url: str
    public_url: str  # where visitors see it; "" for a draft
    anchor: str  # its place on the page; "" when that is the page itself
    url: str  # of the preview


_previewed: ContextVar[models.Model | None] = ContextVar("previewed", default=None)


def are_shown() -> bool:
    """Return whether the page being rendered is a preview."""
    return _previewed.get() is not None


def previewed() -> models.Model | None:
    """Return the row that is being previewed, None outside a preview."""
    return _previewed.get()


@contextmanager
def shown(row: models.Model) -> Iterator[None]:
    """Render pages inside the block as a preview of `row`."""
    token = _previewed.set(row)
    try:
        yield
    finally:
        _previewed.reset(token)
