import secrets
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clips.conversion.models import Conversion
from clips.shown import ShownToVisitors
from exercises.models import Exercise
from exercises.positions import Position
from exercises.sides import SIDED_TEXT, View, sided
from texts import drafts


def new_public_id() -> str:
    """Return a name that nobody can guess (128 bits), for the addresses of a clip's files."""
    return secrets.token_urlsafe(16)


def originals() -> Any:
    """Return the private storage of films as they came from the phone."""
    return storages["originals"]


def original_name(clip: "Clip", filename: str) -> str:
    """Return where an original is kept: a name of our own, never the client's."""
    return f"{clip.public_id}/{secrets.token_hex(8)}"


def published_name(clip: "Clip", filename: str) -> str:
    """Return where a converted file is kept. Its name is new each time, so it can be cached for ever."""
    return f"clips/{clip.public_id}/{filename}"


#: What a conversion makes, and every file that belongs to what visitors see.
MADE_FIELDS = ("film", "film_flipped", "still", "still_flipped", "still_small", "still_small_flipped")
#: Only drawings have these: the same film on a dark ground, for a dark room.
NIGHT_FIELDS = ("film_night", "film_night_flipped")
FILE_FIELDS = (*MADE_FIELDS, *NIGHT_FIELDS, "captions")


class ClipQuerySet(models.QuerySet["Clip"]):
    def with_film(self) -> "ClipQuerySet":
        """Clips that can be played, drafts among them."""
        return self.exclude(film="")

    def with_status(self, status: str) -> "ClipQuerySet":
        """Clips whose `status` is this one."""
        condition = Q(conversion__status=status)
        if status == Conversion.Status.READY:
            condition |= Q(conversion=None) & ~Q(film="")
        return self.filter(condition)

    def visible(self) -> "ClipQuerySet":
        """What visitors may fetch: published clips of published exercises or of the story; in a preview drafts too."""
        if drafts.are_shown():
            return self.with_film()
        exercise_is_published = Q(exercise__published=True, exercise__group__stage__published=True)
        return self.with_film().filter(Q(exercise=None) | exercise_is_published, published=True)

    def shown_by_variation(self, position: str = "") -> dict[int, "Clip"]:
        """Choose, for each variation, the clip that visitors see: a film before a drawing, the newest first.

        One in the `position` that a visitor has chosen comes before those; without a choice, a lying one comes last.
        In a preview the clip that somebody wants to look at comes before all others. Call it on the clips of one
        exercise or story; rows that are loaded already (prefetched) are chosen from without a query.
        """
        rows = (clip for clip in self if clip.film and (clip.published or drafts.are_shown()))
        order = sorted(
            rows, key=lambda clip: (clip == drafts.previewed(), clip.fits(position), clip.is_filmed, clip.pk)
        )
        return {clip.variation: clip for clip in order}


