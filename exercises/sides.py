"""Left and right: which way a visitor's head pulls, and how the clips are shown to them.

Two cookies, each set by a form on the page: `side` (which way the head pulls) and `view` (clips like a mirror, or
facing you). A shared link can carry them as `?side=` and `?view=`. Every text about an exercise marks its side words,
as in "Turn to your {left}"; `sided()` is the one function that fills them in.
"""

import re
from contextvars import ContextVar
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

COOKIE_SECONDS = 365 * 24 * 60 * 60


class Side(models.TextChoices):
    """Which way the visitor's head pulls. The programme is written for a head that pulls to the right."""

    LEFT = "left", _("To the left")
    RIGHT = "right", _("To the right")
    NEITHER = "neither", _("Neither, or I am not sure")


class View(models.TextChoices):
    """How a clip shows its performer."""

    MIRROR = "mirror", _("Like a mirror")
    FACING = "facing", _("Facing you")


@dataclass(frozen=True)
class Sides:
    """Side and view of one visitor."""

    side: str = Side.RIGHT
    view: str = View.MIRROR
    chosen: bool = False  # the visitor has answered which side; else it is the default
    shared: bool = False  # the side comes with a shared link, and holds for this page alone

    @property
    def answer(self) -> str:
        """Which side the visitor has answered, "" before."""
        return self.side if self.chosen else ""

    @property
    def mirrored(self) -> bool:
        """Return whether names, steps and films change sides."""
        return self.side == Side.LEFT

    def flips(self, made: str) -> bool:
        """Return whether a clip made as `made` (a `View`) has to be shown as its flipped twin."""
        return (made != self.view) != self.mirrored


_DEFAULT = Sides()
_current: ContextVar[Sides] = ContextVar("sides", default=_DEFAULT)


def current() -> Sides:
    """Return the sides of the current request; the defaults outside a request."""
    return _current.get()


def use(sides: Sides) -> None:
    """Make `sides` the current ones for the rest of this request."""
    _current.set(sides)


def sides_of(request: HttpRequest) -> Sides:
    """Return side and view from the query, else from the cookies; unknown values are ignored."""
    side, view = request.GET.get("side", ""), request.GET.get("view", "")
    if side not in Side.values:
        side = request.COOKIES.get("side", "")
    if view not in View.values:
        view = request.COOKIES.get("view", "")
    return Sides(
        side=side if side in Side.values else Side.RIGHT,
        view=view if view in View.values else View.MIRROR,
        chosen=side in Side.values,
        shared=side in Side.values and side != request.COOKIES.get("side", ""),
    )


_MARKER = re.compile(r"\{(\w*)\}")
_OPPOSITE = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def _word(marker: str) -> str:
    """Return the translated side word of a marker."""
    return {
        "left": gettext("left"),
        "right": gettext("right"),
        "Left": gettext("Left"),
        "Right": gettext("Right"),
    }[marker]


def sided(text: str, sides: Sides | None = None) -> str:
    """Return `text` with its side words filled in for `sides` (by default those of the current request)."""
    mirrored = (sides or current()).mirrored

    def word(match: re.Match[str]) -> str:
        marker = match[1]
        if marker not in _OPPOSITE:
            return match[0]
        return _word(_OPPOSITE[marker] if mirrored else marker)

    return _MARKER.sub(word, text)


def mirrored_side(side: str) -> str:
    """Return "left" for "right" and the other way round when the current visitor's page is mirrored; else `side`."""
    return _OPPOSITE.get(side, side) if current().mirrored else side


def validate_side_markers(text: str) -> None:
    """Refuse a text whose side words could not be filled in.

    Raises:
        ValidationError: for any marker but {left}, {right}, {Left} and {Right}, and for a lone brace.
    """
    for marker in _MARKER.findall(text):
        if marker not in _OPPOSITE:
            raise ValidationError(
                _("“{%(marker)s}” is not known. Write {left}, {right}, {Left} or {Right}."),
                params={"marker": marker},
                code="unknown_side_marker",
            )
    if re.search(r"[{}]", _MARKER.sub("", text)):
        raise ValidationError(
            _("There is a { or } without its partner. Side words look like this: {left}."),
            code="lone_brace",
        )


def validate_no_bare_side_words(text: str) -> None:
    """Refuse a side word outside braces, which would stay the same when the page is mirrored.

    Raises:
        ValidationError: when "left" or "right" stands outside braces.
    """
    if bare := re.search(r"\b(left|right)\b", _MARKER.sub("", text), re.IGNORECASE):
        raise ValidationError(
            _("Write {%(word)s} instead of “%(word)s”, so that the word can change sides for visitors."),
            params={"word": bare[1]},
            code="bare_side_word",
        )


SIDED_TEXT = [validate_side_markers, validate_no_bare_side_words]
