"""Stills: the telling pose on no ground, and where the film begins as a dashed ghost behind it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from figure.ground import straight

SMALL = (480, 360)
GHOST = (0x60, 0x8A, 0x92)
FILLED = 0.42  # opacity of the ghost inside its outline
OUTLINE = 1 / 240  # of the picture's width
DASH, GAP = 5.0, 3.0  # degrees round the ghost's middle
QUALITY = 80


def with_ghost(still: Image.Image, now: Image.Image, start: Image.Image) -> Image.Image:
    """Return `still` with the figure of `start` behind the one of `now`, as its picture has them without furniture."""
    begun, covered = start.getchannel("A"), now.getchannel("A").filter(ImageFilter.MaxFilter(5))
    edge = _dashed(begun, max(3, round(still.width * OUTLINE) | 1))
    shape = np.asarray(begun, np.float32) / 255
    much = np.maximum(shape * FILLED, edge) * (1 - np.asarray(covered, np.float32) / 255)
    mask = Image.fromarray(np.round(much * 255).astype(np.uint8))
    return Image.composite(Image.new("RGBA", still.size, (*GHOST, 255)), still, mask)


def _dashed(shape: Image.Image, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Return the opacity of a dashed line just inside the outline of `shape`."""
    line = np.asarray(shape, np.float32) - np.asarray(shape.filter(ImageFilter.MinFilter(2 * width + 1)), np.float32)
    y, x = np.mgrid[0 : shape.height, 0 : shape.width]
    left, top, right, bottom = shape.getbbox() or (0, 0, 1, 1)
    angle = np.degrees(np.arctan2(y - (top + bottom) / 2, x - (left + right) / 2)) % 360
    period = DASH + GAP
    length = max(1.0, math.hypot(right - left, bottom - top) / 2)
    into = np.minimum(angle % period, DASH - angle % period)  # degrees inside a dash; negative in a gap
    dashes = np.clip(into / 360 * 2 * math.pi * length + 0.5, 0, 1)
    return np.asarray(np.clip(line / 255, 0, 1) * dashes, np.float32)


def write(still: Image.Image, folder: Path) -> None:
    """Write the four files of a still: large and small, and both flipped."""
    picture = straight(still)
    small = straight(still.resize(SMALL, Image.Resampling.LANCZOS))
    for name, each in (("still", picture), ("still-small", small)):
        each.save(folder / f"{name}.webp", quality=QUALITY, method=6)
        flipped = each.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        flipped.save(folder / f"{name}-flipped.webp", quality=QUALITY, method=6)
