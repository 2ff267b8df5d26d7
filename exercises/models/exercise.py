"""Exercises: their texts, their dose, and the parts that a page shows."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from exercises.minutes import in_minutes, minutes, seconds_of, seconds_of_one
from exercises.models.group import BodyPart, Equipment, ExerciseGroup
from exercises.models.shown import Part, SetUp
from exercises.positions import Position
from exercises.sides import SIDED_TEXT, sided
from exercises.tiles import Tile
from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    """Exercises as visitors see them, with what a card or a page shows."""

    def published(self) -> "ExerciseQuerySet":
        """Return what visitors may see: published exercises of published stages; drafts too in a preview."""
        return self if drafts.are_shown() else self.filter(published=True, group__stage__published=True)

    def in_stage(self, number: int) -> "ExerciseQuerySet":
        """Return those of one stage."""
        return self.filter(group__stage__number=number)

    def with_clips(self) -> "ExerciseQuerySet":
        """Load stage, clips and variations along, in three queries for any number of exercises."""
        return self.select_related("group__stage").prefetch_related("clips", "variations")

    def with_cards(self) -> "ExerciseQuerySet":
        """Load along what a visitor's card shows, in two queries for any number of exercises."""
        return (
            self.select_related("group__stage")
            .prefetch_related("clips")
            .annotate(last_variation=models.Max("variations__number"))
        )

    def with_last_variation(self) -> "ExerciseQuerySet":
        """Bring the number of each exercise's last variation along, as `last_variation`; None when it has none."""
        return self.annotate(last_variation=models.Max("variations__number"))

    def in_order(self) -> "ExerciseQuerySet":
        """Return them in the order of the programme, across groups and stages."""
        return self.order_by("group__stage__number", "group__position", "group__pk", "position", "pk")


