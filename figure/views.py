"""Cameras: the ways the figure is framed, and where a point in the room lands in the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from figure.geometry import UP, Floats, unit

NEAR, FAR = 5.0, 140.0


@dataclass(frozen=True)
class Camera:
    """A camera that looks at `target` from `distance`, `azimuth` degrees to the figure's left and `elevation` up.

    `fov` is the height of the picture in degrees. `hidden` names pieces of the figure outside the picture.
    """

    target: tuple[float, float, float] = (0.0, 6.70, 0.0)
    distance: float = 40.0
    azimuth: float = 0.0
    elevation: float = 5.0
    fov: float = 8.5
    hidden: tuple[str, ...] = ()
    up: tuple[float, float, float] = (0.0, 1.0, 0.0)  # what is up in the picture: +z beside a bed

    @property
    def eye(self) -> Floats:
        """Return where the camera stands."""
        az, el = math.radians(self.azimuth), math.radians(self.elevation)
        way = np.array([math.sin(az) * math.cos(el), math.sin(el), math.cos(az) * math.cos(el)])
        return np.asarray(self.target) + way * self.distance

    def matrix(self, aspect: float) -> Floats:
        """Return the 4 by 4 matrix from the room to clip space for a picture `aspect` times as wide as high."""
        f = 1 / math.tan(math.radians(self.fov) / 2)
        depth = [(FAR + NEAR) / (NEAR - FAR), 2 * FAR * NEAR / (NEAR - FAR)]
        lens = np.array([[f / aspect, 0, 0, 0], [0, f, 0, 0], [0, 0, *depth], [0, 0, -1, 0]])
        return lens @ look(self.eye, np.asarray(self.target), np.asarray(self.up))

    def project(self, points: Floats, width: int, height: int) -> Floats:
        """Return where `points` (N by 3) land in a picture, in pixels from its top left (N by 2)."""
        clip = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ self.matrix(width / height).T
        flat = clip[:, :2] / clip[:, 3:]
        return np.stack([(flat[:, 0] + 1) / 2 * width, (1 - flat[:, 1]) / 2 * height], axis=1)

    def moved(self, root: tuple[float, float, float]) -> Camera:
        """Return the same camera moved along with the hips of a figure that does not stand."""
        x, y, z = (a + b for a, b in zip(self.target, root, strict=True))
        return replace(self, target=(x, y, z))


def look(eye: Floats, target: Floats, up: Floats = UP) -> Floats:
    """Return the 4 by 4 matrix from the room to the axes of an onlooker at `eye`."""
    ahead = unit(target - eye)
    right = unit(np.cross(ahead, up))
    out = np.eye(4)
    out[:3, :3] = np.stack([right, np.cross(right, ahead), -ahead])
    out[:3, 3] = -out[:3, :3] @ eye
    return out


_LEGS = ("trousers", "shoes")

VIEWS: dict[str, Camera] = {
    "front": Camera(hidden=_LEGS),
    "side": Camera(azimuth=-74.0, hidden=_LEGS),
    "face": Camera(target=(0.0, 7.12, 0.0), fov=4.5, hidden=(*_LEGS, "arms")),
    "mid": Camera(target=(0.0, 5.9, 0.0), fov=11.5, hidden=_LEGS),
    # lying, from beside the bed and a little from above the head
    "bed": Camera(target=(0.0, 5.7, 0.0), azimuth=-50.0, elevation=12.0, fov=11.0, up=(0.0, 0.0, 1.0)),
    "full": Camera(target=(0.0, 0.35, 0.0), distance=60.0, azimuth=25.0, elevation=4.0, fov=18.5),
}
