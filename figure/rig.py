"""The skeleton as baked: bones, where they start and end, who hangs on whom. In decimetres."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np

from figure.bake import model_path
from figure.geometry import Floats, unit
from figure.people import current

Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
SIGN: dict[Side, float] = {"left": 1.0, "right": -1.0}
MARK: dict[Side, str] = {"left": ".L", "right": ".R"}


class Rig:
    """The skeleton at rest.

    `names`, `parents` (-1 for the root), `heads` and `tails` (N by 3) run in the same order, parents first.
    """

    def __init__(self, person: str) -> None:
        """Read the skeleton of a baked person."""
        with np.load(model_path(person)) as model:
            self.names: list[str] = [str(name) for name in model["names"]]
            self.parents: list[int] = [int(p) for p in model["parents"]]
            self.heads: Floats = model["heads"].astype(float)
            self.tails: Floats = model["tails"].astype(float)
        self.index = {name: i for i, name in enumerate(self.names)}

    def head(self, bone: str) -> Floats:
        """Return where `bone` starts."""
        return np.asarray(self.heads[self.index[bone]])

    def tail(self, bone: str) -> Floats:
        """Return where `bone` ends."""
        return np.asarray(self.tails[self.index[bone]])

    def hand_frame(self, side: Side) -> Floats:
        """Return the resting hand as a frame: columns along the fingers, out of the palm, and their cross."""
        m = MARK[side]
        fingers = self.head(f"finger3-1{m}") - self.head(f"wrist{m}")
        across = self.head(f"finger2-1{m}") - self.head(f"finger5-1{m}")
        palm = np.cross(fingers, across) * SIGN[side]
        first = unit(fingers)
        second = unit(palm - first * float(first @ palm))
        return np.stack([first, second, np.cross(first, second)], axis=1)


@cache
def _rig(person: str) -> Rig:
    return Rig(person)


def rig() -> Rig:
    """Return the skeleton of the current person, read once."""
    return _rig(current())
