"""The workshop's forms and lists of questions, topics and problems."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from faq.models import Problem, Question, Topic
from texts.admin import REVIEW, ReviewedTextAdmin, ReviewFilter, TextAdmin


class AnswerFilter(admin.SimpleListFilter):
    """Filters questions by whether they have an answer."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("To be answered")), ("yes", _("Answered"))]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if self.value() == "no":
            return queryset.filter(answer="")
        if self.value() == "yes":
            return queryset.exclude(answer="")
        return queryset


@admin.register(Question)
class QuestionAdmin(ReviewedTextAdmin):
    """Questions, by topic and position."""

    list_display = ["question", "state", "topic", "position", "top", "review"]
    order_within = "topic_id"
    list_editable = ["position"]
    list_filter = [AnswerFilter, "published", "top", "topic", ReviewFilter]
    list_select_related = ["topic"]
    search_fields = ["question", "answer", "slug"]
    ordering = ["topic__position", "position", "pk"]
    prepopulated_fields = {"slug": ["question"]}
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "question",
                    "slug",
                    "topic",
                    "answer",
                    "author_view",
                    "position",
                    "top",
                    "published",
                ]
            },
        ),
        REVIEW,
    ]

    @admin.display(description=_("state"), ordering="published")
    def state(self, question: Question) -> str:
        if not question.answer:
            return format_html('<strong class="todo">{}</strong>', _("To be answered"))
        return gettext("Published") if question.published else gettext("Withdrawn")

    def page_of(self, obj: Any) -> str | None:
        """Return the address of the answer; a question without one is on no page."""
        return super().page_of(obj) if obj.answer else None

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """Return the address of the answer, or None while visitors cannot see it."""
        return super().get_view_on_site_url(obj) if obj and obj.answer else None


@admin.register(Problem)
class ProblemAdmin(ReviewedTextAdmin):
    """Problems, in the order of their page."""

    list_display = ["name", "summary", "position", "published", "review"]
    list_editable = ["position"]
    list_filter = ["published", ReviewFilter]
    search_fields = ["name", "summary", "what_it_is", "what_may_help"]
    ordering = ["position", "pk"]
    prepopulated_fields = {"slug": ["name"]}
    fieldsets = [
        (None, {"fields": ["name", "slug", "summary", "position", "published"]}),
        (_("What visitors read"), {"fields": ["what_it_is", "what_may_help"]}),
        (
            _("When to get help"),
            {"fields": ["get_help_heading", "when_to_get_help", "emergency", "who_can_help"]},
        ),
        (_("Sources"), {"fields": ["sources"]}),
        REVIEW,
    ]


@admin.register(Topic)
class TopicAdmin(TextAdmin):
    """Topics, each with the number of its questions."""

    list_display = ["name", "position", "question_count"]
    list_editable = ["position"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return Topic.objects.annotate(number_of_questions=models.Count("questions"))

    @admin.display(description=_("questions"))
    def question_count(self, topic: Any) -> int:
        return int(topic.number_of_questions)
