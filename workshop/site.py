"""The admin under the site's own name, with a start page that says what is missing."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from cdtrainer.errors import not_taken
from cdtrainer.kept_words import is_form_of_ours

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
        """Redirect to the site's one sign-in: Django's own form would not be throttled."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        next_url = request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index")
        return redirect_to_login(next_url, settings.LOGIN_URL)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the form that is throttled when the present password is wrong."""
        return redirect("account_change_password")

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Return `view` for the staff; a form of somebody who has been signed out comes back with its words."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def with_words_kept(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated and is_form_of_ours(request):
                return not_taken(request)
            return inner(request, *args, **kwargs)

        return with_words_kept

    def signed_in(self, request: HttpRequest) -> HttpResponse:
        """Say who is signed in and give a fresh token, for a form that was open for long."""
        return JsonResponse({"user": str(request.user.pk), "token": get_token(request)})

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from workshop.deleted import own
        from workshop.missing import what_is_missing  # the admin site exists before all models do
        from workshop.state import state_of_the_site

        context = {
            "missing": what_is_missing(request),
            "may_upload_clips": request.user.has_perms(["clips.add_clip", "clips.change_clip"]),
            "state": state_of_the_site(),
            "number_deleted": own(request.user).count(),
        }
        return super().index(request, context | (extra_context or {}))

    def get_urls(self) -> list[Any]:
        from workshop.deleted import urls  # import the admin, and so this site
        from workshop.preview import preview

        preview_url = path("preview/<str:app_label>/<str:model_name>/<int:pk>/", preview, name="preview")
        signed_in = path("signed-in/", self.admin_view(self.signed_in), name="signed_in")
        return [preview_url, signed_in, *urls(self), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps with those that a therapist works on first, in the order of the site."""
        places = {app: place for place, app in enumerate(APP_ORDER)}
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))
