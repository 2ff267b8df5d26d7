"""How long exercises take: in seconds by their doses, and in the words of a visitor."""

from collections.abc import Iterable
from math import ceil
from typing import Protocol

from django.utils.translation import gettext


class Dosed(Protocol):
    """Whatever has a dose, as an exercise has."""

    repetitions: int
    seconds_there: int
    seconds_hold: int
    seconds_back: int
    rest_seconds: int


def seconds_of(exercises: Iterable[Dosed]) -> int:
    """Return how many seconds it takes to do each exercise once: all its repetitions, and the rest after them."""
    return sum(each.repetitions * seconds_of_one(each) + each.rest_seconds for each in exercises)


def seconds_of_one(exercise: Dosed) -> int:
    """Return how many seconds one repetition takes: there, hold and back."""
    return exercise.seconds_there + exercise.seconds_hold + exercise.seconds_back


def in_minutes(seconds: float) -> str:
    """Return a duration as words, as in "1½ min"."""
    return gettext("%s min") % minutes(seconds)


def minutes(seconds: float) -> str:
    """Return a duration as a number of minutes: to half a minute below ten minutes, to a whole one above."""
    halves = max(1, ceil(seconds / 30 - 0.5))
    if halves >= 20:
        return str(ceil(seconds / 60 - 0.5))
    whole, half = divmod(halves, 2)
    return f"{whole or ''}{'½' if half else ''}"
