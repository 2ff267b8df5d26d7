"""The page *My side*, and the two cookies that its forms set."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from exercises.sides import COOKIE_SECONDS, Side, View
from texts.page_head import page_head


@require_safe
def my_side(request: HttpRequest) -> HttpResponse:
    """The question which way the head pulls, and how clips are shown."""
    description = _("Say which way your head pulls: clips, names and steps then fit your side.")
    context = {
        "sides": Side.choices,
        "views": View.choices,
        "next": safe_next(request, request.GET.get("next", "")),
    }
    return render(request, "exercises/my_side.html", page_head(request, _("My side"), description) | context)


@csrf_exempt  # visitors have no CSRF cookie; a stranger's form could at most change a preference, and is refused below
@require_POST
def set_sides(request: HttpRequest) -> HttpResponse:
    """Remember side or view in a cookie on the visitor's device, and go back to where they were."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied
    choices = {"side": Side.values, "view": View.values}
    chosen = {name: request.POST[name] for name in choices if request.POST.get(name) in choices[name]}
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next", ""), without=chosen))
    for name, value in chosen.items():
        response.set_cookie(
            name, value, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def safe_next(request: HttpRequest, address: str, without: Collection[str] = ()) -> str:
    """Return an address of this site to go back to.

    Args:
        request: says whether the site is on https.
        address: where the visitor was; "/" is returned for anything that is not an address of this site.
        without: what of a shared link ("side" or "view") the visitor has just chosen anew.
    """
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure()):
        return "/"
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in without]
    return urlunsplit(("", "", parts.path or "/", urlencode(query), parts.fragment))
