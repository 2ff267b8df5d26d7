"""Where do I start? The stages' own signs, ticked by a visitor, and the stage they point to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stages.models import Stage


@dataclass(frozen=True)
class Recommendation:
    """A stage, and the ticked signs that speak for it (none: it is where everybody can begin)."""

    stage: Stage
    reasons: list[str]
    missing: list[str]


def recommend(stages: Sequence[tuple[Stage, list[str]]], ticked: Iterable[str]) -> Recommendation | None:
    """Return the furthest stage of which every sign is ticked; where none fits, the first.

    A stage is recommended only when all its signs are there, and the first stage when any of its own signs still is:
    the programme warns that Stage 2 without neck control can make the movement worse.

    Args:
        stages: the published stages in order, each with the signs of its checklist.
        ticked: names such as "2-1": the first sign of Stage 2.
    """
    if not stages:
        return None
    ticked = set(ticked)
    first = stages[0][0]
    best = first
    still_there = any(name(first, place) in ticked for place in range(1, len(stages[0][1]) + 1))
    if not still_there:
        for stage, signs in stages[1:]:
            if signs and all(name(stage, place) in ticked for place in range(1, len(signs) + 1)):
                best = stage
    signs = next(signs for stage, signs in stages if stage == best)
    reasons = [sign for place, sign in enumerate(signs, start=1) if name(best, place) in ticked]
    place_of_best = [stage for stage, _signs in stages].index(best)
    following = stages[place_of_best + 1] if place_of_best + 1 < len(stages) else None
    missing = (
        [sign for place, sign in enumerate(following[1], start=1) if name(following[0], place) not in ticked]
        if following
        else []
    )
    return Recommendation(best, reasons, missing)


def name(stage: Stage, place: int) -> str:
    """Return the name of a sign in the form: stage and place, as in "2-1"."""
    return f"{stage.number}-{place}"
