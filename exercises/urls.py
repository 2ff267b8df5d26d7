"""Addresses of the exercises, below `/exercises/`."""

from django.urls import path

from exercises import views

app_name = "exercises"
urlpatterns = [
    path("", views.exercise_list, name="list"),
    path("stills/<int:number>.webp", views.stage_stills, name="stills"),
    path("<slug:slug>/", views.exercise_detail, name="detail"),
]
