"""Home, the site's own pages, *Where do I start?*, search, and robots.txt."""

from collections.abc import Iterable
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clips.models import Clip
from exercises.models import Exercise
from exercises.stills import set_tiles
from faq.models import LOW_MOOD, Problem, Question
from pages import search as site_search
from pages.crisis import calls_for_help
from pages.models import Page
from pages.start import PULLS, answers_in, recommend, signs_of
from pages.templatetags.safety import care_card
from stages.models import Stage
from texts.addresses import absolute_address
from texts.page_head import page_head
from texts.structured_data import medical_page, website

#: The exercise whose still is the picture of the site.
HERO = "center-to-left"
RESULTS_PER_PAGE = 10
#: Of a search that are read for a call for help; far more than are looked up.
MOST_CHARACTERS = 1000


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Return the first page: whom the site is for, the three stages, the author's story beside the evidence."""
    page = Page.objects.published().filter(slug="home").prefetch_related("sections").first()
    title, description = (page.title, page.lead) if page else ("CD Trainer", "")
    context = {
        "title": title,
        "description": description,
        "structured_data": [website(request), medical_page(request, title, description, page)],
        "questions": Question.objects.published().filter(top=True)[:4],
    }
    return render(request, "pages/home.html", context | home_texts(page) | story_clips() | home_pictures())


def home_texts(page: Page | None) -> dict[str, Any]:
    """Return the home page's texts: its sections by anchor, and those about the dimensions to work on."""
    sections = {section.key: section for section in page.sections.all()} if page else {}
    dimensions = [section for key, section in sections.items() if key.startswith("dimension-")]
    return {"page": page, "section": sections, "dimensions": dimensions}


def story_clips() -> dict[str, Any]:
    """Return the filmed clips of the author's story; a drawing shows an exercise, but proves nobody's recovery."""
    films = list(Clip.objects.visible().filter(kind=Clip.Kind.FILMED).exclude(story=""))
    return {
        "then_clips": by_variation([clip for clip in films if clip.story == Clip.Story.THEN]),
        "now_clips": by_variation([clip for clip in films if clip.story == Clip.Story.NOW]),
    }


def home_pictures() -> dict[str, Any]:
    """Return the stages, each with the clip of its first exercise, and the clip whose still is that of the site."""
    exercises = Exercise.objects.published().select_related("group").prefetch_related("clips").in_order()
    pictures: dict[int, Clip] = {}
    hero = None
    for exercise in exercises:
        if clip := exercise.first_clip:
            pictures.setdefault(exercise.group.stage_id, clip)
            hero = clip if exercise.slug == HERO else hero
    stages = Stage.objects.published().with_number_of_exercises()
    return {"stages": [(stage, pictures.get(stage.pk)) for stage in stages], "hero": hero}


def by_variation(clips: Iterable[Clip]) -> list[Clip]:
    """Return the newest clip of each variation, in order."""
    newest = {clip.variation: clip for clip in sorted(clips, key=lambda clip: clip.pk)}
    return [newest[number] for number in sorted(newest)]


@require_safe
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a page of the site itself, such as "About"."""
    page = get_object_or_404(Page.objects.published().exclude(slug="home").prefetch_related("sections"), slug=slug)
    description = page.lead.split("\n\n")[0] or page.title
    head = page_head(request, page.title, description, data=[medical_page(request, page.title, page.lead, page)])
    sections = list(page.sections.all())
    context = {
        "page": page,
        "care_cards": [section for section in sections if care_card(section)],
        "sections": [section for section in sections if not care_card(section)],
    }
    return render(request, "pages/page_detail.html", head | context)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Return the questions of *Where do I start?* and, once answered, the stage that fits, or a doctor first."""
    stages = list(Stage.objects.published())
    answers = answers_in(request.GET)
    description = _("A short checklist that says which stage of the programme fits you, and why.")
    context = {
        "stages": [(stage, signs_of(stage)) for stage in stages],
        "answers": answers,
        "pulls": PULLS,
        "answer": recommend(stages, answers.ticked) if answers.sent and not answers.sees_doctor_first else None,
        "stage_with_warning": next((stage for stage in stages if stage.warning), None),
    }
    head = page_head(request, _("Where do I start?"), description)
    return render(request, "pages/start.html", head | context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Return the results for `?q=`; without any, ways to go on from there. A call for help is answered first."""
    query = request.GET.get("q", "").strip()
    words = query[:100]
    crisis = calls_for_help(query[:MOST_CHARACTERS])
    title = _("Search results for “%s”") % words if words else _("Search")
    description = _("Search the exercises, questions, problems and pages of CD Trainer.")
    results = site_search.find(words) if words else []
    page = Paginator(results, RESULTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "words": words,
        "crisis": crisis,
        "low_mood": Problem.objects.published().filter(slug=LOW_MOOD).first() if crisis else None,
        "results": results,
        "page_of_results": page,
        "exercises": exercises_of(page),
        "stages": Stage.objects.published() if words else [],
    }
    head = page_head(request, title, description, crumb=_("Search"))
    return render(request, "pages/search.html", head | context)


def exercises_of(results: Iterable[site_search.Result]) -> dict[int, Exercise]:
    """Return the exercises among the results that have a clip, with their stills, by primary key."""
    keys = [result.exercise for result in results if result.exercise]
    if not keys:
        return {}
    exercises = list(
        Exercise.objects.published().filter(pk__in=keys).select_related("group__stage").prefetch_related("clips")
    )
    set_tiles(exercises)
    return {exercise.pk: exercise for exercise in exercises if exercise.first_clip}


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Return robots.txt: the workshop and search results are not to be indexed."""
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Disallow: {reverse('pages:search')}",
        "",
        f"Sitemap: {absolute_address(request, reverse('pages:sitemap'))}",
        "",
    ]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
