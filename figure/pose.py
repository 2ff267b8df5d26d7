"""Poses, and the skeleton that takes them: forward kinematics, arms and legs that reach their goals."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache

import numpy as np

from figure.geometry import Floats, between, frame, nod, swing, turn, twist, unit
from figure.hands import (
    GRIP_ALONG,
    KNUCKLES_ALONG,
    NAMED,
    PALM_ALONG,
    PALM_DEPTH,
    Fingers,
    Goal,
    Triple,
    fingers_of,
    in_rest_axes,
)
from figure.rig import MARK, SIDES, SIGN, Side, rig

NECK = (
    ("neck01", 0.14, 0.16, 0.22),
    ("neck02", 0.20, 0.20, 0.24),
    ("neck03", 0.26, 0.24, 0.24),
    ("head", 0.40, 0.40, 0.30),
)
SPINE = (("spine05", 0.15), ("spine04", 0.20), ("spine03", 0.20), ("spine02", 0.25), ("spine01", 0.20))
SHOULDERS_DOWN = -5.0  # the base mesh stands with its shoulders a little raised
STANDING: Triple = (1.22, -7.48, 0.15)  # the left ankle of a figure at ease
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
ARM_STRETCH = 0.995  # share of the arm's length a hand may reach


@dataclass(frozen=True)
class Reach:
    """One arm's goal, or a share `u` of the way from one goal to another."""

    goal: Goal
    other: Goal | None = None
    u: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Everything that can move, at one moment. Angles in degrees, lengths in decimetres, shares from 0 to 1."""

    yaw: float = 0.0  # head, + to its left
    pitch: float = 0.0  # head, + chin down
    roll: float = 0.0  # head, + ear to left shoulder
    gaze_yaw: float = 0.0
    gaze_pitch: float = 0.0
    trunk_yaw: float = 0.0
    trunk_pitch: float = 0.0
    trunk_roll: float = 0.0
    chest: float = 0.0  # 0 to 1.4, ribs open
    shrug_left: float = 0.0
    shrug_right: float = 0.0
    protract: float = 0.0  # shoulders forward
    root: Triple = (0.0, 0.0, 0.0)  # the hips, away from where they stand
    carry: Triple = (0.0, 0.0, 0.0)  # both hands, away from their goals in the body's frame
    foot_left: Triple = STANDING  # the ankles, in the room
    foot_right: Triple = (-STANDING[0], STANDING[1], STANDING[2])
    left: Reach = Reach(NAMED["rest"])
    right: Reach = Reach(NAMED["rest"].mirrored())
    face: Mapping[str, float] = field(default_factory=dict)

    def arm(self, side: Side) -> Reach:
        """Return the arm of that side."""
        return self.left if side == "left" else self.right

    def mirrored(self) -> Pose:
        """Return the pose as in a looking glass."""

        def turned(reach: Reach) -> Reach:
            return Reach(reach.goal.mirrored(), reach.other and reach.other.mirrored(), reach.u)

        def flip(v: Triple) -> Triple:
            return (-v[0], v[1], v[2])

        return replace(
            self,
            yaw=-self.yaw,
            roll=-self.roll,
            gaze_yaw=-self.gaze_yaw,
            trunk_yaw=-self.trunk_yaw,
            trunk_roll=-self.trunk_roll,
            shrug_left=self.shrug_right,
            shrug_right=self.shrug_left,
            root=flip(self.root),
            carry=flip(self.carry),
            foot_left=flip(self.foot_right),
            foot_right=flip(self.foot_left),
            left=turned(self.right),
            right=turned(self.left),
        )


def _mix_reach(a: Reach, b: Reach, u: float) -> Reach:
    if a == b or u <= 0:
        return a
    if u >= 1:
        return b
    if a.other is None and b.other is None and a.goal.like(b.goal):
        return Reach(a.goal.toward(b.goal, u))
    return Reach(a.goal, b.goal, u)


def blend(a: Pose, b: Pose, u: float) -> Pose:
    """Return the pose a share `u` (0 to 1) of the way from `a` to `b`."""
    values: dict[str, object] = {}
    for each in fields(Pose):
        x, y = getattr(a, each.name), getattr(b, each.name)
        if isinstance(x, Reach):
            values[each.name] = _mix_reach(x, y, u)
        elif isinstance(x, Mapping):
            names = sorted({*x, *y})
            values[each.name] = {n: x.get(n, 0.0) + (y.get(n, 0.0) - x.get(n, 0.0)) * u for n in names}
        elif isinstance(x, tuple):
            values[each.name] = tuple(p + (q - p) * u for p, q in zip(x, y, strict=True))
        else:
            values[each.name] = x + (y - x) * u
    return Pose(**values)  # type: ignore[arg-type]  # fields() does not carry the types along


def same(pose: Pose) -> str:
    """Return a name for a pose that it shares with its like on the way back, however its numbers were reached."""
    return _NUMBER.sub(lambda number: f"{float(number[0]):.4f}".replace("-0.0000", "0.0000"), repr(pose))


@dataclass(frozen=True)
class Body:
    """The posed skeleton: for each bone its `turns` (N by 3 by 3) and `places` (N by 3).

    `stretch` says for each arm what share of its length the goal asked for (over 1: out of reach).
    """

    turns: Floats
    places: Floats
    stretch: dict[Side, float]

    def point(self, bone: str, rest: Floats) -> Floats:
        """Return where a point given on the resting figure has gone with `bone`."""
        i = rig().index[bone]
        return np.asarray(self.places[i] + self.turns[i] @ (rest - rig().heads[i]))

    def matrices(self) -> Floats:
        """Return the N by 3 by 4 matrices that carry resting points along with each bone."""
        moved = self.places - np.einsum("nij,nj->ni", self.turns, rig().heads)
        return np.concatenate([self.turns, moved[:, :, None]], axis=2)

    def hand(self, side: Side) -> tuple[Floats, Floats]:
        """Return the wrist's place and the hand's frame (along the fingers, out of the palm, their cross)."""
        i = rig().index[f"wrist{MARK[side]}"]
        return self.places[i], np.asarray(self.turns[i] @ rig().hand_frame(side))


@dataclass(frozen=True)
class _Arm:
    """One arm's goal worked out in the room: wrist, hand turn, elbow direction, fingers."""

    wrist: Floats
    hand: Floats
    elbow: Floats
    fingers: Fingers


