from django.urls import path

from clips import views

app_name = "clips"
urlpatterns = [
    path("clips/<str:public_id>/<str:name>", views.clip_file, name="file"),
]
