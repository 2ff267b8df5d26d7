"""How long exercises take, in words."""

import pytest

from exercises.minutes import in_minutes, seconds_of
from tests.factories import make_exercise, make_group, make_stage
from tests.walk import words

DOSE = {"repetitions": 5, "seconds_there": 5, "seconds_hold": 1, "seconds_back": 5, "rest_seconds": 20}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "½ min"),
        (45, "½ min"),
        (46, "1 min"),
        (75, "1 min"),
        (76, "1½ min"),
        (570, "9½ min"),
        (599, "10 min"),
        (784, "13 min"),
        (820, "14 min"),
    ],
)
def test_a_duration_is_told_in_half_minutes_and_a_long_one_in_whole_ones(seconds, words):
    assert in_minutes(seconds) == words


def test_a_round_takes_all_repetitions_and_one_rest_after_each_exercise(db):
    assert seconds_of([make_exercise(**DOSE), make_exercise(**DOSE)]) == 2 * (5 * 11 + 20)


def test_cards_stages_and_pages_say_how_long_it_takes(db, client):
    group = make_group(stage=make_stage(number=1))
    make_exercise(group=group, slug="turn", lying=True, **DOSE)
    make_exercise(group=group, **DOSE | {"rest_seconds": 40})

    assert "about ≈ 1 min" in words(client.get("/exercises/turn/").text)
    stage = words(client.get("/stages/1/").text)
    assert "5 times about 1 min" in stage
    assert "5 times about 1½ min" in stage
    assert "Start a round 2 exercises, about 3 min" in stage
    assert "Lying only 1 exercise, about 1 min" in stage
