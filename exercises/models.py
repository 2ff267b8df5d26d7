from dataclasses import dataclass
from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from exercises.sides import SIDED_TEXT, sided
from exercises.tiles import Tile
from stages.models import Stage
from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField


class BodyPart(models.Model):
    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("address"), unique=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name = _("body part")
        verbose_name_plural = _("body parts")

    def __str__(self) -> str:
        return self.name


class Equipment(models.Model):
    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("address"), unique=True)
    substitute = models.CharField(
        _("from the household"),
        max_length=200,
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What can be used in its place at home."),
    )
    caution = ProseField(_("caution"), blank=True, validators=SIDED_TEXT)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

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
    slug = models.SlugField(_("address"))
    introduction = ProseField(_("introduction"), blank=True, validators=SIDED_TEXT)
    period = models.CharField(_("period"), max_length=60, blank=True, help_text=_("Such as “Third year”."))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

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
        return f"{self.stage.get_absolute_url()}#{self.slug}"


@dataclass(frozen=True)
class Part:
    """One way to do an exercise, as its page shows it: "3 of 6", its texts and its clip (None before there is one)."""

    number: int
    total: int
    title: str
    how: str
    description: str
    clip: Any  # a Clip or None; clips look down on exercises, so that their type cannot be named here

    @property
    def anchor(self) -> str:
        return f"clip-{self.number}"

    @property
    def count(self) -> str:
        """Return "3 of 6", or "" for the only part."""
        if self.total == 1:
            return ""
        return gettext("%(number)d of %(total)d") % {"number": self.number, "total": self.total}


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    def published(self) -> "ExerciseQuerySet":
        """What visitors may see: published itself, in a published stage."""
        return self if drafts.are_shown() else self.filter(published=True, group__stage__published=True)

    def with_clips(self) -> "ExerciseQuerySet":
        """Everything a card shows, in three queries however many cards there are."""
        return self.select_related("group__stage").prefetch_related("clips", "variations")

    def with_cards(self) -> "ExerciseQuerySet":
        """What a visitor's card shows, in two queries however many cards there are."""
        return (
            self.select_related("group__stage")
            .prefetch_related("clips")
            .annotate(last_variation=models.Max("variations__number"))
        )

    def in_order(self) -> "ExerciseQuerySet":
        """The order of the programme, across groups and stages."""
        return self.order_by("group__stage__number", "group__position", "group__pk", "position", "pk")


