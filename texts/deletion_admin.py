"""Deleting in the workshop: at once, with *Undo*, and never without a sentence why when something has to stay."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, InlineModelAdmin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.forms.formsets import DELETION_FIELD_NAME
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from texts import deleted_kinds, deletion
from texts.deletion import NotDeletedError
from texts.models import KEPT_FOR, Deletion


def day(record: Deletion) -> str:
    """Return the last day on which a row can be brought back, in words."""
    return date_format(localtime(record.kept_until), "DATE_FORMAT")


def with_undo(message: str, records: Iterable[Deletion]) -> SafeString:
    """Return a message with the button that undoes it; `admin/base_site.html` has the form it belongs to."""
    pks = ",".join(str(record.pk) for record in records)
    return format_html(
        '{} <button type="submit" class="button undo" form="undo-deletion" name="deletions" value="{}">{}</button> '
        '<a href="{}">{}</a>',
        message,
        pks,
        gettext("Undo"),
        reverse("admin:recently_deleted"),
        gettext("Recently deleted"),
    )


class DeletionAdmin(admin.ModelAdmin):
    """A model admin whose rows are deleted at once, and can be brought back for 30 days."""

    # Every door ----------------------------------------------------------------------

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Delete the row when asked by POST; otherwise say what that would do, with a button for it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if not self.has_delete_permission(request, row):
            raise PermissionDenied
        if request.method != "POST":
            return self.say_what_goes(request, row)
        return (
            self.response_delete(request, str(row), row.pk)
            if self.throw_away(request, [row])
            else redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]))
        )

    def response_delete(self, request: HttpRequest, obj_display: str, obj_id: int) -> HttpResponse:
        """Return to the list, or close the small window; the message is there already."""
        if IS_POPUP_VAR in request.POST:
            return super().response_delete(request, obj_display, obj_id)
        if not self.has_view_or_change_permission(request):
            return redirect("admin:index")
        return redirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list, with the way to what was deleted."""
        way = {"deleted_url": reverse("admin:recently_deleted")} if self.has_delete_permission(request) else {}
        return super().changelist_view(request, way | (extra_context or {}))

    @admin.action(description=_("Delete: it can be brought back for 30 days"), permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self.throw_away(request, queryset)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.throw_away(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> None:
        self.throw_away(request, queryset)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows of an inline; those that are deleted there can be brought back, too."""
        formset.user = request.user
        super().save_formset(request, form, formset, change)
        if records := getattr(formset, "records", []):
            self.message_user(request, with_undo(sentence_about(records), records), messages.SUCCESS)

    # What they do --------------------------------------------------------------------

    def throw_away(self, request: HttpRequest, rows: Iterable[Any]) -> list[Deletion]:
        """Delete each row that may be deleted, say so with a button to undo it, and say why others stay."""
        records = []
        for row in rows:
            try:
                with transaction.atomic():
                    if not deleted_kinds.may_delete_rows(request.user, deletion.rows_with(row)):
                        raise PermissionDenied
                    self.log_deletions(request, type(row)._default_manager.filter(pk=row.pk))
                    records.append(deletion.throw_away(row, request.user))
            except NotDeletedError as reason:
                self.message_user(request, str(reason), messages.ERROR)
        if records:
            self.message_user(request, with_undo(sentence_about(records), records), messages.SUCCESS)
        return records

    def say_what_goes(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show what would disappear with a row, or why it stays."""
        context: dict[str, Any] = {"problem": ""}
        try:
            with transaction.atomic():
                context["kinds"] = deleted_kinds.kinds_of(deletion.rows_with(row)[1:])
        except NotDeletedError as reason:
            context["problem"] = str(reason)
        context |= {
            "title": gettext("Delete “%s”?") % getattr(row, "full_name", row),
            "subtitle": None,
            "row": row,
            "opts": self.opts,
            "days": KEPT_FOR.days,
            "is_public": getattr(row, "published", True),
            "is_popup": IS_POPUP_VAR in request.GET,
            "popup_name": IS_POPUP_VAR,
        }
        shared = self.admin_site.each_context(request)
        return TemplateResponse(request, "admin/texts/delete.html", shared | context)

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Say of a row that was deleted who did it, and offer to bring it back."""
        pk = unquote(object_id)
        record = Deletion.objects.of_row(self.model, pk).first() if pk.isascii() and pk.isdigit() else None
        if record is None:
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[no-any-return,misc]
        message = gettext("“%(name)s” was deleted by %(who)s. It can be brought back until %(day)s.")
        words = {"name": record, "who": record.by or gettext("the site"), "day": day(record)}
        self.message_user(request, message % words, messages.WARNING)
        return HttpResponseRedirect(reverse("admin:recently_deleted"))


def sentence_about(records: list[Deletion]) -> str:
    """Return what has been deleted and until when it can come back, in a sentence or two."""
    if len(records) == 1:
        return gettext("“%(name)s” is deleted: visitors no longer find it. You can bring it back until %(day)s.") % {
            "name": records[0],
            "day": day(records[0]),
        }
    return ngettext(
        "%(number)d is deleted: visitors no longer find it. You can bring it back until %(day)s.",
        "%(number)d are deleted: visitors no longer find them. You can bring them back until %(day)s.",
        len(records),
    ) % {"number": len(records), "day": day(records[0])}


class KeptFormSet(BaseInlineFormSet):
    """The rows of an inline, which are kept for 30 days when they are deleted there."""

    user: Any = None

    def delete_existing(self, obj: models.Model, commit: bool = True) -> None:
        if commit:
            self.records = [*getattr(self, "records", []), deletion.throw_away(obj, self.user)]


class KeptInline(InlineModelAdmin):
    """An inline whose rows are kept for 30 days when they are deleted there."""

    formset = KeptFormSet

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Return the formset; what cannot be deleted is told in plain words."""
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.hand_clean_DELETE = refuse_to_delete  # type: ignore[attr-defined] # Django's own words are for programmers
        return formset


def refuse_to_delete(form: Any) -> None:
    """Refuse the form of an inline whose row is to be deleted and has to stay.

    Raises:
        ValidationError: then.
    """
    if not form.cleaned_data.get(DELETION_FIELD_NAME) or form.instance._state.adding:
        return
    try:
        with transaction.atomic():
            deletion.rows_with(form.instance)
    except NotDeletedError as reason:
        raise ValidationError(capfirst(str(reason)), code="deleting_protected") from reason
