"""The stages as visitors meet them: the path, and a page for each stage with its groups and exercises."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from django.db.models import Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exercises.filters import query_of
from exercises.models import Exercise, ExerciseGroup
from exercises.rounds import Round, round_of
from exercises.stills import set_tiles
from exercises.structured_data import exercise_plan
from pages.models import Page
from stages.models import Stage, StageQuerySet
from texts.neighbours import neighbours
from texts.page_head import page_head
from texts.structured_data import medical_page


@require_safe
def stage_list(request: HttpRequest) -> HttpResponse:
    """Return the page with the path of stages."""
    description = _("The three stages of the programme for cervical dystonia, with the signs of each.")
    head = page_head(request, _("The three stages"), description, crumb=_("Stages"))
    stages = Stage.objects.published().with_number_of_exercises()
    return render(request, "stages/stage_list.html", head | {"stages": stages})


@require_safe
def stage_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Return the page of a stage: its signs, its groups and their exercises."""
    stages = list(with_evidence(Stage.objects.published()))
    stage = next((stage for stage in stages if stage.number == number), None)
    if stage is None:
        raise Http404
    exercises = exercises_of(number)
    set_tiles(exercises, stages_are_complete=True)
    previous, following = neighbours(stages, stage)
    context = {
        "stage": stage,
        "groups": grouped(exercises),
        "rounds": rounds_of(stage, exercises),
        "evidence": evidence_of(stage),
        "previous_stage": previous,
        "next_stage": following,
    }
    return render(request, "stages/stage_detail.html", stage_head(request, stage, exercises) | context)


def rounds_of(stage: Stage, exercises: Sequence[Exercise]) -> list[Round]:
    """Return the rounds of a stage: all its exercises, and those that can be done lying down unless all can."""
    lying = [exercise for exercise in exercises if exercise.lying]
    rounds = [round_of(_("Start a round"), exercises)]
    if 0 < len(lying) < len(exercises):
        query = query_of({"stage": str(stage.number), "position": "lying"})
        rounds.append(round_of(_("Lying only"), lying, query))
    return [each for each in rounds if each.number]


def with_evidence(stages: StageQuerySet) -> StageQuerySet:
    """Annotate each stage with the texts of the evidence box, in the same query."""
    box = Page.objects.published().filter(slug="evidence")
    return stages.annotate(
        evidence_title=Subquery(box.values("title")[:1]), evidence_lead=Subquery(box.values("lead")[:1])
    )


def evidence_of(stage: Any) -> dict[str, str] | None:
    """Return the texts of the evidence box, from a stage loaded `with_evidence`; None without that page."""
    if not stage.evidence_title:
        return None
    return {"title": stage.evidence_title, "lead": stage.evidence_lead}


def exercises_of(number: int) -> list[Exercise]:
    """Return what visitors see of stage `number`, in the order of its page."""
    return list(Exercise.objects.published().in_stage(number).with_cards().in_order())


def grouped(exercises: Iterable[Exercise]) -> list[ExerciseGroup]:
    """Return the groups of `exercises` (in order), each with its `shown_exercises`; empty groups do not occur."""
    groups: list[ExerciseGroup] = []
    for _pk, members in groupby(exercises, key=lambda exercise: exercise.group_id):
        shown = list(members)
        group = shown[0].group
        group.shown_exercises = shown
        groups.append(group)
    return groups


def stage_head(request: HttpRequest, stage: Stage, exercises: Iterable[Exercise]) -> dict[str, Any]:
    """Return the page head of a stage, with a plan for each of its exercises for search engines."""
    return page_head(
        request,
        stage.title,
        stage.summary,
        crumb=stage.name,
        parents=[(_("Stages"), reverse("stages:list"))],
        data=[
            medical_page(request, stage.name, stage.summary, stage),
            *(exercise_plan(request, exercise) for exercise in exercises),
        ],
    )
