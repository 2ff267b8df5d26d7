"""Exercises and groups among the choices of the workshop's forms."""

from typing import Any

from django import forms

from exercises.models import Exercise


class GroupChoice(forms.ModelChoiceField):
    """A group among the choices of a form, told apart by its stage."""

    def label_from_instance(self, group: Any) -> str:
        return f"{group.stage.name} · {group.name}"


class ExerciseChoice(forms.ModelChoiceField):
    """An exercise among the choices of a form, told apart by stage, group and place.

    Give it `Exercise.objects.select_related("group__stage").in_order()`.
    """

    def label_from_instance(self, exercise: Any) -> str:
        return place_of(exercise)


def place_of(exercise: Exercise) -> str:
    """Return stage, group, place and title, as in "Stage 1 · Total neck movement · 3. Center to left"."""
    return f"{exercise.group.stage.name} · {exercise.group.name} · {exercise.position}. {exercise.title}"
