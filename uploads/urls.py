"""Addresses of the tus server, below `/admin/uploads/`."""

from django.urls import path

from uploads import views

app_name = "uploads"
urlpatterns = [
    path("", views.collection, name="collection"),
    path("<uuid:pk>/", views.detail, name="detail"),
]
