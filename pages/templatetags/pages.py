"""Template tags for parts of pages that bring their own query."""

from typing import Any

from django import template

from pages.models import Page

register = template.Library()


@register.inclusion_tag("parts/_evidence.html")
def evidence_box() -> dict[str, Any]:
    """Show the evidence beside the author's view."""
    return {"evidence": Page.objects.published().filter(slug="evidence").first()}


@register.filter
def get(sections: dict[str, Any], key: str) -> Any:
    """Look up a section of a page by its anchor; None where an editor has removed it."""
    return sections.get(key)
