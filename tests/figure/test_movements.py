"""Movements: what their files may say, what is refused, and how they are laid out in time."""

import json
import re
import textwrap
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from figure import phases
from figure.check import HEAD_SPEED, check, head_speed, problems
from figure.pose import same
from figure.spec import MOVEMENTS, SpecError, read, read_all
from figure.timeline import FPS, RAMP, eased, without_defaults

EXERCISES = 31  # the site's exercises; some have several variations


@pytest.mark.parametrize("path", sorted(MOVEMENTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_movement_of_the_programme_passes_the_checks(path):
    assert list(problems(read(path))) == []


def test_the_example_of_the_manual_works_as_printed(tmp_path):
    manual = (MOVEMENTS.parent.parent / "docs" / "figure.md").read_text()
    example = tmp_path / "nod-with-ball.toml"
    example.write_text(textwrap.dedent(re.search(r"```toml\n(.*?)```", manual, re.DOTALL)[1]))

    check(read(example))


def test_every_clip_of_the_programme_has_a_movement():
    clips = read_all()

    assert len(clips) == 42 + 8  # eight exercises are drawn lying, too
    assert len({clip.exercise for clip in clips}) == EXERCISES
    assert {clip.slug for clip in clips if clip.story} == {
        f"center-to-{way}" for way in ("down", "up", "left", "right")
    }


def test_variations_of_an_exercise_are_numbered_from_one_without_gaps():
    numbers: dict[tuple[str, bool], list[int]] = {}
    for clip in read_all():
        numbers.setdefault((clip.exercise, clip.position == "lying"), []).append(clip.variation)

    assert all(sorted(given) == list(range(1, len(given) + 1)) for given in numbers.values())


def test_descriptions_mark_their_sides_so_that_the_site_can_mirror_them():
    for clip in read_all():
        bare = re.sub(r"\{\w+\}", "", clip.description)

        assert not re.search(r"\b(left|right)\b", bare, re.IGNORECASE), clip.slug
        assert set(re.findall(r"\{(\w+)\}", clip.description)) <= {"left", "right", "Left", "Right"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("yaw = 40", "yaw = 71", "key 1: yaw is 71; it may be -70 to 70"),
        ("yaw = 40", "yaww = 40", "key 1: 'yaww' is not known here"),
        ("yaw = 40", 'yaw = "far"', "key 1: yaw wants a number"),
        ("yaw = 40", "face = { grin = 1 }", "key 1: 'grin' is not known here"),
        ("yaw = 40", "face = { smile = 2 }", "key 1: face.smile is 2; it may be 0 to 1"),
        ("yaw = 40", 'left = "pocket"', "key 1: left has no goal 'pocket'"),
        ("yaw = 40", 'left = "grip"', "key 1: left holds something, but the clip has no prop"),
        ("yaw = 40", "foot_left = [1, 2]", "key 1: foot_left wants three numbers"),
        ("move = 3.0", "move = 0.1", "key 1: move is 0.1 s"),
        ('view = "front"', 'view = "back"', "view is 'back'; it may be front"),
        ('arrow = "yaw"', 'arrow = "round"', "arrow 'round' is not known"),
        ("{left}", "left", "description says 'left'; write {left}"),
        ('name = "A test"', "", "name is missing"),
        ("[[key]]", "[[kez]]", "'kez' is not known here"),
        ("[[key]]", "[[key", "a-test.toml:"),
    ],
)
def test_a_mistake_is_told_with_file_key_and_bound(movement, old, new, message):
    path = movement((old, new))

    with pytest.raises(SpecError) as error:
        read(path)

    assert str(error.value).startswith("a-test.toml")
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("move = 3.0", "move = 1.6", "40 degrees in 1.6 s (from 0.5 s); 20 degrees or more take at least 2.4 s"),
        ("yaw = 40", "yaw = 66", "at most 30 is allowed"),
        ("move = 3.0", "move = 1.0\nretract = 8", "retract changes by 8.0 a second"),
        ("hold = 1.0", "hold = 19.0", "it lasts 26.0 s; a clip may last 6 to 20 s"),
        ("move = 3.0", "move = 3.01", "not a whole number of frames"),
        ("yaw = 40", "left = { at = [0, 5, 9], frame = 'body' }", "the left hand is out of reach"),
        ("yaw = 40", "right = { goal = 'clap', at = [0, 4.4, 0.4] }", "the right arm is in the body"),
        ("yaw = 40", "left = { goal = 'clap', fingers = [0, -1, -0.3] }", "the left wrist bends too far"),
        ("yaw = 40", "yaw = 40\n[[beat]]\nmove = 1.5\nshrug_left = 9", "the beat lasts 1.5 s, which does not divide"),
    ],
)
def test_what_a_body_should_not_do_is_refused(movement, old, new, message):
    clip = read(movement((old, new)))

    with pytest.raises(SpecError, match=re.escape(message)):
        check(clip)


