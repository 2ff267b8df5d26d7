"""*Recently deleted*: what was deleted in the last 30 days, with *Bring back* and *Delete now for good*."""

import contextlib
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from clips.conversion import files
from clips.forms import pks_in
from clips.models import Clip
from clips.purging import FilesLeftError, purge
from texts import deleted_kinds, deletion
from texts.deletion import InTheWayError, Return
from texts.models import KEPT_FOR, Deletion
from texts.publishing import log

A_PAGE = 20  # rows


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """Return the addresses of these pages, behind the sign-in of `site`."""
    pages: list[tuple[str, Any, str]] = [
        ("recently-deleted/", recently_deleted, "recently_deleted"),
        ("recently-deleted/bring-back/", bring_back, "bring_back"),
        ("recently-deleted/<int:pk>/for-good/", for_good, "delete_for_good"),
        ("recently-deleted/<int:pk>/picture/", picture, "deleted_picture"),
    ]
    return [path(route, site.admin_view(view), name=name) for route, view, name in pages]


def own(user: Any) -> models.QuerySet[Deletion]:
    """Return what was deleted of the kinds that somebody may delete, the newest deletion first."""
    kinds = [model for model in apps.get_models() if user.has_perm(deleted_kinds.permission(model))]
    return Deletion.objects.of_kinds(kinds)


def record_for(request: HttpRequest, pk: int) -> Deletion:
    """Return a record of this person's.

    Raises:
        Http404, PermissionDenied: when there is none, or it is not for her.
    """
    record = get_object_or_404(Deletion, pk=pk)
    if not deleted_kinds.may_delete(request.user, record):
        raise PermissionDenied
    return record


@never_cache
@require_safe
def recently_deleted(request: HttpRequest) -> HttpResponse:
    """Show what can be brought back, the newest deletion first."""
    page = Paginator(own(request.user), A_PAGE).get_page(request.GET.get("p"))
    context = admin.site.each_context(request) | {
        "title": gettext("Recently deleted"),
        "subtitle": None,
        "days": KEPT_FOR.days,
        "page": page,
        "entries": [
            {
                "record": record,
                "kind": record.model._meta.verbose_name if record.model else "",
                "with_it": deleted_kinds.kinds_in(record),
                "has_picture": bool(picture_name(record)),
                "is_own": deleted_kinds.may_delete(request.user, record),
            }
            for record in page.object_list
        ],
    }
    return TemplateResponse(request, "admin/deleted/list.html", context)


@require_POST
def bring_back(request: HttpRequest) -> HttpResponse:
    """Bring back each of `deletions` (or, in `with_others`, with the deleted rows it belongs to), and show it."""
    with_others = "with_others" in request.POST
    pks = pks_in(request.POST.get("with_others" if with_others else "deletions", "").split(","))
    back = []
    for record in Deletion.objects.filter(pk__in=pks).order_by("deleted_at", "pk"):
        try:
            require_may_bring_back(request, [record, *(deletion.gone_with(record) if with_others else [])])
            back.append(deletion.bring_back(record, request.user, with_others=with_others))
        except InTheWayError as reason:
            messages.error(request, in_the_way(request, record, reason))
    if not pks or (not back and not Deletion.objects.filter(pk__in=pks).exists()):
        messages.info(request, gettext("That is back already, or gone for good."))
    for each in back:
        log(request.user, each.row, gettext("Brought back after it had been deleted."), added=True)
    if back:
        messages.success(request, sentence_about(back))
    return redirect(address_of(back) if len(back) == len(pks) and back else reverse("admin:recently_deleted"))


def require_may_bring_back(request: HttpRequest, records: Iterable[Deletion]) -> None:
    """Refuse what this person could not have deleted herself.

    Raises:
        PermissionDenied: then.
    """
    if not all(deleted_kinds.may_delete(request.user, record) for record in records):
        raise PermissionDenied


