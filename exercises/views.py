from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises import structured_data
from exercises.filters import Filters
from exercises.models import Exercise
from exercises.sides import sided
from exercises.stills import sheet_for, sheet_response
from texts.neighbours import neighbours
from texts.page_head import page_head
from texts.structured_data import medical_page

PER_PAGE = 24


@require_safe
def exercise_list(request: HttpRequest) -> HttpResponse:
    """All exercises, or those that fit the filters in the address."""
    filters = Filters(request.GET)
    page = page_of_list(request, filters)
    description = _("Every exercise of the programme for cervical dystonia, by stage, position and equipment.")
    query = urlencode({**filters.chosen, "page": page.number})
    context = {
        "page_of_list": page,
        "sheet": sheet_for(list(page), f"{reverse('exercises:stills')}?{query}&"),
        "filters": filters,
        "filter_groups": filters.groups(),
    }
    head = page_head(request, _("All exercises"), description, crumb=_("Exercises"))
    return render(request, "exercises/exercise_list.html", head | context)


@require_safe
def exercise_stills(request: HttpRequest) -> HttpResponse:
    """The stills of one page of the list in one picture."""
    return sheet_response(request, list(page_of_list(request, Filters(request.GET))))


def page_of_list(request: HttpRequest, filters: Filters) -> Page[Exercise]:
    """Return the page of the list that the address names, the nearest when there is none of that number."""
    found = filters.apply(Exercise.objects.published()).distinct().with_cards().in_order()
    return Paginator(found, PER_PAGE).get_page(request.GET.get("page"))


@require_safe
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One exercise: its clips, steps, dose and warnings."""
    exercises = Exercise.objects.published()
    exercise = get_object_or_404(exercises.with_clips().prefetch_related("equipment", "body_parts"), slug=slug)
    stage = exercise.group.stage
    in_stage = list(exercises.filter(group__stage=stage).select_related("group").in_order())
    previous, following = neighbours(in_stage, exercise)
    clip, purpose = exercise.first_clip, sided(exercise.purpose)
    head = page_head(
        request,
        exercise.title,
        purpose,
        parents=[(_("Stages"), reverse("stages:list")), (stage.name, stage.get_absolute_url())],
        data=[
            medical_page(request, exercise.title, purpose, exercise),
            structured_data.exercise_plan(request, exercise),
            *structured_data.videos(request, exercise),
        ],
    )
    context = {
        "exercise": exercise,
        "stage": stage,
        "previous": previous,
        "next": following,
        "picture": clip.still_url if clip else "",
    }
    return render(request, "exercises/exercise_detail.html", head | context)
