"""Tiles: the places of stills on the sprite sheet of a list."""

from dataclasses import dataclass

TILE = (240, 180)  # pixels: twice what a card shows on a phone


@dataclass(frozen=True)
class Tile:
    """The upper left corner of one still on its sheet, in pixels."""

    x: int
    y: int

    @property
    def view_box(self) -> str:
        """Return the SVG `viewBox` that shows this tile alone."""
        return f"{self.x} {self.y} {TILE[0]} {TILE[1]}"
