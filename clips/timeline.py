"""The timeline of a film: which phase of the movement it shows from when to when.

A drawn clip has one (`figure/phases.py` writes it), a filmed clip has none. The page's phase line, ring and sounds
follow it by the time of the film.
"""

from dataclasses import dataclass
from typing import Any

from exercises.sides import mirrored_side, sided


@dataclass(frozen=True)
class Part:
    """One part of a film, in seconds of its own time, for the current visitor.

    `phase` is "there", "hold", "back" or "rest". `side` is where the head points at the end of it ("left", "right" or
    ""). `turn` counts the ways out from 1; it is 0 before the first.
    """

    start: float
    end: float
    phase: str
    side: str
    turn: int
    words: str


def parts_of(timeline: list[dict[str, Any]]) -> list[Part]:
    """Return the parts of a stored timeline, with sides and words for the current visitor."""
    return [
        Part(
            start=part["start"],
            end=part["end"],
            phase=part["phase"],
            side=mirrored_side(part["side"]),
            turn=part["turn"],
            words=sided(part["words"]),
        )
        for part in timeline
    ]
