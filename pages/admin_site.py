"""The admin under the site's own name, with a start page that says what is missing."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

#: How the start page lists the apps; the others follow by name.
APP_ORDER = ["exercises", "clips", "stages", "faq", "pages"]


class WorkshopSite(admin.AdminSite):
    """The therapist's workshop."""

    site_header = _("CD Trainer")
    site_title = _("CD Trainer")
    index_title = _("Workshop")
    enable_nav_sidebar = False  # the lists need the room, and the start page leads everywhere

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send everybody to the site's one sign-in: a form of Django's own here would count no tries."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        wanted = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(wanted, settings.LOGIN_URL)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Send staff to the form that counts how often the present password was wrong."""
        return redirect("account_change_password")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from pages.site_state import state_of_the_site

        found = {
            "missing": what_is_missing(request),
            "upload_clips": upload_clips(request),
            "state": state_of_the_site(),
        }
        return super().index(request, found | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        from pages.preview import preview  # the pages know the admin, not the other way round

        address = path("preview/<str:app_label>/<str:model_name>/<int:pk>/", preview, name="preview")
        return [address, *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Put what a therapist works on first, in the order of the site."""
        known = {app: place for place, app in enumerate(APP_ORDER)}
        found = super().get_app_list(request, app_label)
        return sorted(found, key=lambda app: known.get(app["app_label"], len(known)))


@dataclass(frozen=True)
class Missing:
    """One line of "What is missing?": how many, where to go, and which of them need a word each."""

    said: str
    address: str = ""
    details: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)  # what is said, and the list it leads to


def what_is_missing(request: HttpRequest) -> list[Missing]:
    """Return what a therapist could do next, the most pressing first; only what `request`'s user may see."""
    # The admin site exists before all models do.
    from clips.models import Clip
    from exercises.models import Exercise
    from faq.models import Question

    found = []

    failed = Clip.objects.filter(status=Clip.Status.FAILED).select_related("exercise")
    if request.user.has_perm("clips.view_clip") and (number := failed.count()):
        found.append(
            Missing(
                ngettext("%d clip could not be converted", "%d clips could not be converted", number) % number,
                to("clips_clip", status__exact=Clip.Status.FAILED),
                [f"{clip.exercise or clip}: {clip.problem}" for clip in failed[:5]],
            )
        )

    if request.user.has_perm("faq.view_question") and (number := Question.objects.unanswered().count()):
        found.append(
            Missing(
                ngettext("%d question has no answer", "%d questions have no answer", number) % number,
                to("faq_question", answer="no"),
            )
        )

    if request.user.has_perm("exercises.view_exercise"):
        films = Clip.objects.filter(kind=Clip.Kind.FILMED, published=True).exclude(film="")
        without = Exercise.objects.exclude(pk__in=films.exclude(exercise=None).values("exercise")).count()
        if without:
            found.append(
                Missing(
                    ngettext("%d exercise has no filmed clip", "%d exercises have no filmed clip", without) % without,
                    to("exercises_exercise", clip="not-filmed"),
                )
            )
        unchecked = Clip.objects.filter(kind=Clip.Kind.DRAWN, checked=False, published=True).exclude(film="")
        if number := unchecked.exclude(exercise=None).values("exercise").distinct().count():
            found.append(
                Missing(
                    ngettext(
                        "The drawn clips of %d exercise have to be checked",
                        "The drawn clips of %d exercises have to be checked",
                        number,
                    )
                    % number,
                    to("exercises_exercise", clip="unchecked"),
                )
            )

    return [*found, *reviews(request)]


def reviews(request: HttpRequest) -> list[Missing]:
    """Return a line for texts whose review is due again and one for those that no clinician has ever reviewed."""
    from exercises.models import Exercise
    from faq.models import Problem, Question
    from pages.models import Page
    from stages.models import Stage
    from texts.models import review_is_due

    due: list[tuple[int, str, str]] = []
    never: list[tuple[int, str, str]] = []
    for model in (Stage, Exercise, Question, Problem, Page):
        meta = model._meta
        if not request.user.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            continue
        counts = model._default_manager.aggregate(
            due=Count("pk", filter=review_is_due()), never=Count("pk", filter=Q(reviewed_by=""))
        )
        for review, number, lines in (("overdue", counts["due"], due), ("never", counts["never"], never)):
            if number:
                name = meta.verbose_name if number == 1 else meta.verbose_name_plural
                lines.append((number, f"{number} {name}", to(f"{meta.app_label}_{meta.model_name}", review=review)))

    found = []
    if number := sum(number for number, _said, _address in due):
        said = ngettext("The review of %d text is due", "The reviews of %d texts are due", number) % number
        found.append(Missing(said, links=[(said, address) for _number, said, address in due]))
    if number := sum(number for number, _said, _address in never):
        said = ngettext(
            "%d text was never reviewed by a clinician", "%d texts were never reviewed by a clinician", number
        )
        found.append(Missing(said % number, links=[(said, address) for _number, said, address in never]))
    return found


def upload_clips(request: HttpRequest) -> str:
    """Return where films are uploaded, "" for those who may not."""
    if not request.user.has_perms(["clips.add_clip", "clips.change_clip"]):
        return ""
    return reverse("clip_upload:page")


def to(model: str, **query: Any) -> str:
    """Return the address of the list of a model, filtered; "" while the admin does not know the model."""
    try:
        return reverse(f"admin:{model}_changelist", query=query)
    except NoReverseMatch:
        return ""
