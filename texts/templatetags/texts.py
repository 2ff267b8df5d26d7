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
    """Return the safe HTML of a `ProseField`."""
    return prose_texts.render(html)


@register.filter
def lines(text: str) -> list[str]:
    """Return the items of a text that holds one a line, without empty lines."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@register.filter
def json_ld(items: Iterable[dict[str, Any]]) -> SafeString:
    """Return structured data as a script element."""
    return structured_data.script(items)


@register.simple_tag(takes_context=True)
def absolute(context: template.Context, address: str) -> str:
    """Return `address` with the site's scheme and host."""
    return absolute_address(context["request"], address)


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """Return the canonical address of this page: without filters, side and view, but with the page of a long list."""
    page: Page[Any] | None = context.get("page_of_list")
    query = f"?page={page.number}" if page and page.number > 1 else ""
    return absolute_address(context["request"], context["request"].path + query)


@register.inclusion_tag("parts/_preview_bar.html", takes_context=True)
def preview_bar(context: template.Context) -> dict[str, Any]:
    """Return the context of the bar that marks a preview; without `preview` it shows nothing."""
    request = context.get("request")
    return {"preview": getattr(request, "preview", None) if drafts.are_shown() else None}


@register.simple_tag
def emergency_number() -> str:
    """Return the words for whom to call in an emergency, with EMERGENCY_NUMBER when the operator has set it."""
    if settings.EMERGENCY_NUMBER:
        return str(gettext("%s, the emergency number,") % settings.EMERGENCY_NUMBER)
    return gettext("your local emergency number")


@register.simple_tag
def contact(words: str) -> SafeString:
    """Show `words`, such as "the people who run this site", as a link to them where the operator has set one."""
    return contacts.contact(words)
