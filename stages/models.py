"""The stages of the programme."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField


class StageQuerySet(models.QuerySet["Stage"]):
    """Stages as visitors see them."""

    def published(self) -> "StageQuerySet":
        """Return what visitors may see; drafts too in a preview."""
        return self if drafts.are_shown() else self.filter(published=True)

    def with_number_of_exercises(self) -> "StageQuerySet":
        """Annotate each stage with the number of its published exercises, for its card."""
        visible = models.Q() if drafts.are_shown() else models.Q(groups__exercises__published=True)
        return self.annotate(number_of_exercises=models.Count("groups__exercises", filter=visible))


class Stage(ReviewedText):
    """One of the three parts of the programme, with the signs by which a patient enters and leaves it."""

    number = models.PositiveSmallIntegerField(
        _("number"), unique=True, help_text=_("Stages stand in this order. It is a part of the page's address.")
    )
    name = models.CharField(_("name"), max_length=60)
    tagline = models.CharField(
        _("tagline"),
        max_length=120,
        blank=True,
        help_text=_("A few words after the name, such as “3 months, slow and smooth”."),
    )
    summary = models.TextField(_("who it is for"), help_text=_("One or two sentences, shown on the home page."))
    starts_when = models.TextField(_("beginning"), blank=True, help_text=_("The signs that this stage fits."))
    ends_when = models.TextField(_("end"), blank=True, help_text=_("The signs that it is time to move on."))
    go_back_when = models.TextField(
        _("go back when"),
        blank=True,
        help_text=_("The signs that an earlier stage does more good for a while. A gap is a normal part of training."),
    )
    duration = models.CharField(
        _("how long"),
        max_length=200,
        blank=True,
        help_text=_("Such as “3 months”. It stands on the stage's card, too."),
    )
    pain = models.CharField(
        _("pain"), max_length=300, blank=True, help_text=_("How much pain is usual in this stage, and whom to tell.")
    )
    training = models.CharField(
        _("training"),
        max_length=300,
        blank=True,
        help_text=_("How much to train a day, and how to split it into short sessions."),
    )
    how_to = ProseField(
        _("how to exercise"),
        blank=True,
        help_text=_("What every exercise of this stage has in common: how fast, in which position, where."),
    )
    how_to_caution = ProseField(
        _("caution beside it"),
        blank=True,
        help_text=_("What to be careful about while exercising. It stands in a box below “How to exercise”."),
    )
    problems = ProseField(
        _("problems"), blank=True, help_text=_("What can get hard in this stage, and what to try then.")
    )
    problems_caution = ProseField(
        _("caution beside the problems"),
        blank=True,
        help_text=_("What nobody should try only because they read about it there. It stands in a box below."),
    )
    before_you_start = ProseField(
        _("before you start"), blank=True, help_text=_("What to read, or whom to ask, before the first exercise.")
    )
    warning = ProseField(
        _("warning"),
        blank=True,
        help_text=_("Shown first, before the exercises, and with every recommendation of this stage."),
    )
    checklist = models.TextField(
        _("checklist"),
        blank=True,
        help_text=_("One sign a line, to tick under “Where do I start?”."),
    )
    author_view = models.BooleanField(
        _("tells the author's experience"),
        default=False,
        help_text=_("Shows the evidence box beside the text."),
    )
    published = models.BooleanField(
        _("published"),
        default=True,
        help_text=_("Visitors see the stage, and every exercise in it, only while this is ticked."),
    )

    objects = StageQuerySet.as_manager()

    class Meta(ReviewedText.Meta):
        ordering = ["number"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the stage's page."""
        return reverse("stages:detail", args=[self.number])

    @property
    def title(self) -> str:
        """Return name and tagline, as in "Stage 1: 3 months, slow and smooth"."""
        return f"{self.name}: {self.tagline}" if self.tagline else self.name
