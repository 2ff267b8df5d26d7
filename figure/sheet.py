"""Contact sheets: a row of small pictures for each movement, to look at before anything is rendered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from figure.film import Studio
from figure.ground import DAY, Ground, on
from figure.timeline import Clip, Moment


def moments(clip: Clip, columns: int) -> list[tuple[str, Moment]]:
    """Return the moments of a row with their labels: the still, then `columns` - 1 moments evenly through the film."""
    row = [("still", clip.still_moment())]
    for i in range(columns - 1):
        t = clip.seconds * i / (columns - 1)
        row.append((f"{t:.1f} s", clip.at(t)))
    return row


def sheet(clips: Sequence[Clip], path: Path, *, columns: int = 6, width: int = 320, ground: Ground = DAY) -> None:
    """Write a contact sheet of `clips` to `path`: one row each, pictures `width` pixels wide, on a ground."""
    height = width * 3 // 4
    studio = Studio(width, height)
    page = Image.new("RGB", (width * columns, height * len(clips)))
    draw = ImageDraw.Draw(page)
    for row, clip in enumerate(clips):
        for column, (label, moment) in enumerate(moments(clip, columns)):
            picture = studio.still(clip) if column == 0 else studio.frame(clip, moment)
            page.paste(on(ground, picture), (column * width, row * height))
            text = f"{clip.slug}  {clip.seconds:.1f} s" if column == 0 else label
            draw.text((column * width + 4, row * height + 2), text, fill=(70, 90, 95))
    page.save(path)
