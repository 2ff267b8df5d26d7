"""The page of a draft, for the staff alone, exactly as visitors will see it once everything on it is published.

The visitors' own view makes the page, under an address of the workshop: so the page cache never meets it, and no
address that a visitor can open ever shows a draft.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from cdtrainer.requests import SiteRequest
from exercises import sides
from texts import drafts
from texts.admin import WorkshopAdmin
from texts.drafts import Preview


@require_safe
def preview(request: SiteRequest, app_label: str, model_name: str, pk: int) -> HttpResponse:
    """Show the visitors' page of one text or clip with all drafts; "not found" to everybody who may not see it."""
    editor, row = editor_and_row(request, app_label, model_name, pk)
    page_url = editor.page_of(row)
    if not page_url:
        raise Http404
    parts = urlsplit(page_url)
    request.preview = Preview(
        name=str(row),
        form_url=reverse(f"admin:{app_label}_{model_name}_change", args=[pk]),
        public_url=editor.get_view_on_site_url(row) or "",
        anchor=f"#{parts.fragment}" if parts.fragment else "",
        url=request.path,
    )
    response = as_visitor(request, parts.path, row)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def editor_and_row(request: HttpRequest, app_label: str, model_name: str, pk: int) -> tuple[WorkshopAdmin, Any]:
    """Return a row and its admin, when the person who asks may see it in the workshop.

    Raises:
        Http404: when they may not, or there is no such row.
    """
    try:
        editor = admin.site.get_model_admin(apps.get_model(app_label, model_name))
    except (LookupError, NotRegistered):
        raise Http404 from None
    if not isinstance(editor, WorkshopAdmin) or not admin.site.has_permission(request):
        raise Http404
    row = editor.get_object(request, str(pk))
    if row is None or not editor.has_view_permission(request, row):
        raise Http404
    return editor, row


def as_visitor(request: SiteRequest, path: str, row: Any) -> HttpResponse:
    """Return the visitors' page at `path`, drafts included, with the side and view that the request asks for."""
    match = resolve(path)
    view: Callable[..., HttpResponse] = match.func
    preview_match, request.resolver_match = request.resolver_match, match
    sides_before, request.sides = request.sides, sides.sides_of(request)
    sides.use(request.sides)
    try:
        with drafts.shown(row):
            return view(request, *match.args, **match.kwargs)
    finally:
        sides.use(sides_before)
        request.resolver_match = preview_match
