"""The sitemap, with the films of each exercise."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from exercises.models import Exercise
from faq.models import Problem
from pages.models import Page
from stages.models import Stage

#: The addresses, by name, of the pages that are always there.
FIXED = (
    "pages:home",
    "stages:list",
    "pages:start",
    "exercises:list",
    "faq:list",
    "faq:problems",
    "sides:choose",
)


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Return all public pages, and films by the rules of video sitemaps: title, description, thumbnail and file."""
    addresses = [reverse(name) for name in FIXED]
    for rows in (Page.objects.published(), Stage.objects.published(), Problem.objects.published()):
        addresses += [row.get_absolute_url() for row in rows]
    context = {
        "plain": dict.fromkeys(addresses),  # the home page is fixed and a row, too
        "exercises": Exercise.objects.published().with_clips().in_order(),
    }
    return render(request, "pages/sitemap.xml", context, content_type="application/xml")
