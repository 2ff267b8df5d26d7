"""Addresses of questions and problems: `/faq/` and `/problems/`."""

from django.urls import path

from faq import views

app_name = "faq"
urlpatterns = [
    path("faq/", views.question_list, name="list"),
    path("problems/", views.problem_list, name="problems"),
    path("problems/<slug:slug>/", views.problem_detail, name="problem"),
]
