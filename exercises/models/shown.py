"""What the page of an exercise shows of it: its parts, and how to get ready."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from exercises.positions import Position


@dataclass(frozen=True)
class Part:
    """One way to do an exercise, as its page shows it: its place, as in "3 of 6", its texts and its clip."""

    number: int
    total: int
    title: str
    how: str
    description: str
    clip: Any  # a Clip, or None; models look down only, so the class of clips cannot be named here

    @property
    def anchor(self) -> str:
        """Return the end of its address, after the #."""
        return f"clip-{self.number}"

    @property
    def count(self) -> str:
        """Return its place, as in "3 of 6"; "" for the only part."""
        if self.total == 1:
            return ""
        return gettext("%(number)d of %(total)d") % {"number": self.number, "total": self.total}


@dataclass(frozen=True)
class SetUp:
    """How to get ready for an exercise in one position: what somebody does once, before the numbered steps."""

    position: Position
    text: str
