"""Links to the people who run the site, as the operator has set them (CONTACT_NAME, CONTACT_EMAIL, CONTACT_URL).

Texts link to `ADDRESS`, which is no page: `with_links` puts the operator's form or mail address in its place, and
leaves the plain words where the operator has set neither.
"""

import re

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ADDRESS = "/contact/"
_LINK = re.compile(rf'<a href="{ADDRESS}"[^>]*>(.*?)</a>', re.DOTALL)


def with_links(html: str) -> str:
    """Return sanitised `html` with its links to `ADDRESS` leading to the people who run the site."""
    return _LINK.sub(lambda link: contact(mark_safe(link[1])), html)  # noqa: S308 - a part of sanitised HTML


def contact(words: str) -> SafeString:
    """Return `words` as a link to form or mail address, with the name and the mail address after it."""
    address = settings.CONTACT_URL or (f"mailto:{settings.CONTACT_EMAIL}" if settings.CONTACT_EMAIL else "")
    linked = format_html('<a href="{}">{}</a>', address, words) if address else format_html("{}", words)
    details = ", ".join(filter(None, [settings.CONTACT_NAME, settings.CONTACT_EMAIL]))
    return format_html("{} ({})", linked, details) if details else linked
