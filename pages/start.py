"""Where do I start? The signs of each stage, ticked by a visitor, and the stage that they recommend."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from stages.models import Stage
from texts.neighbours import neighbours
from texts.templatetags.texts import lines


class Sign(NamedTuple):
    """One line of a stage's checklist. `name` is that of its checkbox, as in "2-1": the first sign of Stage 2."""

    name: str
    text: str


@dataclass(frozen=True)
class Recommendation:
    """A stage, its ticked signs (none: it is where everybody can begin), and the signs that the next stage lacks."""

    stage: Stage
    reasons: list[str]
    missing: list[str]


def signs_of(stage: Stage) -> list[Sign]:
    """Return the checklist of a stage."""
    return [Sign(f"{stage.number}-{place}", text) for place, text in enumerate(lines(stage.checklist), start=1)]


def recommend(stages: Sequence[Stage], ticked: Collection[str]) -> Recommendation | None:
    """Return the furthest stage of which every sign is ticked, else the first; None without stages.

    A later stage is recommended only when all its signs are ticked and none of the first stage is: the programme warns
    that Stage 2 without neck control can make the movement worse.

    Args:
        stages: the published stages in order.
        ticked: the names of the signs that are ticked.
    """
    if not stages:
        return None
    best, *later = stages
    if not any(sign.name in ticked for sign in signs_of(best)):
        for stage in later:
            signs = signs_of(stage)
            if signs and all(sign.name in ticked for sign in signs):
                best = stage
    _previous, following = neighbours(stages, best)
    return Recommendation(
        best,
        reasons=[sign.text for sign in signs_of(best) if sign.name in ticked],
        missing=[sign.text for sign in signs_of(following) if sign.name not in ticked] if following else [],
    )
