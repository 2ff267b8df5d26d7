"""Template filters for the texts of the programme."""

from django import template
from django.utils.safestring import SafeString

from texts import prose as prose_texts

register = template.Library()


@register.filter
def prose(html: str) -> SafeString:
    """Show a `ProseField`."""
    return prose_texts.render(html)


@register.filter
def lines(text: str) -> list[str]:
    """Split a text that holds one item a line; empty lines do not count."""
    return [line.strip() for line in text.splitlines() if line.strip()]
