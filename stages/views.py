"""The stages as visitors meet them: the path, and a page for each stage with its groups and exercises."""

from itertools import groupby
from typing import Any

from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises.models import Exercise, ExerciseGroup
from exercises.stills import sheet_for, sheet_response
from exercises.structured_data import exercise_plan
from pages.models import Page
from stages.models import Stage, StageQuerySet
from texts.neighbours import neighbours
from texts.page_head import page_head
from texts.structured_data import medical_page


def with_evidence(stages: StageQuerySet) -> StageQuerySet:
    """Bring the evidence box along, in the same query."""
    box = Page.objects.published().filter(slug="evidence")
    return stages.annotate(
        evidence_title=Subquery(box.values("title")[:1]), evidence_lead=Subquery(box.values("lead")[:1])
    )


@require_safe
def stage_list(request: HttpRequest) -> HttpResponse:
    """The path of stages."""
    description = _("The three stages of the programme for cervical dystonia, with the signs of each.")
    head = page_head(request, _("The three stages"), description, crumb=_("Stages"))
    stages = Stage.objects.published().with_number_of_exercises()
    return render(request, "stages/stage_list.html", head | {"stages": stages})


@require_safe
def stage_detail(request: HttpRequest, number: int) -> HttpResponse:
    """A stage with its signs, its groups and their exercises."""
    stages = list(with_evidence(Stage.objects.published()))
    stage = next((stage for stage in stages if stage.number == number), None)
    if stage is None:
        raise Http404
    exercises = exercises_of(number)
    previous, following = neighbours(stages, stage)
    head = page_head(
        request,
        f"{stage.name}: {stage.tagline}" if stage.tagline else stage.name,
        stage.summary,
        crumb=stage.name,
        parents=[(_("Stages"), reverse("stages:list"))],
        data=[
            medical_page(request, stage.name, stage.summary, stage),
            *(exercise_plan(request, exercise) for exercise in exercises),
        ],
    )
    context = {
        "stage": stage,
        "groups": grouped(exercises),
        "sheet": sheet_for(exercises, f"{reverse('stages:stills', args=[number])}?"),
        "evidence": evidence_of(stage),
        "previous_stage": previous,
        "next_stage": following,
    }
    return render(request, "stages/stage_detail.html", head | context)


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
