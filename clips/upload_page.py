"""*Upload clips*: from a phone's films to draft clips, one row each.

The bytes come through `uploads`; this page suggests what each film shows, turns what has arrived into clips, and says
how far everything is. Its script is `static/workshop/upload.js`.
"""

import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from itertools import chain
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.core.files.storage import Storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from clips import jobs
from clips.models import Clip, original_name
from clips.names import suggest
from clips.publishing import originals
from exercises.admin import ExerciseChoice
from exercises.models import Exercise
from exercises.sides import View
from uploads import files
from uploads.models import NotYoursError, Upload
from uploads.tus import parsed_metadata

MOST_FILMS = 100  # in one batch
CLAIMED = "clip "  # how an upload remembers which clip it became: "clip 7"

app_name = "clip_upload"

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

    exercise = ExerciseChoice(Exercise.objects.none(), required=False)
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
        said = self.cleaned_data
        if bool(said.get("exercise")) == bool(said.get("story")) and not self.errors:
            raise forms.ValidationError(_("Choose the exercise the film shows."))
        return said

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
        "exercises": [(exercise, ExerciseChoice.label_from_instance(FIELD, exercise)) for exercise in exercises],
        "stories": Clip.Story.choices,
        "texts": texts(),
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "most_films": 1 if clip else MOST_FILMS,
    }
    # A clip's own form fetches the uploader alone.
    template = "admin/clips/upload_box.html" if "box" in request.GET else "admin/clips/upload.html"
    return render(request, template, context | {"here": request.path})


FIELD = ExerciseChoice(Exercise.objects.none())


def texts() -> dict[str, str]:
    """Return what the script says; words in braces are filled in by it."""
    return {
        "queued": _("Waiting for its turn."),
        "sending": _("Sending."),
        "facts": _("{sent} of {size}, {speed} a second, about {left} left"),
        "sentOf": _("{sent} of {size}"),
        "away": _("No connection. It goes on by itself, from the last byte, as soon as there is one."),
        "busy": _("This film is being sent in another window. This row follows it."),
        "signedOut": _("You are no longer signed in. Sign in again, and it goes on from the last byte."),
        "again": _("Half-way here. Choose the same file again, and it goes on from the last byte."),
        "unreadable": _("The file can no longer be read. Choose it again, and it goes on from the last byte."),
        "sent": _("Sent."),
        "needsExercise": _("Sent. Choose the exercise it shows."),
        "needsMade": _("Sent. Say above how the film was made."),
        "checking": _("Sent. The film is being checked."),
        "converting": _("Converting, {progress} %."),
        "ready": _("Ready. Visitors do not see it yet."),
        "published": _("Published."),
        "replaced": _("Ready. Visitors see the new film."),
        "failed": _("Not usable."),
        "refused": _("Not sent."),
        "cancelled": _("Cancelled. You can undo this for ten seconds."),
        "empty": _("The file is empty. Film it again, or choose another."),
        "tooLarge": _("The film is {size}, and {most} is the most. Make it shorter on the phone, or choose 1080p."),
        "notFilm": _("This is not a film. Choose a file that the phone's camera has made."),
        "tooMany": _("Only the first {most} films were taken. Add the others when these are done."),
        "alreadyThere": _("{name} is in the list already."),
        "gone": _("The clip has been deleted."),
        "summary": _("{sent} of {total} sent, {ready} ready, {waiting} waiting for you."),
        "progressLabel": _("How much of {name} has been sent"),
        "convertLabel": _("How much of {name} has been converted"),
        "publish": _("Publish all ready ({count})"),
        "publishedAll": _("{count} published."),
    }


@for_editors
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Say which uploads of this person are here, and how far the clips `?clip=…` are.

    The page asks before it begins a film, so that a film that is here already, whole or in part, goes on where it
    was, whichever browser began it; and it asks for a new CSRF token after somebody has signed in again.
    """
    asked = [int(pk) for pk in request.GET.getlist("clip") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    uploads = list(Upload.objects.of(request.user)[:500])
    born = {upload.pk: _claimed_clip(upload) for upload in uploads}
    known = Clip.objects.select_related("exercise").in_bulk({*asked[:500], *filter(None, born.values())})
    return JsonResponse(
        {
            "csrf": get_token(request),
            "uploads": [
                upload_as_json(upload, known.get(born[upload.pk] or 0))
                for upload in uploads
                if not upload.is_expired and (upload.claimed_at is None or born[upload.pk] in known)
            ],
            "clips": {str(pk): clip_as_json(known[pk]) if pk in known else None for pk in asked[:500]},
        }
    )


def upload_as_json(upload: Upload, clip: Clip | None) -> dict[str, Any]:
    return {
        "id": str(upload.pk),
        "url": reverse("uploads:detail", args=[upload.pk]),
        "name": upload.filename,
        "length": upload.length,
        "offset": upload.offset,
        "modified": parsed_metadata(upload.metadata).get("modified", ""),
        "finished": upload.is_finished,
        "clip": clip_as_json(clip) if clip else None,
    }


def clip_as_json(clip: Clip) -> dict[str, Any]:
    """Return what a row shows of a clip. `stage` is one of checking, converting, ready, failed."""
    stages = {
        Clip.Status.READY: "ready",
        Clip.Status.FAILED: "failed",
        Clip.Status.CONVERTING: "converting",
    }
    return {
        "pk": clip.pk,
        "name": str(clip.exercise or clip),
        "address": reverse("admin:clips_clip_change", args=[clip.pk]),
        "stage": stages.get(Clip.Status(clip.status), "checking"),
        "progress": clip.progress,
        "problem": clip.problem,
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
    exercises = list(Exercise.objects.in_order())
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
    said = form.cleaned_data
    clip = Clip(
        exercise=said["exercise"],
        story=said["story"],
        variation=said["variation"],
        made=said["made"],
        uploaded_by_id=request.user.pk,
    )
    try:
        take_over(upload, clip, request.user)
    except NotYoursError:
        return _made_already(upload)
    return JsonResponse({"clip": clip_as_json(clip)}, status=201)


@for_editors
@require_POST
def replace_film(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a clip a new film. Visitors keep the old one until the new one is ready."""
    clip = get_object_or_404(Clip.objects.select_related("exercise"), pk=pk)
    upload = _upload(request)
    made = request.POST.get("made", "")
    if made not in View.values:
        return refusal(_("Say how the film was made."))
    if made != clip.made:
        turn(clip)
    try:
        take_over(upload, clip, request.user)
    except NotYoursError:
        return _made_already(upload)
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
    for name in ("exercise", "story", "variation", "made"):
        setattr(clip, name, form.cleaned_data[name])
    clip.save(update_fields=["exercise", "story", "variation", "made"])
    return JsonResponse({"clip": clip_as_json(clip)})


