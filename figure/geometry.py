"""Small vector and mesh mathematics: rotations, frames, normals, smoothing, subdivision."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Vector = Sequence[float] | Floats

UP: Floats = np.array([0.0, 1.0, 0.0])


def unit(v: Vector) -> Floats:
    """Return `v` at length one (a zero vector stays zero)."""
    out = np.asarray(v, float)
    return out / max(float(np.linalg.norm(out)), 1e-12)


def unit_rows(vectors: Floats) -> Floats:
    """Return each row of `vectors` (N by 3) at length one."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9))


def turn(axis: Vector, degrees: float) -> Floats:
    """Return the 3x3 rotation by `degrees` about `axis`, right-handed."""
    x, y, z = unit(axis)
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    k = 1 - c
    return np.array(
        [
            [c + x * x * k, x * y * k - z * s, x * z * k + y * s],
            [y * x * k + z * s, c + y * y * k, y * z * k - x * s],
            [z * x * k - y * s, z * y * k + x * s, c + z * z * k],
        ]
    )


def nod(yaw: float, pitch: float, roll: float) -> Floats:
    """Return the rotation of a head: + yaw to its left, + pitch chin down, + roll ear to left shoulder."""
    return turn((0, 1, 0), yaw) @ turn((1, 0, 0), pitch) @ turn((0, 0, 1), -roll)


def frame(along: Vector, across: Vector) -> Floats:
    """Return the right-handed frame whose first column is `along` and whose second leans to `across`."""
    first = unit(along)
    second = np.asarray(across, float)
    second = unit(second - first * float(first @ second))
    return np.stack([first, second, np.cross(first, second)], axis=1)


def angle_between(a: Floats, b: Floats) -> float:
    """Return the angle in degrees that takes rotation `a` to rotation `b`."""
    cosine = (float(np.trace(a.T @ b)) - 1) / 2
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


def twist(rotation: Floats, axis: Floats) -> float:
    """Return how many degrees of `rotation` are a twist about the unit vector `axis`."""
    w = math.sqrt(max((float(np.trace(rotation)) + 1) / 4, 1e-9))
    v = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    return math.degrees(2 * math.atan2(float(v @ axis) / (4 * w), w))


def swing(a: Vector, b: Vector) -> Floats:
    """Return the shortest rotation that takes the direction of `a` to that of `b`."""
    u, v = unit(a), unit(b)
    axis = np.cross(u, v)
    length = float(np.linalg.norm(axis))
    if length < 1e-9:
        return np.eye(3)
    return turn(axis, math.degrees(math.atan2(length, float(u @ v))))


def between(a: Floats, b: Floats, u: float) -> Floats:
    """Return the rotation a share `u` (0 to 1) of the shortest way from `a` to `b`."""
    rotation = a.T @ b
    angle = angle_between(a, b)
    if angle < 1e-6:
        return a
    axis = np.array(
        [
            rotation[2, 1] - rotation[1, 2],
            rotation[0, 2] - rotation[2, 0],
            rotation[1, 0] - rotation[0, 1],
        ]
    )
    return a @ turn(axis, angle * u)


def steps(low: float, high: float, x: Floats) -> Floats:
    """Return the smooth step of `x` from 0 at `low` to 1 at `high` (which may lie below `low`)."""
    t = np.clip((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3 - 2 * t)


def triangles(quads: Ints) -> Ints:
    """Return the triangles of four-cornered faces, without the empty ones."""
    out = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    solid = (out[:, 0] != out[:, 1]) & (out[:, 1] != out[:, 2]) & (out[:, 0] != out[:, 2])
    kept: Ints = out[solid]
    return kept


def normals(points: Floats, faces: Ints) -> Floats:
    """Return one unit normal for each of the `points` of a triangle mesh."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    flat = np.cross(b - a, c - a)
    out = np.zeros(points.shape)
    for corner in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(faces[:, corner], flat[:, axis], len(points))
    return unit_rows(out)


class Neighbours:
    """Averages values over the neighbours of each vertex of a mesh, as smoothing needs it."""

    def __init__(self, faces: Ints, count: int) -> None:
        """Take the triangles and the number of vertices."""
        pairs = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
        pairs = np.unique(np.sort(pairs, axis=1), axis=0)
        self.starts = np.concatenate([pairs[:, 0], pairs[:, 1]])
        self.ends = np.concatenate([pairs[:, 1], pairs[:, 0]])
        self.share = 1 / np.maximum(np.bincount(self.starts, minlength=count), 1)

    def mean(self, values: Floats) -> Floats:
        """Return, for each vertex, the mean of its neighbours' `values` (N by k)."""
        columns = [np.bincount(self.starts, values[self.ends, k], len(values)) for k in range(values.shape[1])]
        return np.stack(columns, axis=1) * self.share[:, None]

    def smooth(self, values: Floats, times: int, much: float | Floats = 0.5) -> Floats:
        """Return `values` after `times` rounds of moving each a share `much` toward its neighbours' mean."""
        for _ in range(times):
            values = values + (self.mean(values) - values) * much
        return values

    def fair(self, values: Floats, times: int, much: float | Floats = 1.0) -> Floats:
        """Return `values` smoothed without shrinking: each round pulls in and pushes out again (Taubin)."""
        for _ in range(times):
            values = values + (self.mean(values) - values) * 0.50 * much
            values = values - (self.mean(values) - values) * 0.53 * much
        return values


def subdivide(points: Floats, faces: Ints) -> tuple[Floats, Ints, Ints]:
    """Split every triangle in four, rounding the surface a little.

    Returns the old and new points, the new triangles, and the pair of old points beside each new one.
    """
    n = normals(points, faces)
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    pairs, place = np.unique(edges, axis=0, return_inverse=True)
    place = place.reshape(-1) + len(points)
    a, b = points[pairs[:, 0]], points[pairs[:, 1]]
    na, nb = n[pairs[:, 0]], n[pairs[:, 1]]
    middle = (a + b) / 2
    onto_a = middle - na * ((middle - a) * na).sum(1)[:, None]
    onto_b = middle - nb * ((middle - b) * nb).sum(1)[:, None]
    middle = 0.3 * middle + 0.7 * (onto_a + onto_b) / 2
    count = len(faces)
    ab, bc, ca = place[:count], place[count : 2 * count], place[2 * count :]
    split = (
        (faces[:, 0], ab, ca),
        (faces[:, 1], bc, ab),
        (faces[:, 2], ca, bc),
        (ab, bc, ca),
    )
    return (
        np.concatenate([points, middle]),
        np.concatenate([np.stack(s, axis=1) for s in split]),
        pairs,
    )
