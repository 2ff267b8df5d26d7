"""Rounds: exercises to do one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from exercises.minutes import in_minutes, seconds_of
from exercises.models import Exercise


@dataclass(frozen=True)
class Round:
    """What a round is called, how many exercises it has, how long it takes in words, and the page of its first."""

    name: str
    number: int
    minutes: str
    url: str


def round_of(name: str, exercises: Sequence[Exercise], query: str = "") -> Round:
    """Return a round; `query` has the filters that lead from each of its exercises to the next."""
    url = exercises[0].get_absolute_url() + query if exercises else ""
    return Round(name, len(exercises), in_minutes(seconds_of(exercises)), url)
