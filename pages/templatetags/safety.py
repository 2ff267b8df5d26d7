"""Template tags for what keeps people safe: the one emergency list, the crisis card, care cards on pages."""

import re
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from pages.models import Section
from texts.prose import render

register = template.Library()

#: The sections of a page that are shown as care cards, in the colour of their urgency.
CARE_CARDS = {
    "emergency": "care-emergency",
    "stop-if": "care-today",
    "same-day": "care-today",
    "ask-first": "care-ask",
}
_PHONE_NUMBER = re.compile(r"\+?\d[\d\s()\-/]*\d")


@register.simple_tag
def emergency_signs() -> SafeString:
    """Return the site's one list of emergencies: the section "emergency" of "Before you start"."""
    section = Section.objects.filter(page__slug="before-you-start", key="emergency").only("body").first()
    if section and section.body:
        return render(section.body)
    return format_html("<p>{}</p>", gettext("something sudden or severe happens to you."))


@register.filter
def care_card(section: Section) -> str:
    """Return the style of the care card that `section` is shown as; "" for running text."""
    return CARE_CARDS.get(section.key, "")


@register.inclusion_tag("parts/_crisis.html")
def crisis_card() -> dict[str, Any]:
    """Show where somebody who thinks of dying finds help now."""
    return {"line": settings.CRISIS_LINE, "call": phone_link(settings.CRISIS_LINE)}


def phone_link(line: str) -> str:
    """Return a `tel:` address for the first telephone number in `line`; "" when it has none of 3 digits or more."""
    for match in _PHONE_NUMBER.finditer(line):
        number = re.sub(r"\(0\)", "", match[0]) if match[0].startswith("+") else match[0]
        digits = re.sub(r"[^\d+]", "", number)
        if len(digits) >= 3:
            return f"tel:{digits}"
    return ""
