"""The page *My side*, and the view that sets the two cookies."""

from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from exercises.sides import COOKIE_SECONDS, Side, View
from texts.page_head import page_head


@require_safe
def my_side(request: HttpRequest) -> HttpResponse:
    """Return the page that asks which way the head pulls, and how clips are shown."""
    description = _("Say which way your head pulls: clips, names and steps then fit your side.")
    context = {
        "sides": Side.choices,
        "views": View.choices,
        "next": safe_next(request, request.GET.get("next", "")),
    }
    return render(request, "exercises/my_side.html", page_head(request, _("My side"), description) | context)


@csrf_exempt  # visitors have no CSRF cookie; another site's form could only change a preference, and is refused below
@require_POST
def set_sides(request: HttpRequest) -> HttpResponse:
    """Set the cookie for side or view, and redirect to where the visitor was."""
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
    """Return `address` when it is one of this site, without the query names in `without`; else that of home.

    Args:
        request: says whether the site is on https.
        address: where the visitor was.
        without: the parts of a shared link ("side", "view") that the visitor has just set anew.
    """
    home = reverse("pages:home")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts=None, require_https=request.is_secure()):
        return home
    parts = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(parts.query) if name not in without]
    return urlunsplit(("", "", parts.path or home, urlencode(query), parts.fragment))