def test_a_missing_twin_is_refused(movement):
    path = movement()
    twin = path.with_name("twin.toml")
    twin.write_text('name = "Twin"\nexercise = "twin"\nmirror_of = "nobody"\n')

    with pytest.raises(SpecError, match="mirror_of names 'nobody'"):
        read(twin)


def test_a_mirrored_clip_swaps_sides_in_pose_and_words(movement):
    path = movement()
    twin = path.with_name("twin.toml")
    twin.write_text('name = "Twin"\nexercise = "twin"\nmirror_of = "a-test"\n')

    clip, other = read(path), read(twin)

    assert other.keys[0].pose == clip.keys[0].pose.mirrored()
    assert other.keys[0].pose.yaw == -40
    assert other.description == "The head turns to its {right} and comes back."


def test_the_loop_has_no_seam(movement):
    for loop in ("there-and-back", "cycle"):
        clip = read(movement(('view = "front"', f'view = "front"\nloop = "{loop}"\nrepeat = 2')))

        assert clip.at(0).pose == clip.at(clip.seconds).pose


def test_the_way_back_shows_the_very_poses_of_the_way_out(movement):
    clip = read(movement())

    out = [same(clip.at(0.5 + i / FPS).pose) for i in range(76)]
    back = [same(clip.at(4.5 + i / FPS).pose) for i in range(76)]

    assert back == out[::-1]


def test_the_arrow_shows_only_the_current_direction(movement):
    clip = read(movement())

    out, held, back = clip.at(2), clip.at(4), clip.at(6)

    assert (out.a.yaw, out.b.yaw) == (0, 40)
    assert held.opacity == 0
    assert (back.a.yaw, back.b.yaw) == (40, 0)


def test_the_still_is_the_telling_moment_and_not_rest(movement):
    clip = read(movement())

    moment = clip.still_moment()

    assert moment.pose.yaw == 40
    assert moment.opacity == 1


@pytest.mark.parametrize("ease", ["smooth", "rhythm"])
def test_moves_start_and_end_softly_and_never_turn_back(ease):
    steps = [eased(ease, i / 200) for i in range(201)]
    speeds = [(b - a) * 200 for a, b in pairwise(steps)]

    assert steps[0] == 0
    assert steps[-1] == pytest.approx(1)
    assert eased(ease, 0.25) + eased(ease, 0.75) == pytest.approx(1)
    assert min(speeds) >= 0
    assert speeds[0] < 0.03
    assert max(speeds) <= 1.58


def test_a_smooth_move_is_as_slow_as_its_time_allows():
    fastest = max((eased("smooth", (i + 1) / 500) - eased("smooth", i / 500)) * 500 for i in range(500))

    assert fastest == pytest.approx(1 / (1 - RAMP), rel=1e-3)


def test_head_speed_is_measured_where_it_is_greatest(movement):
    fastest, when = head_speed(read(movement()))

    assert fastest == pytest.approx(40 / 3 / (1 - RAMP), rel=0.01)
    assert fastest < HEAD_SPEED
    assert 1.4 < when < 6.8


def test_words_do_not_change_the_fingerprint_but_movement_does(movement):
    clip = read(movement())
    reworded = read(movement(("comes back", "returns"), ("A test", "Another name")))
    moved = read(movement(("yaw = 40", "yaw = 41")))

    assert reworded.spec_hash == clip.spec_hash
    assert moved.spec_hash != clip.spec_hash


