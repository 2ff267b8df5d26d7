"""Template filters for exercises."""

from django import template

from exercises import sides

register = template.Library()


@register.filter
def sided(text: str) -> str:
    """Fill in {left} and {right} for the visitor."""
    return sides.sided(text)
