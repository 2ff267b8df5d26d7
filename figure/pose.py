"""Poses: what can be asked of the figure at one moment, mirrored and blended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from figure.hands import NAMED, Goal, Triple
from figure.rig import Side

STANDING: Triple = (1.22, -7.48, 0.15)  # the left ankle of a figure at ease
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


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
    retract: float = 0.0  # head, + drawn straight back, the chin level
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
        """Return the mirrored pose: left for right."""

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