def test_a_field_that_nobody_states_changes_no_fingerprint():
    @dataclass(frozen=True)
    class Before:
        yaw: float = 0.0
        names: tuple[str, ...] = ()

    @dataclass(frozen=True)
    class After(Before):
        retract: float = 0.0
        face: dict[str, float] = field(default_factory=dict)

    After.__name__ = "Before"

    assert without_defaults(After(yaw=40)) == without_defaults(Before(yaw=40)) == "Before(yaw=40)"
    assert without_defaults(After(yaw=40, retract=2)) != without_defaults(Before(yaw=40))


def test_a_timeline_tells_phase_side_and_words_for_every_second_of_the_film(movement):
    clip = read(movement(("yaw = 40", 'yaw = 40\nsay_back = "Come back"')))

    told = [(part.start, part.end, part.phase, part.side, part.words) for part in phases.parts(clip)]

    assert told == [
        (0.0, 0.5, "rest", "", "Rest"),
        (0.5, 3.5, "there", "left", "Turn to your {left}"),
        (3.5, 4.5, "hold", "left", "Hold"),
        (4.5, 7.5, "back", "", "Come back"),
        (7.5, 8.0, "rest", "", "Rest"),
    ]
    assert json.loads(phases.text(clip))["seconds"] == clip.seconds


def test_a_move_whose_words_nobody_can_guess_has_to_say_them(movement):
    clip = read(movement(("yaw = 40", "face = { smile = 1 }")))

    with pytest.raises(SpecError, match=r"the move from 0\.5 s has no words"):
        check(clip)


def test_the_words_of_a_mirrored_movement_change_sides(movement):
    path = movement(("yaw = 40", 'yaw = 40\nsay = "Look {left}"'))
    twin = path.with_name("twin.toml")
    twin.write_text('name = "Twin"\nexercise = "twin"\nmirror_of = "a-test"\n')

    assert phases.parts(read(twin))[1].words == "Look {right}"


def test_every_film_has_its_timeline_beside_it():
    for clip in read_all():
        assert (MOVEMENTS.parent.parent / "programme/clips" / clip.slug / phases.FILE).read_text() == phases.text(clip)


def test_the_eyes_lead_the_head_unless_the_movement_says_where_they_look(movement):
    led, told = read(movement()), read(movement(("yaw = 40", "yaw = 40\ngaze_yaw = -10")))

    assert 0 < led.keys[0].pose.gaze_yaw < 10
    assert told.keys[0].pose.gaze_yaw == -10


def test_a_figure_breathes_and_blinks_in_its_holds(movement):
    clip = read(movement(("hold = 1.0", "hold = 3.0")))
    poses = [clip.at(i / FPS).pose for i in range(clip.frames)]
    held = [pose for pose in poses if pose.yaw == 40]

    assert len({pose.chest for pose in held}) > 20
    assert max(pose.chest for pose in poses) < 0.2  # of 1.4: nobody is out of breath
    assert sum(pose.face.get("close-eyes", 0) > 0 for pose in poses) in range(5, 12)
    assert not clip.still_moment().pose.face.get("close-eyes")


def test_a_hand_that_helps_the_head_has_to_touch_it(movement):
    away = read(movement(("yaw = 40", "yaw = 40\nright = { goal = 'cheek', at = [-1.0, 6.02, 1.2] }")))

    with pytest.raises(SpecError, match="the right hand does not touch the head"):
        check(away)


@pytest.mark.parametrize("goal", ["cheek", "chin", "forehead", "nape"])
def test_a_hand_can_help_in_four_places(movement, goal):
    check(read(movement(("[[key]]", f"[base]\nright = '{goal}'\n[[key]]"), ("yaw = 40", "yaw = 15"))))


def test_two_arrows_can_show_two_movements(movement):
    both = "arrow = ['yaw', { from = [0, 4, 3], to = [0, 6, 3] }]\nyaw = 40"
    clip = read(movement(("yaw = 40", both)))

    assert [arrow.kind for arrow in clip.keys[0].arrow.each()] == ["yaw", "line"]
    assert [arrow.end for arrow in clip.keys[0].arrow.reversed().each()][1] == (0, 4, 3)
