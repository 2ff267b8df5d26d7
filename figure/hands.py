"""Hands: their goals, some with names, and how the fingers close round what they hold.

A goal is written for the left hand and mirrored for the right one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np

from figure.geometry import Floats, between, swing, turn, unit
from figure.people import current
from figure.rig import SIGN, Side, rig

Triple = tuple[float, float, float]
Frame = Literal["body", "head", "chin", "chest", "shoulder"]
Contact = Literal["wrist", "palm", "knuckles", "hold", "grip"]

PALM_DEPTH = 0.19  # from the bones of the palm to its skin
PALM_ALONG = 0.72  # from wrist to the middle of the palm
GRIP_ALONG = 0.86  # from wrist to where a bottle lies in the hand
KNUCKLES_ALONG = 1.15  # from wrist to the top of a closed hand
TOGETHER = 0.7  # share of the resting spread that an empty hand gives up
FINGER_DEPTH = 0.095  # from the bones of a finger to its skin


@dataclass(frozen=True)
class Goal:
    """Where one hand goes, and how it is held.

    `frame` says what moves it: the `body` (hips), the `chest`, the `head`, the `chin` (which carries the hand
    without turning it), or the `shoulder`, where `at` is (degrees outward from straight ahead, degrees up, share of
    the arm's length). `contact` says what arrives at `at`: the `wrist`; the `palm`, with a `gap`; the `knuckles` of
    a closed hand; or the middle of a thing the hand keeps: `hold` with open fingers, or `grip` round its stem, which
    then stands upright but for `tilt` degrees (+ to the left). `fingers`, `palm` and `elbow` are the directions in
    which the fingers point, the palm looks and the elbow stays. `curl` bends free fingers (0 straight, 1 a fist);
    `radius` is the half width of the thing held.
    """

    at: Triple
    frame: Frame = "body"
    contact: Contact = "wrist"
    fingers: Triple = (0.0, -1.0, 0.1)
    palm: Triple = (-1.0, 0.0, 0.0)
    elbow: Triple = (0.7, -0.6, -0.5)
    curl: float = 0.15
    gap: float = 0.0
    tilt: float = 0.0
    radius: float = 0.0

    def mirrored(self) -> Goal:
        """Return the same goal for the other hand."""
        flip = self.frame != "shoulder"  # a shoulder's angles are already counted outward
        return replace(
            self,
            at=_flip(self.at) if flip else self.at,
            fingers=_flip(self.fingers),
            palm=_flip(self.palm),
            elbow=_flip(self.elbow),
            tilt=-self.tilt,
        )

    def toward(self, other: Goal, u: float) -> Goal:
        """Return the goal a share `u` of the way to `other`, which must be of the same kind."""

        def mix(a: Triple, b: Triple) -> Triple:
            x, y, z = (p + (q - p) * u for p, q in zip(a, b, strict=True))
            return (x, y, z)

        def mix_number(a: float, b: float) -> float:
            return a + (b - a) * u

        return Goal(
            at=mix(self.at, other.at),
            frame=self.frame,
            contact=self.contact,
            fingers=mix(self.fingers, other.fingers),
            palm=mix(self.palm, other.palm),
            elbow=mix(self.elbow, other.elbow),
            curl=mix_number(self.curl, other.curl),
            gap=mix_number(self.gap, other.gap),
            tilt=mix_number(self.tilt, other.tilt),
            radius=mix_number(self.radius, other.radius),
        )

    def like(self, other: Goal) -> bool:
        """Return whether a straight way from this goal to `other` makes sense."""
        return self.frame == other.frame and self.contact == other.contact


def _flip(v: Triple) -> Triple:
    return (-v[0], v[1], v[2])


#: Hand goals by name, for the left hand.
NAMED: dict[str, Goal] = {
    "rest": Goal((70, -77, 0.97), "shoulder", fingers=(0.08, -1, 0.12), palm=(-1, 0, -0.15), elbow=(0.8, 0, -1)),
    "lap": Goal(
        (1.15, 1.16, 2.75), contact="palm", fingers=(-0.25, -0.12, 1), palm=(-0.1, -1, -0.1), elbow=(1, -0.2, -0.6)
    ),
    "chair": Goal(
        (0.95, 1.02, 3.25),
        contact="palm",
        fingers=(-0.12, -0.15, 1),
        palm=(0, -1, -0.1),
        elbow=(0.8, -0.2, -1),
        curl=0.4,
    ),
    "side": Goal((86, 2, 0.97), "shoulder", fingers=(1, 0.05, 0.05), palm=(0, -1, 0.15), elbow=(0, -0.5, -1), curl=0.1),
    "overhead": Goal(
        (88, 66, 0.95), "shoulder", fingers=(0.12, 1, 0.1), palm=(-1, 0.15, 0.25), elbow=(1, 0, -0.4), curl=0.1
    ),
    "forward": Goal(
        (6, -2, 0.93), "shoulder", fingers=(-0.05, 0.08, 1), palm=(-1, -0.1, 0), elbow=(0.6, -1, -0.2), curl=0.1
    ),
    "forward-up": Goal(
        (10, 38, 0.93), "shoulder", fingers=(0, 0.7, 0.8), palm=(-1, -0.1, 0.1), elbow=(0.8, -0.8, -0.2), curl=0.1
    ),
    "cheek": Goal(
        (0.64, 6.02, 0.98), "head", "palm", (0.02, 0.90, -0.42), (-0.90, 0.05, -0.42), (0.35, -1, 0.8), 0.06, 0.16
    ),
    "chin": Goal((0.06, 6.27, 1.54), "head", "knuckles", (-0.45, 0.6, -0.45), (-0.2, -0.5, -0.8), (0.7, -1, 0.5), 1.0),
    "forehead": Goal(
        (0.0, 7.72, 1.28), "head", "palm", (-0.95, 0.25, 0.1), (0.05, -0.1, -1), (1, -0.3, 0.5), 0.1, 0.16
    ),
    "nape": Goal((0.35, 6.35, -0.29), "head", "palm", (-0.9, 0.3, -0.1), (-0.1, 0.1, 1), (1, 0.1, -0.1), 0.15, 0.16),
    "clap": Goal(
        (0.0, 4.75, 2.9),
        contact="palm",
        fingers=(-0.02, 0.62, 0.78),
        palm=(-1, 0, 0),
        elbow=(1, -0.75, -0.35),
        curl=0.0,
    ),
    "hold": Goal(
        (0.0, 4.75, 2.6), contact="hold", fingers=(-0.15, 0.35, 0.9), palm=(-1, 0, -0.2), elbow=(1, -0.8, -0.2)
    ),
    "grip": Goal((1.75, 4.75, 2.3), contact="grip", fingers=(-0.35, 0, 1), palm=(-1, 0, 0), elbow=(1, -0.8, -0.2)),
}


@dataclass(frozen=True)
class Thing:
    """What the fingers close round, in the hand's frame: along the fingers, out of the palm, to the little finger."""

    kind: Literal["flat", "cylinder", "ball"]
    radius: float = 0.0
    along: float = PALM_ALONG

    def distance(self, p: Floats) -> float:
        """Return how far the point `p` is from the surface (negative inside)."""
        if self.kind == "flat":
            return PALM_DEPTH - float(p[1])
        across = 0.0 if self.kind == "cylinder" else float(p[2])
        return math.hypot(float(p[0]) - self.along, float(p[1]) - PALM_DEPTH - self.radius, across) - self.radius

    def inward(self, p: Floats) -> Floats:
        """Return the direction from `p` to the middle of the thing."""
        if self.kind == "flat":
            return np.array([0.0, 1.0, 0.0])
        middle = np.array([self.along, PALM_DEPTH + self.radius, float(p[2]) if self.kind == "cylinder" else 0.0])
        return unit(middle - p)


Fingers = dict[str, Floats]
"""For each finger bone (without its side mark) its turn, in the frame of the left hand."""

_OPEN, _CLOSED = -50, 95  # how far a joint is tried, in degrees
_LIMIT = {1: 80.0, 2: 90.0, 3: 65.0}  # a finger that meets nothing stops here
_THUMB_LIMIT = {1: 25.0, 2: 40.0, 3: 45.0}


_OPPOSED = np.array([-0.05, 0.9, -0.42])  # the thumb's way when it faces the fingers round a stem


def _chain(finger: int) -> list[Floats]:
    """Return the joints and tip of a finger of the left hand in its own frame, the wrist being the origin."""
    skeleton, wrist = rig(), rig().head("wrist.L")
    frame = skeleton.hand_frame("left")
    points = [skeleton.head(f"finger{finger}-{j}.L") for j in (1, 2, 3)] + [skeleton.tail(f"finger{finger}-3.L")]
    return [np.asarray(frame.T @ (p - wrist)) for p in points]


def closed(thing: Thing) -> Fingers:
    """Return the finger turns that lay every finger on `thing` without sinking into it."""
    return _closed(thing, current())


@cache
def _closed(thing: Thing, person: str) -> Fingers:
    out: Fingers = {}
    for finger in range(1, 6):
        rest = _chain(finger)
        placed, turned = rest[0], np.eye(3)
        for joint in (1, 2, 3):
            bone, before = rest[joint] - rest[joint - 1], turned
            ahead = turned @ bone
            if finger == 1 and joint == 1 and thing.kind == "cylinder":
                # the thumb first swings across the palm, so that it closes from the other side
                turned = swing(ahead, _OPPOSED)
                ahead = turned @ bone
            hinge = np.cross(
                ahead, thing.inward(placed + ahead / 2) if finger == 1 else turned @ np.array([0.0, 1.0, 0.0])
            )
            angle = _closing_angle(thing, finger, joint, placed, ahead, hinge)
            local = before.T @ turn(hinge, angle) @ turned
            out[f"finger{finger}-{joint}"] = local
            turned = before @ local
            placed = placed + turned @ bone
    return out


def _closing_angle(thing: Thing, finger: int, joint: int, placed: Floats, ahead: Floats, hinge: Floats) -> float:
    """Return the degrees by which a joint at `placed` turns its bone `ahead` until it touches `thing` or its limit."""
    limit = (_THUMB_LIMIT if finger == 1 else _LIMIT)[joint]
    if thing.kind == "flat" and finger == 1:
        limit = 0.0
    depth = FINGER_DEPTH * (1.25 if finger == 1 else 1.0)
    best = float(_OPEN)
    for angle in range(_OPEN, _CLOSED, 1):
        end = turn(hinge, angle) @ ahead
        if min(thing.distance(placed + end * s) for s in (0.5, 1.0)) < depth and angle > _OPEN:
            break
        best = float(angle)
        if angle >= limit:
            break
    return best


def free(curl: float) -> Fingers:
    """Return the finger turns of an empty hand: `curl` 0 is straight, 1 a loose fist."""
    return _free(curl, current())


@cache
def _free(curl: float, person: str) -> Fingers:
    flat, out = closed(Thing("flat")), {}
    for finger in range(1, 6):
        rest = _chain(finger)
        aside = rest[3] - rest[0]
        spread = math.degrees(math.atan2(float(aside[2]), float(aside[0])))
        together = turn((0, 1, 0), spread * (0.45 if finger == 1 else TOGETHER))
        for joint in (1, 2, 3):
            name = f"finger{finger}-{joint}"
            if finger == 1:
                out[name] = between(flat[name], np.eye(3), min(1.0, curl * 3))
            else:
                out[name] = flat[name] @ turn((0, 0, 1), curl * (70.0, 85.0, 60.0)[joint - 1])
            if joint == 1:
                out[name] = together @ out[name]
    return out


def fingers_of(goal: Goal) -> Fingers:
    """Return the finger turns that `goal` asks for."""
    match goal.contact:
        case "grip":
            return closed(Thing("cylinder", round(goal.radius, 3), GRIP_ALONG))
        case "hold":
            return closed(Thing("ball", round(goal.radius, 3)))
        case _:
            return free(round(goal.curl, 3))


def in_rest_axes(local: Floats, side: Side) -> Floats:
    """Return a turn given in the left hand's frame as a turn in the axes of the resting figure."""
    mirror = np.diag([1.0, 1.0, SIGN[side]])
    hand = rig().hand_frame(side)
    return np.asarray(hand @ mirror @ local @ mirror @ hand.T)
