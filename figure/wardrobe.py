"""Dresses the figure: shirt, trousers, shoes and hair, tailored from the baked body.

Each piece keeps, for every vertex, its *canonical* place: where that vertex lies on a fixed reference body.
The paint (`paint.glsl`) is laid out in those coordinates, so necklines, brows and lips follow every pose
and survive other proportions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from figure.geometry import Floats, Ints, Neighbours, normals, steps, subdivide, triangles, unit_rows
from figure.people import Look

HEM = 0.35  # the shirt ends here, in canonical decimetres above the ground's zero
CUFF = -7.3  # the trousers end here
SHOE_TOP = -7.0


class Material(IntEnum):
    """What a piece is painted as; the numbers are those of `paint.glsl`."""

    SKIN = 0
    SHIRT = 1
    TROUSERS = 2
    HAIR = 3
    EYE = 4
    LASH = 5
    TEETH = 6
    TONGUE = 7
    SOLID = 8
    GLASS = 9
    WATER = 10
    SHOE = 11
    MAT = 12


@dataclass
class Cloth:
    """A piece of the figure at rest: geometry, canonical places, bone weights (dense) and face morphs."""

    name: str
    material: Material
    points: Floats
    canon: Floats
    weights: Floats
    faces: Ints
    morphs: dict[str, Floats] = field(default_factory=dict)
    coarse: Ints | None = None  # the triangles before they were split: enough for a shadow
    soft: int = 0  # rounds of smoothing for the normals, so that folds do not look like scars


@dataclass(frozen=True)
class Mesh:
    """The baked base mesh: points, canonical places, dense weights, parts and morphs."""

    points: Floats
    canon: Floats
    weights: Floats
    parts: dict[str, Ints]
    morphs: dict[str, Floats]
    bones: list[str]


def piece(mesh: Mesh, name: str, material: Material, faces: Ints) -> Cloth:
    """Return the triangles `faces` of `mesh` as a piece of their own."""
    used, number = np.unique(faces, return_inverse=True)
    morphs = {n: m[used] for n, m in mesh.morphs.items() if np.abs(m[used]).max(initial=0) > 1e-4}
    return Cloth(
        name, material, mesh.points[used], mesh.canon[used], mesh.weights[used], number.reshape(faces.shape), morphs
    )


def finer(cloth: Cloth) -> Cloth:
    """Return `cloth` with every triangle split in four and its outline rounded."""
    points, faces, pairs = subdivide(cloth.points, cloth.faces)

    def spread(values: Floats) -> Floats:
        return np.concatenate([values, (values[pairs[:, 0]] + values[pairs[:, 1]]) / 2])

    return Cloth(
        cloth.name,
        cloth.material,
        points,
        spread(cloth.canon),
        spread(cloth.weights),
        faces,
        {n: spread(m) for n, m in cloth.morphs.items()},
        cloth.faces,
        cloth.soft,
    )


def hairline(canon: Floats) -> Floats:
    """Return how far inside the hair each canonical place lies (negative on the face and neck)."""
    depth = [-0.9, -0.45, 0.1, 0.45, 0.75, 1.0, 1.2, 1.7]
    height = [6.55, 6.6, 6.95, 7.25, 7.45, 7.78, 7.95, 7.98]
    return np.asarray(canon[:, 1] - np.interp(canon[:, 2], depth, height))


def collar(canon: Floats) -> Floats:
    """Return how far below the neckline each canonical place lies (as in paint.glsl)."""
    x, y, z = canon.T
    return np.asarray(np.sqrt((x * 0.92) ** 2 + ((y - 6.18) * 0.9) ** 2 + ((z - 0.35) * 0.85) ** 2) - 0.98)


def _corners(mesh: Mesh, part: str) -> tuple[Ints, Floats, Floats, Floats]:
    """Return the triangles of a part, and the canonical |x|, y and z of their corners (T by 3 each)."""
    faces = triangles(mesh.parts[part])
    at = mesh.canon[faces]
    return faces, np.abs(at[..., 0]), at[..., 1], at[..., 2]


def head(mesh: Mesh) -> Cloth:
    """Return head, neck and what a neckline shows."""
    faces, x, y, _ = _corners(mesh, "body")
    return finer(piece(mesh, "head", Material.SKIN, faces[(y > 5.0).any(1) & (x < 1.9).all(1)]))


def arms(mesh: Mesh) -> Cloth:
    """Return both arms and hands."""
    faces, x, y, _ = _corners(mesh, "body")
    return finer(piece(mesh, "arms", Material.SKIN, faces[((x > 1.7) & (y > 0.5)).any(1)]))


def shirt(mesh: Mesh) -> Cloth:
    """Return a T-shirt that hangs from the shoulders and ends below the hips."""
    faces, _, high, _ = _corners(mesh, "tights")
    cloth = piece(mesh, "shirt", Material.SHIRT, faces[(high > HEM - 0.9).any(1)])
    bones = mesh.bones
    legs = [i for i, n in enumerate(bones) if "leg" in n or "foot" in n]
    cloth.weights[:, bones.index("root")] += cloth.weights[:, legs].sum(1)
    cloth.weights[:, legs] = 0  # a lifted thigh must not tear the hem along
    around = Neighbours(cloth.faces, len(cloth.points))
    skin, facing = cloth.points, around.smooth(normals(cloth.points, cloth.faces), 2)
    x, y = np.abs(skin[:, 0]), skin[:, 1]
    much = (steps(2.6, 1.2, x) * steps(5.3, 4.4, y))[:, None] * np.stack(
        [np.ones_like(y), steps(2.0, 3.5, y), np.ones_like(y)], axis=1
    )
    cloth.points = skin + (around.smooth(skin, 16) - skin) * much
    trunk = steps(2.4, 1.8, x)
    loose = (
        0.13
        + 0.08 * steps(3, 1, y)
        + trunk * (0.27 * steps(0.3, 1.2, x) * steps(3.8, 2.6, y) * steps(0.2, 1.4, y) + 0.04 * steps(1.6, 0.4, y))
    )
    loose *= 0.25 + 0.75 * steps(0.0, 0.6, collar(cloth.canon))  # the collar lies on the neck
    cloth.points = cloth.points + around.smooth(normals(cloth.points, cloth.faces), 2) * loose[:, None]
    skirt = (steps(1.9, 1.1, y) * trunk)[:, None] * np.array([1.0, 0.0, 1.0])
    cloth.points = cloth.points + (around.smooth(cloth.points, 10) - cloth.points) * skirt
    clear = 0.29 * steps(2.2, 0.9, y) * trunk  # smoothing must not sink the hem into the trousers
    away = ((cloth.points - skin) * facing).sum(1)
    cloth.points = cloth.points + facing * (np.maximum(clear - away, 0)[:, None] * np.array([1.0, 0.0, 1.0]))
    cloth.weights = cloth.weights + (around.smooth(cloth.weights, 4) - cloth.weights) * 0.8
    cloth.soft = 3
    return finer(cloth)


def trousers(mesh: Mesh) -> Cloth:
    """Return straight trousers from the hem of the shirt to the shoes."""
    faces, wide, high, _ = _corners(mesh, "tights")
    cloth = piece(
        mesh,
        "trousers",
        Material.TROUSERS,
        faces[(high < 1.2).any(1) & (wide < 2.6).all(1) & (high > CUFF - 0.6).any(1)],
    )
    around = Neighbours(cloth.faces, len(cloth.points))
    y = cloth.points[:, 1]
    cloth.points = around.smooth(cloth.points, 3, steps(0.5, -1.5, y)[:, None] * 0.5)
    loose = 0.06 + 0.09 * steps(-1, -4, y) + 0.10 * steps(-5, -7.3, y)
    cloth.points = cloth.points + around.smooth(normals(cloth.points, cloth.faces), 2) * loose[:, None]
    cloth.weights = around.smooth(cloth.weights, 2)
    cloth.soft = 2
    return finer(cloth)


def shoes(mesh: Mesh) -> Cloth:
    """Return soft shoes with a flat sole."""
    faces, _, high, _ = _corners(mesh, "tights")
    cloth = piece(mesh, "shoes", Material.SHOE, faces[(high < SHOE_TOP + 0.2).any(1)])
    around = Neighbours(cloth.faces, len(cloth.points))
    cloth.points = around.smooth(cloth.points, 6)
    cloth.points = cloth.points + normals(cloth.points, cloth.faces) * 0.13
    floor = float(cloth.points[:, 1].min()) + 0.10
    cloth.points[:, 1] = np.maximum(cloth.points[:, 1], floor)
    cloth.soft = 1
    return finer(cloth)


def hair(mesh: Mesh, thickness: float) -> Cloth:
    """Return short hair: the scalp, smoothed and pushed out, thin at the hairline."""
    faces, wide, high, _ = _corners(mesh, "body")
    cloth = piece(mesh, "hair", Material.HAIR, faces[(high.mean(1) > 6.25) & (wide.mean(1) < 1.25)])
    inside = hairline(cloth.canon)
    around = Neighbours(cloth.faces, len(cloth.points))
    start = cloth.points
    deep = steps(0.0, 0.35, inside)[:, None]
    skull = around.fair(start, 20, deep * steps(6.9, 7.2, start[:, 1])[:, None])
    out = unit_rows(around.smooth(normals(skull, cloth.faces), 4))
    thick = (
        0.03
        + thickness * 0.19 * steps(0.0, 0.75, inside)
        + thickness * 0.13 * steps(0.6, 1.5, inside) * steps(7.6, 8.3, start[:, 1])
    )
    shell = around.fair(skull + out * thick[:, None], 10, deep)
    crown = steps(7.9, 8.3, start[:, 1])[:, None]  # where the scalp's mesh meets in a point
    cloth.points = around.smooth(shell, 2, crown * 0.5)
    cloth.morphs = {}
    cloth.soft = 4
    return finer(cloth)


def bun(mesh: Mesh) -> Cloth:
    """Return a small bun at the back of the head."""
    around, up = np.meshgrid(np.linspace(0, 2 * np.pi, 28, endpoint=False), np.linspace(-np.pi / 2, np.pi / 2, 17))
    ball = np.stack([np.cos(up) * np.cos(around), np.sin(up), np.cos(up) * np.sin(around)], axis=-1).reshape(-1, 3)
    rows = [(row * 28 + i, row * 28 + (i + 1) % 28) for row in range(16) for i in range(28)]
    faces = np.array([face for a, b in rows for face in ((a, a + 28, b), (b, a + 28, b + 28))])
    top = mesh.points[mesh.points[:, 1].argmax()]
    back = mesh.points[(mesh.points[:, 1] > 6.9) & (np.abs(mesh.points[:, 0]) < 0.3), 2].min()
    points = ball * [0.50, 0.46, 0.42] + [0.0, top[1] - 0.72, back - 0.16]
    weights = np.zeros((len(points), len(mesh.bones)))
    weights[:, mesh.bones.index("head")] = 1
    canon = np.tile([0.0, 8.0, -0.6], (len(points), 1)) + ball * [0.3, 0.3, 0.2]
    return Cloth("bun", Material.HAIR, points, canon, weights, faces, soft=1)


def dress(mesh: Mesh, look: Look) -> list[Cloth]:
    """Return every piece of the figure, dressed."""
    plain = {
        "eye_left": Material.EYE,
        "eye_right": Material.EYE,
        "lashes_left": Material.LASH,
        "lashes_right": Material.LASH,
        "teeth_upper": Material.TEETH,
        "teeth_lower": Material.TEETH,
        "tongue": Material.TONGUE,
    }
    pieces = [make(mesh) for make in (head, arms, shirt, trousers, shoes)]
    pieces += [hair(mesh, look.thickness), *([bun(mesh)] if look.bun else [])]
    for name, material in plain.items():
        cloth = piece(mesh, name, material, triangles(mesh.parts[name]))
        pieces.append(finer(cloth) if material == Material.EYE else cloth)
    return pieces