def sentence_about(back: list[Return]) -> str:
    """Return what is back, and without what, in words."""
    if len(back) > 1:
        sentence = gettext("%d are back as they were.") % len(back)
    elif getattr(back[0].row, "published", True):
        sentence = gettext("“%s” is back as it was: visitors find it again.") % back[0].row
    else:
        sentence = gettext("“%s” is back as it was: a draft that visitors do not see.") % back[0].row
    without = sorted({name for each in back for name in each.without})
    if without:
        names = get_text_list(without, gettext("and"))
        sentence += " " + gettext("It is without %s, which was deleted, too.") % names
    return sentence


def in_the_way(request: HttpRequest, record: Deletion, reason: InTheWayError) -> str:
    """Return why a row did not come back, with a button when this person may bring it back together with others."""
    sentence = gettext("“%(name)s” did not come back. %(reason)s") % {"name": record, "reason": reason}
    if not reason.gone or not all(deleted_kinds.may_delete(request.user, each) for each in deletion.gone_with(record)):
        return sentence
    others = get_text_list([f"“{each}”" for each in reason.gone], gettext("and"))
    return format_html(
        '{} <button type="submit" class="button undo" form="undo-deletion" name="with_others" value="{}">{}</button>',
        sentence,
        record.pk,
        gettext("Bring it back with %s") % others,
    )


def address_of(back: list[Return]) -> str:
    """Return the form of the one row that is back, or the list of several."""
    meta = back[0].row._meta
    name = f"admin:{meta.app_label}_{meta.model_name}"
    with contextlib.suppress(NoReverseMatch):
        return reverse(f"{name}_change", args=[back[0].row.pk]) if len(back) == 1 else reverse(f"{name}_changelist")
    return reverse("admin:index")


@never_cache
def for_good(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then remove a row with its files and traces for good."""
    record = record_for(request, pk)
    others = deletion.belonging_to(record)
    if not all(deleted_kinds.may_delete(request.user, other) for other in others):
        raise PermissionDenied
    if request.method == "POST":
        return remove(request, record)
    context = admin.site.each_context(request) | {
        "title": gettext("Delete “%s” for good?") % record,
        "subtitle": None,
        "record": record,
        "with_it": deleted_kinds.kinds_in(record),
        "others": others,
        "has_films": any(each.file_names for each in [record, *others]),
        "backups": what_backups_hold(),
    }
    return TemplateResponse(request, "admin/deleted/for_good.html", context)


def remove(request: HttpRequest, record: Deletion) -> HttpResponse:
    """Remove a row for good, and say what still holds it."""
    try:
        purge(record)
    except FilesLeftError as left:
        message = gettext(
            "“%(name)s” is not gone yet: %(files)s could not be removed. Tell whoever runs the server, and try again."
        )
        messages.error(request, message % {"name": record, "files": get_text_list(left.names, gettext("and"))})
        return redirect("admin:delete_for_good", pk=record.pk)
    message = gettext("“%(name)s” is gone for good. %(backups)s")
    messages.success(request, message % {"name": record, "backups": what_backups_hold()})
    return redirect("admin:recently_deleted")


def what_backups_hold() -> str:
    """Return until when backups hold what is deleted for good now, as far as the site knows."""
    days = settings.BACKUPS_KEPT_DAYS
    if not days:
        return gettext("Backups made before now still hold it: ask whoever runs the site until when they are kept.")
    last = date_format(timezone.localdate() + timedelta(days=days), "DATE_FORMAT")
    return ngettext(
        "Backups made before now hold it until %(day)s: they are kept for %(days)d day.",
        "Backups made before now hold it until %(day)s: they are kept for %(days)d days.",
        days,
    ) % {"day": last, "days": days}


def picture_name(record: Deletion) -> str:
    """Return the name of a small picture that shows what was deleted; "" without one."""
    for row in record.rows_of(Clip):
        if row["fields"].get("still_small"):
            return str(row["fields"]["still_small"])
    return ""


@require_safe
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the still of a deleted clip to who may bring it back; to visitors it is gone."""
    name = picture_name(record_for(request, pk))
    if not name or not files.films().exists(name):
        raise Http404
    with files.films().open(name) as opened:
        return HttpResponse(opened.read(), "image/webp", headers={"Cache-Control": "private, no-store"})
