from django.urls import URLPattern

app_name = "clips"
urlpatterns: list[URLPattern] = []
