"""How the tests of the workshop fill in the form of a clip."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

LIST = "/admin/clips/clip/"


def form_of(clip):
    return reverse("admin:clips_clip_change", args=[clip.pk])


def filled_in(**fields):
    """Return a filled in form of a clip."""
    return {"variation": 1, "kind": "filmed", "made": "facing", "keep_sound": "on", "story": "", "title": ""} | fields


def upload(film, name="plain.mp4", called="my film.mp4"):
    return SimpleUploadedFile(called, film(name).read_bytes(), content_type="video/mp4")


def messages_of(response):
    return " ".join(str(message) for message in response.context["messages"])
