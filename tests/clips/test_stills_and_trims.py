"""What a therapist can change about a film that is there already: its still, its start and end."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from PIL import Image

from clips.conversion import convert, files, jobs, probe, stills
from clips.conversion.models import Moment
from clips.conversion.probe import FilmRefusedError
from clips.models import Clip
from tests.clips.films import H264, ffmpeg, frames
from tests.factories import make_clip

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture(scope="session")
def red_then_blue(tmp_path_factory):
    """Make a film of two seconds of red on white and two of blue on white; the colour is on the left."""
    path = tmp_path_factory.mktemp("colours") / "film.mp4"
    both = "color=white:size=160x120:rate=25:duration=4,drawbox=w=80:color=red:t=fill:enable='lt(t,2)'"
    ffmpeg("-f", "lavfi", "-i", f"{both},drawbox=w=80:color=blue:t=fill:enable='gte(t,2)'", *H264, path)
    return path


def colours(picture):
    """Return which half of a picture is red or blue: "red left"."""
    for half, across in (("left", picture.width // 4), ("right", picture.width * 3 // 4)):
        pixel = picture.convert("RGB").getpixel((across, picture.height // 2))
        for name, colour in (("red", RED), ("blue", BLUE)):
            if all(abs(have - want) < 60 for have, want in zip(pixel, colour, strict=True)):
                return f"{name} {half}"
    return ""


@pytest.fixture(scope="session")
def converted(red_then_blue, tmp_path_factory):
    """What the conversion makes of that film, once for all tests of a process."""
    return convert.convert(red_then_blue, probe.probe(red_then_blue), tmp_path_factory.mktemp("converted"))


@pytest.fixture
def ready(db, red_then_blue, converted, monkeypatch):
    """Make a clip of that film, converted and published."""

    def copied(_source, _film, folder, **_options):
        files = {field: Path(shutil.copy(path, folder)) for field, path in converted.files.items()}
        return replace(converted, files=files)

    clip = make_clip(status=Clip.Status.WAITING, published=True)
    clip.original.save("film", ContentFile(red_then_blue.read_bytes()))
    with monkeypatch.context() as shared:
        shared.setattr(jobs, "convert", copied)
        jobs.convert_film.call(clip.pk)
    clip.refresh_from_db()
    assert clip.status == Clip.Status.READY
    return clip


def form_of(clip):
    return reverse("admin:clips_clip_change", args=[clip.pk])


def filled_in(clip, **fields):
    own = {"exercise": clip.exercise_id, "variation": 1, "kind": "filmed", "made": "facing", "keep_sound": "on"}
    chosen = min(clip.moments.all(), key=lambda each: abs(each.seconds - clip.still_at)) if clip.still_at else None
    own |= {"description": "A head turns.", "story": "", "published": "on"}
    return own | {"still_choice": chosen.pk if chosen else ""} | fields


def work(django_capture_on_commit_callbacks, workshop, clip, **fields):
    """Save the form and do what it has queued."""
    with django_capture_on_commit_callbacks(execute=True):
        response = workshop.post(form_of(clip), filled_in(clip, **fields))
    assert response.status_code == 302, response.context["errors"]
    while result := DBTaskResult.objects.filter(status=TaskResultStatus.READY).first():
        DBTaskResult.objects.filter(pk=result.pk).update(status=TaskResultStatus.SUCCESSFUL)
        getattr(jobs, result.task_path.rpartition(".")[2]).call(*result.args_kwargs["args"])
    clip.refresh_from_db()


# The still ----------------------------------------------------------------------------


def test_a_finished_film_has_eight_moments_to_choose_from(ready):
    moments = list(ready.moments.all())

    assert [moment.seconds for moment in moments] == pytest.approx([0.25 + number / 2 for number in range(8)], abs=0.02)
    shown = [colours(Image.open(io.BytesIO(moment.picture))) for moment in moments]
    assert shown == ["red left"] * 4 + ["blue left"] * 4
    assert sum(len(moment.picture) for moment in moments) < 100_000


def test_a_film_of_few_pictures_has_the_moments_it_has(tmp_path):
    film = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x48:rate=2:duration=1", *H264, film)

    assert 1 <= len(list(stills.moments(film, 1, tmp_path))) <= 8
    assert stills.still_frame(film, 1, 0.99, tmp_path).exists()


def test_the_chosen_moment_becomes_the_still_under_new_names(
    client, ready, workshop, django_capture_on_commit_callbacks
):
    page = workshop.get(form_of(ready)).text
    assert page.count('class="moment"') == 8
    before = {ready.still.name, ready.still_flipped.name, ready.still_small.name, ready.still_small_flipped.name}
    film = ready.film.name

    for moment, shown in ((ready.moments.first(), "red"), (ready.moments.last(), "blue")):
        work(django_capture_on_commit_callbacks, workshop, ready, still_choice=moment.pk)
        assert (ready.still_at, ready.still_is_due) == (moment.seconds, False)
        assert colours(Image.open(ready.still.path)) == f"{shown} left"
        assert colours(Image.open(ready.still_flipped.path)) == f"{shown} right"
        assert colours(Image.open(ready.still_small.path)) == f"{shown} left"
        assert colours(Image.open(ready.still_small_flipped.path)) == f"{shown} right"

    after = {ready.still.name, ready.still_flipped.name, ready.still_small.name, ready.still_small_flipped.name}
    assert not before & after
    assert not [name for name in before if default_storage.exists(name)]
    assert ready.film.name == film
    assert len(default_storage.listdir(f"clips/{ready.public_id}")[1]) == 6


def test_the_chosen_still_stays_when_only_the_sound_is_left_out(ready, workshop, django_capture_on_commit_callbacks):
    work(django_capture_on_commit_callbacks, workshop, ready, still_choice=ready.moments.last().pk)
    data = filled_in(ready)
    del data["keep_sound"]

    with django_capture_on_commit_callbacks(execute=True):
        workshop.post(form_of(ready), data)
    jobs.convert_film.call(ready.pk)

    ready.refresh_from_db()
    assert (ready.status, ready.keep_sound) == ("ready", False)
    assert colours(Image.open(ready.still.path)) == "blue left"


def test_a_still_that_was_lost_with_its_worker_is_made_later(ready, django_capture_on_commit_callbacks):
    ready.still_at = 3.75
    jobs.choose_still(ready)
    DBTaskResult.objects.all().delete()

    jobs.reap()

    assert DBTaskResult.objects.get().task_path.endswith("make_still")
    jobs.make_still.call(ready.pk)
    ready.refresh_from_db()
    assert not ready.still_is_due
    assert colours(Image.open(ready.still.path)) == "blue left"


def test_a_still_chosen_anew_meanwhile_wins(ready, monkeypatch):
    Clip.objects.update(still_at=0.25, still_is_due=True)
    real = files.publish_file

    def slowly(clip, part):
        Clip.objects.update(still_at=3.75)
        return real(clip, part)

    monkeypatch.setattr(files, "publish_file", slowly)
    jobs.make_still.call(ready.pk)

    clip = Clip.objects.get()
    assert clip.still_is_due
    assert clip.still.name == ready.still.name
    assert len(default_storage.listdir(f"clips/{ready.public_id}")[1]) == 6


def test_moments_of_a_film_without_them_are_made_when_asked_for(workshop, db, django_capture_on_commit_callbacks):
    clip = make_clip(kind="drawn")
    page = workshop.get(form_of(clip)).text
    assert "Show eight moments to choose from" in page
    assert 'name="still_choice"' not in page

    work(django_capture_on_commit_callbacks, workshop, clip, _moments="")

    assert clip.moments.exists()
    page = workshop.get(form_of(clip)).text
    assert "Show eight moments to choose from" not in page
    assert page.count('class="moment"') == clip.moments.count()


def test_moments_are_for_the_workshop_only(client, django_user_model, db):
    moment = Moment.objects.create(clip=make_clip(), seconds=1, picture=b"RIFF")
    address = reverse("admin:clips_clip_moment", args=[moment.pk])
    assert client.get(address).status_code == 302

    user = django_user_model.objects.create_user("bo", is_staff=True)
    client.force_login(user)
    assert client.get(address).status_code == 403

    user.user_permissions.add(Permission.objects.get(codename="view_clip"))
    answer = client.get(address)
    assert (answer.content, answer["Content-Type"]) == (b"RIFF", "image/webp")
    assert "private" in answer["Cache-Control"]
    assert client.get(form_of(moment.clip)).status_code == 200


# Start and end ------------------------------------------------------------------------


def test_start_and_end_cut_the_film_and_nothing_of_the_original(
    ready, red_then_blue, workshop, django_capture_on_commit_callbacks
):
    assert ready.original_seconds == pytest.approx(4)

    work(django_capture_on_commit_callbacks, workshop, ready, trim_start="2.4", trim_end="3.6")

    assert (ready.status, ready.seconds) == ("ready", pytest.approx(1.2, abs=0.1))
    assert {colours(picture) for picture in frames(ready.film.path)} == {"blue left"}
    assert {colours(picture) for picture in frames(ready.film_flipped.path)} == {"blue right"}
    assert Path(ready.original.path).read_bytes() == red_then_blue.read_bytes()

    work(django_capture_on_commit_callbacks, workshop, ready, trim_start="", trim_end="")
    assert ready.seconds == pytest.approx(4, abs=0.1)


def test_another_cut_has_other_moments_so_the_still_is_chosen_anew(ready, workshop, django_capture_on_commit_callbacks):
    work(django_capture_on_commit_callbacks, workshop, ready, still_choice=ready.moments.first().pk)

    work(django_capture_on_commit_callbacks, workshop, ready, trim_start="2.4")

    assert ready.still_at is None
    assert colours(Image.open(ready.still.path)) == "blue left"
    assert max(moment.seconds for moment in ready.moments.all()) < 1.6


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("-1", "", "greater than or equal to 0"),
        ("x", "", "Enter a number"),
        ("3.5", "", "The film is 4.0 seconds long. Start earlier."),
        ("2", "2.5", "at least a second after the start"),
        ("", "0.5", "At least the first second"),
        ("", "9", "The film is 4.0 seconds long. End earlier, or leave this empty."),
        ("nan", "", "Enter a number"),
        ("", "inf", "Enter a number"),
    ],
)
def test_start_and_end_have_to_be_within_the_film(ready, workshop, start, end, expected):
    response = workshop.post(form_of(ready), filled_in(ready, trim_start=start, trim_end=end))

    assert response.status_code == 200
    assert expected in response.text


def test_a_new_film_is_not_cut_as_the_last_one_was(ready, workshop, film, django_capture_on_commit_callbacks):
    work(django_capture_on_commit_callbacks, workshop, ready, trim_start="2.4", trim_end="3.6")
    new = SimpleUploadedFile("new.mp4", film("plain.mp4").read_bytes(), content_type="video/mp4")

    work(django_capture_on_commit_callbacks, workshop, ready, trim_start="2.4", trim_end="3.6", original=new)

    assert (ready.trim_start, ready.trim_end) == (None, None)
    assert (ready.status, ready.seconds) == ("ready", pytest.approx(1, abs=0.1))


def test_a_cut_that_leaves_nothing_is_refused_in_plain_words(red_then_blue, tmp_path):
    with pytest.raises(FilmRefusedError, match="nothing is left of it"):
        convert.convert(red_then_blue, probe.probe(red_then_blue), tmp_path, start=9)


# Withdrawing --------------------------------------------------------------------------


def test_what_is_withdrawn_is_gone_at_once_under_every_address(client, ready, workshop, django_user_model):
    ready.captions.save("words.vtt", ContentFile(b"WEBVTT\n"))
    addresses = [getattr(ready, field).url for field in ("film", "film_flipped", "still", "still_small", "captions")]
    page = ready.exercise.get_absolute_url()
    workshop.logout()
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, bool(answer.getvalue())) == (200, True)
    assert ready.film.name in client.get(page).text

    client.force_login(django_user_model.objects.get(username="ana"))
    client.post("/admin/clips/clip/", {"action": "withdraw", "_selected_action": [ready.pk]})
    client.logout()

    assert [client.get(address).status_code for address in addresses] == [404] * 5
    assert ready.public_id not in client.get(page).text
