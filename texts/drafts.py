"""Drafts, shown to the staff as visitors will see them.

While a preview is being made, and only then, every queryset's `published()` lets drafts through. `workshop.preview` is
the one place that begins a preview.
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
    """Whether the page that is being made is a preview."""
    return _previewed.get() is not None


def previewed() -> models.Model | None:
    """Return what somebody wants to look at, None for every visitor."""
    return _previewed.get()


@contextmanager
def shown(row: models.Model) -> Iterator[None]:
    """Show drafts in the pages made inside, `row` above all."""
    token = _previewed.set(row)
    try:
        yield
    finally:
        _previewed.reset(token)
