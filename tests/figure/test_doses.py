"""The films keep the times that the exercises' texts give: nobody is shown a movement faster than it should be."""

import tomllib

import pytest

from figure import phases
from figure.spec import read_all
from programme.files import TEXTS

CLIPS = read_all()
EYES = "Eyes"  # moves of the eyes alone have a time of their own in the steps


def dose(clip):
    """Return the seconds there, of holding and back that the text of a clip's exercise gives."""
    text = tomllib.loads((TEXTS / "exercises" / f"{clip.exercise}.toml").read_text())
    return {"there": text["seconds_there"], "hold": text["seconds_hold"], "back": text["seconds_back"]}


def told(clip):
    """Return phase and seconds of each part in which head, limbs or face move or are held."""
    parts = phases.parts(clip)
    if clip.exercise == "face-six":  # first the eyes alone, a second each
        parts = [part for part in parts if part.turn > max(p.turn for p in parts if p.words.startswith(EYES))]
    return [(part.phase, round(part.end - part.start, 3)) for part in parts if part.phase != "rest"]


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.slug)
def test_a_film_takes_the_time_that_its_text_gives(clip):
    text = dose(clip)

    moves = [(phase, seconds) for phase, seconds in told(clip) if phase != "hold"]
    holds = [seconds for phase, seconds in told(clip) if phase == "hold"]

    assert moves
    assert {(phase, seconds) for phase, seconds in moves} <= {("there", text["there"]), ("back", text["back"])}
    if text["hold"]:
        assert set(holds) == {text["hold"]}
    else:
        assert max(holds, default=0) <= 0.6  # no hold that the text does not ask for, only a pause


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.slug)
def test_a_film_begins_in_the_pose_that_the_ghost_shows_and_its_still_is_another(clip):
    start, still = clip.at(0).pose, clip.still_moment().pose

    assert start != still
    if clip.loop == "there-and-back":
        assert (start.yaw, start.pitch) == (clip.start.yaw, clip.start.pitch)


def test_the_turns_of_stage_1_stay_within_an_easy_range():
    turns = {
        clip.slug: max(abs(key.pose.yaw) for key in clip.keys)
        for clip in CLIPS
        if tomllib.loads((TEXTS / "exercises" / f"{clip.exercise}.toml").read_text())["stage"] == 1
    }

    assert max(turns.values()) <= 45
    assert turns["center-to-left"] == turns["right-to-left"] == 45


def test_the_eight_calmest_exercises_can_be_seen_lying():
    lying = {clip.exercise for clip in CLIPS if clip.position == "lying"}

    assert lying == {
        *(f"center-to-{way}" for way in ("down", "up", "left", "right")),
        *("right-to-left", "down-to-up", "bottom-to-up-with-the-hand", "right-to-left-with-the-hand"),
    }


def test_nobody_closes_the_eyes_on_a_still_unless_the_exercise_asks_for_it():
    closed = {clip.exercise for clip in CLIPS if clip.still_moment().pose.face.get("close-eyes")}

    assert closed == {"face-two"}
