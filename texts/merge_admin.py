"""Two people on one text: a save of the workshop changes only what its writer changed, and asks where both did."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from cdtrainer.kept_words import LOOK, NOT_SHOWN_AGAIN, typed_fields
from texts import opened
from texts.conflict_page import Saved, names_of_kept, others_in, parts_of_the_page
from texts.merging import KEEP, Merge
from texts.models import Version
from texts.opened import OPENED, Row, Rows


class MergingAdmin(admin.ModelAdmin):
    """A model admin whose forms can be open in two windows at once."""

    #: Related names of the rows that are edited as parts of this text; see `HistoryAdmin`.
    parts: ClassVar[list[str]] = []

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Return the form with its token, and one that is never valid when it is only to be filled in."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.base_fields[OPENED] = opened.OpenedField()
        if request.method == "POST" and LOOK in request.POST:
            form.is_valid = lambda self: False  # type: ignore[method-assign] # a class of this request
        return form

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if name != OPENED]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form, text = context["adminform"].form, context.get("original")
        if not form.is_bound and text is not None:
            parts = [opened.rows_of(inline.formset) for inline in context["inline_admin_formsets"]]
            form.initial[OPENED] = str(opened.opened_now(name_of(text), opened.row_of(form, ""), parts))
        if LOOK in request.POST:
            self.message_user(request, gettext("Your words are filled in. They are not saved yet."), messages.INFO)
        context["opened_field"] = form[OPENED]
        context["is_unsaved"] = form.is_bound
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Bring a form that was sent up to date before Django reads it, or ask where two people changed one field."""
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            question = self.merged(request, unquote(object_id))
            return question or super().changeform_view(request, object_id, form_url, extra_context)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return with_saved_draft(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return with_saved_draft(request, super().response_change(request, obj))

    # Merging -------------------------------------------------------------------------

    def merged(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """Merge the form in `request` with what is saved now; return the page that asks, None without a question."""
        token = request.POST.get(OPENED)
        text = self.get_object(request, object_id)
        if token is None or text is None or not self.has_change_permission(request, text):
            return None  # sent by a program, or Django has something to say
        list(type(text)._default_manager.select_for_update().filter(pk=text.pk).values_list("pk"))  # one after another
        row, parts = self.saved_now(request, text)
        was = opened.read_token(token, name_of(text))
        merge = Merge(was, request.POST.copy(), request.FILES)
        merge.merge(row, parts)
        if merge.conflicts:
            return self.ask(request, text, merge, list(self.saves_since(was.at, text)))
        merge.data[OPENED] = str(opened.opened_now(name_of(text), row, parts))
        request.POST = merge.data  # type: ignore[assignment] # Django's own setter
        if merge.kept:
            saves = list(self.saves_since(was.at, text))
            self.message_user(request, sentence_about(merge, saves, request.user), messages.INFO)
        return None

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Show the words that were sent for a text that has been deleted meanwhile; Django would drop them."""
        if request.method != "POST" or not self.has_add_permission(request):
            return super()._get_obj_does_not_exist_redirect(request, opts, object_id)  # type: ignore[misc, no-any-return]
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("This text has been deleted meanwhile"),
            "subtitle": None,
            "opts": self.opts,
            "add_url": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_add"),
            "fields": [(name, value) for name, value in typed_fields(request) if is_for_a_new_text(name)],
        }
        return TemplateResponse(request, "admin/texts/gone.html", context, status=410)

    def saved_now(self, request: HttpRequest, text: Any) -> tuple[Row, list[Rows]]:
        """Return the text and its parts as an unbound form shows them at this moment."""
        fields = flatten_fieldsets(self.get_fieldsets(request, text))
        form = self.get_form(request, text, change=True, fields=fields)(instance=text)
        parts, prefixes = [], dict[str, int]()
        for formset, inline in self.get_formsets_with_inlines(request, text):
            prefix = formset.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1  # as Django names them
            if prefixes[prefix] > 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            if inline.has_change_permission(request, text):
                rows = formset(instance=text, prefix=prefix, queryset=inline.get_queryset(request))
                parts.append(opened.rows_of(rows))
        return opened.row_of(form, ""), parts

    def saves_since(self, at: datetime, text: Any) -> Iterator[Saved]:
        """Yield who saved the text or a part of it after `at`, and when, the newest first and each person once."""
        rows = Version.objects.of(text)
        for name in self.parts:
            rows = rows | Version.objects.of_model(text._meta.get_field(name).related_model).filter(
                **{f"content__{text._meta.get_field(name).remote_field.name}": text.pk}
            )
        versions = rows.filter(saved_at__gte=at).exclude(kind=Version.Kind.FIRST)
        saves = [Saved(version.who, version.saved_at) for version in versions]
        kind = ContentType.objects.get_for_model(text)
        entries = LogEntry.objects.filter(content_type=kind, object_id=str(text.pk), action_time__gte=at)
        saves += [Saved(str(entry.user), entry.action_time) for entry in entries.select_related("user")]
        seen = set()
        for save in sorted(saves, key=lambda save: save.at, reverse=True):
            if save.who not in seen:
                seen.add(save.who)
                yield save

    def ask(self, request: HttpRequest, text: models.Model, merge: Merge, saves: list[Saved]) -> HttpResponse:
        """Return the page that shows both versions of what two people have changed."""
        context = {
            **self.admin_site.each_context(request),
            "title": title_for(saves, request.user.get_username()),
            "subtitle": None,
            "opts": self.opts,
            "text": text,
            "saves": saves,
            "me": request.user.get_username(),
            "page_parts": parts_of_the_page(merge, saves, request.user),
            "kept": names_of_kept(merge),
            "fields": [(name, value) for name, value in typed_fields(request) if is_sent_on(name)],
            "has_files": bool(request.FILES),
        }
        return TemplateResponse(request, "admin/texts/conflict.html", context, status=409)


def title_for(saves: list[Saved], me: str) -> str:
    if saves and all(save.who == me for save in saves):
        return gettext("You have changed this text in two windows")
    return gettext("Two people have changed this text")


def with_saved_draft(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return `response` with a cookie for `drafts.js`: the draft of these words is not needed any more."""
    draft = request.POST.get("_draft", "")
    if re.fullmatch(r"[\w-]{1,40}", draft, re.ASCII):
        response.set_cookie(
            "saved_words", draft, max_age=3600, path="/admin/", samesite="Strict", secure=request.is_secure()
        )
    return response


def is_sent_on(name: str) -> bool:
    """Whether a field travels through the page that asks: all but the choices, which are made there."""
    return not name.startswith(KEEP) and name not in NOT_SHOWN_AGAIN


def is_for_a_new_text(name: str) -> bool:
    """Whether a field of a text that is gone can be filled in on the form of a new one: its parts are gone, too."""
    return is_sent_on(name) and name != OPENED and not re.search(r"-(\d+|__prefix__)-|-[A-Z]+_FORMS$", name)


def name_of(text: models.Model) -> str:
    """Return the name of a text's form in its token."""
    return f"{text._meta.label_lower}:{text.pk}"


def sentence_about(merge: Merge, saves: list[Saved], me: Any) -> str:
    """Say whose changes have been kept, and of what."""
    others = others_in(saves, me)
    words = {"who": ", ".join(others), "what": ", ".join(names_of_kept(merge))}
    if not others:
        return gettext("This was also changed in another window: %(what)s. Those changes are kept.") % words
    return gettext("%(who)s saved this text meanwhile. These changes of theirs are kept: %(what)s.") % words
