"""The phases of a film: what its movement does from when to when, for the line under the film.

A film that comes with its own timeline says so itself. For a drawing without one, the phases follow from the dose:
drawings are made at its pace. Of a filmed clip without a timeline nobody knows the pace, so it has no phases.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from exercises.minutes import Dosed, seconds_of_one

CLOSE_ENOUGH = (0.75, 1.34)  # a film whose pace differs more from its dose does not show it


@dataclass(frozen=True)
class Phase:
    """One phase: when it begins in seconds of the film, and the words for it."""

    start: float
    words: str


def phases_of(exercise: Dosed, clip: Any) -> list[Phase]:
    """Return the phases of `clip` in order, for the current visitor; none when nobody knows them.

    Args:
        exercise: the exercise that the clip shows.
        clip: a `Clip`; models look down only, so its class cannot be named here.
    """
    if parts := clip.parts:
        return [Phase(part.start, part.words) for part in parts if part.words]
    return [] if clip.is_filmed else list(by_dose(exercise, clip.seconds))


def by_dose(exercise: Dosed, film_seconds: float) -> Iterator[Phase]:
    """Yield the phases of a drawing of `film_seconds` seconds that shows the movement at the pace of its dose."""
    one = seconds_of_one(exercise)
    if not one or not film_seconds:
        return
    turns = max(1, round(film_seconds / one))
    pace = film_seconds / (turns * one)
    if not CLOSE_ENOUGH[0] <= pace <= CLOSE_ENOUGH[1]:
        return
    stretches = [
        (exercise.seconds_there, _("Slowly there")),
        (exercise.seconds_hold, _("Hold")),
        (exercise.seconds_back, _("Slowly back")),
    ]
    start = 0.0
    for _turn in range(turns):
        for seconds, words in stretches:
            if seconds:
                yield Phase(round(start, 2), words)
                start += seconds * pace


def as_json(phases: list[Phase]) -> str:
    """Return phases as the script of a clip reads them: a list of [start, words] pairs."""
    return json.dumps([[phase.start, phase.words] for phase in phases], ensure_ascii=False)
