"""Questions and answers by topic, and the problems that can come with cervical dystonia."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField

#: The address of the problem that a search for a way to die leads to, and that shows the crisis card itself.
LOW_MOOD = "low-mood-and-worry"


class Topic(models.Model):
    """A heading under which questions stand together."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"), unique=True, help_text=_("A short name in small letters and hyphens. It stays the same for good.")
    )
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place among the topics: lower numbers come first.")
    )

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.name


class QuestionQuerySet(models.QuerySet["Question"]):
    """Questions as visitors see them, and those that wait for an answer."""

    def published(self) -> "QuestionQuerySet":
        """Return what visitors may see: answered questions; drafts with an answer too in a preview."""
        answered = self.exclude(answer="")
        return answered if drafts.are_shown() else answered.filter(published=True)

    def unanswered(self) -> "QuestionQuerySet":
        """Return the questions that still need an answer."""
        return self.filter(answer="")


class Question(ReviewedText):
    """A question and its answer; without an answer it is a draft."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="questions", verbose_name=_("topic"))
    question = models.CharField(_("question"), max_length=200)
    slug = models.SlugField(
        _("address"),
        unique=True,
        max_length=80,
        help_text=_("The end of its address, after the #. It stays the same for good."),
    )
    answer = ProseField(
        _("answer"),
        blank=True,
        help_text=_("A question without an answer stays a draft: visitors never see it."),
    )
    author_view = models.BooleanField(
        _("tells the author's view"), default=False, help_text=_("Shows the evidence beside the answer.")
    )
    top = models.BooleanField(
        _("on the home page"), default=False, help_text=_("The home page shows the first four that are ticked.")
    )
    published = models.BooleanField(_("published"), default=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place within its topic: lower numbers come first.")
    )

    objects = QuestionQuerySet.as_manager()

    class Meta(ReviewedText.Meta):
        ordering = ["topic__position", "position", "pk"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return self.question

    def get_absolute_url(self) -> str:
        """Return the address of the answer, on the page of all questions."""
        return f"{reverse('faq:list')}#{self.slug}"


class ProblemQuerySet(models.QuerySet["Problem"]):
    """Problems as visitors see them."""

    def published(self) -> "ProblemQuerySet":
        """Return what visitors may see; drafts too in a preview."""
        return self if drafts.are_shown() else self.filter(published=True)


class Problem(ReviewedText):
    """Something that can come with cervical dystonia, such as tremor or trouble swallowing."""

    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_("Part of the page's address, in small letters and hyphens. It stays the same for good."),
    )
    summary = models.CharField(_("in one line"), max_length=200, help_text=_("How it shows, for the list of problems."))
    what_it_is = ProseField(_("what it is"), help_text=_("What it feels like, and why it can come with CD."))
    what_may_help = ProseField(
        _("what may help"), blank=True, help_text=_("What patients can do themselves, and what to ask a doctor about.")
    )
    get_help_heading = models.CharField(
        _("heading of “when to get help”"),
        max_length=120,
        default=_("Ask for medical advice if:"),
        help_text=_("One action, ending with “if:”."),
    )
    when_to_get_help = ProseField(_("when to get help"), help_text=_("A problem cannot be published without it."))
    emergency = ProseField(
        _("when to call the emergency number"),
        blank=True,
        help_text=_("One sign a line, as a list. It stands above “when to get help”."),
    )
    who_can_help = ProseField(
        _("who can help"), blank=True, help_text=_("The professions to turn to, the nearest first.")
    )
    sources = models.TextField(_("sources"), blank=True, help_text=_("One a line: publisher | title | address."))
    published = models.BooleanField(_("published"), default=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place among the problems: lower numbers come first.")
    )

    objects = ProblemQuerySet.as_manager()

    class Meta(ReviewedText.Meta):
        ordering = ["position", "pk"]
        constraints = [
            *ReviewedText.Meta.constraints,
            models.CheckConstraint(
                condition=models.Q(published=False) | ~models.Q(when_to_get_help=""),
                name="published_problem_says_when_to_get_help",
                violation_error_message=_("Say when to get help before you publish this page."),
            ),
        ]
        verbose_name = _("problem")
        verbose_name_plural = _("other problems")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the problem's page."""
        return reverse("faq:problem", args=[self.slug])
