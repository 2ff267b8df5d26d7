"""What is behind the figure: the panel with its disc, by day and by night, as the site's stylesheet draws it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageChops


@dataclass(frozen=True)
class Ground:
    """A panel with a lighter disc (0xRRGGBB)."""

    panel: int
    disc: int


DAY = Ground(0xD5E6E7, 0xE7F1F1)
NIGHT = Ground(0x142B31, 0x1D3A41)

#: The disc, in heights of the picture: its middle from the top, and its radius. The stylesheet says the same.
MIDDLE, RADIUS = 332 / 720, 374 / 720


@cache
def painted(ground: Ground, size: tuple[int, int]) -> Image.Image:
    """Return the ground as a picture of `size`."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) + 0.5
    outside = np.hypot(x - width / 2, y - MIDDLE * height) - RADIUS * height
    share = np.clip(outside + 0.5, 0, 1)[..., None]
    panel, disc = (np.array([c >> 16 & 255, c >> 8 & 255, c & 255], np.float32) for c in (ground.panel, ground.disc))
    return Image.fromarray(np.round(disc * (1 - share) + panel * share).astype(np.uint8))


def on(ground: Ground, figure: Image.Image) -> Image.Image:
    """Return `figure` (RGBA, its colours multiplied by their opacity) on a ground."""
    picture = painted(ground, figure.size).copy()
    if box := figure.getbbox():
        front = figure.crop(box)
        through = ImageChops.invert(front.getchannel("A"))
        behind = ImageChops.multiply(picture.crop(box), Image.merge("RGB", [through] * 3))
        picture.paste(ImageChops.add(front.convert("RGB"), behind), box)
    return picture


def straight(figure: Image.Image) -> Image.Image:
    """Return `figure` with its colours as they are, no longer multiplied by their opacity, as WebP keeps them."""
    values = np.asarray(figure, np.float32)
    opacity = values[..., 3:]
    colours = np.where(opacity > 0, values[..., :3] * 255 / np.maximum(opacity, 1), 0)
    return Image.fromarray(np.concatenate([np.clip(colours, 0, 255), opacity], axis=-1).round().astype(np.uint8))
