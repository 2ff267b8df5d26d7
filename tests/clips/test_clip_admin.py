"""What a therapist can do in the form of a clip."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from clips.conversion import heartbeat
from clips.conversion.models import Conversion
from clips.forms import ClipForm
from clips.models import Clip
from tests.clips.clip_forms import LIST, filled_in, form_of, messages_of, upload
from tests.factories import make_clip, make_exercise, make_variation

pytestmark = pytest.mark.django_db


def test_a_film_from_a_phone_is_stored_and_queued(
    workshop, therapist, film, django_capture_on_commit_callbacks, settings
):
    exercise = make_exercise(description="A person turns the head.")

    with django_capture_on_commit_callbacks(execute=True):
        response = workshop.post(
            f"{LIST}add/", filled_in(exercise=exercise.pk, original=upload(film), published="on"), follow=True
        )

    clip = Clip.objects.get()
    assert "being converted" in messages_of(response)
    assert (clip.status, clip.original_filename, clip.uploaded_by) == ("waiting", "my film.mp4", therapist)
    assert DBTaskResult.objects.get().args_kwargs["args"] == [clip.pk]
    assert "film" not in clip.original.name
    assert (settings.ORIGINALS_ROOT / clip.original.name).read_bytes() == film("plain.mp4").read_bytes()
    assert not settings.MEDIA_ROOT.exists() or not list(settings.MEDIA_ROOT.rglob("*.mp4"))


def test_names_of_files_are_only_ever_text(workshop, film):
    exercise = make_exercise()
    called = '"><svg onload=prompt(1)>.mp4'

    workshop.post(f"{LIST}add/", filled_in(exercise=exercise.pk, original=upload(film, called=called)))

    clip = Clip.objects.get()
    assert "svg" in clip.original_filename
    page = workshop.get(form_of(clip)).text
    assert "<svg onload" not in page
    assert "&lt;svg onload" in page


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("letter.mp4", "This is a document"),
        ("picture.jpg", "This is a picture"),
        ("drawing.mp4", "a web page or a drawing"),
        ("playlist.mp4", "a list of films"),
        ("sound.wav", "only sound"),
    ],
)
def test_what_is_plainly_no_film_is_refused_in_the_form(workshop, film, name, reason):
    response = workshop.post(f"{LIST}add/", filled_in(exercise=make_exercise().pk, original=upload(film, name)))

    assert reason in response.text
    assert not Clip.objects.exists()


def test_a_film_that_is_too_large_is_refused_in_the_form(workshop, film, settings):
    settings.CLIP_MAX_BYTES = 2000

    response = workshop.post(f"{LIST}add/", filled_in(exercise=make_exercise().pk, original=upload(film)))

    assert "The film is too large" in response.text
    assert not Clip.objects.exists()


def test_saving_without_a_new_film_converts_nothing(workshop):
    clip = make_clip()
    described = {"exercise": clip.exercise.pk, "description": "A person turns the head.", "published": "on"}

    response = workshop.post(form_of(clip), filled_in(**described, title="Slowly"))
    assert response.status_code == 302, response.context["errors"]

    clip.refresh_from_db()
    assert (clip.title, clip.status) == ("Slowly", "ready")
    assert not DBTaskResult.objects.exists()


def test_leaving_out_the_sound_converts_again(workshop, film, django_capture_on_commit_callbacks):
    clip = make_clip(original=upload(film))
    data = filled_in(exercise=clip.exercise.pk, published="on", description="A person turns the head.")
    del data["keep_sound"]

    with django_capture_on_commit_callbacks(execute=True):
        workshop.post(form_of(clip), data)

    clip.refresh_from_db()
    assert (clip.status, clip.keep_sound) == ("waiting", False)
    assert clip in Clip.objects.visible()


def test_saving_the_form_does_not_undo_what_a_worker_has_done_meanwhile(workshop, film):
    clip = make_clip(original=upload(film), status="converting", published=False)
    form = ClipForm(filled_in(exercise=clip.exercise.pk, title="Slowly"), instance=Clip.objects.get())
    assert form.is_valid(), form.errors
    Conversion.objects.update(status="failed", problem="cut off", progress=40)
    form.save()

    clip.refresh_from_db()
    assert (clip.title, clip.status, clip.problem, clip.progress) == ("Slowly", "failed", "cut off", 40)


def test_a_clip_is_not_published_before_somebody_says_what_it_shows(workshop):
    clip = make_clip(published=False)

    response = workshop.post(form_of(clip), filled_in(exercise=clip.exercise.pk, published="on"))
    assert "what can be seen" in response.text
    assert not Clip.objects.get().published

    data = filled_in(exercise=clip.exercise.pk, published="on", description="A person turns {left}.")
    workshop.post(form_of(clip), data)
    assert Clip.objects.get().published


def test_the_words_of_the_exercise_or_its_variation_are_enough():
    exercise = make_exercise(description="A person claps.")
    make_variation(exercise=exercise, number=2, description="A person claps behind the back.")

    assert make_clip(exercise=exercise, description="").text_alternative == "A person claps."
    assert (
        make_clip(exercise=exercise, variation=2, description="").text_alternative == "A person claps behind the back."
    )
    assert make_clip(exercise=exercise, description="Own words.").text_alternative == "Own words."
    assert make_clip(story="now", description="").text_alternative == ""


def test_clips_are_added_on_the_form_of_their_exercise(workshop, therapist, film, django_capture_on_commit_callbacks):
    exercise = make_exercise(description="A person turns the head.")
    address = reverse("admin:exercises_exercise_change", args=[exercise.pk])
    page = workshop.get(address)
    assert 'enctype="multipart/form-data"' in page.text
    data = {
        field.html_name: field.value() if field.value() is not None else ""
        for form in [page.context["adminform"].form]
        for field in form
        if not isinstance(field.value(), bool) or field.value()
    }
    for formset in page.context["inline_admin_formsets"]:
        data |= {field.html_name: field.value() or 0 for field in formset.formset.management_form}
    data |= {"clips-TOTAL_FORMS": 1, "body_parts": [], "equipment": []}
    data |= {f"clips-0-{name}": value for name, value in filled_in(original=upload(film), published="on").items()}
    del data["clips-0-story"]

    with django_capture_on_commit_callbacks(execute=True):
        response = workshop.post(address, data)

    assert response.status_code == 302, response.context["errors"]
    clip = exercise.clips.get()
    assert (clip.status, clip.original_filename, clip.uploaded_by) == ("waiting", "my film.mp4", therapist)
    assert DBTaskResult.objects.count() == 1
    assert workshop.get(address).status_code == 200


def test_captions_have_to_be_captions(workshop):
    clip = make_clip(published=False)
    data = filled_in(exercise=clip.exercise.pk)

    wrong = SimpleUploadedFile("words.vtt", b"<html>", content_type="text/vtt")
    assert "These are not captions" in workshop.post(form_of(clip), data | {"captions": wrong}).text

    right = SimpleUploadedFile("../../film.mp4", b"WEBVTT\n\n00:00.000 --> 00:01.000\nOne\n")
    workshop.post(form_of(clip), data | {"captions": right})
    clip.refresh_from_db()
    assert clip.captions.name.startswith(f"clips/{clip.public_id}/")
    assert clip.captions.name.endswith(".vtt")


# The form while a film is being converted ---------------------------------------------


def test_the_form_plays_both_films_and_leads_to_the_page(workshop):
    clip = make_clip()

    page = workshop.get(form_of(clip)).text

    for file in [clip.film, clip.film_flipped, clip.still]:
        assert file.url in page
    assert reverse("admin:clips_clip_change", args=[clip.pk]) == form_of(clip)
    assert clip.get_absolute_url() in page
    assert clip.get_absolute_url() not in workshop.get(form_of(make_clip(published=False))).text


def test_pages_ask_for_the_state_of_clips_that_are_under_way(workshop):
    clip = make_clip(status="converting", progress=45, published=False)

    page = workshop.get(form_of(clip)).text
    assert f'data-clip-state="{clip.pk}" data-states="/admin/clips/clip/states/" data-underway' in page
    assert re.search(r'<script src="/static/workshop/clips.js"[^>]* type="module"', page)
    answer = workshop.get("/admin/clips/clip/states/", {"clip": [clip.pk, 999, "x", "9" * 30]})
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    (state,) = answer.json().values()
    assert state["underway"] is True
    assert "Converting, 45 %" in state["state"]

    Conversion.objects.update(status="failed", problem="The film is <cut> off.")
    state = workshop.get("/admin/clips/clip/states/", {"clip": clip.pk}).json()[str(clip.pk)]
    assert state["underway"] is False
    assert "The film is &lt;cut&gt; off." in state["state"]
    assert "data-underway" not in workshop.get(form_of(clip)).text


def test_only_staff_can_ask_for_states(client, django_user_model):
    assert client.get("/admin/clips/clip/states/").status_code == 302

    client.force_login(django_user_model.objects.create_user("bo", is_staff=True))
    assert client.get("/admin/clips/clip/states/").status_code == 403


def test_a_missing_worker_is_said_where_somebody_waits_for_it(workshop):
    clip = make_clip(status="waiting", published=False)
    assert "Nothing on the server is converting films" in workshop.get(form_of(clip)).text

    heartbeat.beat()

    assert "Nothing on the server is converting films" not in workshop.get(form_of(clip)).text


def test_the_earlier_film_is_mentioned_while_the_next_one_is_converted(workshop):
    clip = make_clip()
    Conversion.objects.update(status="converting")

    assert "Visitors still get the earlier film." in workshop.get(form_of(clip)).text
