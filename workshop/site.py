"""The admin under the site's own name, with a start page that says what is missing."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
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
        return [preview_url, *urls(self), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Return the apps with those that a therapist works on first, in the order of the site."""
        places = {app: place for place, app in enumerate(APP_ORDER)}
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: places.get(app["app_label"], len(places)))
