"""The amber arrows that show the current direction: laid out in the room, drawn flat over the picture.

It never belongs to a figure's pose, so the way back reuses the pictures of the way out under another arrow.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from figure.geometry import Floats
from figure.pose import Pose
from figure.timeline import Arrow
from figure.views import VIEWS, Camera

AMBER = (0xF5, 0x99, 0x2A)
EDGE = (0x7A, 0x3B, 0x12)  # amber alone has too little contrast on the light disc
EDGE_WIDTH = 0.0028  # of the picture's width
HALF_WIDTH = 0.0085  # of the picture's width
_FINE = 3


def path(arrow: Arrow, a: Pose, b: Pose, wide: float = 0.0) -> Floats | None:
    """Return the arrow's course (N by 3, in the room) for a move from pose `a` to pose `b`, or None for no arrow.

    `wide` says how many degrees more than a bust the picture shows: the ring over the head grows a little with it.
    """
    u = np.linspace(0, 1, 48)[:, None]
    match arrow.kind:
        case "yaw":
            course = _ring_over_head(a, b, u, wide)
        case "pitch":
            course = _arc_beside_face(a, b, u)
        case "diagonal":
            course = _line_beside_face(a, b, u)
        case "roll":
            course = _arc_over_head(a, b, u)
        case "shrug-left" | "shrug-right":
            course = _line_beside_shoulder(arrow, a, b, u)
        case "line":
            start, end = np.asarray(arrow.start), np.asarray(arrow.end)
            course = start + (end - start) * u
        case _:
            return None
    return np.asarray(course + np.asarray(a.root))


def _ring_over_head(a: Pose, b: Pose, u: Floats, wide: float) -> Floats:
    sign = math.copysign(1, b.yaw - a.yaw)
    angle = np.radians((a.yaw - 6 * sign) + (b.yaw - a.yaw + 14 * sign) * u)
    # a level ring over the head would look like a straight line: it is tilted toward the viewer
    return np.asarray(
        np.array([0.0, 9.26 + 0.03 * wide, 0.35])
        + (1.35 + 0.06 * wide) * (np.sin(angle) * [1, 0, 0] + np.cos(angle) * [0, -0.34, 0.94])
    )


def _arc_beside_face(a: Pose, b: Pose, u: Floats) -> Floats:
    sign = math.copysign(1, b.pitch - a.pitch)
    angle = np.radians((a.pitch - 4 * sign) * 0.95 + ((b.pitch - a.pitch) * 0.95 + 10 * sign) * u - 20)
    return np.asarray(np.array([0.0, 6.75, 0.30]) + 3.0 * (np.sin(-angle) * [0, 1, 0] + np.cos(angle) * [0, 0, 1]))


def _line_beside_face(a: Pose, b: Pose, u: Floats) -> Floats:
    """Return a short slanting line on the side where the low end of a diagonal lies."""
    low = a if a.pitch > b.pitch else b
    side = math.copysign(1, low.yaw)
    line = np.array([side * 1.75, 8.35, 0.4]) + u * np.array([side * 1.05, -1.9, 0.0])
    return np.asarray(line if low is b else line[::-1])


def _arc_over_head(a: Pose, b: Pose, u: Floats) -> Floats:
    """Return an arc in the plane of the face, for an ear that sinks to its shoulder."""
    sign = math.copysign(1, b.roll - a.roll)
    angle = np.radians(a.roll - 6 * sign + (b.roll - a.roll + 14 * sign) * u)
    return np.asarray(np.array([0.0, 6.4, 0.4]) + 2.9 * (np.sin(angle) * [1, 0, 0] + np.cos(angle) * [0, 1, 0]))


def _line_beside_shoulder(arrow: Arrow, a: Pose, b: Pose, u: Floats) -> Floats:
    sign = 1.0 if arrow.kind == "shrug-left" else -1.0
    up = (b.shrug_left - a.shrug_left) if sign > 0 else (b.shrug_right - a.shrug_right)
    ends = [np.array([sign * 2.95, y, 0.3]) for y in ((4.75, 6.05) if up >= 0 else (6.05, 4.75))]
    return np.asarray(ends[0] + (ends[1] - ends[0]) * u)


def outline(points: Floats, half: float) -> list[tuple[float, float]]:
    """Return the outline of an arrow along `points` (N by 2, pixels): a tapered shaft and a head."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    head = min(half * 5.2, lengths[-1] * 0.6)
    cut = lengths[-1] - head
    even = np.linspace(0, cut, 40)
    shaft = np.stack([np.interp(even, lengths, points[:, k]) for k in (0, 1)], axis=1)
    along = np.gradient(shaft, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    width = half * np.linspace(0.5, 1.0, 40)[:, None]
    neck, tip = shaft[-1], points[-1]
    way = (tip - neck) / max(float(np.linalg.norm(tip - neck)), 1e-9)
    wing = np.array([-way[1], way[0]]) * half * 2.7
    back = way * half * 0.5
    edge = [*(shaft + across * width), neck + wing - back, tip, neck - wing - back, *(shaft - across * width)[::-1]]
    return [(float(x), float(y)) for x, y in edge]


@dataclass(frozen=True)
class Layer:
    """The opacity of arrows at full strength (8-bit pictures): of all of them, and of them without their dark edge."""

    whole: Image.Image
    inner: Image.Image


def layer(arrow: Arrow, a: Pose, b: Pose, camera: Camera, size: tuple[int, int]) -> Layer | None:
    """Return the arrows of a move in a picture of `size`, or None for no arrow."""
    courses = [course for each in arrow.each() if (course := path(each, a, b, wider(camera))) is not None]
    if not courses:
        return None
    width, height = size
    large = (width * _FINE, height * _FINE)
    masks = []
    for grown in (EDGE_WIDTH, 0.0):
        mask = Image.new("L", large, 0)
        for course in courses:
            _draw(ImageDraw.Draw(mask), camera.project(course, *large), width * _FINE, grown)
        masks.append(mask.reduce(_FINE))
    return Layer(*masks)


def wider(camera: Camera) -> float:
    """Return how many degrees more than a bust a camera shows; beside a bed, where rings are seen askew, a lot."""
    return 10.0 if camera.up[2] else max(0.0, camera.fov - VIEWS["front"].fov)


def _draw(draw: ImageDraw.ImageDraw, points: Floats, width: float, grown: float) -> None:
    """Draw one arrow along `points`, its outline pushed out by `grown` (a share of the picture's width)."""
    half = HALF_WIDTH * width
    shape = outline(points, half)
    draw.polygon(shape, fill=255)
    x, y = points[0]
    draw.ellipse((x - half * 0.5, y - half * 0.5, x + half * 0.5, y + half * 0.5), fill=255)
    if grown:
        edge = round(grown * width)
        draw.line([*shape, shape[0]], fill=255, width=2 * edge, joint="curve")
        for x, y in [*shape, tuple(points[0])]:
            draw.ellipse((x - edge, y - edge, x + edge, y + edge), fill=255)


def over(picture: Image.Image, arrows: Layer, opacity: float) -> Image.Image:
    """Return `picture` (RGBA, its colours multiplied by their opacity) with `arrows` over it at `opacity` (0 to 1)."""
    box = arrows.whole.getbbox()
    if box is None:
        return picture
    front = picture.crop(box)
    for mask, colour in ((arrows.whole, EDGE), (arrows.inner, AMBER)):
        much = mask.crop(box).point(lambda v: round(v * opacity))
        front = Image.composite(Image.new("RGBA", front.size, (*colour, 255)), front, much)
    drawn = picture.copy()
    drawn.paste(front, box)
    return drawn
