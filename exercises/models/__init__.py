"""The exercises of the programme, their groups, and the ways to do each."""

from exercises.models.exercise import Exercise, ExerciseQuerySet
from exercises.models.group import BodyPart, Equipment, ExerciseGroup
from exercises.models.shown import Part, SetUp
from exercises.models.variation import Variation

__all__ = ["BodyPart", "Equipment", "Exercise", "ExerciseGroup", "ExerciseQuerySet", "Part", "SetUp", "Variation"]
