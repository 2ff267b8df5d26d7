"""Longer texts: what an editor may use in them, and how they reach a page."""

from typing import Any

from django.db import models
from django.utils.safestring import SafeString, mark_safe
from django_prose_editor.fields import ProseEditorField, create_sanitizer
from markdown_it import MarkdownIt

#: What the editor offers. The sanitiser is made from the same list, so that nothing else can be saved or shown.
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
    """Turn the Markdown of a programme file into the HTML that a `ProseField` keeps."""
    return str(_sanitise(_markdown.render(text.strip()))).strip()


def render(html: str) -> SafeString:
    """Return stored HTML for a page, sanitised once more in case it came past the editor."""
    return mark_safe(str(_sanitise(html)))  # noqa: S308 - sanitised in the same breath
