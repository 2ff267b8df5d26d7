"""Base classes of the model admins: text editor, row order, history, review, publishing, links to the page."""

import json
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from cdtrainer.requests import SiteRequest
from texts import freshness
from texts.deletion_admin import DeletionAdmin
from texts.deletion_admin import KeptInline as KeptInline
from texts.history_admin import HistoryAdmin
from texts.merge_admin import MergingAdmin
from texts.models import REVIEW_FIELDSET, REVIEW_LASTS, review_is_due
from texts.publishing import set_published

#: The last fieldset of every text's form.
REVIEW: Any = REVIEW_FIELDSET


#: The messages of `order.js`, which fills in the words in braces.
ORDER_TEXTS = {
    "drag": _("Drag to another place"),
    "up": _("Move “{name}” up"),
    "down": _("Move “{name}” down"),
    "place": _("{name}: place {place} of {total}. Not saved yet."),
    "unsaved": _("The order has changed and is not saved yet. “Save” keeps it."),
    "undo": _("Undo the last move"),
    "undone": _("The last move is undone."),
    "ownOrder": _("Show the list in its own order, to move its rows"),
    "newRow": _("New"),
}


class WorkshopAdmin(MergingAdmin, DeletionAdmin):
    """The base of every model admin: merging, deleting, text editor, row order, fresh pages, preview, page link."""

    actions = ["delete_selected"]

    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})}}

    #: The field that divides the rows into lists of their own order, as the group of an exercise; "": one list.
    order_within = ""

    class Media:
        js = ["workshop/prose.js"]

    @property
    def media(self) -> forms.Media:
        """Add `order.js` with its messages, which class `Media` would translate once for all requests."""
        order_texts = json.dumps({name: str(text) for name, text in ORDER_TEXTS.items()})
        order = forms.Script("workshop/order.js", type="module", **{"data-order-texts": order_texts})
        leave = forms.Script("workshop/leave.js", type="module")
        return super().media + forms.Media(js=[order, leave])  # type: ignore[list-item] # new in Django 5.2

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """Return a form that labels each field with its row, for screen readers, and marks positions for `order.js`."""
        within = self.order_within

        class RowForm(super().get_changelist_form(request, **kwargs)):  # type: ignore[misc]
            def __init__(self, *args: Any, **options: Any) -> None:
                super().__init__(*args, **options)
                for name, field in self.fields.items():
                    if not field.widget.is_hidden:
                        field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"
                    if name == "position":
                        field.widget.attrs["data-order"] = str(self.instance)
                        field.widget.attrs["data-order-within"] = getattr(self.instance, within, "") if within else ""
                        field.show_hidden_initial = True  # so that only the rows moved here are saved

            def clean(self) -> dict[str, Any] | None:
                cleaned: dict[str, Any] | None = super().clean()
                if "position" in self.changed_data and self.was_moved_meanwhile():
                    self.add_error("position", _("Somebody else has moved this meanwhile. Load the list again."))
                return cleaned

            def was_moved_meanwhile(self) -> bool:
                was = self.data.get(self["position"].html_initial_name)
                now = str(self.initial["position"])
                return was not in (None, now) and self.data.get(self["position"].html_name) != now

        return RowForm

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The text editor comes as an import map inside the page, which the policy of the site lets through
        # only with the nonce of this answer.
        nonce = str(cast(SiteRequest, request).csp_nonce)
        context["media"] = Media.from_media(context["media"]).with_nonce(nonce)
        row = context.get("original")
        context["why_kept"] = getattr(row, "kept_because", "")
        context["deletes_at_once"] = row is not None and self.has_delete_permission(request, row)
        context["show_delete"] = False  # Django's own link, to a page that asks
        context["preview_url"] = self.get_preview_url(context.get("original"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the related rows, the last step of every form and of every row of a list, and refresh cached pages."""
        super().save_related(request, form, formsets, change)
        freshness.touch()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Return the fields nobody may change: the slug, too, once it exists, as links, bookmarks and prints use it."""
        fixed = ["slug"] if obj and any(field.name == "slug" for field in self.model._meta.fields) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(super().get_prepopulated_fields(request, obj))

    def get_preview_url(self, obj: Any = None) -> str | None:
        """Return the address of the page's preview, drafts included; None without such a page."""
        if obj is None or not self.page_of(obj):
            return None
        meta = self.model._meta
        return reverse("admin:preview", args=[meta.app_label, meta.model_name, obj.pk])

    def page_of(self, obj: Any) -> str | None:
        """Return the address of the page that shows `obj` once it is published; None without one."""
        return str(obj.get_absolute_url()) if hasattr(obj, "get_absolute_url") else None

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the page, or None while it is a 404 for visitors."""
        if obj is None or not hasattr(obj, "get_absolute_url") or not getattr(obj, "published", True):
            return None
        return str(obj.get_absolute_url())


class TextAdmin(HistoryAdmin, WorkshopAdmin):
    """The admin of a text: every change is kept as a version, and can be undone."""


class ReviewFilter(admin.SimpleListFilter):
    """Filters texts by whether a clinician has reviewed them and whether that is due again."""

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
            return queryset.filter(review_is_due())
        return queryset


class ReviewedTextAdmin(TextAdmin):
    """The admin of a text that can be published and reviewed."""

    actions = ["publish", "withdraw", "delete_selected"]
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
        """Publish or withdraw the rows of `queryset`, and report each that was refused."""
        outcome = set_published(queryset, published=published, user=request.user)
        for text, problem in outcome.problems:
            self.message_user(request, f"{text}: {problem}", messages.ERROR)
        number = len(outcome.changed)
        if number and published:
            message = ngettext("%d text is published.", "%d texts are published.", number) % number
            self.message_user(request, message, messages.SUCCESS)
        elif number:
            message = ngettext("%d text is withdrawn.", "%d texts are withdrawn.", number) % number
            self.message_user(request, message, messages.SUCCESS)


def review_of(reviewed_on: date | None, next_review_on: date | None) -> str:
    """Return, for a list, when a text was reviewed, or that it was not, or that a review is due."""
    due_on = next_review_on or (reviewed_on + REVIEW_LASTS if reviewed_on else None)
    if due_on and due_on < timezone.localdate():
        return format_html('<strong class="todo">{}</strong>', _("Review is due"))
    if reviewed_on:
        return gettext("Reviewed %s") % date_format(reviewed_on, "SHORT_DATE_FORMAT")
    return gettext("Not reviewed")
