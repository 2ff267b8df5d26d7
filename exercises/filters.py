"""The filters of "All exercises": plain links that can be combined, each with the number of exercises behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercises.models import Exercise, ExerciseQuerySet

POSITIONS = {
    "lying": gettext_lazy("Lying"),
    "sitting": gettext_lazy("Sitting"),
    "standing": gettext_lazy("Standing"),
}
HELP = {"yes": gettext_lazy("With the hand"), "no": gettext_lazy("Without help")}


@dataclass(frozen=True)
class Choice:
    """One link: its words, how many exercises it leads to, where, and whether it is on."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Filter:
    heading: str
    choices: list[Choice]


class Filters:
    """What a visitor chose in the address, such as `?stage=1&position=lying`; unknown values are ignored."""

    NAMES = ("stage", "movement", "position", "equipment", "help", "part")

    def __init__(self, asked: QueryDict) -> None:
        self.chosen = {name: str(asked[name]) for name in self.NAMES if asked.get(name)}
        if "stage" in self.chosen and not self.chosen["stage"].isdecimal():
            del self.chosen["stage"]

    def _condition(self, name: str) -> Q:
        value = self.chosen.get(name)
        if not value:
            return Q()
        if name == "stage":
            return Q(group__stage__number=int(value[:4]))
        if name == "movement":
            return Q(movement=value)
        if name == "position":
            return Q((value, True)) if value in POSITIONS else Q()
        if name == "help":
            return Q(with_help=value == "yes") if value in HELP else Q()
        if name == "equipment":
            return Q(equipment=None) if value == "none" else Q(equipment__slug=value)
        return Q(body_parts__slug=value)

    def apply(self, exercises: ExerciseQuerySet, leave_out: str = "") -> ExerciseQuerySet:
        """Return the exercises that fit every choice but that of the filter named `leave_out`."""
        for name in self.chosen:
            if name != leave_out:
                exercises = exercises.filter(self._condition(name))
        return exercises

    def _url(self, name: str, value: str) -> str:
        """The address with one choice made, or taken back where it is on already."""
        choices = {**self.chosen, name: value}
        if self.chosen.get(name) == value:
            del choices[name]
        query = QueryDict(mutable=True)
        query.update(choices)
        return f"?{query.urlencode()}" if choices else "./"

    def _choices(self, name: str, counted: Iterator[tuple[Any, Any, int]]) -> list[Choice]:
        return [
            Choice(str(label), count, self._url(name, str(value)), self.chosen.get(name) == str(value))
            for value, label, count in counted
            if count or self.chosen.get(name) == str(value)
        ]

    def groups(self) -> list[Filter]:
        """Return every filter with its counted choices, in a fixed number of queries."""

        def base(name: str) -> ExerciseQuerySet:
            return self.apply(Exercise.objects.published(), leave_out=name).order_by()

        def counted(name: str, value: str, label: str, order: str) -> Iterator[tuple[Any, Any, int]]:
            rows = base(name).exclude(**{value: None}).values_list(value, label).annotate(n=Count("pk", distinct=True))
            yield from rows.order_by(order)

        by_position = base("position").aggregate(
            **{name: Count("pk", filter=Q(**{name: True}), distinct=True) for name in POSITIONS}
        )
        by_help = base("help").aggregate(
            yes=Count("pk", filter=Q(with_help=True), distinct=True),
            no=Count("pk", filter=Q(with_help=False), distinct=True),
        )
        by_movement = dict(base("movement").values_list("movement").annotate(n=Count("pk", distinct=True)))
        without = base("equipment").filter(equipment=None).count()
        return [
            Filter(
                _("Stage"),
                self._choices(
                    "stage",
                    counted("stage", "group__stage__number", "group__stage__name", "group__stage__number"),
                ),
            ),
            Filter(
                _("Position"),
                self._choices("position", ((name, label, by_position[name]) for name, label in POSITIONS.items())),
            ),
            Filter(
                _("Movement"),
                self._choices(
                    "movement",
                    ((value, label, by_movement.get(value, 0)) for value, label in Exercise.Movement.choices),
                ),
            ),
            Filter(
                _("Part of the body"),
                self._choices("part", counted("part", "body_parts__slug", "body_parts__name", "body_parts__position")),
            ),
            Filter(
                _("Equipment"),
                [
                    *self._choices("equipment", iter([("none", _("Nothing"), without)])),
                    *self._choices(
                        "equipment",
                        counted("equipment", "equipment__slug", "equipment__name", "equipment__position"),
                    ),
                ],
            ),
            Filter(
                _("Help"),
                self._choices("help", ((value, label, by_help[value]) for value, label in HELP.items())),
            ),
        ]
