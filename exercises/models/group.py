"""What exercises are sorted by: groups within a stage, body parts and equipment."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from exercises.minutes import in_minutes, seconds_of
from exercises.sides import SIDED_TEXT
from stages.models import Stage
from texts.prose import ProseField


class BodyPart(models.Model):
    """A part of the body that exercises train, for the filters of the list."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(
        _("address"), unique=True, help_text=_("A short name in small letters and hyphens. It stays the same for good.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place in the list: lower numbers come first.")
    )

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("body part")
        verbose_name_plural = _("body parts")

    def __str__(self) -> str:
        return self.name


class Equipment(models.Model):
    """A thing that exercises need, what can replace it at home, and what to be careful about."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(
        _("address"), unique=True, help_text=_("A short name in small letters and hyphens. It stays the same for good.")
    )
    substitute = models.CharField(
        _("from the household"),
        max_length=200,
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What can be used in its place at home."),
    )
    caution = ProseField(
        _("caution"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What to be careful about. Every exercise that needs it shows this in a box."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place in the list: lower numbers come first.")
    )

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("equipment")
        verbose_name_plural = _("equipment")

    def __str__(self) -> str:
        return self.name


class ExerciseGroup(models.Model):
    """Exercises of one stage that belong together, such as "Total neck movement"."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="groups", verbose_name=_("stage"))
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"), help_text=_("The end of its address, after the #. It stays the same for good.")
    )
    introduction = ProseField(
        _("introduction"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What its exercises have in common. It stands above them on the stage's page."),
    )
    period = models.CharField(_("period"), max_length=60, blank=True, help_text=_("Such as “Third year”."))
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place within the stage: lower numbers come first.")
    )

    #: Its exercises on the page of its stage; `stages.views` sets it.
    shown_exercises: list[Any]

    class Meta:
        ordering = ["stage__number", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "slug"],
                name="one_group_per_address_in_a_stage",
                violation_error_message=_("This stage already has a group with this address."),
            )
        ]
        verbose_name = _("exercise group")
        verbose_name_plural = _("exercise groups")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the group, on the page of its stage."""
        return f"{self.stage.get_absolute_url()}#{self.slug}"

    @property
    def minutes(self) -> str:
        """Return how long its `shown_exercises` take, in words."""
        return in_minutes(seconds_of(self.shown_exercises))
