from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from exercises import structured_data as exercise_data
from exercises.filters import Filters
from exercises.models import Exercise
from exercises.sides import COOKIE_SECONDS, Side, View, sided
from exercises.stills import sheet_for, sheet_response
from texts import structured_data

PER_PAGE = 24


@require_safe
def exercise_list(request: HttpRequest) -> HttpResponse:
    filters = Filters(request.GET)
    page = page_of_list(request, filters)
    asked = urlencode({**filters.chosen, "page": page.number})
    trail = [(_("Home"), "/"), (_("Exercises"), request.path)]
    context = {
        "page_of_list": page,
        "sheet": sheet_for(list(page), f"{reverse('exercises:stills')}?{asked}&"),
        "filters": filters,
        "filter_groups": filters.groups(),
        "trail": trail,
        "title": _("All exercises"),
        "description": _("Every exercise of the programme for cervical dystonia, by stage, position and equipment."),
        "structured_data": [structured_data.breadcrumbs(request, trail)],
    }
    return render(request, "exercises/exercise_list.html", context)


@require_safe
def exercise_stills(request: HttpRequest) -> HttpResponse:
    """The stills of one page of the list in one picture."""
    return sheet_response(request, list(page_of_list(request, Filters(request.GET))))


def page_of_list(request: HttpRequest, filters: Filters) -> Page[Exercise]:
    found = filters.apply(Exercise.objects.published()).distinct().with_cards().in_order()
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


@require_safe
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    exercise = get_object_or_404(
        Exercise.objects.published().with_clips().prefetch_related("equipment", "body_parts"), slug=slug
    )
    stage = exercise.group.stage
    in_stage = list(Exercise.objects.published().filter(group__stage=stage).select_related("group").in_order())
    place = in_stage.index(exercise)
    trail = [
        (_("Home"), "/"),
        (_("Stages"), reverse("stages:list")),
        (stage.name, stage.get_absolute_url()),
        (exercise.title, request.path),
    ]
    clip = exercise.first_clip
    context = {
        "exercise": exercise,
        "stage": stage,
        "previous": in_stage[place - 1] if place else None,
        "next": in_stage[place + 1] if place + 1 < len(in_stage) else None,
        "trail": trail,
        "title": exercise.title,
        "description": sided(exercise.purpose),
        "picture": clip.still_url if clip else "",
        "structured_data": [
            structured_data.breadcrumbs(request, trail),
            structured_data.medical_page(request, exercise.title, sided(exercise.purpose), exercise),
            exercise_data.exercise_plan(request, exercise),
            *(exercise_data.video(request, exercise, part, part.clip) for part in exercise.parts if part.clip),
        ],
    }
    return render(request, "exercises/exercise_detail.html", context)


@require_safe
def my_side(request: HttpRequest) -> HttpResponse:
    trail = [(_("Home"), "/"), (_("My side"), request.path)]
    context = {
        "sides": Side.choices,
        "views": View.choices,
        "next": safe_next(request, request.GET.get("next", "")),
        "trail": trail,
        "title": _("My side"),
        "description": _("Say which way your head pulls: clips, names and steps then fit your side."),
    }
    return render(request, "exercises/my_side.html", context)


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
