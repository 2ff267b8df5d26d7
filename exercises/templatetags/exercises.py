"""Template filters for exercises."""

from django import template

from exercises import sides

register = template.Library()


@register.filter
def sided(text: str) -> str:
    """Return `text` with {left} and {right} filled in for the visitor's side."""
    return sides.sided(text)


@register.filter
def as_written(text: str) -> str:
    """Return `text` with its side words as written: for the author's story, which is never mirrored."""
    return sides.sided(text, sides.Sides())
