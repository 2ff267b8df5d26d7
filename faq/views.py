from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from faq.models import Problem, Question
from texts import structured_data
from texts.addresses import absolute_address
from texts.templatetags.texts import lines


@require_safe
def question_list(request: HttpRequest) -> HttpResponse:
    questions = list(Question.objects.published().select_related("topic"))
    trail = [(_("Home"), "/"), (_("Questions"), request.path)]
    context = {
        "topics": [(topic, list(asked)) for topic, asked in groupby(questions, key=lambda question: question.topic)],
        "has_author_view": any(question.author_view for question in questions),
        "trail": trail,
        "title": _("Questions and answers"),
        "description": _("Honest answers about exercising with cervical dystonia."),
        "structured_data": [
            structured_data.breadcrumbs(request, trail),
            {
                "@type": "FAQPage",
                "url": absolute_address(request, request.path),
                "mainEntity": [
                    {
                        "@type": "Question",
                        "name": question.question,
                        "url": absolute_address(request, question.get_absolute_url()),
                        "acceptedAnswer": {"@type": "Answer", "text": question.answer},
                    }
                    for question in questions
                ],
            },
        ],
    }
    return render(request, "faq/question_list.html", context)


@require_safe
def problem_list(request: HttpRequest) -> HttpResponse:
    trail = [(_("Home"), "/"), (_("Other problems"), request.path)]
    context = {
        "problems": Problem.objects.published(),
        "trail": trail,
        "title": _("Other problems"),
        "description": _("Problems that can come with cervical dystonia: what may help, and when to get help."),
        "structured_data": [structured_data.breadcrumbs(request, trail)],
    }
    return render(request, "faq/problem_list.html", context)


@require_safe
def problem_detail(request: HttpRequest, slug: str) -> HttpResponse:
    problems = list(Problem.objects.published())
    problem = get_object_or_404(Problem.objects.published(), slug=slug)
    place = problems.index(problem)
    trail = [(_("Home"), "/"), (_("Other problems"), "/problems/"), (problem.name, request.path)]
    context = {
        "problem": problem,
        "sources": [source(line) for line in lines(problem.sources)],
        "previous": problems[place - 1] if place else None,
        "next": problems[place + 1] if place + 1 < len(problems) else None,
        "trail": trail,
        "title": problem.name,
        "description": strip_tags(problem.summary),
        "structured_data": [
            structured_data.breadcrumbs(request, trail),
            structured_data.medical_page(request, problem.name, problem.summary, problem),
        ],
    }
    return render(request, "faq/problem_detail.html", context)


def source(line: str) -> dict[str, str]:
    """Read one line of a problem's sources: publisher | title | address."""
    publisher, title, url = ([part.strip() for part in line.split("|")] + ["", "", ""])[:3]
    return {
        "publisher": publisher,
        "title": title or publisher,
        "url": url if url.startswith("https://") else "",
    }
