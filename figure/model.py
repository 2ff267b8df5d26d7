"""The figure itself: loads the baked model, dresses it, and moves its skin with a posed skeleton."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from figure.bake import INFLUENCES, model_path
from figure.geometry import Floats, Ints, Neighbours, normals, unit_rows
from figure.people import PEOPLE, current
from figure.solver import Body
from figure.wardrobe import Cloth, Material, Mesh, dress

#: A calm, friendly face: the amount of each morph by default.
NEUTRAL = {
    "mouth-corner-puller": 0.40,
    "eye-left-opened-up": 0.72,
    "eye-right-opened-up": 0.72,
    "eyebrows-left-inner-up": 0.26,
    "eyebrows-right-inner-up": 0.26,
}

#: The expressions of a spec, and the amount of each morph at full strength (1).
EXPRESSIONS: dict[str, dict[str, float]] = {
    "brows": {
        "eyebrows-left-up": 1.6,
        "eyebrows-right-up": 1.6,
        "eyebrows-left-inner-up": 1.5,
        "eyebrows-right-inner-up": 1.5,
        "eye-left-opened-up": 1.05,
        "eye-right-opened-up": 1.05,
    },
    "close-eyes": {
        "eye-left-opened-up": 0.0,
        "eye-right-opened-up": 0.0,
        "eye-left-closure": 1.0,
        "eye-right-closure": 1.0,
    },
    "smile": {
        "mouth-corner-puller": 1.25,
        "mouth-retraction": 0.6,
        "eye-left-slit": 0.4,
        "eye-right-slit": 0.4,
    },
    "kiss": {"mouth-corner-puller": 0.05, "mouth-pursing": 0.85},
    "gentle": {"eyebrows-left-inner-up": 0.75, "eyebrows-right-inner-up": 0.75},
    "open-mouth": {"mouth-corner-puller": 0.30, "mouth-open": 0.7},
}


@dataclass(frozen=True)
class Drawn:
    """Triangles ready to be drawn: points, normals and paint places (N by 3), faces (T by 3).

    `tint` is a colour with opacity (0 to 1); `level` is the height above which water is not drawn.
    """

    name: str
    material: Material
    points: Floats
    normals: Floats
    paint: Floats
    faces: Ints
    tint: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    level: float = 0.0
    casts: bool = True  # a shadow; those of hands and of things held would look like claws and prints on the shirt
    shadow: Ints | None = None  # fewer triangles over the same points, for the shadow


class _Piece:
    """One piece of the figure, prepared for fast skinning: a few bones per vertex."""

    def __init__(self, cloth: Cloth) -> None:
        self.cloth = cloth
        order = np.argsort(-cloth.weights, axis=1)[:, :INFLUENCES]
        strength = np.take_along_axis(cloth.weights, order, axis=1)
        self.bones = order
        self.strength = strength / np.maximum(strength.sum(1, keepdims=True), 1e-9)
        self.around = Neighbours(cloth.faces, len(cloth.points)) if cloth.soft else None

    def skin(self, matrices: Floats, morphs: Mapping[str, float]) -> Drawn:
        """Return the piece moved by the bones' matrices, with its face morphs."""
        cloth = self.cloth
        points = cloth.points
        for name, much in morphs.items():
            if much and name in cloth.morphs:
                points = points + cloth.morphs[name] * much
        mixed = np.einsum("nk,nkij->nij", self.strength, matrices[self.bones])
        moved = np.einsum("nij,nj->ni", mixed[:, :, :3], points) + mixed[:, :, 3]
        facing = normals(moved, cloth.faces)
        if self.around is not None:
            facing = unit_rows(self.around.smooth(facing, cloth.soft))
        return Drawn(
            cloth.name,
            cloth.material,
            moved,
            facing,
            cloth.canon,
            cloth.faces,
            casts=cloth.name != "arms",
            shadow=cloth.coarse,
        )


def face_morphs(face: Mapping[str, float]) -> dict[str, float]:
    """Return the amount of every morph for the expressions in `face` (names of EXPRESSIONS, 0 to 1)."""
    out = dict(NEUTRAL)
    for name, much in face.items():
        for morph, full in EXPRESSIONS[name].items():
            out[morph] = out.get(morph, 0.0) + (full - NEUTRAL.get(morph, 0.0)) * much
    return out


class Figure:
    """The dressed figure, ready to be posed."""

    def __init__(self, person: str) -> None:
        """Load and dress a baked person (about a second)."""
        self.pieces = {cloth.name: _Piece(cloth) for cloth in dress(_load(person), PEOPLE[person])}
        self.irises = tuple(self._iris(name) for name in ("eye_left", "eye_right"))

    def _iris(self, name: str) -> tuple[float, float, float]:
        """Return the middle of an iris, in canonical coordinates."""
        canon = self.pieces[name].cloth.canon
        front = canon[canon[:, 2] > canon[:, 2].max() - 0.03].mean(0)
        return (float(front[0]), float(front[1]), float(canon[:, 2].max()))

    def skin(self, body: Body, face: Mapping[str, float], hidden: Iterable[str] = ()) -> list[Drawn]:
        """Return the figure in the pose of `body` with the expressions `face`, without the `hidden` pieces."""
        matrices, morphs, skip = body.matrices(), face_morphs(face), {*hidden, "teeth_lower"}
        if face.get("open-mouth", 0.0) < 0.02:
            skip |= {"teeth_upper", "tongue"}  # they would glint between closed lips
        return [piece.skin(matrices, morphs) for name, piece in self.pieces.items() if name not in skip]


def _load(person: str) -> Mesh:
    """Return the baked mesh of a person."""
    with np.load(model_path(person)) as model:
        rest, names = model["rest"].astype(float), [str(n) for n in model["names"]]
        weights = np.zeros((len(rest), len(names)))
        np.put_along_axis(weights, model["bones"].astype(int), model["weights"].astype(float), axis=1)
        parts: dict[str, npt.NDArray[np.int64]] = {}
        morphs: dict[str, Floats] = {}
        for key in model.files:
            kind, _, name = key.partition(":")
            if kind == "part":
                parts[name] = model[key].astype(np.int64)
            elif kind == "morph":
                morphs[name] = np.zeros_like(rest)
                morphs[name][model[f"moved:{name}"]] = model[key]
        return Mesh(rest, model["canon"].astype(float), weights, parts, morphs, names)


@cache
def _figure(person: str) -> Figure:
    return Figure(person)


def figure() -> Figure:
    """Return the figure of the current person, dressed once."""
    return _figure(current())
