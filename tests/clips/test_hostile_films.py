"""A few of the hostile files of tools/hostile_kinds.py, the same ones each time; the tool tries hundreds."""

import random
import re
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django_tasks_db.models import DBTaskResult

from clips.conversion import jobs, probe, verify
from clips.conversion.models import Conversion
from clips.models import MADE_FIELDS, Clip
from tests.factories import make_clip
from tools import hostile_films, hostile_kinds


@pytest.mark.e2e  # not a browser, but as slow as one
@pytest.mark.django_db
def test_every_kind_of_hostile_film_ends_with_a_reason_or_a_film_of_its_own(tmp_path, settings):
    hostile_films.make_neighbour(settings.ORIGINALS_ROOT, tmp_path)
    shop = hostile_kinds.Workshop(tmp_path, random.Random(7))  # noqa: S311
    kinds = len(hostile_kinds.KINDS)

    for film in hostile_kinds.hostile_films(shop, kinds + 8):
        clip = make_clip(status=Clip.Status.WAITING)
        clip.original.save("film", ContentFile(film.content))
        jobs.look_at_film.call(clip.pk)
        jobs.convert_film.call(clip.pk)

    assert Clip.objects.count() == kinds + 8
    assert {clip.status for clip in Clip.objects.all()} <= {"ready", "failed"}
    assert not Conversion.objects.filter(status="failed", problem="").exists()
    assert Conversion.objects.filter(status="failed").count() > kinds // 2
    for clip in Clip.objects.all():
        made = [Path(getattr(clip, field).path) for field in MADE_FIELDS if getattr(clip, field)]
        assert not any(hostile_films.shows_the_neighbour(path) for path in made)


def test_a_neighbours_film_would_be_noticed(tmp_path):
    film = hostile_films.make_film_of_one_colour(tmp_path)
    text = tmp_path / "words.vtt"
    text.write_bytes(b"WEBVTT " + hostile_films.SECRET)

    assert hostile_films.shows_the_neighbour(film)
    assert hostile_films.shows_the_neighbour(text)


@pytest.fixture
def taken(film, db):
    """Make a clip of one of the films of `films.py`, and have a worker look at it and convert it, once."""

    def take(name):
        clip = make_clip(status=Clip.Status.WAITING)
        clip.original.save("film", ContentFile(film(name).read_bytes()))
        jobs.look_at_film.call(clip.pk)
        jobs.convert_film.call(clip.pk)
        clip.refresh_from_db()
        return clip

    return take


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("strip.mp4", "a strip of 1600 by 16 pixels"),
        ("flat-pixels.mp4", r"a strip of \d+ by 120 pixels"),
        ("dot.mp4", "only 2 by 2 pixels"),
        ("noisy.mp4", "may be damaged"),
    ],
)
def test_what_no_conversion_can_mend_is_refused_at_once_with_its_cause(taken, name, reason):
    clip = taken(name)

    assert (clip.status, clip.conversion.attempts) == (Clip.Status.FAILED, 0)
    assert re.search(reason, clip.problem)


def test_a_film_with_more_pictures_than_can_be_compared_is_refused_at_once(taken, monkeypatch):
    monkeypatch.setattr(probe, "MOST_PICTURES", 400)

    clip = taken("thousand-a-second.mp4")

    assert clip.status == Clip.Status.FAILED
    assert "The film has 500 pictures; this site takes films of up to 400" in clip.problem


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (verify.WrongResultError("12 of 25 pictures are not those of their time"), "would not show what this film"),
        (ZeroDivisionError("a riddle"), "This kind of film cannot be converted here"),
    ],
)
def test_a_result_that_fails_its_comparison_is_not_made_three_times(taken, monkeypatch, caplog, error, reason):
    def compare(*args, **kwargs):
        raise error

    monkeypatch.setattr(verify, "compare", compare)

    clip = taken("plain.mp4")

    assert (clip.status, clip.conversion.attempts) == (Clip.Status.FAILED, 0)
    assert reason in clip.problem
    assert str(error) not in clip.problem
    assert str(error) in caplog.text  # where whoever runs the server finds the cause


def test_a_first_look_that_fails_on_a_strange_number_leaves_the_film_to_the_conversion(taken, monkeypatch):
    def quick_still(*args):
        raise ValueError("height and width must be > 0")

    monkeypatch.setattr(jobs, "quick_still", quick_still)

    clip = taken("plain.mp4")

    assert clip.status == Clip.Status.READY
    assert DBTaskResult.objects.filter(task_path=jobs.convert_film.module_path).exists()
