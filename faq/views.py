"""Questions and answers, and the problems that can come with cervical dystonia."""

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from faq.models import LOW_MOOD, Problem, Question
from faq.structured_data import faq_page
from texts.neighbours import neighbours
from texts.page_head import page_head
from texts.structured_data import medical_page
from texts.templatetags.texts import lines


@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    """Return the page of all answered questions, by topic."""
    questions = list(Question.objects.published().select_related("topic"))
    description = _("Honest answers about exercising with cervical dystonia.")
    data = [faq_page(request, questions)]
    context = {
        "topics": [(topic, list(group)) for topic, group in groupby(questions, key=lambda question: question.topic)],
        "has_author_view": any(question.author_view for question in questions),
    }
    head = page_head(request, _("Questions and answers"), description, crumb=_("Questions"), data=data)
    return render(request, "faq/question_list.html", head | context)


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    """Return the page that lists the problems."""
    description = _("Problems that can come with cervical dystonia: what may help, and when to get help.")
    head = page_head(request, _("Other problems"), description)
    return render(request, "faq/problem_list.html", head | {"problems": Problem.objects.published()})


@require_safe
def problem_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the page of a problem: what it is, what may help, when to get help."""
    problems = Problem.objects.published()
    problem = get_object_or_404(problems, slug=slug)
    previous, following = neighbours(problems, problem)
    head = page_head(
        request,
        problem.name,
        strip_tags(problem.summary),
        parents=[(_("Other problems"), reverse("faq:problems"))],
        data=[medical_page(request, problem.name, problem.summary, problem)],
    )
    sources = [source(line) for line in lines(problem.sources)]
    context = {
        "problem": problem,
        "crisis": problem.slug == LOW_MOOD,
        "sources": sources,
        "previous": previous,
        "next": following,
    }
    return render(request, "faq/problem_detail.html", head | context)


def source(line: str) -> dict[str, str]:
    """Return the parts of a line of a problem's sources (publisher | title | address); no address but https."""
    publisher, title, url = ([part.strip() for part in line.split("|")] + ["", "", ""])[:3]
    return {
        "publisher": publisher,
        "title": title or publisher,
        "url": url if url.startswith("https://") else "",
    }
