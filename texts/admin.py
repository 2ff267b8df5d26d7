"""What editing any text has in common: the text editor, order, history, review, publishing, the way to its page."""

import json
from datetime import date
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextareaWidget
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from js_asset import Media

from cdtrainer.requests import SiteRequest
from texts import freshness, history
from texts.models import REVIEW_FIELDSET, REVIEW_LASTS, Version, review_is_due
from texts.publishing import set_published

#: Last in the form of every text.
REVIEW: Any = REVIEW_FIELDSET


#: What `order.js` says; words in braces are filled in by it.
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


class WorkshopAdmin(admin.ModelAdmin):
    """A model admin that shows `ProseField`s and knows a page for what it edits."""

    formfield_overrides = {models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 5})}}

    #: The field whose rows are ordered among themselves, such as the group of an exercise; empty: all of them.
    order_within = ""

    class Media:
        js = ["workshop/prose.js"]

    @property
    def media(self) -> forms.Media:
        """Bring `order.js` with its words along; not in `Media`, where they would have one language for ever."""
        words = json.dumps({name: str(said) for name, said in ORDER_TEXTS.items()})
        order = forms.Script("workshop/order.js", type="module", **{"data-order-texts": words})
        return super().media + forms.Media(js=[order])  # type: ignore[list-item] # new in Django 5.2

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[forms.ModelForm]:
        """Name each field that is edited in the list after its row, for those who cannot see the columns."""

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

        return RowForm

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # The text editor comes as an import map inside the page, which the policy of the site lets through
        # only with the nonce of this answer.
        nonce = str(cast(SiteRequest, request).csp_nonce)
        context["media"] = Media.from_media(context["media"]).with_nonce(nonce)
        context["preview_url"] = self.get_preview_url(context.get("original"))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save what belongs to a row, as the last step of every form and of every row of a list."""
        super().save_related(request, form, formsets, change)
        freshness.touch()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        freshness.touch()

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        freshness.touch()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Keep addresses as they are once they exist: links, bookmarks and prints lead to them."""
        fixed = ["slug"] if obj and any(f.name == "slug" for f in self.model._meta.fields) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else dict(super().get_prepopulated_fields(request, obj))

    def get_preview_url(self, obj: Any = None) -> str | None:
        """Return where the staff can see the visitors' page of a text, drafts included; None without such a page."""
        if obj is None or not self.page_of(obj):
            return None
        meta = self.model._meta
        return reverse("admin:preview", args=[meta.app_label, meta.model_name, obj.pk])

    def page_of(self, obj: Any) -> str | None:
        """Return the address of the page on which visitors see `obj` once it is published."""
        return str(obj.get_absolute_url()) if hasattr(obj, "get_absolute_url") else None

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the page, or None while visitors would meet "not found" there."""
        if obj is None or not hasattr(obj, "get_absolute_url") or not getattr(obj, "published", True):
            return None
        return str(obj.get_absolute_url())


class TextAdmin(WorkshopAdmin):
    """The admin of a text that remembers every change: who, when, from what to what, and the way back."""

    #: Related names of the rows that are edited as parts of this text, such as the sections of a page.
    parts: ClassVar[list[str]] = []
    versions_per_page = 20

    def part_models(self) -> list[type[models.Model]]:
        return [self.model._meta.get_field(name).related_model for name in self.parts]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            history.remember(obj)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model not in self.part_models():
            super().save_formset(request, form, formset, change)
            return
        for part in formset.initial_forms:
            if part in formset.deleted_forms:
                history.record_deletion(part.instance, request.user)
            elif part.has_changed():
                history.remember(part.instance)
        super().save_formset(request, form, formset, change)
        for row in [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]:
            history.record(row, request.user)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        history.record(obj, request.user)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        history.record(obj, request.user)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            history.record_deletion(row, request.user, self.parts)
        return super().log_deletions(request, queryset)

    def get_urls(self) -> list[URLPattern]:
        meta = self.model._meta
        restore = path(
            "<path:object_id>/history/<int:version>/restore/",
            self.admin_site.admin_view(self.restore_view),
            name=f"{meta.app_label}_{meta.model_name}_restore",
        )
        return [restore, *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every version of the text and its parts, the newest first, each with what it changed."""
        text = self.get_object(request, unquote(object_id))
        if text is None:
            raise Http404
        if not self.has_view_or_change_permission(request, text):
            raise PermissionDenied
        versions = history.versions_of(text, self.parts).select_related("content_type")
        page = Paginator(versions, self.versions_per_page).get_page(request.GET.get("p"))
        meta = self.model._meta
        context = self.admin_site.each_context(request) | {
            "title": gettext("History: %s") % text,
            "subtitle": None,
            "text": text,
            "opts": meta,
            "module_name": capfirst(meta.verbose_name_plural),
            "page": page,
            "entries": history.entries(page.object_list),
            "restore": f"admin:{meta.app_label}_{meta.model_name}_restore",
            "may_restore": self.has_change_permission(request, text),
            **(extra_context or {}),
        }
        return TemplateResponse(request, "admin/texts/history.html", context)

    def restore_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        """Make the text, or a part of it, say what it said in `version`."""
        text = self.get_object(request, unquote(object_id))
        if text is None:
            raise Http404
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request, text):
            raise PermissionDenied
        wanted = get_object_or_404(history.versions_of(text, self.parts), pk=version)
        self.check_may_restore(request, wanted)
        try:
            with transaction.atomic():
                row = history.restore(wanted, request.user)
                freshness.touch()
                # Only noted down: `text` still holds the words from before.
                super().log_change(request, text, gettext("Restored “%s” from its history.") % row)
        except ValidationError as error:
            said = gettext("It cannot be restored as it was. %s") % " ".join(error.messages)
            self.message_user(request, said, messages.ERROR)
        else:
            said = gettext("“%s” says again what it said then. You can undo this in the same way.") % row
            self.message_user(request, said, messages.SUCCESS)
        meta = self.model._meta
        return redirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_history", args=[text.pk]))

    def check_may_restore(self, request: HttpRequest, version: Version) -> None:
        """Refuse a part that this person may not change, or may not add when it was deleted.

        Raises:
            PermissionDenied: then.
        """
        model = version.content_type.model_class()
        verb = "change" if model and model._default_manager.filter(pk=version.object_id).exists() else "add"
        if not request.user.has_perm(f"{version.content_type.app_label}.{verb}_{version.content_type.model}"):
            raise PermissionDenied


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
            return queryset.filter(review_is_due())
        return queryset


class ReviewedTextAdmin(TextAdmin):
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
    """Return in words whether a clinician has reviewed a text, and whether that is due again."""
    due_on = next_review_on or (reviewed_on + REVIEW_LASTS if reviewed_on else None)
    if due_on and due_on < timezone.localdate():
        return format_html('<strong class="todo">{}</strong>', _("Review is due"))
    if reviewed_on:
        return gettext("Reviewed %s") % date_format(reviewed_on, "SHORT_DATE_FORMAT")
    return gettext("Not reviewed")
