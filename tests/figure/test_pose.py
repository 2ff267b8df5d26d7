"""The skeleton: reach, symmetry, and bones that keep their length."""

from dataclasses import replace

import numpy as np
import pytest

from figure.anatomy import clearance
from figure.geometry import angle_between, nod
from figure.hands import FINGER_DEPTH, NAMED, PALM_ALONG, PALM_DEPTH, Goal, Thing, closed
from figure.pose import Pose, Reach, blend
from figure.rig import SIDES, rig
from figure.solver import arm_length, solve

CLAP = NAMED["clap"]
BUSY = Pose(
    yaw=30,
    pitch=-12,
    roll=8,
    trunk_yaw=10,
    shrug_left=12,
    root=(0.2, -0.3, 0.1),
    foot_left=(1.3, -6.0, 0.6),
    left=Reach(NAMED["cheek"]),
    right=Reach(NAMED["rest"].mirrored(), CLAP.mirrored(), 0.4),
)


def test_a_palm_arrives_where_it_is_sent():
    goal = Goal((1.0, 5.0, 2.8), contact="palm", fingers=(0, 0.7, 0.7), palm=(-1, 0, 0))

    wrist, hand = solve(Pose(left=Reach(goal))).hand("left")

    palm = wrist + hand[:, 0] * PALM_ALONG + hand[:, 1] * PALM_DEPTH
    assert palm == pytest.approx(np.array(goal.at), abs=0.03)  # three millimetres


def test_a_hand_sent_too_far_says_so_and_stays_on_its_arm():
    body = solve(Pose(left=Reach(Goal((9.0, 5.0, 0.0)))))

    assert body.stretch["left"] > 1
    assert body.stretch["right"] < 1
    shoulder, wrist = (body.places[rig().index[f"{bone}.L"]] for bone in ("upperarm01", "wrist"))
    assert np.linalg.norm(wrist - shoulder) <= arm_length("left")


def test_a_mirrored_pose_is_the_mirror_image_of_the_body():
    names = rig().names
    other = [
        names.index(n[:-1] + {"L": "R", "R": "L"}[n[-1]]) if n.endswith((".L", ".R")) else names.index(n) for n in names
    ]

    body, twin = solve(BUSY), solve(BUSY.mirrored())

    assert twin.places == pytest.approx(body.places[other] * [-1, 1, 1], abs=0.02)


def test_mirroring_twice_changes_nothing():
    assert BUSY.mirrored().mirrored() == BUSY


def test_bones_keep_their_length_in_every_pose():
    body, skeleton = solve(BUSY), rig()

    for i, parent in enumerate(skeleton.parents):
        if parent >= 0:
            at_rest = np.linalg.norm(skeleton.heads[i] - skeleton.heads[parent])
            assert np.linalg.norm(body.places[i] - body.places[parent]) == pytest.approx(at_rest, abs=1e-6)


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(60, 0, 0), (0, 40, 0), (0, 0, 25), (-38, -30, -4)])
def test_the_neck_shares_a_turn_and_the_head_makes_all_of_it(yaw, pitch, roll):
    body = solve(Pose(yaw=yaw, pitch=pitch, roll=roll))

    turned = body.turns[rig().index["head"]]

    assert angle_between(turned, nod(yaw, pitch, roll)) < 8  # turns in a row are not quite their sum


def test_feet_stay_on_the_floor_when_the_hips_move():
    pose = Pose(root=(0.4, -0.3, 0.0))

    body = solve(pose)

    assert body.places[rig().index["foot.L"]] == pytest.approx(np.array(pose.foot_left), abs=1e-3)
    assert body.places[rig().index["foot.R"]] == pytest.approx(np.array(pose.foot_right), abs=1e-3)


def test_a_hand_on_the_cheek_travels_with_the_head():
    still, turned = (solve(Pose(yaw=yaw, left=Reach(NAMED["cheek"]))) for yaw in (0, 40))
    head = rig().index["head"]

    def seen_from_the_head(body):
        return body.turns[head].T @ (body.hand("left")[0] - body.places[head])

    assert seen_from_the_head(turned) == pytest.approx(seen_from_the_head(still), abs=0.03)


@pytest.mark.parametrize("goal", ["overhead", "forward", "side", "clap", "cheek"])
def test_an_arm_goes_round_the_body_on_its_way(goal):
    start, end = Pose(), Pose(left=Reach(NAMED[goal]))

    nearest = min(clearance(solve(blend(start, end, u / 8)), "left") for u in range(9))

    assert nearest > -0.1


def test_blending_starts_and_ends_at_its_poses():
    end = replace(BUSY, face={"smile": 1.0})

    assert blend(Pose(), end, 0).yaw == 0
    assert blend(Pose(), end, 1) == end
    assert blend(Pose(), end, 0.5).face == {"smile": 0.5}


@pytest.mark.parametrize("thing", [Thing("cylinder", 0.33, 0.86), Thing("ball", 1.05), Thing("ball", 0.62)], ids=str)
def test_fingers_close_on_what_they_hold_without_sinking_in(thing):
    skeleton, turns = rig(), closed(thing)
    frame, wrist = skeleton.hand_frame("left"), skeleton.head("wrist.L")

    touching = 0
    for finger in range(1, 6):
        joints = [skeleton.head(f"finger{finger}-{j}.L") for j in (1, 2, 3)] + [skeleton.tail(f"finger{finger}-3.L")]
        rest = [frame.T @ (p - wrist) for p in joints]
        place, turned = rest[0], np.eye(3)
        for joint in (1, 2, 3):
            turned = turned @ turns[f"finger{finger}-{joint}"]
            place = place + turned @ (rest[joint] - rest[joint - 1])
            assert thing.distance(place) > FINGER_DEPTH * 0.75
            touching += thing.distance(place) < FINGER_DEPTH * 1.8

    assert touching >= 6


def test_both_hands_meet_in_a_clap_without_passing_through_each_other():
    body = solve(Pose(left=Reach(CLAP), right=Reach(CLAP.mirrored())))

    for side, sign in zip(SIDES, (1, -1), strict=True):
        mark = "L" if side == "left" else "R"
        fingers = [
            body.places[i] for i, name in enumerate(rig().names) if name.startswith("finger") and name.endswith(mark)
        ]
        assert min(sign * place[0] for place in fingers) > 0.04
