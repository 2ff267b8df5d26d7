"""Variations: the ways to do one exercise."""

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from exercises.models.exercise import Exercise
from exercises.sides import SIDED_TEXT, sided


class Variation(models.Model):
    """One of several ways to do an exercise, as in "Clapping hard, 3 of 6"."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, related_name="variations", verbose_name=_("exercise")
    )
    number = models.PositiveSmallIntegerField(
        _("number"),
        validators=[MinValueValidator(1)],
        help_text=_("From 1, in the order of the page. A clip says by this number which way it shows."),
    )
    title = models.CharField(
        _("title"),
        max_length=120,
        validators=SIDED_TEXT,
        help_text=_("A few words that tell it from the others, such as “head to the {left}”."),
    )
    how = models.TextField(
        _("what is different"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What to do in another way than the steps of the exercise say."),
    )
    description = models.TextField(
        _("what the clip shows"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("In one or two sentences, for people who cannot see it."),
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["exercise", "number"],
                name="one_variation_per_number",
                violation_error_message=_("This exercise already has a variation with this number."),
            )
        ]
        verbose_name = _("variation")
        verbose_name_plural = _("variations")

    def __str__(self) -> str:
        return f"{self.number}: {sided(self.title)}"
