"""Form fields of the workshop that choose an exercise or a group."""

from typing import Any

from django import forms

from exercises.models import Exercise


class GroupChoice(forms.ModelChoiceField):
    """Chooses a group; each choice names the stage, too."""

    def label_from_instance(self, group: Any) -> str:
        """Return stage and group, as in "Stage 1 · With help"."""
        return f"{group.stage.name} · {group.name}"


class ExerciseChoice(forms.ModelChoiceField):
    """Chooses an exercise; each choice names stage, group and place, too.

    Its queryset is `Exercise.objects.select_related("group__stage").in_order()`.
    """

    def label_from_instance(self, exercise: Any) -> str:
        """Return where the exercise stands, and its title."""
        return place_of(exercise)


def place_of(exercise: Exercise) -> str:
    """Return stage, group, place and title, as in "Stage 1 · Total neck movement · 3. Center to left"."""
    return f"{exercise.group.stage.name} · {exercise.group.name} · {exercise.position}. {exercise.title}"