class Exercise(ReviewedText):
    """One exercise. Clips of the same name ("Clapping hard", six times) show its variations."""

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
    slug = models.SlugField(
        _("address"),
        unique=True,
        max_length=80,
        help_text=_("Part of the page's address, in small letters and hyphens. It stays the same for good."),
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place within its group: lower numbers come first.")
    )
    published = models.BooleanField(_("published"), default=False)

    purpose = models.TextField(
        _("purpose"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What it trains, in one sentence. It stands on the card of the exercise, too."),
    )
    setup_lying = models.TextField(
        _("getting ready, lying"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("How to lie down for it. It stands before the steps and is not one of them."),
    )
    setup_sitting = models.TextField(
        _("getting ready, sitting"), blank=True, validators=SIDED_TEXT, help_text=_("How to sit down for it.")
    )
    setup_standing = models.TextField(
        _("getting ready, standing"), blank=True, validators=SIDED_TEXT, help_text=_("How to stand for it, and safely.")
    )
    steps = models.TextField(_("steps"), blank=True, validators=SIDED_TEXT, help_text=_("One step a line."))
    feel = models.TextField(
        _("what it feels like"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What somebody may feel while doing it well, so that it does not worry them."),
    )
    movement = models.CharField(
        _("movement"),
        max_length=10,
        blank=True,
        choices=Movement,
        help_text=_("Total: the neck goes all the way. Partial: it stops on the way and goes back."),
    )
    lying = models.BooleanField(_("lying"), default=False)
    sitting = models.BooleanField(_("sitting"), default=False)
    standing = models.BooleanField(_("standing"), default=False)
    with_help = models.BooleanField(
        _("with the help of a hand"), default=False, help_text=_("A hand guides or touches the head.")
    )
    body_parts = models.ManyToManyField(
        BodyPart, blank=True, verbose_name=_("body parts"), help_text=_("Visitors can look for exercises by these.")
    )
    equipment = models.ManyToManyField(
        Equipment,
        blank=True,
        related_name="exercises",
        verbose_name=_("equipment"),
        help_text=_("Everything somebody needs for it. Each brings its own caution along."),
    )

    repetitions = models.PositiveSmallIntegerField(
        _("repetitions"), default=5, validators=[MinValueValidator(1)], help_text=_("How many in a row.")
    )
    seconds_there = models.PositiveSmallIntegerField(
        _("seconds there"), default=4, help_text=_("How long the way out takes.")
    )
    seconds_hold = models.PositiveSmallIntegerField(
        _("seconds of holding"), default=0, help_text=_("0 when nothing is held.")
    )
    seconds_back = models.PositiveSmallIntegerField(
        _("seconds back"), default=4, help_text=_("How long the way back takes.")
    )
    rest_seconds = models.PositiveSmallIntegerField(
        _("seconds of rest"), default=5, help_text=_("The pause in between.")
    )
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
    easier = models.TextField(
        _("easier"), blank=True, validators=SIDED_TEXT, help_text=_("A gentler way to do it, for a bad day.")
    )
    harder = models.TextField(
        _("harder"), blank=True, validators=SIDED_TEXT, help_text=_("What to add once it goes well.")
    )
    balance_note = models.TextField(
        _("balance"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("How not to fall, such as what to hold on to while standing."),
    )
    caution = ProseField(
        _("caution"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("What to be careful about in this exercise alone. It stands in a box."),
    )
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

    #: The place of its still on the sheet of a list; `exercises.stills` sets it.
    tile: Tile | None = None
    #: The `Position` that a visitor has chosen on its page; a view sets it before it reads any clip.
    chosen_position: str = ""

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
        """Return the address of the exercise's page."""
        return reverse("exercises:detail", args=[self.slug])

    @property
    def title(self) -> str:
        """Return name and subtitle, with side words for the current visitor."""
        name = sided(self.name)
        return f"{name} ({sided(self.subtitle)})" if self.subtitle else name

    @property
    def seconds(self) -> int:
        """Return how many seconds all repetitions take, without rests."""
        return self.repetitions * seconds_of_one(self)

    @property
    def positions(self) -> list[str]:
        """Return the positions it can be done in, in words, the calmest first."""
        positions = [
            (self.lying, gettext("lying")),
            (self.sitting, gettext("sitting")),
            (self.standing, gettext("standing")),
        ]
        return [name for fits, name in positions if fits]

    @property
    def set_ups(self) -> list[SetUp]:
        """Return how to get ready in each position it can be done in, the calmest first, for the visitor's side.

        A position whose text nobody has written yet is left out.
        """
        texts = [
            (Position.LYING, self.lying, self.setup_lying),
            (Position.SITTING, self.sitting, self.setup_sitting),
            (Position.STANDING, self.standing, self.setup_standing),
        ]
        return [SetUp(position, sided(text)) for position, fits, text in texts if fits and text]

    @property
    def tempo(self) -> str:
        """Return the tempo in words, as in "4 seconds out, hold 1, 4 back"."""
        parts = [
            ngettext("%d second out", "%d seconds out", self.seconds_there) % self.seconds_there,
            gettext("hold %d") % self.seconds_hold if self.seconds_hold else "",
            gettext("%d back") % self.seconds_back,
        ]
        return ", ".join(part for part in parts if part)

    @property
    def times(self) -> str:
        """Return how often it is repeated in a row, in words."""
        return ngettext("%d time", "%d times", self.repetitions) % self.repetitions

    @property
    def one_seconds(self) -> int:
        """Return how many seconds one repetition takes."""
        return seconds_of_one(self)

    @property
    def minutes(self) -> str:
        """Return how long it takes with the rest after it, in words, as in "1½ min"."""
        return in_minutes(seconds_of([self]))

    @property
    def number_of_minutes(self) -> str:
        """Return how many minutes it takes with the rest after it, as in "1½"."""
        return minutes(seconds_of([self]))

    @cached_property
    def parts(self) -> list[Part]:
        """Return its variations in order, each with the clip visitors see; one part without variations.

        Reads `clips` and `variations`: load them by `with_clips()` before using this in a loop.
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
        """Return the clip that visitors see, by variation, in the position that they have chosen."""
        return self.clips_in(self.chosen_position)

    def clips_in(self, position: str) -> dict[int, Any]:
        """Return the clip that visitors see, by variation, who have chosen this `Position`."""
        clips: dict[int, Any] = self.clips.all().shown_by_variation(position)
        return clips

    @property
    def first_clip(self) -> Any:
        """Return the clip of the first variation that has one, which a card shows; None without clips."""
        clips = self.clips_by_variation
        return clips[min(clips)] if clips else None

    @property
    def ways(self) -> int:
        """Return how many ways to do it there are; needs `with_cards()`."""
        last: int | None = getattr(self, "last_variation", None)
        return max([1, last or 0, *self.clips_by_variation])
