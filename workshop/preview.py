"""The page of a draft, for the staff alone, exactly as visitors will see it once everything on it is published.

The visitors' own view makes the page, under an address of the workshop: so the page cache never meets it, and no
address that a visitor can open ever shows a draft.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve, reverse
from django.views.decorators.http import require_safe

from exercises import sides
from texts import drafts
from texts.admin import WorkshopAdmin


@dataclass(frozen=True)
class Preview:
    """What the bar above a preview says."""

    name: str
    back: str  # to the form
    public: str  # where visitors see it; "" for a draft
    to_it: str  # from the bar to its place on the page; "" when that is the page itself
    here: str


@require_safe
def preview(request: HttpRequest, app_label: str, model_name: str, pk: int) -> HttpResponse:
    """Show the visitors' page of one text or clip with all drafts; "not found" to everybody who may not see it."""
    try:
        editor = admin.site.get_model_admin(apps.get_model(app_label, model_name))
    except (LookupError, NotRegistered):
        raise Http404 from None
    if not isinstance(editor, WorkshopAdmin) or not admin.site.has_permission(request):
        raise Http404
    row = editor.get_object(request, str(pk))
    if row is None or not editor.has_view_permission(request, row):
        raise Http404
    address = editor.page_of(row)
    if not address:
        raise Http404
    parts = urlsplit(address)
    request.preview = Preview(  # type: ignore[attr-defined]
        name=str(row),
        back=reverse(f"admin:{app_label}_{model_name}_change", args=[pk]),
        public=editor.get_view_on_site_url(row) or "",
        to_it=f"#{parts.fragment}" if parts.fragment else "",
        here=request.path,
    )
    response = as_visitor(request, parts.path, row)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def as_visitor(request: HttpRequest, path: str, row: Any) -> HttpResponse:
    """Answer `request` as the visitors' page at `path` would, with the side and view of whoever asks."""
    match = resolve(path)
    view: Callable[..., HttpResponse] = match.func
    match_before, request.resolver_match = request.resolver_match, match
    asked = sides.sides_of(request)
    before, request.sides = sides.current(), asked  # type: ignore[attr-defined]
    sides.use(asked)
    try:
        with drafts.shown(row):
            return view(request, *match.args, **match.kwargs)
    finally:
        sides.use(before)
        request.resolver_match = match_before
