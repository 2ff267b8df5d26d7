"""The workshop's forms and lists of exercises, groups, body parts and equipment."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Count, Q
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clips.forms import ClipForm
from clips.live import MEDIA, LiveClips
from clips.models import Clip
from exercises.choices import GroupChoice
from exercises.models import BodyPart, Equipment, Exercise, ExerciseGroup, Variation
from texts.admin import REVIEW, KeptInline, ReviewedTextAdmin, ReviewFilter, TextAdmin, WorkshopAdmin

#: Numbers far above those of real variations; the field takes up to 32 767.
OUT_OF_THE_WAY = 30_000


class VariationForm(forms.ModelForm):
    """A variation's form, which leaves it to the formset that no two variations have one number."""

    def validate_constraints(self) -> None:
        """Check the other constraints against the database, which does not know yet that two exchange their numbers."""
        try:
            exclude = self._get_validation_exclusions()  # type: ignore[attr-defined] # of every model form
            self.instance.validate_constraints(exclude={*exclude, "number"})
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]


class VariationFormSet(BaseInlineFormSet):
    """The variations of an exercise, which may exchange their numbers."""

    def save_existing_objects(self, commit: bool = True) -> Any:
        """Save and delete rows; first take away every number that goes to another, as no two may ever share one."""
        changed = [form for form in self.initial_forms if "number" in form.changed_data or form in self.deleted_forms]
        if commit:
            for place, form in enumerate(changed, start=OUT_OF_THE_WAY):
                Variation.objects.filter(pk=form.instance.pk).update(number=place)
        return super().save_existing_objects(commit)


class VariationInline(admin.StackedInline):
    """The variations of an exercise, on the exercise's form."""

    model = Variation
    form = VariationForm
    formset = VariationFormSet
    extra = 0
    fields = [("number", "title"), "how", "description"]


class ClipInline(LiveClips, KeptInline, admin.StackedInline):
    """The clips of an exercise, on the exercise's own form."""

    model = Clip
    form = ClipForm
    extra = 0
    show_change_link = True
    readonly_fields = ["state", "still"]
    fields = [
        ("variation", "position", "title", "kind"),
        ("original", "still", "state"),
        ("made", "keep_sound"),
        "description",
        "published",
    ]

    @property
    def media(self) -> forms.Media:
        return super().media + MEDIA

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).select_related("conversion")


class FilmFilter(admin.SimpleListFilter):
    """Filters exercises by the clip that visitors see: a film, none, or a drawing that has to be checked."""

    title = _("clip")
    parameter_name = "clip"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("filmed", _("Has a filmed clip")),
            ("not-filmed", _("No filmed clip yet")),
            ("unchecked", _("Drawn clip to check")),
        ]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "unchecked":
            return queryset.filter(pk__in=with_clip(kind="drawn", checked=False))
        if self.value() == "filmed":
            return queryset.filter(pk__in=with_clip(kind="filmed"))
        if self.value() == "not-filmed":
            return queryset.exclude(pk__in=with_clip(kind="filmed"))
        return queryset


def with_clip(**conditions: Any) -> models.QuerySet[Any]:
    """Return the primary keys of the exercises with a visible clip that meets `conditions`."""
    clips = Clip.objects.with_film().filter(published=True, **conditions).exclude(exercise=None)
    return clips.order_by().values("exercise")


