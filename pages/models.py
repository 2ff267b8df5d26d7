"""The site's own pages, each with its sections."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from texts import drafts
from texts.models import ReviewedText
from texts.prose import ProseField

#: Pages that templates link to: without them every other page would have a dead link.
LINKED_EVERYWHERE = frozenset(
    {"home", "about", "accessibility", "before-you-start", "evidence", "new-to-cd", "privacy"}
)
#: Why they stay.
KEPT_BECAUSE = _("This page stays: every other page links to it, and people look there for what keeps them safe.")
#: Sections that every exercise and problem shows or leads to, by page.
KEPT_SECTIONS = {"before-you-start": frozenset({"emergency", "stop-if", "same-day", "ask-first"})}
#: First parts of addresses that other views of the site answer (cdtrainer/urls.py, pages/urls.py, faq/urls.py).
RESERVED = frozenset(
    {"admin", "contact", "exercises", "faq", "healthz", "media", "my-side", "problems", "readyz", "search", "sides"}
    | {"stages", "start", "static"}
)


class PageQuerySet(models.QuerySet["Page"]):
    """Pages as visitors see them."""

    def published(self) -> "PageQuerySet":
        """Return what visitors may see; drafts too in a preview."""
        return self if drafts.are_shown() else self.filter(published=True)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete all of them, or none when every page of the site links to one.

        Raises:
            ProtectedError: then.
        """
        if kept := set(self.filter(slug__in=LINKED_EVERYWHERE)):
            raise ProtectedError(str(KEPT_BECAUSE), {*kept})
        return super().delete()

    delete.queryset_only = True  # type: ignore[attr-defined] # as Django's own: never `Page.objects.delete()`


class KeptModel(models.Model):
    """A row that cannot be deleted while `kept_because` says why."""

    class Meta:
        abstract = True

    @property
    def kept_because(self) -> str:
        """Why it cannot be deleted, in a sentence; "" when it can."""
        raise NotImplementedError

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Delete the row, unless it has to stay.

        Raises:
            ProtectedError: then.
        """
        if self.kept_because:
            raise ProtectedError(self.kept_because, {self})
        return super().delete(*args, **kwargs)


class Page(KeptModel, ReviewedText):
    """A page of the site itself: home, about, before you start, what the evidence says, privacy, accessibility."""

    title = models.CharField(_("title"), max_length=200)
    slug = models.SlugField(
        _("address"),
        unique=True,
        help_text=_("Part of the page's address, in small letters and hyphens. It stays the same for good."),
    )
    lead = models.TextField(
        _("first lines"),
        blank=True,
        help_text=_("What the page is about, in large letters at its top. Search engines show the first lines, too."),
    )
    published = models.BooleanField(_("published"), default=True)

    objects = PageQuerySet.as_manager()

    class Meta(ReviewedText.Meta):
        ordering = ["title"]
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the page; that of the home page is `/`."""
        return reverse("pages:home") if self.slug == "home" else reverse("pages:detail", args=[self.slug])

    def clean(self) -> None:
        """Refuse an address that the site uses itself, and to move or withdraw a page that all others link to."""
        if self.slug in RESERVED:
            raise ValidationError({"slug": _("The site uses this address itself. Please choose another.")})
        kept = LINKED_EVERYWHERE & set(Page.objects.filter(pk=self.pk).values_list("slug", flat=True))
        if kept and (self.slug not in kept or not self.published):
            raise ValidationError(
                _("Every page links to this one: change its words, but keep its address and leave it published.")
            )

    @property
    def kept_because(self) -> str:
        """The sentence about pages that all others link to; "" for others."""
        return str(KEPT_BECAUSE) if self.slug in LINKED_EVERYWHERE else ""


class Section(KeptModel):
    """A part of a page under its own heading."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sections", verbose_name=_("page"))
    key = models.SlugField(_("anchor"), help_text=_("The end of its address, after the #. It stays the same for good."))
    heading = models.CharField(_("heading"), max_length=200)
    body = ProseField(_("text"), blank=True)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Its place on the page: lower numbers come first.")
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "key"],
                name="one_section_per_anchor_on_a_page",
                violation_error_message=_("This page already has a section with this anchor."),
            )
        ]
        verbose_name = _("section")
        verbose_name_plural = _("sections")

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        """Refuse to leave a section empty that keeps people safe."""
        if self.kept_because and not self.body:
            raise ValidationError({"body": self.kept_because})

    @property
    def kept_because(self) -> str:
        """The sentence about sections that keep people safe; "" for others."""
        if self.key not in KEPT_SECTIONS.get(self.page.slug, ()):
            return ""
        return gettext(
            "This section stays: other pages show it or lead to it, and it keeps people safe. Change its words."
        )
