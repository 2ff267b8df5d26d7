"""Template filters for exercises."""

from django import template

from exercises import sides

register = template.Library()


@register.filter
def sided(text: str) -> str:
    """Fill in {left} and {right} for the visitor."""
    return sides.sided(text)


@register.filter
def as_written(text: str) -> str:
    """Fill in the side words as the programme was written: for the author's story, which is nobody else's."""
    return sides.sided(text, sides.Sides())
