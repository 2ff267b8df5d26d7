"""The sitemap, with the films of each exercise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from exercises.models import Exercise
from faq.models import Problem
from pages.models import Page
from stages.models import Stage

FIXED = ("/stages/", "/start/", "/exercises/", "/faq/", "/problems/", "/my-side/")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page; films by the video sitemap's rules (a title, a description, a thumbnail and the file)."""
    pages = [page.get_absolute_url() for page in Page.objects.published()]
    plain = ["/", *FIXED, *(address for address in pages if address != "/")]
    plain += [stage.get_absolute_url() for stage in Stage.objects.published()]
    plain += [problem.get_absolute_url() for problem in Problem.objects.published()]
    exercises = Exercise.objects.published().with_clips().in_order()
    return render(
        request, "pages/sitemap.xml", {"plain": plain, "exercises": exercises}, content_type="application/xml"
    )