@for_editors
@require_POST
def publish(request: HttpRequest) -> HttpResponse:
    """Publish each clip of `?clip=…` that is ready; one that breaks a rule does not hold up the others."""
    pks = [int(pk) for pk in request.POST.getlist("clip") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    ready = Clip.objects.select_related("exercise").filter(status=Clip.Status.READY, published=False)
    problems: dict[str, str] = {}
    published: dict[str, dict[str, Any]] = {}
    for clip in ready.filter(pk__in=pks[:500]):
        clip.published = True
        try:
            clip.clean()
        except ValidationError as error:
            problems[str(clip.pk)] = " ".join(error.messages)
            continue
        clip.save(update_fields=["published"])
        published[str(clip.pk)] = clip_as_json(clip)
    return JsonResponse({"published": published, "problems": problems})


def take_over(upload: Upload, clip: Clip, user: Any) -> None:
    """Make a finished upload the film of a clip, new or existing, and have it converted; all of it or nothing.

    Raises:
        NotYoursError: when it is somebody else's, has not arrived whole, or has been taken over already.
    """
    if not upload.is_finished or upload.claimed_at:
        raise NotYoursError
    try:
        name = store_original(originals(), original_name(clip, upload.filename), upload.path)
    except FileNotFoundError:  # somebody else was quicker
        raise NotYoursError from None
    try:
        with upload.claim(user):
            clip.original.name = name
            clip.original_filename = upload.filename
            clip.uploaded_by = user
            if clip.pk is None:
                clip.save()
            else:
                clip.original_seconds = 0  # start, end and still were chosen from the last film
                clip.trim_start = clip.trim_end = clip.still_at = None
                own = ["original", "original_filename", "uploaded_by", "made", *chain.from_iterable(TWINS)]
                own += ["original_seconds", "trim_start", "trim_end", "still_at"]
                clip.save(update_fields=own)
            upload.claimed_for = f"{CLAIMED}{clip.pk}"
            jobs.submit(clip)
    except BaseException:
        originals().delete(name)  # our second name of the film; the first is still there
        raise


#: The files of a clip and what they are the other way round.
TWINS = [("film", "film_flipped"), ("still", "still_flipped"), ("still_small", "still_small_flipped")]


def turn(clip: Clip) -> None:
    """Change how a clip was made without changing what anybody sees.

    A new film may be made the other way than the one visitors get until it is ready; if only `made` changed, they
    would get the earlier film the wrong way round. With its files exchanged as well, they get the same as before.
    """
    clip.made = View.MIRROR if clip.made == View.FACING else View.FACING
    for one, other in TWINS:
        file, twin = getattr(clip, one).name, getattr(clip, other).name
        setattr(clip, one, twin)
        setattr(clip, other, file)


def store_original(storage: Storage, name: str, arrived: Path) -> str:
    """Put the film where originals are kept, on the same disk without copying it; return its name there."""
    try:
        target = Path(storage.path(name))
    except NotImplementedError:
        with arrived.open("rb") as film:
            return storage.save(name, File(film))
    files.link_or_copy(arrived, target)
    return name


def refusal(message: str) -> JsonResponse:
    return JsonResponse({"problem": message}, status=422)


def _upload(request: HttpRequest) -> Upload:
    try:
        pk = uuid.UUID(request.POST.get("upload", ""))
    except ValueError:
        raise Http404 from None
    return get_object_or_404(Upload.objects.of(request.user), pk=pk)


def _claimed_clip(upload: Upload) -> int | None:
    number = upload.claimed_for.removeprefix(CLAIMED)
    return int(number) if number.isdigit() else None


def _made_already(upload: Upload) -> HttpResponse:
    """Answer for an upload that is no longer free: with its clip, when it has become one."""
    upload.refresh_from_db()
    clip = Clip.objects.select_related("exercise").filter(pk=_claimed_clip(upload) or 0).first()
    if clip is None:
        return refusal(_("This film has not arrived whole. Choose the file again."))
    return JsonResponse({"clip": clip_as_json(clip)})


urlpatterns = [
    path("", page, name="page"),
    path("state/", state, name="state"),
    path("suggestions/", suggestions, name="suggestions"),
    path("clips/", make_clip, name="make"),
    path("publish/", publish, name="publish"),
    path("<int:pk>/", replacement_page, name="replacement"),
    path("<int:pk>/film/", replace_film, name="replace"),
    path("<int:pk>/change/", change_clip, name="change"),
]
