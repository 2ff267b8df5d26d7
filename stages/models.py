from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField


class StageQuerySet(models.QuerySet["Stage"]):
    def published(self) -> "StageQuerySet":
        return self if drafts.are_shown() else self.filter(published=True)

    def with_number_of_exercises(self) -> "StageQuerySet":
        """Count the published exercises of each stage, for its card, as `number_of_exercises`."""
        counted = models.Q() if drafts.are_shown() else models.Q(groups__exercises__published=True)
        return self.annotate(number_of_exercises=models.Count("groups__exercises", filter=counted))


class Stage(ReviewedText):
    """One of the three parts of the programme, with the signs by which a patient enters and leaves it."""

    number = models.PositiveSmallIntegerField(_("number"), unique=True)
    name = models.CharField(_("name"), max_length=60)
    tagline = models.CharField(_("tagline"), max_length=120, blank=True)
    summary = models.TextField(_("who it is for"), help_text=_("One or two sentences, shown on the home page."))
    starts_when = models.TextField(_("beginning"), blank=True, help_text=_("The signs that this stage fits."))
    ends_when = models.TextField(_("end"), blank=True, help_text=_("The signs that it is time to move on."))
    go_back_when = models.TextField(_("go back when"), blank=True)
    duration = models.CharField(_("how long"), max_length=200, blank=True)
    pain = models.CharField(_("pain"), max_length=300, blank=True)
    training = models.CharField(_("training"), max_length=300, blank=True)
    how_to = ProseField(_("how to exercise"), blank=True)
    how_to_caution = ProseField(_("caution beside it"), blank=True)
    problems = ProseField(_("problems"), blank=True)
    problems_caution = ProseField(_("caution beside the problems"), blank=True)
    before_you_start = ProseField(_("before you start"), blank=True)
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
    published = models.BooleanField(_("published"), default=True)

    objects = StageQuerySet.as_manager()

    class Meta(ReviewedText.Meta):
        ordering = ["number"]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stages:detail", args=[self.number])
