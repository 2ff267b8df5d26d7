"""Solves poses: forward kinematics, and arms and legs that reach their goals."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from figure.geometry import Floats, between, frame, nod, swing, turn, twist, unit
from figure.hands import (
    GRIP_ALONG,
    KNUCKLES_ALONG,
    PALM_ALONG,
    PALM_DEPTH,
    Fingers,
    Goal,
    fingers_of,
    in_rest_axes,
)
from figure.pose import STANDING, Pose
from figure.rig import MARK, SIDES, SIGN, Side, rig

NECK = (
    ("neck01", 0.14, 0.16, 0.22),
    ("neck02", 0.20, 0.20, 0.24),
    ("neck03", 0.26, 0.24, 0.24),
    ("head", 0.40, 0.40, 0.30),
)
SPINE = (("spine05", 0.15), ("spine04", 0.20), ("spine03", 0.20), ("spine02", 0.25), ("spine01", 0.20))
SHOULDERS_DOWN = -5.0  # the base mesh stands with its shoulders a little raised
ARM_STRETCH = 0.995  # share of the arm's length a hand may reach


@dataclass(frozen=True)
class Body:
    """The posed skeleton: for each bone its `turns` (N by 3 by 3) and `places` (N by 3).

    `stretch` is, for each arm, the distance of its goal as a share of the arm's length (over 1: out of reach).
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
    """One arm's goal in the room: wrist, turn of the hand, direction of the elbow, fingers."""

    wrist: Floats
    hand: Floats
    elbow: Floats
    fingers: Fingers


class _Solver:
    """Solves one pose, bone by bone."""

    def __init__(self, pose: Pose) -> None:
        self.pose = pose
        self.rig = rig()
        count = len(self.rig.names)
        self.local = np.tile(np.eye(3), (count, 1, 1))
        self.turns = self.local.copy()
        self.places = self.rig.heads.copy()
        self.stretch: dict[Side, float] = {}

    def bend(self, bone: str, rotation: Floats) -> None:
        """Turn a bone further against its parent."""
        i = self.rig.index[bone]
        self.local[i] = rotation @ self.local[i]

    def run(self) -> None:
        """Work out turn and place of every bone in the room (forward kinematics)."""
        for i, parent in enumerate(self.rig.parents):
            if parent < 0:
                self.turns[i] = self.local[i]
                self.places[i] = self.rig.heads[i] + np.asarray(self.pose.root)
            else:
                self.turns[i] = self.turns[parent] @ self.local[i]
                self.places[i] = self.places[parent] + self.turns[parent] @ (self.rig.heads[i] - self.rig.heads[parent])

    def solve(self) -> Body:
        """Return the posed skeleton: the trunk first, then the shoulders, then arms and legs."""
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
            drawn_back = -p.retract if bone in ("neck01", "neck02") else p.retract
            self.bend(bone, nod(p.yaw * yaw, p.pitch * pitch + drawn_back, p.roll * roll))
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
        target, axes = self._target(side, goal)
        hand = _hand_frame(side, goal, axes)
        along, depth = {
            "wrist": (0.0, 0.0),
            "palm": (PALM_ALONG, PALM_DEPTH + goal.gap),
            "knuckles": (KNUCKLES_ALONG, 0.0),
            "hold": (PALM_ALONG, PALM_DEPTH + goal.radius),
            "grip": (GRIP_ALONG, PALM_DEPTH + goal.radius),
        }[goal.contact]
        wrist = target - hand[:, 0] * along - hand[:, 1] * depth
        return _Arm(wrist, hand, np.asarray(goal.elbow), fingers_of(goal))  # elbows keep to the body

    def _target(self, side: Side, goal: Goal) -> tuple[Floats, Floats]:
        """Return where a goal lies in the room, and the axes in which its directions are given."""
        if goal.frame == "shoulder":
            out, up, share = goal.at
            flat = math.cos(math.radians(up))
            way = np.array(
                [
                    SIGN[side] * math.sin(math.radians(out)) * flat,
                    math.sin(math.radians(up)),
                    math.cos(math.radians(out)) * flat,
                ]
            )
            shoulder = self.places[self.rig.index[f"upperarm01{MARK[side]}"]]
            return shoulder + way * share * arm_length(side), np.eye(3)
        if goal.frame == "body":
            return np.asarray(goal.at) + np.asarray(self.pose.root) + np.asarray(self.pose.carry), np.eye(3)
        i = self.rig.index["spine01" if goal.frame == "chest" else "head"]
        target = self.places[i] + self.turns[i] @ (np.asarray(goal.at) - self.rig.heads[i])
        return target, np.eye(3) if goal.frame == "chin" else self.turns[i]

    def _bend_arm(self, side: Side, arm: _Arm) -> None:
        """Turn upper arm, forearm, hand and fingers so that the wrist reaches its goal as far as the arm goes."""
        mark = MARK[side]
        upper, elbow, wrist = (self.rig.head(f"{b}{mark}") for b in ("upperarm01", "lowerarm01", "wrist"))
        shoulder = self.places[self.rig.index[f"upperarm01{mark}"]]
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
        self._set_upper_arm(mark, elbow - upper, turn_upper)
        self._set("lowerarm01", mark, turn_upper.T @ turn_lower)
        self._set_hand(side, wrist - elbow, turn_lower, arm)

    def _set_upper_arm(self, mark: str, bone: Floats, turned: Floats) -> None:
        """Share the twist of an upper arm: half of it stays at the elbow, so that the sleeve is not wrung."""
        parent = self.turns[self.rig.parents[self.rig.index[f"upperarm01{mark}"]]]
        whole = parent.T @ turned
        lean = swing(bone, whole @ bone)
        spin = twist(lean.T @ whole, unit(bone))
        self._set("upperarm01", mark, lean @ turn(bone, spin * 0.5))
        self._set("upperarm02", mark, turn(bone, spin * 0.5))

    def _set_hand(self, side: Side, bone: Floats, turn_lower: Floats, arm: _Arm) -> None:
        """Turn the hand as its goal asks; the forearm `bone` takes a share of the twist. Close the fingers."""
        mark = MARK[side]
        turn_hand = arm.hand @ self.rig.hand_frame(side).T
        axis = unit(bone)
        spin = twist(turn_lower.T @ turn_hand, axis)
        self._set("lowerarm02", mark, turn(axis, spin * 0.6))
        self._set("wrist", mark, (turn_lower @ turn(axis, spin * 0.6)).T @ turn_hand)
        for finger, local in arm.fingers.items():
            self._set(finger, mark, in_rest_axes(local, side))

    def _set(self, bone: str, mark: str, local: Floats) -> None:
        """Set the turn of a bone against its parent."""
        self.local[self.rig.index[f"{bone}{mark}"]] = local

    def _bend_leg(self, side: Side) -> None:
        """Turn thigh, shin and foot so that the ankle is where the pose says."""
        mark = MARK[side]
        hip, knee, ankle = (self.rig.head(f"{b}{mark}") for b in ("upperleg01", "lowerleg01", "foot"))
        start = self.places[self.rig.index[f"upperleg01{mark}"]]
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
        turn_upper = _hinged(bent - start, across) @ _hinged(knee - hip, np.cross(forward, knee - hip)).T
        turn_lower = _hinged(placed - bent, across) @ _hinged(ankle - knee, np.cross(forward, ankle - knee)).T
        parent = self.turns[self.rig.parents[self.rig.index[f"upperleg01{mark}"]]]
        self._set("upperleg01", mark, parent.T @ turn_upper)
        self._set("lowerleg01", mark, turn_upper.T @ turn_lower)
        # The foot stays level on the floor and lets its toes hang a little when it is lifted.
        lifted = max(0.0, float(goal[1]) - STANDING[1])
        self._set("foot", mark, turn_lower.T @ turn((1, 0, 0), min(14.0, lifted * 7.0)))


