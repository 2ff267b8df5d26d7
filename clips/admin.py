from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from clips.conversion import jobs
from clips.conversion.models import Moment
from clips.forms import ClipPageForm, pks_in
from clips.live import MEDIA, LiveClips, preview_of, state_of, still_of
from clips.models import Clip, ClipQuerySet
from exercises.choices import ExerciseChoice
from exercises.models import Exercise
from texts.admin import WorkshopAdmin
from texts.publishing import set_published

MOST_ASKED_ABOUT = 200  # clips in one question of the page for their states


class StatusFilter(admin.SimpleListFilter):
    """Clips by how far they are."""

    title = _("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return list(Clip.Status.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        status = self.value()
        return queryset.with_status(status) if status else queryset


class VisibleFilter(admin.SimpleListFilter):
    """Clips by whether visitors can see them."""

    title = _("visitors see it")
    parameter_name = "visible"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        visible = Clip.objects.visible().order_by().values("pk")
        if self.value() == "yes":
            return queryset.filter(pk__in=visible)
        if self.value() == "no":
            return queryset.exclude(pk__in=visible)
        return queryset


@admin.register(Clip)
class ClipAdmin(LiveClips, WorkshopAdmin):
    """From a phone's film to what a visitor plays, as far as a therapist has to do with it."""

    form = ClipPageForm
    list_display = ["still", "name", "part", "stage", "group", "kind", "state", "published", "checked"]
    list_display_links = ["still", "name"]
    list_filter = [StatusFilter, "kind", "position", "published", VisibleFilter, "checked", "exercise__group__stage"]
    search_fields = ["title", "description", "exercise__name", "exercise__slug", "exercise__group__name"]
    ordering = [
        "exercise__group__stage__number",
        "exercise__group__position",
        "exercise__position",
        "exercise",
        "variation",
        "pk",
    ]
    list_per_page = 50
    save_on_top = True
    actions = ["publish", "withdraw", "convert_again", "delete_selected"]
    readonly_fields = ["state", "preview", "more_moments", "original_filename", "uploaded_by", "uploaded_at"]
    fieldsets = [
        (None, {"fields": ["exercise", ("variation", "position", "title"), "kind", "published"]}),
        (
            _("The film"),
            {
                "fields": [
                    "original",
                    "state",
                    "preview",
                    "still_choice",
                    "more_moments",
                    "made",
                    "keep_sound",
                    ("trim_start", "trim_end"),
                    ("original_filename", "uploaded_by", "uploaded_at"),
                ]
            },
        ),
        (
            _("In words"),
            {
                "description": _(
                    "Write “left” and “right” as {left} and {right}: "
                    "visitors whose head pulls to the left get them the other way round."
                ),
                "fields": ["description", "captions", "checked"],
            },
        ),
        (_("The author's story"), {"classes": ["collapse"], "fields": ["story"]}),
    ]

    @property
    def media(self) -> forms.Media:
        return super().media + MEDIA

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return (
            Clip.objects.select_related("exercise__group__stage", "uploaded_by", "conversion")
            .prefetch_related("exercise__clips", "exercise__variations")
            .order_by(*self.ordering)
        )

    def get_urls(self) -> list[URLPattern]:
        states = path("states/", self.admin_site.admin_view(self.states), name="clips_clip_states")
        moment = path("moments/<int:pk>/", self.admin_site.admin_view(self.moment), name="clips_clip_moment")
        return [states, moment, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what there is nothing of yet: pictures to choose from, and the button that makes them."""
        has_moments = obj is not None and obj.moments.exists()
        without = set() if has_moments else {"still_choice"}
        if has_moments or obj is None or not obj.film or obj.is_changing:
            without.add("more_moments")
        return [
            (title, {**options, "fields": [field for field in options["fields"] if field not in without]})
            for title, options in super().get_fieldsets(request, obj)
        ]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "exercise":
            kwargs |= {
                "form_class": ExerciseChoice,
                "queryset": Exercise.objects.select_related("group__stage").in_order(),
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        form.set_uploader(request.user)
        form.store()
        if form.needs_conversion:
            message = gettext("The film is being converted. What visitors see stays until that is done.")
            self.message_user(request, message, messages.INFO)
        elif form.asks_for_moments:
            self.message_user(request, gettext("Eight moments are being looked for. Load the page again to see them."))

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        """Return to the form of a clip that is tried again, or whose moments are made: that is shown there."""
        if "_again" in request.POST or "_moments" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return super().response_post_save_change(request, obj)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Show the list; try one clip again when its button was pressed."""
        if request.method == "POST" and "_again" in request.POST:
            if not self.has_change_permission(request):
                raise PermissionDenied
            clips = Clip.objects.filter(pk__in=pks_in([request.POST["_again"]]))
            self.convert_again(request, clips.exclude(conversion__status=Clip.Status.CONVERTING))
            return HttpResponseRedirect(request.get_full_path())
        return super().changelist_view(request, extra_context)

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the exercise's page, or None while visitors would not find the clip there."""
        if obj is None or not Clip.objects.visible().filter(pk=obj.pk).exists():
            return None
        return str(obj.get_absolute_url())

    @admin.display(description=_("still"))
    def more_moments(self, clip: Clip) -> str:
        """Offer the moments of a film that came without them, such as a drawn one."""
        return format_html(
            '<button type="submit" name="_moments" class="clip-again">{}</button>',
            _("Show eight moments to choose from"),
        )

    @admin.display(description=_("clip"), ordering="exercise__name")
    def name(self, clip: Clip) -> str:
        if clip.exercise is None:
            return clip.get_story_display() or gettext("%s (no exercise yet)") % clip
        return clip.exercise.title

    @admin.display(description=_("variation"), ordering="variation")
    def part(self, clip: Clip) -> str:
        if clip.exercise is None:
            return ""
        total = max(len(clip.exercise.parts), clip.variation)
        if total == 1:
            return gettext("only one")
        return gettext("%(number)d of %(total)d") % {"number": clip.variation, "total": total}

    @admin.display(description=_("stage"), ordering="exercise__group__stage__number")
    def stage(self, clip: Clip) -> str:
        return clip.exercise.group.stage.name if clip.exercise else ""

    @admin.display(description=_("group"), ordering="exercise__group__name")
    def group(self, clip: Clip) -> str:
        return clip.exercise.group.name if clip.exercise else ""

    @admin.action(description=_("Publish: visitors see it as soon as it is ready"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: ClipQuerySet) -> None:
        self.set_published(request, queryset, published=True)

    @admin.action(description=_("Withdraw: visitors no longer see it"), permissions=["change"])
    def withdraw(self, request: HttpRequest, queryset: ClipQuerySet) -> None:
        self.set_published(request, queryset, published=False)

    def set_published(self, request: HttpRequest, clips: ClipQuerySet, *, published: bool) -> None:
        outcome = set_published(clips, published=published, user=request.user)
        for clip, problem in outcome.problems:
            self.message_user(request, f"{self.name(clip)}: {problem}", messages.ERROR)
        number = len(outcome.changed)
        if number and published:
            message = ngettext("%d clip is published.", "%d clips are published.", number) % number
            self.message_user(request, message, messages.SUCCESS)
        elif number:
            message = ngettext("%d clip is withdrawn.", "%d clips are withdrawn.", number) % number
            self.message_user(request, message, messages.SUCCESS)

    @admin.action(description=_("Convert again, from the film as it was uploaded"), permissions=["change"])
    def convert_again(self, request: HttpRequest, queryset: ClipQuerySet) -> None:
        clips = [clip for clip in queryset if clip.original]
        for clip in clips:
            jobs.submit(clip)
        if clips:
            message = ngettext("%d clip is converted again.", "%d clips are converted again.", len(clips)) % len(clips)
            self.message_user(request, message, messages.SUCCESS)
        if len(clips) < len(queryset):
            message = gettext("Drawn clips that came with the site have no film of their own to convert.")
            self.message_user(request, message, messages.WARNING)

    def moment(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the small picture of one moment; visitors have no business with it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        moment = get_object_or_404(Moment, pk=pk)
        headers = {"Cache-Control": "private, max-age=3600, immutable"}
        return HttpResponse(bytes(moment.picture), content_type="image/webp", headers=headers)

    @method_decorator(never_cache)
    def states(self, request: HttpRequest) -> HttpResponse:
        """Say how far the clips `?clip=…` are; the page asks while one of them is not finished."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        pks = pks_in(request.GET.getlist("clip"))[:MOST_ASKED_ABOUT]
        clips = Clip.objects.select_related("exercise", "conversion").filter(pk__in=pks)
        return JsonResponse(
            {
                str(clip.pk): {
                    "underway": clip.is_changing,
                    "state": state_of(clip),
                    "still": still_of(clip),
                    "preview": preview_of(clip),
                    "announcement": f"{clip}: {clip.get_status_display()}. {clip.problem}".strip(),
                }
                for clip in clips
            }
        )
