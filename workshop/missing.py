"""What is missing on the site, for the workshop's start page: one function for each line of the list."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clips.models import Clip
from exercises.models import Exercise
from faq.models import Problem, Question
from pages.models import Page
from stages.models import Stage
from texts.models import review_is_due

REVIEWED_MODELS = (Stage, Exercise, Question, Problem, Page)
MOST_DETAILS = 5


@dataclass(frozen=True)
class Missing:
    """One line of "What is missing?": how many, where to go, and which of them need a word each."""

    message: str
    url: str = ""
    details: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # words and the list they lead to


def what_is_missing(request: HttpRequest) -> list[Missing]:
    """Return what a therapist could do next, the most pressing first; only what `request`'s user may see."""
    lines: list[Missing | None] = []
    if request.user.has_perm("clips.view_clip"):
        lines += [failed_clips()]
    if request.user.has_perm("faq.view_question"):
        lines += [unanswered_questions()]
    if request.user.has_perm("exercises.view_exercise"):
        lines += [exercises_without_film(), drawings_to_check()]
    lines += reviews(request)
    return [line for line in lines if line]


def failed_clips() -> Missing | None:
    """Return the line for clips whose conversion failed, with the reason of each."""
    failed = Clip.objects.with_status(Clip.Status.FAILED).select_related("exercise", "conversion")
    number = failed.count()
    if not number:
        return None
    return Missing(
        ngettext("%d clip could not be converted", "%d clips could not be converted", number) % number,
        changelist_url("clips_clip", status=Clip.Status.FAILED),
        [f"{clip.exercise or clip}: {clip.problem}" for clip in failed[:MOST_DETAILS]],
    )


def unanswered_questions() -> Missing | None:
    """Return the line for questions without an answer."""
    number = Question.objects.unanswered().count()
    if not number:
        return None
    message = ngettext("%d question has no answer", "%d questions have no answer", number) % number
    return Missing(message, changelist_url("faq_question", answer="no"))


def exercises_without_film() -> Missing | None:
    """Return the line for exercises that have only a drawn clip, or none."""
    films = Clip.objects.with_film().filter(kind=Clip.Kind.FILMED, published=True).exclude(exercise=None)
    number = Exercise.objects.exclude(pk__in=films.values("exercise")).count()
    if not number:
        return None
    message = ngettext("%d exercise has no filmed clip", "%d exercises have no filmed clip", number) % number
    return Missing(message, changelist_url("exercises_exercise", clip="not-filmed"))


def drawings_to_check() -> Missing | None:
    """Return the line for exercises with a drawn clip that no therapist has checked."""
    unchecked = Clip.objects.with_film().filter(kind=Clip.Kind.DRAWN, checked=False, published=True)
    number = unchecked.exclude(exercise=None).values("exercise").distinct().count()
    if not number:
        return None
    message = ngettext(
        "The drawn clips of %d exercise have to be checked",
        "The drawn clips of %d exercises have to be checked",
        number,
    )
    return Missing(message % number, changelist_url("exercises_exercise", clip="unchecked"))


def reviews(request: HttpRequest) -> list[Missing | None]:
    """Return a line for texts whose review is due again and one for those that no clinician has ever reviewed."""
    models_seen = [model for model in REVIEWED_MODELS if request.user.has_perm(permission_to_view(model))]
    due: dict[type[models.Model], int] = {}
    never: dict[type[models.Model], int] = {}
    for model in models_seen:
        counts = model._default_manager.aggregate(
            due=Count("pk", filter=review_is_due()), never=Count("pk", filter=Q(reviewed_by=""))
        )
        due[model], never[model] = counts["due"], counts["never"]
    return [reviews_due(due), never_reviewed(never)]


def reviews_due(numbers: dict[type[models.Model], int]) -> Missing | None:
    """Return the line for texts whose review is due again; `numbers` says how many, by model."""
    total = sum(numbers.values())
    if not total:
        return None
    message = ngettext("The review of %d text is due", "The reviews of %d texts are due", total) % total
    return Missing(message, links=list(links_by_model(numbers, review="overdue")))


def never_reviewed(numbers: dict[type[models.Model], int]) -> Missing | None:
    """Return the line for texts that no clinician has reviewed; `numbers` says how many, by model."""
    total = sum(numbers.values())
    if not total:
        return None
    message = ngettext(
        "%d text was never reviewed by a clinician", "%d texts were never reviewed by a clinician", total
    )
    return Missing(message % total, links=list(links_by_model(numbers, review="never")))


def links_by_model(numbers: dict[type[models.Model], int], **query: Any) -> Iterable[tuple[str, str]]:
    """Yield, for each model of which there are any, words such as "3 questions" and the filtered list they lead to."""
    for model, number in numbers.items():
        if number:
            meta = model._meta
            name = meta.verbose_name if number == 1 else meta.verbose_name_plural
            words = _("%(number)d %(name)s") % {"number": number, "name": name}
            yield words, changelist_url(f"{meta.app_label}_{meta.model_name}", **query)


def permission_to_view(model: type[models.Model]) -> str:
    """Return the name of the permission to look at rows of `model`."""
    return f"{model._meta.app_label}.view_{model._meta.model_name}"


def changelist_url(model: str, **query: Any) -> str:
    """Return the address of the workshop's list of `model` ("clips_clip"), filtered by `query`."""
    return reverse(f"admin:{model}_changelist", query=query)
