"""The filters of "All exercises": plain links that can be combined, each with the number of exercises behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exercises.models import BodyPart, Equipment, Exercise, ExerciseQuerySet
from exercises.positions import Position
from stages.models import Stage

POSITIONS = dict(Position.choices)
NO_EQUIPMENT = "none"
HELP = {"yes": gettext_lazy("With the hand"), "no": gettext_lazy("Without help")}


@dataclass(frozen=True)
class Choice:
    """One link: its label, how many exercises it leads to, its address, and whether it is chosen."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Filter:
    """One filter: its heading and its choices."""

    heading: str
    choices: list[Choice]


class Filters:
    """The choices in the query of an address, such as `?stage=1&position=lying`; unknown ones are ignored."""

    NAMES = ("stage", "movement", "position", "equipment", "help", "part")

    def __init__(self, query: QueryDict) -> None:
        values = {name: str(query[name]) for name in self.NAMES if query.get(name)}
        self.chosen = {name: value for name, value in values.items() if self._exists(name, value)}

    @property
    def query(self) -> str:
        """Return the choices as the query of an address, as in "?stage=1&position=lying"; "" without any."""
        return query_of(self.chosen)

    @property
    def label(self) -> str:
        """Return the choices in words, as in "Stage 1, Lying"; in two queries at most."""
        return ", ".join(self._word(name, value) for name, value in self.chosen.items())

    @staticmethod
    def _word(name: str, value: str) -> str:
        if name == "stage":
            return str(Stage.objects.get(number=int(value)).name)
        if name == "part":
            return str(BodyPart.objects.get(slug=value).name)
        if name == "equipment" and value != NO_EQUIPMENT:
            return str(Equipment.objects.get(slug=value).name)
        words = {"movement": dict(Exercise.Movement.choices), "position": POSITIONS, "help": HELP}
        return str(words[name][value]) if name in words else _("Nothing needed")

    @staticmethod
    def _exists(name: str, value: str) -> bool:
        if name == "stage":
            return value.isascii() and value.isdecimal() and Stage.objects.published().filter(number=value[:4]).exists()
        if name == "equipment":
            return value == NO_EQUIPMENT or Equipment.objects.filter(slug=value).exists()
        if name == "part":
            return BodyPart.objects.filter(slug=value).exists()
        return value in {"movement": Exercise.Movement.values, "position": POSITIONS, "help": HELP}[name]

    def _condition(self, name: str) -> Q:
        value = self.chosen[name]
        if name == "stage":
            return Q(group__stage__number=int(value))
        if name == "movement":
            return Q(movement=value)
        if name == "position":
            return Q((value, True))
        if name == "help":
            return Q(with_help=value == "yes")
        if name == "equipment":
            return Q(equipment=None) if value == NO_EQUIPMENT else Q(equipment__slug=value)
        return Q(body_parts__slug=value)

    def apply(self, exercises: ExerciseQuerySet, leave_out: str = "") -> ExerciseQuerySet:
        """Return the exercises that fit every choice, without regard to the filter named `leave_out`."""
        for name in self.chosen:
            if name != leave_out:
                exercises = exercises.filter(self._condition(name))
        return exercises

    def groups(self) -> list[Filter]:
        """Return every filter with its choices and their counts, in a fixed number of queries."""
        stages = Stage.objects.published().values_list("number", "name")
        parts = BodyPart.objects.values_list("slug", "name")
        equipment = [(NO_EQUIPMENT, _("Nothing")), *Equipment.objects.values_list("slug", "name")]
        by_position = self._matching("position").aggregate(
            **{name: Count("pk", filter=Q((name, True)), distinct=True) for name in POSITIONS}
        )
        by_help = self._matching("help").aggregate(
            yes=Count("pk", filter=Q(with_help=True), distinct=True),
            no=Count("pk", filter=Q(with_help=False), distinct=True),
        )
        by_equipment = self._counted("equipment", "equipment__slug")
        return [
            self._filter("stage", _("Stage"), stages, self._counted("stage", "group__stage__number")),
            self._filter("position", _("Position"), POSITIONS.items(), by_position),
            self._filter("movement", _("Movement"), Exercise.Movement.choices, self._counted("movement", "movement")),
            self._filter("part", _("Part of the body"), parts, self._counted("part", "body_parts__slug")),
            self._filter(
                "equipment", _("Equipment"), equipment, by_equipment | {NO_EQUIPMENT: by_equipment.get(None, 0)}
            ),
            self._filter("help", _("Help"), HELP.items(), by_help),
        ]

    def nearest(self) -> list[Choice]:
        """Return, for choices that no exercise fits, the lists with one of them taken back that have any."""
        found = []
        for name in self.chosen:
            rest = {other: value for other, value in self.chosen.items() if other != name}
            if rest and (count := self._matching(leave_out=name).distinct().count()):
                label = ", ".join(self._word(other, value) for other, value in rest.items())
                found.append(Choice(label, count, query_of(rest), chosen=False))
        return found

    def _matching(self, leave_out: str) -> ExerciseQuerySet:
        """Return the published exercises that fit all other filters than `leave_out`, in no order."""
        return self.apply(Exercise.objects.published(), leave_out).order_by()

    def _counted(self, name: str, field: str) -> dict[Any, int]:
        """Return the number of exercises by value of `field`, with the other filters as they are chosen."""
        return dict(self._matching(name).values_list(field).annotate(n=Count("pk", distinct=True)))

    def _filter(self, name: str, heading: str, values: Iterable[tuple[Any, Any]], counts: Mapping[Any, int]) -> Filter:
        """Return one filter with every value that has exercises, and the chosen one, so that it can be taken back."""
        chosen = self.chosen.get(name)
        choices = [
            Choice(str(label), counts.get(value, 0), self._url(name, str(value)), chosen == str(value))
            for value, label in values
            if counts.get(value) or chosen == str(value)
        ]
        return Filter(heading, choices)

    def _url(self, name: str, value: str) -> str:
        """Return the query with one choice made, or taken back when it is chosen already."""
        choices = {**self.chosen, name: value}
        if self.chosen.get(name) == value:
            del choices[name]
        return query_of(choices) or "./"


def query_of(choices: Mapping[str, str]) -> str:
    """Return choices as the query of an address; "" without any."""
    query = QueryDict(mutable=True)
    query.update(choices)
    return f"?{query.urlencode()}" if choices else ""
