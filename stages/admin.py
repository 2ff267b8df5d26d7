"""The workshop's forms and lists of stages, with their groups."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.utils.translation import gettext_lazy as _

from exercises.models import ExerciseGroup
from stages.models import Stage
from texts.admin import REVIEW, KeptInline, ReviewedTextAdmin, ReviewFilter


class ExerciseGroupInline(KeptInline, admin.StackedInline):
    """The groups of a stage, on the stage's form."""

    model = ExerciseGroup
    extra = 0
    show_change_link = True
    prepopulated_fields = {"slug": ["name"]}
    fields = [("name", "slug"), ("position", "period"), "introduction"]


@admin.register(Stage)
class StageAdmin(ReviewedTextAdmin):
    """Stages, in the order of the page that visitors read."""

    list_display = ["name", "tagline", "duration", "published", "review"]
    list_filter = ["published", ReviewFilter]
    search_fields = ["name", "tagline", "summary", "how_to"]
    inlines: ClassVar[list[type[InlineModelAdmin]]] = [ExerciseGroupInline]
    parts: ClassVar[list[str]] = ["groups"]
    fieldsets = [
        (None, {"fields": ["number", "name", "tagline", "summary", "published"]}),
        (
            _("Before the exercises"),
            {"fields": ["warning", "before_you_start", "starts_when", "ends_when", "go_back_when"]},
        ),
        (_("What to expect"), {"fields": ["duration", "pain", "training"]}),
        (
            _("How to exercise, and what to do about problems"),
            {"fields": ["how_to", "how_to_caution", "problems", "problems_caution", "author_view"]},
        ),
        (_("Where do I start?"), {"fields": ["checklist"]}),
        REVIEW,
    ]
