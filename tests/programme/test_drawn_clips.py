"""How the drawn clips of a fresh install reach visitors."""

import io
import json
import shutil
from contextvars import copy_context
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from clips.models import Clip
from exercises.models import Exercise
from exercises.sides import Sides, use
from programme.drawn import FILES
from tests.factories import files_of_a_clip, make_clip
from tests.programme.small import EXERCISE, change, load, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def clips(tmp_path):
    """One drawn clip of the exercise "turn", and the same drawing in the author's story."""
    folder = tmp_path / "clips"
    write(
        folder / "clips.toml",
        """
        [turn]
        exercise = "turn"
        variation = 1
        story = ""
        seconds = 1.0
        spec = "v1-abc"
        width = 64
        height = 48
        checked = false
        description = "A head turns to the {right}."
        [turn-now]
        story = "now"
        same_as = "turn"
        checked = true
        description = "The author's head turns to the {right}."
        """,
    )
    contents = files_of_a_clip()
    (folder / "turn").mkdir()
    for field, name in FILES.items():
        (folder / "turn" / name).write_bytes(contents[field])
    return folder


def test_a_visitor_sees_the_drawn_clip_of_an_exercise(texts, clips):
    load(texts, clips)

    clip = Clip.objects.get(exercise__slug="turn")
    assert Exercise.objects.get().first_clip == clip
    assert (clip.kind, clip.made, clip.status, clip.checked) == ("drawn", "facing", "ready", False)
    assert (clip.seconds, clip.width, clip.height) == (1.0, 64, 48)
    assert clip.description == "A head turns to the {right}."
    for field in FILES:
        assert Path(getattr(clip, field).path).read_bytes() == files_of_a_clip()[field]
        assert getattr(clip, field).name.startswith(f"clips/{clip.public_id}/")
    assert Clip.objects.visible().filter(story="now", exercise=None).count() == 1


def test_clips_of_the_authors_story_are_told_apart_by_name_and_number(texts, clips):
    write(texts / "exercises/nod.toml", EXERCISE.replace("Turn to the {right}", "Nod").replace("= 1\nst", "= 2\nst"))
    clips_toml = clips / "clips.toml"
    more = '\n[nod]\nexercise = "nod"\ndescription = "A nod."\nsame_as = "turn"\n'
    more += '[a-nod]\nstory = "now"\nsame_as = "nod"\ndescription = "A nod."\n'
    clips_toml.write_text(clips_toml.read_text() + more)
    shutil.copytree(clips / "turn", clips / "nod")

    load(texts, clips)

    story = Clip.objects.filter(story="now").order_by("variation")
    assert [(clip.variation, clip.title) for clip in story] == [(1, "Turn to the {right}"), (2, "Nod")]


def test_loading_drawn_clips_twice_copies_nothing(texts, clips, settings):
    load(texts, clips)
    before = sorted(Path(settings.MEDIA_ROOT).rglob("*"))

    output = load(texts, clips)

    assert "0 added, 0 updated" in output
    assert sorted(Path(settings.MEDIA_ROOT).rglob("*")) == before


def test_no_folder_of_clips_is_no_complaint(texts):
    assert "clip/" not in load(texts)


def test_a_new_drawing_gets_a_new_address_and_has_to_be_checked_again(
    texts,
    clips,
    django_capture_on_commit_callbacks,
):
    load(texts, clips)
    clip = Clip.objects.get(exercise__slug="turn")
    old = clip.film.name
    Clip.objects.update(checked=True)
    (clips / "turn" / "film.mp4").write_bytes(files_of_a_clip()["film_flipped"])

    with django_capture_on_commit_callbacks(execute=True):
        output = load(texts, clips)

    clip.refresh_from_db()
    assert "updated clip/turn" in output
    assert clip.film.name != old
    assert Path(clip.film.path).read_bytes() == files_of_a_clip()["film_flipped"]
    assert not default_storage.exists(old)
    assert not clip.checked


def test_a_drawn_clip_that_an_editor_withdrew_and_described_stays_so(texts, clips):
    load(texts, clips)
    Clip.objects.update(published=False, description="My words.", checked=True)
    change(clips / "clips.toml", "A head turns", "A head slowly turns")

    output = load(texts, clips)

    clip = Clip.objects.get(exercise__slug="turn")
    assert (clip.published, clip.description, clip.checked) == (False, "My words.", True)
    assert "kept clip/turn: description, checked" in output


def test_a_drawn_clip_that_an_editor_deleted_comes_back_only_when_asked(texts, clips):
    load(texts, clips)
    Clip.objects.filter(exercise__slug="turn").delete()

    load(texts, clips)
    assert not Clip.objects.filter(exercise__slug="turn").exists()

    load(texts, clips, restore="clip/turn")
    assert Clip.objects.filter(exercise__slug="turn").count() == 1


