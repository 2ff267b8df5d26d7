"""What editing any text has in common: the text editor, review, publishing, the way to its page."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from js_asset import Media  # type: ignore[import-untyped]

from texts.models import REVIEW_FIELDSET

#: Last in the form of every text.
REVIEW: Any = REVIEW_FIELDSET


class WorkshopAdmin(admin.ModelAdmin):
    """A model admin that shows `ProseField`s and knows a page for what it edits."""

    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})}}

    class Media:
        js = ["workshop/prose.js"]

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """Name each field that is edited in the list after its row, for those who cannot see the columns."""

        class RowForm(super().get_changelist_form(request, **kwargs)):  # type: ignore[misc]
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                for field in self.fields.values():
                    if not field.widget.is_hidden:
                        field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"

        return RowForm

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The text editor comes as an import map inside the page, which the policy of the site lets through
        # only with the nonce of this answer.
        nonce = str(request.csp_nonce)  # type: ignore[attr-defined]
        context["media"] = Media.from_media(context["media"]).with_nonce(nonce)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep addresses as they are once they exist: links, bookmarks and prints lead to them."""
        fixed = ["slug"] if obj and any(f.name == "slug" for f in self.model._meta.fields) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(super().get_prepopulated_fields(request, obj))

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the page, or None while visitors would meet "not found" there."""
        if obj is None or not hasattr(obj, "get_absolute_url") or not getattr(obj, "published", True):
            return None
        return str(obj.get_absolute_url())


class ReviewFilter(admin.SimpleListFilter):
    """Texts by what a clinician has said about them."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("never", _("Not reviewed")), ("done", _("Reviewed")), ("overdue", _("Review is due"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "never":
            return queryset.filter(reviewed_by="")
        if self.value() == "done":
            return queryset.exclude(reviewed_by="")
        if self.value() == "overdue":
            return queryset.filter(next_review_on__lt=timezone.localdate())
        return queryset


class ReviewedTextAdmin(WorkshopAdmin):
    """The admin of a text that visitors see once it is published, and that a clinician can review."""

    actions = ["publish", "withdraw"]
    list_per_page = 100

    @admin.display(description=_("review"), ordering="reviewed_on")
    def review(self, text: Any) -> str:
        return review_of(text.reviewed_on, text.next_review_on)

    @admin.action(description=_("Publish: visitors see it"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self.set_published(request, queryset, published=True)

    @admin.action(description=_("Withdraw: visitors no longer see it"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self.set_published(request, queryset, published=False)

    def set_published(self, request: HttpRequest, queryset: models.QuerySet[Any], *, published: bool) -> None:
        """Publish or withdraw each text by itself: one that breaks a rule does not hold up the others."""
        done = 0
        for text in queryset:
            text.published = published
            try:
                text.full_clean()
            except ValidationError as error:
                self.message_user(request, f"{text}: {' '.join(error.messages)}", messages.ERROR)
                continue
            text.save()
            what = gettext("Published.") if published else gettext("Withdrawn.")
            self.log_change(request, text, what)
            done += 1
        if not done:
            return
        if published:
            said = ngettext("%d text is published.", "%d texts are published.", done) % done
        else:
            said = ngettext("%d text is withdrawn.", "%d texts are withdrawn.", done) % done
        self.message_user(request, said, messages.SUCCESS)


def review_of(reviewed_on: date | None, next_review_on: date | None) -> str:
    """Return in words whether a clinician has reviewed a text, and whether that is due again."""
    if next_review_on and next_review_on < timezone.localdate():
        return format_html('<strong class="todo">{}</strong>', _("Review is due"))
    if reviewed_on:
        return gettext("Reviewed %s") % date_format(reviewed_on, "SHORT_DATE_FORMAT")
    return gettext("Not reviewed")
