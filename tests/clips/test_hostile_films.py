"""A few of the hostile files of tools/hostile_kinds.py, the same ones each time; the tool tries hundreds."""

import random
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from clips.conversion import jobs
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
