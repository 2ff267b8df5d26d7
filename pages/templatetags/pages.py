"""Template tags for the site's own pages."""

from typing import Any

from django import template

from pages.models import Page

register = template.Library()


@register.inclusion_tag("parts/_evidence.html")
def evidence_box() -> dict[str, Any]:
    """Return the context of the evidence box, with a query for its page."""
    return {"evidence": Page.objects.published().filter(slug="evidence").first()}


@register.filter
def get(sections: dict[str, Any], key: str) -> Any:
    """Return the section of a page by its anchor; None where an editor has removed it."""
    return sections.get(key)