def _hand_frame(side: Side, goal: Goal, axes: Floats) -> Floats:
    """Return the hand's frame for a goal; round a stem, the fingers lie across it."""
    fingers, palm = axes @ np.asarray(goal.fingers), axes @ np.asarray(goal.palm)
    if goal.contact == "grip":
        stem = axes @ turn((0, 0, 1), -goal.tilt) @ np.array([0.0, 1.0, 0.0])
        fingers = fingers - stem * float(fingers @ stem)
        palm = np.cross(fingers, stem) * SIGN[side]
    return frame(fingers, palm)


def _hinged(bone: Floats, across: Floats) -> Floats:
    """Return the frame of a bone whose joint bends about `across`."""
    return frame(bone, np.cross(bone, across))


def _knee(ahead: Floats, length: float, l1: float, l2: float, pole: Floats) -> Floats:
    """Return the middle joint of a two-bone limb that reaches `length` along the unit vector `ahead`."""
    cosine = (l1 * l1 + length * length - l2 * l2) / (2 * l1 * length)
    cosine = max(-1.0, min(1.0, cosine))
    aside = unit(pole - ahead * float(pole @ ahead))
    return np.asarray(ahead * l1 * cosine + aside * l1 * math.sqrt(1 - cosine * cosine))


def arm_length(side: Side) -> float:
    """Return the length of the straight arm from shoulder to wrist."""
    upper, elbow, wrist = (rig().head(f"{b}{MARK[side]}") for b in ("upperarm01", "lowerarm01", "wrist"))
    return float(np.linalg.norm(elbow - upper) + np.linalg.norm(wrist - elbow))


def solve(pose: Pose) -> Body:
    """Return the skeleton in `pose`. Goals out of reach are approached as far as the arm goes."""
    return _Solver(pose).solve()
