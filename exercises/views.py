"""The list of all exercises with its filters, and the page of each."""

from typing import Any

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
from exercises.stills import set_tiles, sheet_response
from texts.neighbours import neighbours
from texts.page_head import page_head
from texts.structured_data import medical_page

PER_PAGE = 24


@require_safe
def exercise_list(request: HttpRequest) -> HttpResponse:
    """Return a page of all exercises, or of those that fit the filters in the address."""
    filters = Filters(request.GET)
    page = page_of_list(request, filters)
    description = _("Every exercise of the programme for cervical dystonia, by stage, position and equipment.")
    set_tiles(list(page))
    context = {
        "page_of_list": page,
        "filters": filters,
        "filter_groups": filters.groups(),
    }
    head = page_head(request, _("All exercises"), description, crumb=_("Exercises"))
    return render(request, "exercises/exercise_list.html", head | context)


@require_safe
def group_stills(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the stills of a group's exercises in one picture."""
    exercises = Exercise.objects.published().filter(group=pk).prefetch_related("clips").in_order()
    return sheet_response(request, list(exercises))


def page_of_list(request: HttpRequest, filters: Filters) -> Page[Exercise]:
    """Return the page of the list that the address names, or the nearest one."""
    exercises = filters.apply(Exercise.objects.published()).distinct().with_cards().in_order()
    return Paginator(exercises, PER_PAGE).get_page(request.GET.get("page"))


@require_safe
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the page of an exercise: its clips, steps, dose and warnings."""
    exercises = Exercise.objects.published()
    exercise = get_object_or_404(exercises.with_clips().prefetch_related("equipment", "body_parts"), slug=slug)
    stage, clip = exercise.group.stage, exercise.first_clip
    in_stage = exercises.in_stage(stage.number).select_related("group").in_order()
    previous, following = neighbours(in_stage, exercise)
    context = {
        "exercise": exercise,
        "stage": stage,
        "previous": previous,
        "next": following,
        "picture": clip.still_url if clip else "",
    }
    return render(request, "exercises/exercise_detail.html", exercise_head(request, exercise) | context)


def exercise_head(request: HttpRequest, exercise: Exercise) -> dict[str, Any]:
    """Return the page head of an exercise, with its plan and clips for search engines."""
    stage, purpose = exercise.group.stage, sided(exercise.purpose)
    return page_head(
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