class GroupFilter(admin.RelatedFieldListFilter):
    """Filters by group; each choice names the stage, too."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        groups = ExerciseGroup.objects.select_related("stage")
        return [(group.pk, f"{group.stage.name} · {group.name}") for group in groups]


@admin.register(Exercise)
class ExerciseAdmin(ReviewedTextAdmin):
    """Exercises in the order of the programme, with their variations and clips."""

    list_display = ["still", "title", "stage", "group_name", "position", "published", "clip_count", "review"]
    order_within = "group_id"
    list_display_links = ["still", "title"]
    list_editable = ["position"]
    list_filter = [
        "published",
        FilmFilter,
        ReviewFilter,
        "group__stage",
        ("group", GroupFilter),
        "movement",
        "with_help",
        "equipment",
    ]
    search_fields = ["name", "subtitle", "slug", "purpose", "steps", "group__name"]
    ordering = ["group__stage__number", "group__position", "group__pk", "position", "pk"]
    prepopulated_fields = {"slug": ["name", "subtitle"]}
    inlines: ClassVar[list[type[InlineModelAdmin]]] = [VariationInline, ClipInline]
    parts: ClassVar[list[str]] = ["variations"]
    save_on_top = True
    formfield_overrides = WorkshopAdmin.formfield_overrides | {
        models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}
    }
    fieldsets = [
        (
            None,
            {
                "description": _(
                    "Write “left” and “right” as {left} and {right}, at the start of a sentence as {Left} "
                    "and {Right}. Visitors whose head pulls to the left get them the other way round."
                ),
                "fields": ["name", "subtitle", "slug", "group", "position", "published"],
            },
        ),
        (_("What it is for"), {"fields": ["purpose", "description", "has_sides"]}),
        (
            _("Getting ready"),
            {
                "description": _(
                    "How to get into each position; visitors read the one they have chosen, before the steps. "
                    "A tick says that the exercise can be done in it."
                ),
                "fields": [
                    ("lying", "sitting", "standing", "with_help"),
                    "setup_lying",
                    "setup_sitting",
                    "setup_standing",
                ],
            },
        ),
        (_("How to do it"), {"fields": ["steps", "feel"]}),
        (
            _("How much"),
            {
                "fields": [
                    ("repetitions", "times_a_day", "rest_seconds"),
                    ("seconds_there", "seconds_hold", "seconds_back"),
                ]
            },
        ),
        (_("Do, and do not"), {"fields": ["do", "do_not"]}),
        (_("Safety"), {"fields": ["stop_if", "balance_note", "caution"]}),
        (_("Easier and harder"), {"fields": ["easier", "harder"]}),
        (
            _("How visitors find it"),
            {
                "fields": [
                    "movement",
                    "body_parts",
                    "equipment",
                ]
            },
        ),
        REVIEW,
        (_("To be checked by a therapist"), {"fields": ["name_only", "reading_note"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return Exercise.objects.with_clips()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "group":
            kwargs |= {
                "form_class": GroupChoice,
                "queryset": ExerciseGroup.objects.select_related("stage"),
            }
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is Clip:
            for clip_form in formset.forms:
                clip_form.set_uploader(request.user)
        super().save_formset(request, form, formset, change)

    @admin.display(description=_("still"))
    def still(self, exercise: Exercise) -> str:
        clip = exercise.first_clip
        if clip is None or not clip.still_small:
            return format_html('<span class="no-still">{}</span>', _("no clip"))
        return format_html(
            '<img class="still" src="{}" width="96" height="72" loading="lazy" alt="{}">',
            clip.still_small_url,
            gettext("Change %s") % exercise.title,
        )

    @admin.display(description=_("exercise"), ordering="name")
    def title(self, exercise: Exercise) -> str:
        return exercise.title

    @admin.display(description=_("stage"), ordering="group__stage__number")
    def stage(self, exercise: Exercise) -> str:
        return exercise.group.stage.name

    @admin.display(description=_("group"), ordering="group__name")
    def group_name(self, exercise: Exercise) -> str:
        return exercise.group.name

    @admin.display(description=_("clips"))
    def clip_count(self, exercise: Exercise) -> str:
        filmed = sum(clip.is_filmed for clip in exercise.clips.all())
        drawn = len(exercise.clips.all()) - filmed
        parts = []
        if filmed:
            parts.append(ngettext("%d filmed", "%d filmed", filmed) % filmed)
        if drawn:
            parts.append(ngettext("%d drawn", "%d drawn", drawn) % drawn)
        return ", ".join(parts) or gettext("none")


@admin.register(ExerciseGroup)
class ExerciseGroupAdmin(TextAdmin):
    """Groups, by stage and position."""

    list_display = ["name", "stage", "position", "period", "exercise_count"]
    order_within = "stage_id"
    list_editable = ["position"]
    list_filter = ["stage"]
    list_select_related = ["stage"]
    search_fields = ["name", "slug", "introduction"]
    ordering = ["stage__number", "position", "pk"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["stage", "name", "slug", "position", "period", "introduction"]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return ExerciseGroup.objects.annotate(
            all_exercises=Count("exercises"),
            published_exercises=Count("exercises", filter=Q(exercises__published=True)),
        )

    @admin.display(description=_("exercises"))
    def exercise_count(self, group: Any) -> str:
        published, total = group.published_exercises, group.all_exercises
        if published == total:
            return str(total)
        return gettext("%(shown)d of %(total)d published") % {"shown": published, "total": total}


@admin.register(BodyPart)
class BodyPartAdmin(TextAdmin):
    """Body parts, in the order of the filters."""

    list_display = ["name", "position"]
    list_editable = ["position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}


@admin.register(Equipment)
class EquipmentAdmin(TextAdmin):
    """Equipment, in the order of the filters."""

    list_display = ["name", "position", "substitute"]
    list_editable = ["position"]
    search_fields = ["name", "substitute"]
    prepopulated_fields = {"slug": ["name"]}
    fields = ["name", "slug", "substitute", "caution", "position"]