class Exercise(ReviewedText):
    """One exercise. Several clips of the same name ("Clapping hard", six times) are its variations."""

    class Movement(models.TextChoices):
        TOTAL = "total", _("Total")
        PARTIAL = "partial", _("Partial")

    group = models.ForeignKey(
        ExerciseGroup, on_delete=models.PROTECT, related_name="exercises", verbose_name=_("group")
    )
    name = models.CharField(
        _("name"),
        max_length=120,
        validators=SIDED_TEXT,
        help_text=_("Write side words as {left} and {right}: visitors whose head pulls left get them swapped."),
    )
    subtitle = models.CharField(
        _("told apart by"),
        max_length=120,
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("A few words, when another exercise has the same name."),
    )
    slug = models.SlugField(_("address"), unique=True, max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    published = models.BooleanField(_("published"), default=False)

    purpose = models.TextField(_("purpose"), blank=True, validators=SIDED_TEXT)
    steps = models.TextField(_("steps"), blank=True, validators=SIDED_TEXT, help_text=_("One step a line."))
    feel = models.TextField(_("what it feels like"), blank=True, validators=SIDED_TEXT)
    movement = models.CharField(_("movement"), max_length=10, blank=True, choices=Movement)
    lying = models.BooleanField(_("lying"), default=False)
    sitting = models.BooleanField(_("sitting"), default=False)
    standing = models.BooleanField(_("standing"), default=False)
    with_help = models.BooleanField(_("with the help of a hand"), default=False)
    body_parts = models.ManyToManyField(BodyPart, blank=True, verbose_name=_("body parts"))
    equipment = models.ManyToManyField(Equipment, blank=True, related_name="exercises", verbose_name=_("equipment"))

    repetitions = models.PositiveSmallIntegerField(_("repetitions"), default=5, validators=[MinValueValidator(1)])
    seconds_there = models.PositiveSmallIntegerField(_("seconds there"), default=4)
    seconds_hold = models.PositiveSmallIntegerField(_("seconds of holding"), default=0)
    seconds_back = models.PositiveSmallIntegerField(_("seconds back"), default=4)
    rest_seconds = models.PositiveSmallIntegerField(_("seconds of rest"), default=5)
    times_a_day = models.PositiveSmallIntegerField(_("times a day"), default=2, validators=[MinValueValidator(1)])

    do = models.TextField(_("do"), blank=True, validators=SIDED_TEXT, help_text=_("One item a line."))
    do_not = models.TextField(
        _("do not"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("One item a line, each beginning with “Do not”: some people hear one item alone."),
    )
    stop_if = models.TextField(
        _("stop if"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("One sign a line. An exercise cannot be published without it."),
    )
    easier = models.TextField(_("easier"), blank=True, validators=SIDED_TEXT)
    harder = models.TextField(_("harder"), blank=True, validators=SIDED_TEXT)
    balance_note = models.TextField(_("balance"), blank=True, validators=SIDED_TEXT)
    caution = ProseField(_("caution"), blank=True, validators=SIDED_TEXT)
    has_sides = models.BooleanField(_("has sides"), default=True, help_text=_("The clip differs when mirrored."))
    description = models.TextField(
        _("what the clip shows"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("In one or two sentences, for people who cannot see it."),
    )
    name_only = models.BooleanField(
        _("the programme gives only the name"),
        default=False,
        help_text=_(
            "Visitors read that CD Trainer chose the movement. Take the tick away once the author has confirmed it."
        ),
    )
    reading_note = models.TextField(
        _("to be checked"),
        blank=True,
        help_text=_("Why a therapist has to check how this site reads the exercise. Visitors do not see it."),
    )

    objects = ExerciseQuerySet.as_manager()

    #: Where its still is on the sheet of a list; `exercises.stills` sets it.
    tile: Tile | None = None

    class Meta(ReviewedText.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *ReviewedText.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(published=False) | ~models.Q(stop_if=""),
                name="published_exercise_says_when_to_stop",
                violation_error_message=_("Say under “stop if” when to stop before you publish this exercise."),
            ),
        ]
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exercises:detail", args=[self.slug])

    @property
    def title(self) -> str:
        """The name for the current visitor's side, told apart from its namesakes."""
        name = sided(self.name)
        return f"{name} ({sided(self.subtitle)})" if self.subtitle else name

    @property
    def seconds(self) -> int:
        """Seconds that all repetitions take together."""
        return self.repetitions * (self.seconds_there + self.seconds_hold + self.seconds_back)

    @property
    def positions(self) -> list[str]:
        """The positions it can be done in, calmest first, in words."""
        named = [
            (self.lying, gettext("lying")),
            (self.sitting, gettext("sitting")),
            (self.standing, gettext("standing")),
        ]
        return [name for fits, name in named if fits]

    @property
    def tempo(self) -> str:
        """Return the tempo in words, as in "4 s there, 1 s hold, 4 s back"."""
        parts = [gettext("%d s there") % self.seconds_there]
        if self.seconds_hold:
            parts.append(gettext("hold %d s") % self.seconds_hold)
        parts.append(gettext("%d s back") % self.seconds_back)
        return ", ".join(parts)

    @property
    def dose(self) -> str:
        """Return how often, as in "5 times, 3 times a day"."""
        times = ngettext("%d time", "%d times", self.repetitions) % self.repetitions
        a_day = ngettext("%d time a day", "%d times a day", self.times_a_day) % self.times_a_day
        return f"{times}, {a_day}"

    @cached_property
    def parts(self) -> list[Part]:
        """Its variations in order, each with the clip visitors see; one part for an exercise without variations.

        Reads `clips` and `variations`: load them with `with_clips()` before calling this in a loop.
        """
        clips = self.clips_by_variation
        texts = {variation.number: variation for variation in self.variations.all()}
        total = max([1, *clips, *texts])
        return [
            Part(
                number=number,
                total=total,
                title=sided(texts[number].title) if number in texts else "",
                how=sided(texts[number].how) if number in texts else "",
                description=sided(texts[number].description if number in texts else self.description),
                clip=clips.get(number),
            )
            for number in range(1, total + 1)
        ]

    @cached_property
    def clips_by_variation(self) -> dict[int, Any]:
        """The clip that visitors see for each variation that has one."""
        return self.clips.all().shown_by_variation()

    @property
    def first_clip(self) -> Any:
        """The clip that stands for the exercise on a card."""
        clips = self.clips_by_variation
        return clips[min(clips)] if clips else None

    @property
    def ways(self) -> int:
        """How many ways to do it a card names; needs `with_cards()`."""
        last: int | None = getattr(self, "last_variation", None)
        return max([1, last or 0, *self.clips_by_variation])


class Variation(models.Model):
    """One of several ways to do an exercise, as in "Clapping hard, 3 of 6"."""

    exercise = models.ForeignKey(
        Exercise, on_delete=models.CASCADE, related_name="variations", verbose_name=_("exercise")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title = models.CharField(_("title"), max_length=120, validators=SIDED_TEXT)
    how = models.TextField(_("what is different"), blank=True, validators=SIDED_TEXT)
    description = models.TextField(_("what the clip shows"), blank=True, validators=SIDED_TEXT)

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
