"""Addresses of *My side*: `/my-side/` and the form target `/sides/`."""

from django.urls import path

from exercises import side_views

app_name = "sides"
urlpatterns = [
    path("my-side/", side_views.my_side, name="choose"),
    path("sides/", side_views.set_sides, name="set"),
]
