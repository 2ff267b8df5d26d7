"""Addresses of the stages, below `/stages/`."""

from django.urls import path

from stages import views

app_name = "stages"
urlpatterns = [
    path("", views.stage_list, name="list"),
    path("<int:number>/", views.stage_detail, name="detail"),
]
