"""*Upload clips*: from a phone's films to draft clips, one row each.

The bytes come through `uploads`; this page suggests what each film shows, turns what has arrived into clips, and says
how far everything is. Its script is `static/workshop/upload.js`.
"""

import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from clips.forms import pks_in
from clips.models import Clip
from clips.names import suggest
from clips.upload_texts import upload_texts
from clips.uploading import claimed_clip, take_over
from exercises.choices import ExerciseChoice, place_of
from exercises.models import Exercise
from exercises.sides import View
from texts.publishing import log, set_published
from uploads.models import NotYoursError, Upload
from uploads.tus import parsed_metadata

MOST_FILMS = 100  # in one batch
MOST_ASKED_ABOUT = 500  # uploads or clips in one question

Parameters = ParamSpec("Parameters")


def for_editors(
    view: Callable[Concatenate[HttpRequest, Parameters], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Parameters], HttpResponse]:
    """Let in who may add clips; others are sent to sign in, or refused."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponse:
        if not request.user.has_perms(["clips.add_clip", "clips.change_clip"]):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return admin.site.admin_view(never_cache(checked))  # type: ignore[return-value]


class FilmForm(forms.Form):
    """What a row says about a film."""

    exercise = ExerciseChoice(
        Exercise.objects.none(),
        required=False,
        error_messages={"invalid_choice": gettext_lazy("This exercise was deleted meanwhile. Choose another.")},
    )
    story = forms.ChoiceField(choices=[("", ""), *Clip.Story.choices], required=False)
    variation = forms.IntegerField(min_value=1, max_value=30)
    made = forms.ChoiceField(
        choices=View.choices,
        error_messages={"required": gettext_lazy("Say how the film was made.")},
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["exercise"].queryset = Exercise.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        if bool(cleaned.get("exercise")) == bool(cleaned.get("story")) and not self.errors:
            raise forms.ValidationError(_("Choose the exercise the film shows."))
        return cleaned

    @property
    def first_error(self) -> str:
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


# The page -----------------------------------------------------------------------------


@for_editors
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The page for a batch of films."""
    return _page(request, None)


@for_editors
@require_safe
def replacement_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page for one film that takes the place of another; the clip's address, order and texts stay."""
    return _page(request, get_object_or_404(Clip.objects.select_related("exercise"), pk=pk))


def _page(request: HttpRequest, clip: Clip | None) -> HttpResponse:
    exercises = Exercise.objects.select_related("group__stage").in_order()
    context = admin.site.each_context(request) | {
        "title": _("Replace the film") if clip else _("Upload clips"),
        "clip": clip,
        "exercises": [(exercise, place_of(exercise)) for exercise in exercises],
        "stories": Clip.Story.choices,
        "texts": upload_texts(),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "most_films": 1 if clip else MOST_FILMS,
    }
    # A clip's own form fetches the uploader alone.
    template = "admin/clips/upload_box.html" if "box" in request.GET else "admin/clips/upload.html"
    return render(request, template, context | {"here": request.path})