def test_a_restored_exercise_has_its_drawn_clip_again(texts, clips):
    load(texts, clips)
    Exercise.objects.get().delete()

    load(texts, clips, restore="exercise/turn")

    assert Exercise.objects.get().first_clip


def test_a_film_wins_over_the_drawing(texts, clips):
    load(texts, clips)

    film = make_clip(exercise=Exercise.objects.get(), kind="filmed")

    assert Exercise.objects.get().first_clip == film


def test_a_film_that_an_editor_put_in_place_of_a_drawing_stays(texts, clips):
    load(texts, clips)
    clip = Clip.objects.get(story="now")
    clip.original.save("film.mov", ContentFile(b"a film"))
    (clips / "turn" / "film.mp4").write_bytes(files_of_a_clip()["film_flipped"])

    output = load(texts, clips)

    assert "kept clip/turn-now: film" in output
    assert Clip.objects.get(story="now").film.name == clip.film.name


def test_a_dry_run_copies_no_file(texts, clips, settings):
    output = load(texts, clips, dry_run=True)

    assert "added clip/turn" in output
    assert not Clip.objects.exists()
    assert not list(Path(settings.MEDIA_ROOT).rglob("*.mp4"))


def test_lost_media_are_copied_again(texts, clips):
    load(texts, clips)
    clip = Clip.objects.get(story="now")
    Path(clip.film.path).unlink()

    load(texts, clips)

    assert Path(clip.film.path).exists()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (
            'exercise = "turn"',
            'exercise = "trun"',
            "clips.toml, “turn”: exercise: There is no exercise “trun”",
        ),
        ("{right}", "right", "clips.toml, “turn”: description: Write {right}"),
        ("seconds", "secnods", "clips.toml, “turn”: secnods: no drawn clip has such a field"),
        ('same_as = "turn"', 'same_as = "nod"', "clips.toml, “turn-now”: nod/film.mp4 is missing"),
    ],
)
def test_an_error_names_clip_and_field(texts, clips, before, after, message):
    change(clips / "clips.toml", before, after)

    with pytest.raises(CommandError, match=message):
        load(texts, clips)

    assert not Clip.objects.exists()


def test_every_exercise_of_a_fresh_install_has_a_clip_for_each_of_its_parts():
    call_command("load_programme", stdout=io.StringIO())

    for exercise in Exercise.objects.with_clips():
        assert all(part.clip for part in exercise.parts), exercise.slug


def test_a_drawn_clip_brings_its_timeline_which_a_mirrored_page_turns_round(texts, clips):
    part = {"start": 0, "end": 2, "phase": "there", "side": "left", "turn": 1, "words": "Turn to your {left}"}
    (clips / "turn" / "timeline.json").write_text(json.dumps({"seconds": 2, "parts": [part]}))

    load(texts, clips)

    clip = Clip.objects.get(exercise__slug="turn")
    assert [(told.phase, told.side, told.words) for told in clip.parts] == [("there", "left", "Turn to your left")]

    def mirrored():
        use(Sides(side="left"))
        return clip.parts

    assert [(told.side, told.words) for told in copy_context().run(mirrored)] == [("right", "Turn to your right")]


def test_a_timeline_that_cannot_be_read_names_its_file(texts, clips):
    (clips / "turn" / "timeline.json").write_text("{}")

    with pytest.raises(CommandError, match=r"turn/timeline\.json"):
        load(texts, clips)


def test_a_night_film_comes_and_goes_with_its_drawing(texts, clips, django_capture_on_commit_callbacks):
    night = clips / "turn" / "film-night.mp4"
    night.write_bytes(files_of_a_clip()["film"])
    load(texts, clips)
    clip = Clip.objects.get(exercise__slug="turn")
    assert Path(clip.film_night.path).read_bytes() == night.read_bytes()

    night.unlink()
    with django_capture_on_commit_callbacks(execute=True):
        load(texts, clips)

    assert Clip.objects.get(exercise__slug="turn").film_night_url == ""
    assert not Path(clip.film_night.path).exists()


def test_a_lying_clip_is_seen_only_by_visitors_who_choose_to_lie(texts, clips):
    clips_toml = clips / "clips.toml"
    lying = '\n[lies]\nexercise = "turn"\nposition = "lying"\nsame_as = "turn"\ndescription = "A head rolls."\n'
    clips_toml.write_text(clips_toml.read_text() + lying)
    load(texts, clips)
    exercise = Exercise.objects.get()

    assert exercise.first_clip.position == ""
    assert exercise.clips_in("lying")[1].position == "lying"
    assert exercise.clips_in("standing")[1].position == ""
