"""The URLs of all rooms."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/uploads/", include("uploads.urls")),
    path("admin/clips/upload/", include("clips.upload_urls")),
    path("admin/", include("staff.urls")),
    path("admin/", admin.site.urls),
    path("stages/", include("stages.urls")),
    path("exercises/", include("exercises.urls")),
    path("media/", include("clips.urls")),
    path("", include("upkeep.urls")),
    path("", include("exercises.side_urls")),
    path("", include("faq.urls")),
    path("", include("pages.urls")),
]

handler400 = "cdtrainer.errors.bad_request"
handler403 = "cdtrainer.errors.permission_denied"
handler429 = "cdtrainer.errors.too_many_requests"  # asked for by allauth
handler404 = "cdtrainer.errors.page_not_found"
handler500 = "cdtrainer.errors.server_error"
