from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clips.models import Clip
from exercises.models import shown_by_variation
from faq.models import Question
from pages import search as site_search
from pages.models import Page
from pages.stage_pages import with_number_of_exercises
from pages.start import recommend
from stages.models import Stage
from texts import drafts, structured_data
from texts.addresses import absolute_address
from texts.templatetags.texts import lines


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    page = Page.objects.published().filter(slug="home").prefetch_related("sections").first()
    clips = Clip.objects.exclude(film="") if drafts.are_shown() else Clip.objects.visible()
    story = clips.exclude(story="").order_by("story", "variation", "kind", "pk")
    sections = {section.key: section for section in page.sections.all()} if page else {}
    context = {
        "page": page,
        "section": sections,
        "dimensions": [section for key, section in sections.items() if key.startswith("dimension-")],
        "stages": with_number_of_exercises(Stage.objects.published()),
        "then_clips": one_clip_a_title(clip for clip in story if clip.story == Clip.Story.THEN),
        "now_clips": one_clip_a_title(clip for clip in story if clip.story == Clip.Story.NOW),
        "questions": Question.objects.published().filter(top=True)[:4],
        "hero": clips.filter(exercise__slug="center-to-left").first(),
        "title": page.title if page else "CD Trainer",
        "description": page.lead if page else "",
        "structured_data": [
            {
                "@type": "WebSite",
                "name": "CD Trainer",
                "url": absolute_address(request, "/"),
                "potentialAction": {
                    "@type": "SearchAction",
                    "target": absolute_address(request, "/search/") + "?q={words}",
                    "query-input": "required name=words",
                },
            },
            structured_data.medical_page(
                request, page.title if page else "CD Trainer", page.lead if page else "", page
            ),
        ],
    }
    return render(request, "pages/home.html", context)


def one_clip_a_title(clips: Iterable[Clip]) -> list[Clip]:
    """Return the clip to show for each variation of the story, in order."""
    shown = shown_by_variation(clips)
    return [shown[number] for number in sorted(shown)]


@require_safe
def page_detail(request: HttpRequest, slug: str) -> HttpResponse:
    page = get_object_or_404(Page.objects.published().exclude(slug="home").prefetch_related("sections"), slug=slug)
    trail = [(_("Home"), "/"), (page.title, request.path)]
    context = {
        "page": page,
        "sections": page.sections.all(),
        "trail": trail,
        "title": page.title,
        "description": page.lead.split("\n\n")[0] or page.title,
        "structured_data": [
            structured_data.breadcrumbs(request, trail),
            structured_data.medical_page(request, page.title, page.lead, page),
        ],
    }
    return render(request, "pages/page_detail.html", context)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    stages = [(stage, lines(stage.checklist)) for stage in Stage.objects.published()]
    ticked = set(request.GET)  # a ticked box sends its name, such as "2-1"
    trail = [(_("Home"), "/"), (_("Where do I start?"), request.path)]
    context = {
        "stages": [
            (stage, [(f"{stage.number}-{place}", sign) for place, sign in enumerate(signs, start=1)])
            for stage, signs in stages
        ],
        "ticked": ticked,
        "answer": recommend(stages, ticked) if request.GET.get("answered") else None,
        "stage_two": next((stage for stage, _signs in stages if stage.warning), None),
        "trail": trail,
        "title": _("Where do I start?"),
        "description": _("A short checklist that says which stage of the programme fits you, and why."),
    }
    return render(request, "pages/start.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:100]
    trail = [(_("Home"), "/"), (_("Search"), request.path)]
    context = {
        "words": words,
        "results": site_search.find(words) if words else [],
        "stages": Stage.objects.published() if words else [],
        "trail": trail,
        "title": _("Search results for “%s”") % words if words else _("Search"),
        "description": _("Search the exercises, questions, problems and pages of CD Trainer."),
    }
    return render(request, "pages/search.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    body = (
        "User-agent: *\nDisallow: /admin/\nDisallow: /search/\n\n"
        f"Sitemap: {absolute_address(request, '/sitemap.xml')}\n"
    )
    return HttpResponse(body, content_type="text/plain; charset=utf-8")
