"""The stages as visitors meet them: the path, and a page for each stage with its groups and exercises."""

from itertools import groupby
from typing import Any

from django.db.models import Count, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises.models import Exercise, ExerciseGroup
from exercises.stills import sheet_for, sheet_response
from exercises.structured_data import exercise_plan
from pages.models import Page
from stages.models import Stage, StageQuerySet
from texts import drafts, structured_data

app_name = "stages"


def with_number_of_exercises(stages: StageQuerySet) -> StageQuerySet:
    """Count the published exercises of each stage, for its card."""
    counted = Q() if drafts.are_shown() else Q(groups__exercises__published=True)
    return stages.annotate(number_of_exercises=Count("groups__exercises", filter=counted))


def with_evidence(stages: StageQuerySet) -> StageQuerySet:
    """Bring the evidence box along, in the same query."""
    box = Page.objects.published().filter(slug="evidence")
    return stages.annotate(
        evidence_title=Subquery(box.values("title")[:1]), evidence_lead=Subquery(box.values("lead")[:1])
    )


@require_safe
def stage_list(request: HttpRequest) -> HttpResponse:
    trail = [(_("Home"), "/"), (_("Stages"), request.path)]
    context = {
        "stages": with_number_of_exercises(Stage.objects.published()),
        "trail": trail,
        "title": _("The three stages"),
        "description": _("The three stages of the programme for cervical dystonia, with the signs of each."),
        "structured_data": [structured_data.breadcrumbs(request, trail)],
    }
    return render(request, "stages/stage_list.html", context)


@require_safe
def stage_detail(request: HttpRequest, number: int) -> HttpResponse:
    stages = list(with_evidence(Stage.objects.published()))
    stage = next((stage for stage in stages if stage.number == number), None)
    if stage is None:
        raise Http404
    place = stages.index(stage)
    exercises = exercises_of(number)
    groups = grouped(exercises)
    trail = [(_("Home"), "/"), (_("Stages"), reverse("stages:list")), (stage.name, request.path)]
    context = {
        "stage": stage,
        "groups": groups,
        "sheet": sheet_for(exercises, f"{reverse('stages:stills', args=[number])}?"),
        "evidence": evidence_of(stage),
        "previous_stage": stages[place - 1] if place else None,
        "next_stage": stages[place + 1] if place + 1 < len(stages) else None,
        "trail": trail,
        "title": f"{stage.name}: {stage.tagline}" if stage.tagline else stage.name,
        "description": stage.summary,
        "structured_data": [
            structured_data.breadcrumbs(request, trail),
            structured_data.medical_page(request, stage.name, stage.summary, stage),
            *(exercise_plan(request, exercise) for group in groups for exercise in group.shown_exercises),
        ],
    }
    return render(request, "stages/stage_detail.html", context)


@require_safe
def stage_stills(request: HttpRequest, number: int) -> HttpResponse:
    """The stills of a stage's cards in one picture."""
    return sheet_response(request, exercises_of(number))


def exercises_of(number: int) -> list[Exercise]:
    """Return what visitors see of stage `number`, in the order of its page."""
    return list(Exercise.objects.published().filter(group__stage__number=number).with_cards().in_order())


def grouped(exercises: Any) -> list[Any]:
    """Return the groups of `exercises` (in order), each with its `shown_exercises`; empty groups do not occur."""
    groups: list[ExerciseGroup] = []
    for _pk, members in groupby(exercises, key=lambda exercise: exercise.group_id):
        shown = list(members)
        group = shown[0].group
        group.shown_exercises = shown
        groups.append(group)
    return groups


def evidence_of(stage: Any) -> dict[str, str] | None:
    """Return what the evidence box shows, from a stage loaded `with_evidence`."""
    if not stage.evidence_title:
        return None
    return {"title": stage.evidence_title, "lead": stage.evidence_lead}


urlpatterns = [
    path("", stage_list, name="list"),
    path("<int:number>/", stage_detail, name="detail"),
    path("<int:number>/stills.webp", stage_stills, name="stills"),
]
