"""Template filters for exercises."""

from typing import Any

from django import template

from exercises import phases, sides
from exercises.models import Exercise

register = template.Library()


@register.filter
def sided(text: str) -> str:
    """Return `text` with {left} and {right} filled in for the visitor's side."""
    return sides.sided(text)


@register.filter
def as_written(text: str) -> str:
    """Return `text` with its side words as written: for the author's story, which is never mirrored."""
    return sides.sided(text, sides.Sides())


@register.filter
def phases_of(clip: Any, exercise: Exercise) -> str:
    """Return the phases of `clip` for the script that shows them, as JSON."""
    return phases.as_json(phases.phases_of(exercise, clip))
