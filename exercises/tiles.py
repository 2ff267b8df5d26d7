"""Tiles: the places of stills on the sprite sheet of a group."""

from dataclasses import dataclass

TILE = (240, 180)  # pixels: twice what a card shows on a phone


@dataclass(frozen=True)
class Sheet:
    """The addresses of a sprite sheet, by day and by night, and its size in pixels."""

    url: str
    night_url: str
    width: int
    height: int


@dataclass(frozen=True)
class Tile:
    """The upper left corner of one still on its sheet, in pixels."""

    sheet: Sheet
    x: int
    y: int

    @property
    def place(self) -> str:
        """Return the classes that show this tile alone: how wide the sheet is, and the tile's column and row."""
        return f"tile-of-{self.sheet.width // TILE[0]} tile-x{self.x // TILE[0]} tile-y{self.y // TILE[1]}"
