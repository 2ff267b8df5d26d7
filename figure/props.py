"""Things held, sat on and lain on, as turned shapes and boxes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from figure.geometry import UP, Floats, Ints, normals, unit
from figure.hands import GRIP_ALONG, PALM_ALONG, PALM_DEPTH
from figure.model import Drawn
from figure.pose import Pose
from figure.rig import SIDES, SIGN, Side
from figure.solver import Body
from figure.wardrobe import Material

Colour = tuple[float, float, float, float]
Shape = tuple[Floats, Ints]


@dataclass(frozen=True)
class Prop:
    """A thing for the hands: `radius` is half its width where it is held, `grip` how far up its stem."""

    radius: float
    grip: float = 0.0


PROPS: dict[str, Prop] = {
    "bottle": Prop(0.33, 0.72),
    "balloon": Prop(1.05),
    "ball": Prop(0.62),
    "band": Prop(0.10),
    "weight": Prop(0.14),
}

CORAL: Colour = (0.91, 0.43, 0.37, 1.0)
BALL: Colour = (0.36, 0.55, 0.78, 1.0)
CAP: Colour = (0.93, 0.49, 0.25, 1.0)
GLASS: Colour = (0.76, 0.88, 0.94, 0.34)
WATER: Colour = (0.36, 0.65, 0.87, 0.86)
BAND: Colour = (0.88, 0.47, 0.42, 1.0)
IRON: Colour = (0.38, 0.45, 0.52, 1.0)
WOOD: Colour = (0.80, 0.66, 0.50, 1.0)
# seen through: a bed takes on some of the dark of a night film, and is no lamp in a dark room
LINEN: Colour = (0.95, 0.97, 0.97, 0.62)
SHEET: Colour = (0.50, 0.66, 0.70, 0.34)


def radius_of(prop: str) -> float:
    """Return half the width of `prop` where it is held, in decimetres."""
    return PROPS[prop].radius


def turned(profile: Sequence[tuple[float, float]], sides: int = 48) -> Shape:
    """Return the shape that a `profile` of (radius, height) makes when it is turned about its stem (+y)."""
    rings = np.array(profile, float)
    around = np.linspace(0, 2 * math.pi, sides, endpoint=False)
    points = np.concatenate(
        [np.stack([r * np.cos(around), np.full(sides, y), r * np.sin(around)], axis=1) for r, y in rings]
    )
    faces = []
    for ring in range(len(rings) - 1):
        for i in range(sides):
            j = (i + 1) % sides
            a, b = ring * sides, (ring + 1) * sides
            faces += [(a + i, b + i, b + j), (a + i, b + j, a + j)]
    return points, np.array(faces)


def box(size: tuple[float, float, float], middle: tuple[float, float, float]) -> Shape:
    """Return a box with sharp edges: every face has its own corners."""
    half = np.array(size) / 2
    points: list[Floats] = []
    faces: list[tuple[int, int, int]] = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            one, two = np.roll([1.0, 0, 0], axis + 1), np.roll([1.0, 0, 0], axis + 2)
            out = np.roll([1.0, 0, 0], axis) * sign
            start = len(points)
            points += [(out + one * a + two * b) * half + middle for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
            faces += [(start, start + 1, start + 2), (start, start + 2, start + 3)]
    return np.array(points), np.array(faces)


def cushion(size: tuple[float, float, float], middle: tuple[float, float, float], power: float = 4.0) -> Shape:
    """Return a soft-cornered block: a ball drawn toward a box (the greater `power`, the boxier)."""
    u, v = np.meshgrid(np.linspace(0, 2 * math.pi, 64, endpoint=False), np.linspace(-math.pi / 2, math.pi / 2, 33))

    def soft(x: Floats) -> Floats:
        return np.asarray(np.sign(x) * np.abs(x) ** (2 / power))

    points = np.stack([soft(np.cos(v)) * soft(np.cos(u)), soft(np.cos(v)) * soft(np.sin(u)), soft(np.sin(v))], axis=-1)
    points = points.reshape(-1, 3) * np.array(size) / 2 + middle
    faces = []
    for row in range(32):
        for i in range(64):
            a, b, j = row * 64, (row + 1) * 64, (i + 1) % 64
            faces += [(a + i, a + j, b + j), (a + i, b + j, b + i)]
    return points, np.array(faces)


def dented(shape: Shape, middle: tuple[float, float], depth: float) -> Shape:
    """Return a cushion on a bed with a hollow, `depth` deep, where a head lies (`middle` is x and y)."""
    points, faces = shape
    away = ((points[:, 0] - middle[0]) / 1.15) ** 2 + ((points[:, 1] - middle[1]) / 1.0) ** 2
    top = points[:, 2] > points[:, 2].mean()
    return points - np.outer(np.exp(-away) * top * depth, [0.0, 0.0, 1.0]), faces


_BOTTLE = turned(
    [(0, 0), (0.29, 0), (0.33, 0.05), (0.33, 1.30), (0.31, 1.45), (0.16, 1.85), (0.13, 1.92), (0.13, 2.05)]
)
_CAP = turned([(0, 2.24), (0.155, 2.24), (0.165, 2.20), (0.165, 2.00), (0, 2.00)])
_INNER = turned([(0, 0.05), (0.27, 0.05), (0.305, 0.10), (0.305, 1.29), (0.285, 1.44), (0.14, 1.82), (0, 1.82)])
_HALF_FULL = 0.80  # up the bottle's stem: the middle of the water's surface, however it is tilted
_BALL = turned([(math.sin(t), -math.cos(t)) for t in np.linspace(0, math.pi, 28)])
_BALLOON = turned(
    [(0, -1.42), (0.10, -1.42), (0.045, -1.30)]
    + [(math.sin(t) * (1 - 0.10 * math.cos(t)), -math.cos(t) * 1.20 - 0.06) for t in np.linspace(0.12, math.pi, 30)]
)
_WEIGHT_END = [(0.12, 0.55), (0.36, 0.55), (0.40, 0.60), (0.40, 0.90), (0.36, 0.95), (0.0, 0.95)]
_WEIGHT = turned([*((r, -y) for r, y in reversed(_WEIGHT_END)), *_WEIGHT_END])


def _made(name: str, shape: Shape, material: Material, colour: Colour, level: float = 0.0) -> Drawn:
    points, faces = shape
    return Drawn(name, material, points, normals(points, faces), points, faces, colour, level)


def _placed(shape: Shape, axes: Floats, origin: Floats, scale: float = 1.0) -> Shape:
    return (shape[0] * scale) @ axes.T + origin, shape[1]


def _axes(stem: Floats) -> Floats:
    """Return axes whose second is the direction of `stem`."""
    aside = unit(np.cross(stem, (0.0, 0.0, 1.0))) if abs(stem[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    return np.stack([aside, stem, np.cross(aside, stem)], axis=1)


def grip_of(body: Body, side: Side, radius: float) -> tuple[Floats, Floats]:
    """Return where the stem of a gripped thing passes through a hand, and the stem's direction (thumb side up)."""
    wrist, hand = body.hand(side)
    return wrist + hand[:, 0] * GRIP_ALONG + hand[:, 1] * (PALM_DEPTH + radius), -hand[:, 2] * SIGN[side]


