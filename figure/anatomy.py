"""What a body allows: how far a wrist is bent, whether an arm is inside head or trunk, and whether a hand touches."""

from __future__ import annotations

import math

import numpy as np

from figure.geometry import Floats, unit
from figure.hands import PALM_ALONG
from figure.model import figure
from figure.rig import MARK, Side, rig
from figure.solver import Body

#: Head and trunk as rounded shapes, on the resting figure: bone, middle, half axes in decimetres.
SOLIDS: tuple[tuple[str, tuple[float, float, float], tuple[float, float, float]], ...] = (
    ("head", (0.0, 7.35, 0.45), (0.80, 1.05, 1.05)),
    ("head", (0.0, 6.75, 0.70), (0.55, 0.62, 0.72)),
    ("neck02", (0.0, 6.1, 0.15), (0.50, 0.8, 0.50)),
    ("spine01", (0.0, 4.3, 0.15), (1.35, 1.6, 1.25)),
    ("spine03", (0.0, 2.4, 0.2), (1.4, 2.2, 1.25)),
)
_HAND_BONES = (
    "wrist",
    "finger2-1",
    "finger3-1",
    "finger5-1",
    "finger2-3",
    "finger3-3",
    "finger4-3",
    "finger1-2",
    "finger1-3",
)


def wrist_bend(body: Body, side: Side) -> float:
    """Return the angle in degrees between forearm and hand."""
    elbow = body.places[rig().index[f"lowerarm01{MARK[side]}"]]
    wrist, hand = body.hand(side)
    return math.degrees(math.acos(float(np.clip(unit(wrist - elbow) @ hand[:, 0], -1, 1))))


def clearance(body: Body, side: Side) -> float:
    """Return the distance in decimetres between head or trunk and the nearest bone of hand and forearm.

    Negative: the bone is inside. Near enough for a check, not for touch.
    """
    mark = MARK[side]
    elbow = body.places[rig().index[f"lowerarm01{mark}"]]
    points = [body.places[rig().index[f"{bone}{mark}"]] for bone in _HAND_BONES]
    points += [elbow + (points[0] - elbow) * s for s in (0.25, 0.5, 0.75)]
    return min(_outside(body, solid, np.array(points)) for solid in SOLIDS)


def _outside(
    body: Body, solid: tuple[str, tuple[float, float, float], tuple[float, float, float]], points: Floats
) -> float:
    bone, middle, axes = solid
    i = rig().index[bone]
    local = (points - body.point(bone, np.array(middle))) @ body.turns[i]
    size = np.array(axes)
    scaled = np.linalg.norm(local / size, axis=1)
    # first-order distance to an ellipsoid: exact on its surface, fair near it
    slope = np.linalg.norm(local / size**2, axis=1)
    return float(np.min((scaled - 1) * scaled / np.maximum(slope, 1e-9)))


def gap(body: Body, side: Side) -> float:
    """Return the distance in decimetres between the skin of a hand and the nearest skin of head and neck."""
    matrices, pieces = body.matrices(), figure().pieces
    wrist, hand = body.hand(side)
    palm = wrist + hand[:, 0] * PALM_ALONG
    near = []
    for name, within in (("arms", 1.4), ("head", 2.2)):
        points = pieces[name].skin(matrices, {}).points
        near.append(points[np.linalg.norm(points - palm, axis=1) < within])
    hands, skin = near
    if not len(skin):
        return math.inf
    return float(min(np.linalg.norm(skin - point, axis=1).min() for point in hands[::3]))