class Clip(ShownToVisitors, models.Model):
    """A short film of one way to do an exercise or of the author's story, from phone to visitor.

    Fields that people write are editable; those with `editable=False` are written by workers, when they publish what
    they have made. `save_edits()` keeps the two apart. How far a film is stands in a row of its own, `Conversion`.
    """

    class Kind(models.TextChoices):
        DRAWN = "drawn", _("Drawn")
        FILMED = "filmed", _("Filmed")

    Status = Conversion.Status

    class Story(models.TextChoices):
        THEN = "then", _("The author at 26, re-enacted")
        NOW = "now", _("The author today")

    exercise = models.ForeignKey(
        Exercise,
        on_delete=models.CASCADE,
        related_name="clips",
        null=True,
        blank=True,
        verbose_name=_("exercise"),
    )
    story = models.CharField(
        _("author's story"),
        max_length=10,
        blank=True,
        choices=Story,
        help_text=_("Only for the clips of the author's story on the home page, which belong to no exercise."),
    )
    variation = models.PositiveSmallIntegerField(
        _("variation"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text=_("Which of several ways to do the exercise it shows; 1 for the only one."),
    )
    position = models.CharField(
        _("position"),
        max_length=10,
        blank=True,
        choices=Position,
        help_text=_("Where the person is. Empty: only the upper body can be seen, so it fits sitting and standing."),
    )
    title = models.CharField(_("title"), max_length=120, blank=True, validators=SIDED_TEXT)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.FILMED)
    made = models.CharField(
        _("how it was filmed"),
        max_length=10,
        choices=View,
        default=View.FACING,
        help_text=_("“Facing you” for an ordinary film; “Like a mirror” for some selfie films."),
    )
    description = models.TextField(
        _("what the clip shows"),
        blank=True,
        validators=SIDED_TEXT,
        help_text=_("In one or two sentences, for people who cannot see it. Empty: the exercise's own."),
    )
    published = models.BooleanField(
        _("published"),
        default=False,
        help_text=_("Visitors see it as soon as it is both published and ready."),
    )
    checked = models.BooleanField(
        _("checked by a therapist"),
        default=True,
        help_text=_("Not ticked: drawn by the site from the exercise's name; please check it."),
    )

    original = models.FileField(_("film"), storage=originals, upload_to=original_name, blank=True, max_length=255)
    original_filename = models.CharField(_("name of the file"), max_length=255, blank=True)
    original_sha256 = models.CharField(max_length=64, blank=True, editable=False)  # of films taken in by the folder
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded at"), auto_now_add=True)
    keep_sound = models.BooleanField(_("keep the sound"), default=True)
    trim_start = models.FloatField(
        _("start at second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Leave out what comes before, such as the walk from the phone. Empty: from the beginning."),
    )
    trim_end = models.FloatField(
        _("end at second"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("Leave out what comes after. Empty: to the end. The uploaded film stays whole."),
    )
    still_at = models.FloatField(null=True, blank=True)  # seconds of the converted film; None: the site chooses
    still_is_due = models.BooleanField(default=False, editable=False)  # chosen, and not made yet

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    film = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    film_flipped = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    still = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    still_flipped = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    still_small = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    still_small_flipped = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    film_night = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    film_night_flipped = models.FileField(upload_to=published_name, blank=True, max_length=255, editable=False)
    captions = models.FileField(_("captions"), upload_to=published_name, blank=True, max_length=255)
    seconds = models.FloatField(_("seconds"), default=0, editable=False)
    width = models.PositiveIntegerField(default=0, editable=False)  # pixels, of the converted film
    height = models.PositiveIntegerField(default=0, editable=False)
    has_sound = models.BooleanField(_("has sound"), default=False, editable=False)
    lost_sound = models.CharField(max_length=40, blank=True, editable=False)  # codec of a sound that nothing could read

    timeline = models.JSONField(default=list, blank=True, editable=False)  # see clips/timeline.py

    objects = ClipQuerySet.as_manager()

    class Meta:
        ordering = ["exercise", "story", "variation", "pk"]
        constraints = [
            models.CheckConstraint(
                # A draft may belong nowhere yet: films that are taken in by the folder do not always say.
                condition=Q(exercise__isnull=False, story="")
                | (Q(exercise=None) & ~Q(story=""))
                | Q(exercise=None, story="", published=False),
                name="clip_belongs_to_an_exercise_or_the_story",
                violation_error_message=_("A clip belongs either to an exercise or to the author's story."),
            ),
            models.CheckConstraint(
                condition=Q(film="") | (~Q(film_flipped="") & ~Q(still="")),
                name="clip_with_a_film_has_its_twin_and_still",
                violation_error_message=_("A clip has its film, the flipped twin and the still, or none of them."),
            ),
        ]
        verbose_name = _("clip")
        verbose_name_plural = _("clips")

    def __str__(self) -> str:
        name = sided(self.title) or self.get_story_display() or gettext("Clip")
        if not self.exercise_id and not self.story and self.original_filename:
            return self.original_filename
        text = gettext("%(name)s, variation %(number)d") % {"name": name, "number": self.variation}
        return f"{text}, {self.get_position_display().lower()}" if self.position else text

    def get_absolute_url(self) -> str:
        if self.exercise is None:
            return "/"
        return f"{self.exercise.get_absolute_url()}#clip-{self.variation}"

    def clean(self) -> None:
        """Refuse to publish what some visitors could not follow.

        Raises:
            ValidationError: when it belongs nowhere, or neither the clip nor its exercise says in words what can
                be seen.
        """
        if self.published and not self.exercise_id and not self.story:
            raise ValidationError({"published": _("Before visitors can see this clip, choose the exercise it shows.")})
        if self.published and not self.text_alternative:
            raise ValidationError(
                {
                    "published": _(
                        "Before visitors can see this clip, say under “what the clip shows” what can be seen, "
                        "here or with the exercise: some visitors hear it instead."
                    )
                }
            )

    @property
    def full_name(self) -> str:
        """Its name with that of its exercise, for where nothing else says which clip it is."""
        return f"{self.exercise}: {self}" if self.exercise else str(self)

    @property
    def text_alternative(self) -> str:
        """What can be seen, in words with side markers: the clip's own, its variation's or its exercise's.

        Queries the variations unless they are loaded.
        """
        if self.description or self.exercise is None:
            return self.description
        if self.exercise.pk:
            for variation in self.exercise.variations.all():
                if variation.number == self.variation and variation.description:
                    return variation.description
        return self.exercise.description

    def save_edits(self) -> None:
        """Save what people write, and nothing that a worker may be writing at this moment."""
        self.save(update_fields=None if self._state.adding else edited_fields())

    @property
    def status(self) -> str:
        """How far it is. A clip that came with its film is ready without a conversion; "" before it has any film."""
        if hasattr(self, "conversion"):
            return self.conversion.status
        return self.Status.READY if self.film else ""

    def get_status_display(self) -> str:
        """Return the status in words."""
        return str(self.Status(self.status).label) if self.status else gettext("No film yet")

    @property
    def progress(self) -> int:
        """How much of the conversion is done, in per cent."""
        return self.conversion.progress if hasattr(self, "conversion") else 100

    @property
    def problem(self) -> str:
        """Why the conversion failed or waits, in words for a therapist; "" while all is well."""
        return self.conversion.problem if hasattr(self, "conversion") else ""

    @property
    def original_seconds(self) -> float:
        """How long the film as it was uploaded is; 0 before a worker has looked at it."""
        return self.conversion.original_seconds if hasattr(self, "conversion") else 0.0

    @property
    def is_underway(self) -> bool:
        """Whether it will become ready, or fail, without anybody doing anything."""
        return self.status in (self.Status.WAITING, self.Status.CONVERTING)

    @property
    def is_changing(self) -> bool:
        """Whether what the workshop shows of it will change without anybody doing anything."""
        return self.is_underway or self.still_is_due

    @property
    def can_be_tried_again(self) -> bool:
        """Whether an editor may be impatient: it has failed, or it waits after something went wrong."""
        stuck = self.status == self.Status.FAILED or (self.status == self.Status.WAITING and bool(self.problem))
        return stuck and bool(self.original)

    @property
    def note(self) -> str:
        """What a therapist has to know of a finished film: that its sound could not be kept."""
        if not self.lost_sound or self.status != Conversion.Status.READY:
            return ""
        return (
            gettext(
                "Visitors get it without sound: this film's sound is stored in a way that this site cannot read (%s). "
                "To keep the sound, save the film as MP4 (H.264 with AAC sound) and upload that."
            )
            % self.lost_sound
        )

    @property
    def is_filmed(self) -> bool:
        return self.kind == self.Kind.FILMED

    @property
    def whole_seconds(self) -> int:
        """Seconds, rounded, at least 1: for places that know no fractions."""
        return max(1, round(self.seconds))

    @property
    def is_long(self) -> bool:
        """Whether it is long enough for a seek slider: more than 20 seconds."""
        return self.seconds > 20


def edited_fields() -> list[str]:
    """Return the names of a clip's fields that people write; the others are written by workers."""
    return [field.name for field in Clip._meta.concrete_fields if field.editable and not field.primary_key]
