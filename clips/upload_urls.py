from django.urls import path

from clips import upload_views as views

app_name = "clip_upload"
urlpatterns = [
    path("", views.page, name="page"),
    path("state/", views.state, name="state"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("clips/", views.make_clip, name="make"),
    path("publish/", views.publish, name="publish"),
    path("<int:pk>/", views.replacement_page, name="replacement"),
    path("<int:pk>/film/", views.replace_film, name="replace"),
    path("<int:pk>/change/", views.change_clip, name="change"),
]