@for_editors
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Say which uploads of this person are here, and how far the clips `?clip=…` are.

    The page asks before it begins a film, so that a film that is here already, whole or in part, goes on where it
    was, whichever browser began it; and it asks for a new CSRF token after somebody has signed in again.
    """
    pks = pks_in(request.GET.getlist("clip"))[:MOST_ASKED_ABOUT]
    uploads = list(Upload.objects.of(request.user)[:MOST_ASKED_ABOUT])
    clip_by_upload = {upload.pk: claimed_clip(upload) for upload in uploads}
    wanted = {*pks, *filter(None, clip_by_upload.values())}
    clips = Clip.objects.select_related("exercise", "conversion").in_bulk(wanted)
    return JsonResponse(
        {
            "csrf": get_token(request),
            "uploads": [
                upload_as_json(upload, clips.get(clip_by_upload[upload.pk] or 0))
                for upload in uploads
                if not upload.is_expired and (upload.claimed_at is None or clip_by_upload[upload.pk] in clips)
            ],
            "clips": {str(pk): clip_as_json(clips[pk]) if pk in clips else None for pk in pks},
        }
    )


def upload_as_json(upload: Upload, clip: Clip | None) -> dict[str, Any]:
    """Return what a row shows of an upload; `replaces` is the clip that it is to be the new film of, or ""."""
    told = parsed_metadata(upload.metadata)
    replaces = next(iter(pks_in([told.get("clip", "")])), "")
    return {
        "id": str(upload.pk),
        "url": reverse("uploads:detail", args=[upload.pk]),
        "name": upload.filename,
        "length": upload.length,
        "offset": upload.offset,
        "modified": told.get("modified", ""),
        "replaces": replaces,
        "replacement": reverse("clip_upload:replacement", args=[replaces]) if replaces else "",
        "finished": upload.is_finished,
        "clip": clip_as_json(clip) if clip else None,
    }


def clip_as_json(clip: Clip) -> dict[str, Any]:
    """Return what a row shows of a clip. `stage` is one of checking, converting, ready, failed."""
    stages: dict[str, str] = {
        Clip.Status.READY: "ready",
        Clip.Status.FAILED: "failed",
        Clip.Status.CONVERTING: "converting",
    }
    return {
        "pk": clip.pk,
        "name": str(clip.exercise or clip),
        "address": reverse("admin:clips_clip_change", args=[clip.pk]),
        "stage": stages.get(clip.status, "checking"),
        "progress": clip.progress,
        "problem": clip.problem or clip.note,
        "still": clip.still_small.url if clip.still_small else "",
        "published": clip.published,
        "exercise": clip.exercise_id or "",
        "story": clip.story,
        "variation": clip.variation,
        "made": clip.made,
    }


# What the rows do ---------------------------------------------------------------------


@for_editors
@require_POST
def suggestions(request: HttpRequest) -> HttpResponse:
    """Say which exercise and variation each `name` speaks of."""
    exercises = list(Exercise.objects.with_last_variation().in_order())
    names = request.POST.getlist("name")[:MOST_FILMS]
    return JsonResponse({"suggestions": [_suggestion(name[:255], exercises) for name in names]})


def _suggestion(name: str, exercises: Iterable[Exercise]) -> dict[str, Any] | None:
    found = suggest(name, exercises)
    return {"exercise": found.exercise.pk, "variation": found.variation} if found else None


@for_editors
@require_POST
def make_clip(request: HttpRequest) -> HttpResponse:
    """Turn an upload that has arrived into a draft clip, and have it converted. Asked twice, it is done once."""
    form = FilmForm(request.POST)
    if not form.is_valid():
        return refusal(form.first_error)
    upload = _upload(request)
    clip = Clip(**form.cleaned_data, uploaded_by_id=request.user.pk)
    try:
        take_over(upload, clip, request.user)
    except NotYoursError:
        return _made_already(upload)
    log(request.user, clip, _("Added from an upload."), added=True)
    return JsonResponse({"clip": clip_as_json(clip)}, status=201)


@for_editors
@require_POST
def replace_film(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a clip a new film. Visitors keep the old one until the new one is ready."""
    clip = Clip.objects.select_related("exercise").filter(pk=pk).first()
    if clip is None:
        return refusal(_("This clip was deleted meanwhile. Bring it back under “Recently deleted”, and choose again."))
    upload = _upload(request)
    made = request.POST.get("made", "")
    if made not in View.values:
        return refusal(_("Say how the film was made."))
    clip.made = made
    try:
        take_over(upload, clip, request.user)
    except NotYoursError:
        return _made_already(upload)
    log(request.user, clip, _("Given a new film."))
    return JsonResponse({"clip": clip_as_json(clip)})


@for_editors
@require_POST
def change_clip(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what a draft says it shows; what visitors see is changed in the clip's own form."""
    clip = get_object_or_404(Clip.objects.select_related("exercise"), pk=pk)
    form = FilmForm(request.POST)
    if not form.is_valid():
        return refusal(form.first_error)
    if clip.published:
        return refusal(_("This clip is published. Change it in its own form."))
    for name, value in form.cleaned_data.items():
        setattr(clip, name, value)
    clip.save_edits()
    log(request.user, clip, _("Corrected what it shows."))
    return JsonResponse({"clip": clip_as_json(clip)})


@for_editors
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Publish each clip of `?clip=…` that is ready; one that breaks a rule does not hold up the others."""
    pks = pks_in(request.POST.getlist("clip"))[:MOST_ASKED_ABOUT]
    ready = Clip.objects.select_related("exercise", "conversion").with_status(Clip.Status.READY)
    outcome = set_published(ready.filter(pk__in=pks, published=False), published=True, user=request.user)
    return JsonResponse(
        {
            "published": {str(clip.pk): clip_as_json(clip) for clip in outcome.changed},
            "problems": {str(clip.pk): problem for clip, problem in outcome.problems},
        }
    )


def refusal(message: str) -> JsonResponse:
    return JsonResponse({"problem": message}, status=422)


def _upload(request: HttpRequest) -> Upload:
    try:
        pk = uuid.UUID(request.POST.get("upload", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Upload.objects.of(request.user), pk=pk)


def _made_already(upload: Upload) -> HttpResponse:
    """Answer for an upload that is no longer free: with its clip, when it has become one."""
    upload.refresh_from_db()
    clip = Clip.objects.select_related("exercise").filter(pk=claimed_clip(upload) or 0).first()
    if clip is None and upload.claimed_at:
        return refusal(_("The clip of this film was deleted. Bring it back, or choose the file again to send it anew."))
    if clip is None:
        return refusal(_("This film has not arrived whole. Choose the file again."))
    return JsonResponse({"clip": clip_as_json(clip)})