def held(prop: str, pose: Pose, body: Body, grip: float | None = None) -> list[Drawn]:
    """Return `prop` as the hands of a posed figure hold it. `grip` says how far up the stem the hand is."""
    return [replace(piece, casts=False) for piece in _held(prop, pose, body, grip)]


def _held(prop: str, pose: Pose, body: Body, grip: float | None) -> list[Drawn]:
    thing = PROPS[prop]
    hands = [side for side in SIDES if pose.arm(side).goal.contact in ("hold", "grip")]
    if prop == "band":
        return [_band(grip_of(body, "left", thing.radius)[0], grip_of(body, "right", thing.radius)[0])]
    if prop in ("bottle", "weight"):
        side: Side = "right" if "right" in hands else "left"
        middle, stem = grip_of(body, side, thing.radius)
        origin = middle - stem * (thing.grip if grip is None else grip)
        return (
            _bottle(origin, stem)
            if prop == "bottle"
            else [_made("weight", _placed(_WEIGHT, _axes(stem), middle), Material.SOLID, IRON)]
        )
    middles = []
    for side in hands:
        wrist, hand = body.hand(side)
        middles.append(wrist + hand[:, 0] * PALM_ALONG + hand[:, 1] * (PALM_DEPTH + thing.radius))
    shape, colour = (_BALLOON, CORAL) if prop == "balloon" else (_BALL, BALL)
    # The balloon's shape is a hand's breadth wide at 1; scaled so that the palms just touch.
    return [_made(prop, _placed(shape, np.eye(3), np.mean(middles, axis=0), thing.radius), Material.SOLID, colour)]


