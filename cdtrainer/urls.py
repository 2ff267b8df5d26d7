"""Which app answers which address."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/uploads/", include("uploads.urls")),
    path("admin/clips/upload/", include("clips.upload_page")),
    path("admin/account/", include("staff.urls")),
    path("", include("pages.first_sign_in")),
    path("", include("pages.health")),
    path("admin/", admin.site.urls),
    path("stages/", include("pages.stage_pages")),
    path("exercises/", include("exercises.urls")),
    path("media/", include("clips.urls")),
    path("", include("faq.urls")),
    path("", include("pages.urls")),
]

handler400 = "pages.errors.bad_request"
handler403 = "pages.errors.permission_denied"
handler429 = "pages.errors.too_many_requests"  # asked for by allauth
handler404 = "pages.errors.page_not_found"
handler500 = "pages.errors.server_error"