class _Solver:
    """Works out one pose, bone by bone."""

    def __init__(self, pose: Pose) -> None:
        self.pose = pose
        self.rig = rig()
        count = len(self.rig.names)
        self.local = np.tile(np.eye(3), (count, 1, 1))
        self.turns = self.local.copy()
        self.places = self.rig.heads.copy()
        self.stretch: dict[Side, float] = {}

    def bend(self, bone: str, rotation: Floats) -> None:
        i = self.rig.index[bone]
        self.local[i] = rotation @ self.local[i]

    def run(self) -> None:
        for i, parent in enumerate(self.rig.parents):
            if parent < 0:
                self.turns[i] = self.local[i]
                self.places[i] = self.rig.heads[i] + np.asarray(self.pose.root)
            else:
                self.turns[i] = self.turns[parent] @ self.local[i]
                self.places[i] = self.places[parent] + self.turns[parent] @ (self.rig.heads[i] - self.rig.heads[parent])

    def solve(self) -> Body:
        self._trunk()
        self.run()
        raised = {side: self._arm(side) for side in SIDES}
        for side in SIDES:
            self._raise_shoulder(side, raised[side])
        self.run()
        for side in SIDES:
            self._bend_arm(side, self._arm(side))
            self._bend_leg(side)
        self.run()
        return Body(self.turns, self.places, self.stretch)

    def _trunk(self) -> None:
        p = self.pose
        for bone, share in SPINE:
            self.bend(bone, nod(p.trunk_yaw * share, p.trunk_pitch * share, p.trunk_roll * share))
        if p.chest:
            self.bend("spine02", turn((1, 0, 0), -10 * p.chest))
            self.bend("spine04", turn((1, 0, 0), 4 * p.chest))
            self.bend("neck01", turn((1, 0, 0), 6 * p.chest))
        for bone, yaw, pitch, roll in NECK:
            self.bend(bone, nod(p.yaw * yaw, p.pitch * pitch, p.roll * roll))
        for side in SIDES:
            sign, mark = SIGN[side], MARK[side]
            shrug = (p.shrug_left if side == "left" else p.shrug_right) + SHOULDERS_DOWN
            self.bend(f"clavicle{mark}", turn((0, 0, 1), sign * shrug) @ turn((0, 1, 0), -sign * p.protract))
            self.bend(f"shoulder01{mark}", turn((0, 0, 1), sign * shrug * 0.35))
            self.bend(f"eye{mark}", turn((0, 1, 0), p.gaze_yaw) @ turn((1, 0, 0), p.gaze_pitch))

    def _raise_shoulder(self, side: Side, arm: _Arm) -> None:
        """Lift the collarbone along with an arm that rises above the shoulder, as a real one does."""
        mark, sign = MARK[side], SIGN[side]
        way = unit(arm.wrist - self.places[self.rig.index[f"upperarm01{mark}"]])
        lift = 24.0 * max(0.0, float(way[1]) + 0.15) ** 1.5
        self.bend(f"clavicle{mark}", turn((0, 0, 1), sign * lift * 0.7))
        self.bend(f"shoulder01{mark}", turn((0, 0, 1), sign * lift * 0.5))

    # -- arms
    def _arm(self, side: Side) -> _Arm:
        reach = self.pose.arm(side)
        first = self._goal(side, reach.goal)
        if reach.other is None:
            return first
        second, u = self._goal(side, reach.other), reach.u
        shoulder = self.places[self.rig.index[f"upperarm01{MARK[side]}"]]
        a, b = first.wrist - shoulder, second.wrist - shoulder
        length = float(np.linalg.norm(a)) * (1 - u) + float(np.linalg.norm(b)) * u
        way = between(np.eye(3), swing(a, b), u) @ unit(a)  # on an arc about the shoulder, never through the chest
        names = first.fingers.keys()
        return _Arm(
            shoulder + way * length,
            between(first.hand, second.hand, u),
            first.elbow * (1 - u) + second.elbow * u,
            {n: between(first.fingers[n], second.fingers[n], u) for n in names},
        )

    def _goal(self, side: Side, goal: Goal) -> _Arm:
        mark, sign = MARK[side], SIGN[side]
        shoulder = self.places[self.rig.index[f"upperarm01{mark}"]]
        axes = np.eye(3)
        if goal.frame == "shoulder":
            out, up, share = goal.at
            flat = math.cos(math.radians(up))
            way = np.array(
                [
                    sign * math.sin(math.radians(out)) * flat,
                    math.sin(math.radians(up)),
                    math.cos(math.radians(out)) * flat,
                ]
            )
            target = shoulder + way * share * arm_length(side)
        elif goal.frame == "body":
            target = np.asarray(goal.at) + np.asarray(self.pose.root) + np.asarray(self.pose.carry)
        else:
            i = self.rig.index["spine01" if goal.frame == "chest" else "head"]
            target = self.places[i] + self.turns[i] @ (np.asarray(goal.at) - self.rig.heads[i])
            axes = axes if goal.frame == "chin" else self.turns[i]
        fingers, palm = axes @ np.asarray(goal.fingers), axes @ np.asarray(goal.palm)
        if goal.contact == "grip":
            stem = axes @ turn((0, 0, 1), -goal.tilt) @ np.array([0.0, 1.0, 0.0])
            fingers = fingers - stem * float(fingers @ stem)
            palm = np.cross(fingers, stem) * sign
        hand = frame(fingers, palm)
        along, depth = {
            "wrist": (0.0, 0.0),
            "palm": (PALM_ALONG, PALM_DEPTH + goal.gap),
            "knuckles": (KNUCKLES_ALONG, 0.0),
            "hold": (PALM_ALONG, PALM_DEPTH + goal.radius),
            "grip": (GRIP_ALONG, PALM_DEPTH + goal.radius),
        }[goal.contact]
        wrist = target - hand[:, 0] * along - hand[:, 1] * depth
        return _Arm(wrist, hand, np.asarray(goal.elbow), fingers_of(goal))  # elbows keep to the body

    def _bend_arm(self, side: Side, arm: _Arm) -> None:
        mark = MARK[side]
        skeleton = self.rig
        upper, elbow, wrist = (skeleton.head(f"{b}{mark}") for b in ("upperarm01", "lowerarm01", "wrist"))
        shoulder = self.places[skeleton.index[f"upperarm01{mark}"]]
        l1, l2 = float(np.linalg.norm(elbow - upper)), float(np.linalg.norm(wrist - elbow))
        way = arm.wrist - shoulder
        wanted = float(np.linalg.norm(way))
        self.stretch[side] = wanted / (l1 + l2)
        length = min(wanted, (l1 + l2) * ARM_STRETCH)
        ahead = unit(way)
        placed = shoulder + ahead * length
        bent = shoulder + _knee(ahead, length, l1, l2, arm.elbow)
        rest_hinge = np.cross(elbow - upper, wrist - elbow)
        hinge = np.cross(bent - shoulder, placed - bent)
        turn_upper = frame(bent - shoulder, hinge) @ frame(elbow - upper, rest_hinge).T
        turn_lower = frame(placed - bent, hinge) @ frame(wrist - elbow, rest_hinge).T
        parent = self.turns[skeleton.parents[skeleton.index[f"upperarm01{mark}"]]]
        # Half the upper arm's twist stays at the elbow's end, so that the sleeve is not wrung at the shoulder.
        whole = parent.T @ turn_upper
        lean = swing(elbow - upper, whole @ (elbow - upper))
        spin = twist(lean.T @ whole, unit(elbow - upper))
        self.local[skeleton.index[f"upperarm01{mark}"]] = lean @ turn(elbow - upper, spin * 0.5)
        self.local[skeleton.index[f"upperarm02{mark}"]] = turn(elbow - upper, spin * 0.5)
        self.local[skeleton.index[f"lowerarm01{mark}"]] = turn_upper.T @ turn_lower
        turn_hand = arm.hand @ skeleton.hand_frame(side).T
        axis = unit(wrist - elbow)
        spin = twist(turn_lower.T @ turn_hand, axis)
        self.local[skeleton.index[f"lowerarm02{mark}"]] = turn(axis, spin * 0.6)
        self.local[skeleton.index[f"wrist{mark}"]] = (turn_lower @ turn(axis, spin * 0.6)).T @ turn_hand
        for bone, local in arm.fingers.items():
            self.local[skeleton.index[f"{bone}{mark}"]] = in_rest_axes(local, side)

    # -- legs
    def _bend_leg(self, side: Side) -> None:
        mark = MARK[side]
        skeleton = self.rig
        hip, knee, ankle = (skeleton.head(f"{b}{mark}") for b in ("upperleg01", "lowerleg01", "foot"))
        start = self.places[skeleton.index[f"upperleg01{mark}"]]
        goal = np.asarray(self.pose.foot_left if side == "left" else self.pose.foot_right)
        l1, l2 = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
        way = goal - start
        length = min(float(np.linalg.norm(way)), (l1 + l2) * 0.9995)
        ahead = unit(way)
        pole = np.array([SIGN[side] * 0.12, 0.15, 1.0])
        bent = start + _knee(ahead, length, l1, l2, pole)
        placed = start + ahead * length
        forward = np.array([0.0, 0.0, 1.0])
        across = np.cross(pole, ahead)  # both bones keep the knee's hinge, so the leg does not wring
        turn_upper = (
            frame(bent - start, np.cross(bent - start, across))
            @ frame(knee - hip, np.cross(knee - hip, np.cross(forward, knee - hip))).T
        )
        turn_lower = (
            frame(placed - bent, np.cross(placed - bent, across))
            @ frame(ankle - knee, np.cross(ankle - knee, np.cross(forward, ankle - knee))).T
        )
        parent = self.turns[skeleton.parents[skeleton.index[f"upperleg01{mark}"]]]
        self.local[skeleton.index[f"upperleg01{mark}"]] = parent.T @ turn_upper
        self.local[skeleton.index[f"lowerleg01{mark}"]] = turn_upper.T @ turn_lower
        # The foot stays level on the floor and lets its toes hang a little when it is lifted.
        lifted = max(0.0, float(goal[1]) - STANDING[1])
        self.local[skeleton.index[f"foot{mark}"]] = turn_lower.T @ turn((1, 0, 0), min(14.0, lifted * 7.0))


def _knee(ahead: Floats, length: float, l1: float, l2: float, pole: Floats) -> Floats:
    """Return the middle joint of a two-bone limb that reaches `length` along the unit vector `ahead`."""
    cosine = (l1 * l1 + length * length - l2 * l2) / (2 * l1 * length)
    cosine = max(-1.0, min(1.0, cosine))
    aside = unit(pole - ahead * float(pole @ ahead))
    return np.asarray(ahead * l1 * cosine + aside * l1 * math.sqrt(1 - cosine * cosine))


@cache
def arm_length(side: Side) -> float:
    """Return the length of the straight arm from shoulder to wrist."""
    upper, elbow, wrist = (rig().head(f"{b}{MARK[side]}") for b in ("upperarm01", "lowerarm01", "wrist"))
    return float(np.linalg.norm(elbow - upper) + np.linalg.norm(wrist - elbow))


def solve(pose: Pose) -> Body:
    """Return the skeleton in `pose`. Goals out of reach are approached as far as the arm goes."""
    return _Solver(pose).solve()
