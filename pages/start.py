"""Where do I start? The signs of each stage, ticked by a visitor, and the stage that they recommend."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from stages.models import Stage
from texts.neighbours import neighbours
from texts.templatetags.texts import lines


class Sign(NamedTuple):
    """One line of a stage's checklist. `name` is that of its checkbox, as in "2-1": the first sign of Stage 2."""

    name: str
    text: str


#: What a visitor can say of the way their head pulls. "other" has no side: the site says so, and what to do.
PULLS = [
    ("left", _("To the left")),
    ("right", _("To the right")),
    ("other", _("It tilts, or goes forward or back")),
    ("neither", _("Neither, or I am not sure")),
]


@dataclass(frozen=True)
class Answers:
    """What a visitor has answered so far: whether a doctor has named CD, the way the head pulls, the ticked signs."""

    sent: bool
    named: str
    pull: str
    ticked: frozenset[str]

    @property
    def sees_doctor_first(self) -> bool:
        """Whether a doctor comes before any exercise: nobody has said yet what is wrong with the neck."""
        return self.sent and self.named != "yes"


def answers_in(query: QueryDict) -> Answers:
    """Return the answers in the query of an address; unknown ones count as not given."""
    named, pull = query.get("named", ""), query.get("pull", "")
    return Answers(
        sent=bool(query.get("answered")),
        named=named if named in ("yes", "no") else "",
        pull=pull if pull in dict(PULLS) else "",
        ticked=frozenset(query),  # a ticked box sends its name, such as "2-1"
    )


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
