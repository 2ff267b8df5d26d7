"""Template tags and filters for the texts of the programme."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from texts import contact as contacts
from texts import drafts, structured_data
from texts import prose as prose_texts
from texts.addresses import absolute_address

register = template.Library()


@register.filter
def prose(html: str) -> SafeString:
    """Show a `ProseField`."""
    return prose_texts.render(html)


@register.filter
def lines(text: str) -> list[str]:
    """Split a text that holds one item a line; empty lines do not count."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def json_ld(items: Iterable[dict[str, Any]]) -> SafeString:
    """Show structured data."""
    return structured_data.script(items)


@register.simple_tag(takes_context=True)
def absolute(context: template.Context, address: str) -> str:
    """Return `address` with the site's scheme and host."""
    return absolute_address(context["request"], address)


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """Return the one address of this page: without filters, side and view, but with the page of a long list."""
    page: Page[Any] | None = context.get("page_of_list")
    query = f"?page={page.number}" if page and page.number > 1 else ""
    return absolute_address(context["request"], context["request"].path + query)


@register.inclusion_tag("parts/_preview_bar.html", takes_context=True)
def preview_bar(context: template.Context) -> dict[str, Any]:
    """Say above a preview that it is one; nothing on a visitor's page."""
    request = context.get("request")
    return {"preview": getattr(request, "preview", None) if drafts.are_shown() else None}


@register.simple_tag
def emergency_number() -> str:
    """Return whom to call in an emergency, with the number where the operator has set EMERGENCY_NUMBER."""
    if settings.EMERGENCY_NUMBER:
        return str(gettext("%s, the emergency number,") % settings.EMERGENCY_NUMBER)
    return gettext("your local emergency number")


@register.simple_tag
def contact(words: str) -> SafeString:
    """Show `words`, such as "the people who run this site", as a link to them where the operator has set one."""
    return contacts.contact(words)