def _bottle(origin: Floats, stem: Floats) -> list[Drawn]:
    axes = _axes(stem)
    level = float((origin + stem * _HALF_FULL)[1])
    return [
        _made("cap", _placed(_CAP, axes, origin), Material.SOLID, CAP),
        _made("water", _placed(_INNER, axes, origin), Material.WATER, WATER, level),
        _made("glass", _placed(_BOTTLE, axes, origin), Material.GLASS, GLASS),
    ]


def _band(a: Floats, b: Floats) -> Drawn:
    """Return an elastic band from hand to hand: a flat ribbon with a little sag."""
    u = np.linspace(-0.04, 1.04, 41)[:, None]
    line = a + (b - a) * u - UP * 0.12 * 4 * u * (1 - u)
    ring = []
    for angle in np.linspace(0, 2 * math.pi, 12, endpoint=False):
        ring.append(line + np.array([0, math.cos(angle) * 0.15, math.sin(angle) * 0.03]))
    points = np.stack(ring, axis=1).reshape(-1, 3)
    faces = []
    for row in range(40):
        for i in range(12):
            p, q, j = row * 12, (row + 1) * 12, (i + 1) % 12
            faces += [(p + i, q + i, q + j), (p + i, q + j, p + j)]
    return _made("band", (points, np.array(faces)), Material.SOLID, BAND)


def furniture(position: str, pose: Pose) -> list[Drawn]:
    """Return what the figure sits on, lies on or holds on to (nothing when it stands)."""
    match position:
        case "sitting":
            return _chair(pose.root[2] - 1.65, pose.root[1] - 0.52, 1.0)
        case "behind-chair":
            return _chair(3.35, -4.02, 1.0)
        case "lying":
            bed = cushion((9.4, 30.0, 1.6), (0, -4.2, -2.05), 12)
            pillow = dented(cushion((4.6, 3.0, 1.3), (0, 7.45, -1.0), 3.2), (0, 7.3), 0.42)
            return [_made("bed", bed, Material.MAT, SHEET), _made("pillow", pillow, Material.MAT, LINEN)]
        case _:
            return []


def _chair(back: float, seat: float, way: float) -> list[Drawn]:
    """Return a plain wooden chair: where its back stands (z), how high its seat is (y), which way it faces (z)."""
    floor = -8.27
    top = seat + 4.85
    parts = [
        box((4.2, 0.34, 4.6), (0, seat - 0.17, back + way * 2.2)),
        box((4.2, 1.7, 0.26), (0, top - 0.85, back)),
    ]
    parts += [box((0.3, top - 0.2 - seat, 0.24), (s * 1.8, (top - 0.2 + seat) / 2, back)) for s in (-1, 1)]
    parts += [
        box((0.32, seat - floor, 0.32), (s * 1.85, (seat + floor) / 2, back + way * d))
        for s in (-1, 1)
        for d in (0.0, 4.2)
    ]
    return [_made(f"chair{i}", part, Material.SOLID, WOOD) for i, part in enumerate(parts)]
