"""The history of a text in the workshop: record changes, show versions, restore one, bring deleted parts back."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext

from texts import freshness, history
from texts.models import Version


class HistoryAdmin(admin.ModelAdmin):
    """A model admin that records a version of every change, and has pages to restore them."""

    #: Related names of the rows that are edited as parts of this text, such as the sections of a page.
    parts: ClassVar[list[str]] = []
    versions_per_page = 20

    def part_models(self) -> list[type[models.Model]]:
        return [self.model._meta.get_field(name).related_model for name in self.parts]

    def address_of(self, page: str, *args: Any) -> str:
        """Return the address of one of this admin's pages."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)

    # Recording -----------------------------------------------------------------------

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

    # Pages ---------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
            ("<path:object_id>/history/<int:version>/restore/", self.restore_view, "restore"),
        ]
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        urls = [path(route, self.admin_site.admin_view(view), name=f"{name}_{page}") for route, view, page in pages]
        return [*urls, *super().get_urls()]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show every version of the text and its parts, the newest first, each with what it changed."""
        text = self.get_object(request, unquote(object_id))
        if text is None:
            raise Http404
        if not self.has_view_or_change_permission(request, text):
            raise PermissionDenied
        page = self.page_of_versions(request, history.versions_of(text, self.parts))
        context = {
            "title": gettext("History: %s") % text,
            "text": text,
            "entries": history.entries(page.object_list),
            "restore": f"admin:{self.opts.app_label}_{self.opts.model_name}_restore",
            "may_restore": self.has_change_permission(request, text),
            **(extra_context or {}),
        }
        return self.render_versions(request, "admin/texts/history.html", page, context)

    def page_of_versions(self, request: HttpRequest, versions: models.QuerySet[Version]) -> Any:
        return Paginator(versions, self.versions_per_page).get_page(request.GET.get("p"))

    def render_versions(
        self, request: HttpRequest, template: str, page: Any, context: dict[str, Any]
    ) -> TemplateResponse:
        shared = {
            "subtitle": None,
            "opts": self.opts,
            "module_name": capfirst(self.opts.verbose_name_plural),
            "page": page,
        }
        return TemplateResponse(request, template, self.admin_site.each_context(request) | shared | context)

    # Restoring -----------------------------------------------------------------------

    def restore_view(self, request: HttpRequest, object_id: str, version: int) -> HttpResponse:
        """Give the text, or a part of it, the content of `version`."""
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
            self.report_refusal(request, error)
        else:
            message = gettext("“%s” says again what it said then. You can undo this in the same way.") % row
            self.message_user(request, message, messages.SUCCESS)
        return redirect(self.address_of("history", text.pk))

    def check_may_restore(self, request: HttpRequest, version: Version) -> None:
        """Refuse a row that this person may not change, or may not add when it was deleted.

        Raises:
            PermissionDenied: then.
        """
        verb = "change" if version.model._default_manager.filter(pk=version.object_id).exists() else "add"
        if not request.user.has_perm(f"{version.content_type.app_label}.{verb}_{version.content_type.model}"):
            raise PermissionDenied

    def report_refusal(self, request: HttpRequest, error: ValidationError) -> None:
        message = gettext("It cannot be restored as it was. %s") % " ".join(error.messages)
        self.message_user(request, message, messages.ERROR)
