"""The list of all exercises with its filters, and the page of each."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises import structured_data
from exercises.filters import Filters, query_of
from exercises.models import Exercise
from exercises.positions import Position
from exercises.rounds import round_of
from exercises.sides import sided
from exercises.stills import in_stages, set_tiles, sheet_response
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
    found = page.paginator.count
    context = {
        "page_of_list": page,
        "filters": filters,
        "filter_groups": filters.groups(),
        "more_filters_chosen": not filters.chosen.keys() <= {"stage", "position"},
        "nearest": [] if found else filters.nearest(),
        "round": round_of("", matching(filters), filters.query) if found and filters.chosen else None,
    }
    head = page_head(request, _("All exercises"), description, crumb=_("Exercises"))
    return render(request, "exercises/exercise_list.html", head | context)


@require_safe
def stage_stills(request: HttpRequest, number: int) -> HttpResponse:
    """Return the stills of a stage's exercises in one picture."""
    return sheet_response(request, in_stages([number]))


def matching(filters: Filters) -> list[Exercise]:
    """Return all exercises that fit `filters`, in order."""
    return list(filters.apply(Exercise.objects.published()).distinct().in_order())


def page_of_list(request: HttpRequest, filters: Filters) -> Page[Exercise]:
    """Return the page of the list that the address names, or the nearest one."""
    exercises = filters.apply(Exercise.objects.published()).distinct().with_cards().in_order()
    return Paginator(exercises, PER_PAGE).get_page(request.GET.get("page"))


@require_safe
def exercise_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the page of an exercise: its clips, dose, steps and warnings.

    The filters of the list that a visitor comes from travel along in the address, so that "next" stays within it.
    """
    exercises = Exercise.objects.published()
    exercise = get_object_or_404(exercises.with_clips().prefetch_related("equipment", "body_parts"), slug=slug)
    filters = Filters(request.GET)
    exercise.chosen_position = filters.chosen.get("position", "")
    clip = exercise.first_clip
    way = way_of(exercise, filters)
    previous, following = neighbours(way.exercises, exercise)
    context = {
        "exercise": exercise,
        "stage": exercise.group.stage,
        "previous": previous,
        "next": following,
        "query": way.query,
        "positions": position_choices(exercise, filters),
        "picture": clip.still_url if clip else "",
    }
    return render(request, "exercises/exercise_detail.html", exercise_head(request, exercise, way) | context)


@dataclass(frozen=True)
class PositionChoice:
    """A position of an exercise's page: its name, how to get ready for it, the query that chooses it, and if it is."""

    position: Position
    set_up: str
    query: str
    chosen: bool


def position_choices(exercise: Exercise, filters: Filters) -> list[PositionChoice]:
    """Return the positions of an exercise, the calmest first; without a choice, the one that most clips show.

    A choice stays for the next exercise of the stage, or of the list that a visitor comes from.
    """
    set_ups = exercise.set_ups
    possible = [each.position for each in set_ups]
    usual = next((each for each in (Position.SITTING, Position.STANDING, Position.LYING) if each in possible), None)
    chosen = exercise.chosen_position if exercise.chosen_position in possible else usual
    others = filters.chosen or {"stage": str(exercise.group.stage.number)}
    return [
        PositionChoice(
            each.position, each.text, query_of(others | {"position": each.position.value}), each.position == chosen
        )
        for each in set_ups
    ]


@dataclass(frozen=True)
class Way:
    """The list that a visitor goes through: its exercises in order, the pages above it, and its filters as a query."""

    exercises: list[Exercise]
    parents: list[tuple[str, str]]
    query: str


def way_of(exercise: Exercise, filters: Filters) -> Way:
    """Return the filtered list that `exercise` belongs to, or its stage."""
    exercises = Exercise.objects.published().select_related("group__stage").in_order()
    if filters.chosen:
        found = list(filters.apply(exercises).distinct())
        if exercise in found:
            address = reverse("exercises:list")
            return Way(found, [(_("Exercises"), address), (filters.label, address + filters.query)], filters.query)
    stage = exercise.group.stage
    parents = [(_("Stages"), reverse("stages:list")), (stage.name, stage.get_absolute_url())]
    return Way(list(exercises.in_stage(stage.number)), parents, "")


def exercise_head(request: HttpRequest, exercise: Exercise, way: Way) -> dict[str, Any]:
    """Return the page head of an exercise, with its plan and clips for search engines."""
    purpose = sided(exercise.purpose)
    return page_head(
        request,
        exercise.title,
        purpose,
        parents=way.parents,
        data=[
            medical_page(request, exercise.title, purpose, exercise),
            structured_data.exercise_plan(request, exercise),
            *structured_data.videos(request, exercise),
        ],
    )
