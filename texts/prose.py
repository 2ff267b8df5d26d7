"""Longer texts with a little markup: their field, their sanitiser, and how they are rendered."""

from typing import Any

from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import ProseEditorField, create_sanitizer
from markdown_it import MarkdownIt

from texts.contact import with_links

#: The toolbar of the editor. The sanitiser is made from the same list, so that nothing else can be saved or shown.
EXTENSIONS = {
    "Bold": True,
    "Italic": True,
    "BulletList": True,
    "OrderedList": True,
    "ListItem": True,
    "HardBreak": True,
    "Link": {"enableTarget": False, "protocols": ["http", "https", "mailto"]},
}

_sanitise = create_sanitizer(EXTENSIONS)
_markdown = MarkdownIt("zero").enable(["list", "link", "emphasis", "newline", "entity", "escape"])


class ProseField(ProseEditorField, models.TextField):  # type: ignore[misc]  # the library ships no types
    """A text of several paragraphs, kept as sanitised HTML and edited with a small toolbar."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"extensions": EXTENSIONS, "sanitize": True}
        super().__init__(*args, **kwargs)


def from_markdown(text: str) -> str:
    """Return the HTML, as a `ProseField` stores it, of the Markdown in a programme file."""
    return str(_sanitise(_markdown.render(text.strip()))).strip()


def render(html: str) -> SafeString:
    """Return stored HTML, sanitised once more in case it was not saved by the editor."""
    return mark_safe(with_links(str(_sanitise(html))))  # noqa: S308 - sanitised in the same line
