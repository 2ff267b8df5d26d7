"""The line under a film says what its movement does at each moment."""

import json
import re
from html import unescape
from types import SimpleNamespace

import pytest

from clips.models import Clip
from tests.factories import make_clip, make_exercise

pytestmark = pytest.mark.django_db

DOSE = {"slug": "turn", "seconds_there": 5, "seconds_hold": 1, "seconds_back": 5}


def phases_on(client, page="/exercises/turn/"):
    """Return the phases that the script of the page's first clip reads."""
    return json.loads(unescape(re.search(r'data-phases="([^"]*)"', client.get(page).text)[1]))


def test_a_drawing_goes_there_holds_and_comes_back_at_the_pace_of_the_dose(client):
    make_clip(exercise=make_exercise(**DOSE), kind="drawn", seconds=11)

    assert phases_on(client) == [[0.0, "Slowly there"], [5.0, "Hold"], [6.0, "Slowly back"]]


def test_a_drawing_that_is_a_little_slower_stretches_them_and_one_of_two_rounds_repeats_them(client):
    clip = make_clip(exercise=make_exercise(**DOSE), kind="drawn", seconds=12.1)

    assert phases_on(client) == [[0.0, "Slowly there"], [5.5, "Hold"], [6.6, "Slowly back"]]

    clip.seconds = 22
    clip.save()
    assert [start for start, _words in phases_on(client, "/exercises/turn/?another=1")] == [0, 5, 6, 11, 16, 17]


def test_nothing_is_held_when_the_dose_holds_nothing(client):
    make_clip(exercise=make_exercise(**DOSE | {"seconds_hold": 0}), kind="drawn", seconds=10)

    assert [words for _start, words in phases_on(client)] == ["Slowly there", "Slowly back"]


@pytest.mark.parametrize(("kind", "seconds"), [("filmed", 11), ("drawn", 4)])
def test_a_film_whose_pace_nobody_knows_says_nothing_of_phases(client, kind, seconds):
    make_clip(exercise=make_exercise(**DOSE), kind=kind, seconds=seconds)

    assert phases_on(client) == []
    assert "5 seconds out, hold 1, 5 back" in client.get("/exercises/turn/").text


def test_a_film_with_a_timeline_of_its_own_says_what_that_says(client, monkeypatch):
    parts = [
        SimpleNamespace(start=0.0, words="Turn to your left"),
        SimpleNamespace(start=5.6, words="Hold"),
        SimpleNamespace(start=6.0, words=""),
    ]
    monkeypatch.setattr(Clip, "parts", parts, raising=False)
    make_clip(exercise=make_exercise(**DOSE), kind="filmed", seconds=4)

    assert phases_on(client) == [[0.0, "Turn to your left"], [5.6, "Hold"]]
