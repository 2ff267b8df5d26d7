"""A sprite sheet with the stills of a list: a page of twenty cards takes one request for pictures instead of twenty.

Small pictures that look alike also compress better in one file, and on paper no card is without its still, which a
lazily loaded one would be. Each card shows its tile of the sheet.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from PIL import Image

from exercises.models import Exercise
from exercises.sides import current
from exercises.tiles import TILE, Tile
from texts import drafts

COLUMNS = 6
QUALITY = 62  # of 100: at 50 the arrows fray
IMMUTABLE = "public, max-age=31536000, immutable"  # the address changes with the content


@dataclass(frozen=True)
class Sheet:
    """The address of a sheet and its size in pixels."""

    url: str
    width: int
    height: int


def sheet_for(exercises: Sequence[Exercise], url: str) -> Sheet | None:
    """Return the sheet of a list, and set the `tile` of each exercise on it.

    None without clips, and in a preview: its drafts must not get into a picture that anybody can fetch.

    Args:
        exercises: those of one page, in its order.
        url: where `sheet_response` answers for the same exercises, with "?" or "&" at its end.
    """
    shown = [] if drafts.are_shown() else with_still(exercises)
    if not shown:
        return None
    for place, exercise in enumerate(shown):
        exercise.tile = tile_at(place)
    sides = current()
    width, height = size_of(len(shown))
    return Sheet(f"{url}side={sides.side}&view={sides.view}&v={version_of(shown)}", width, height)


def sheet_response(request: HttpRequest, exercises: Sequence[Exercise]) -> HttpResponse:
    """Return the sheet of `exercises` as a WebP picture, cached for good when the address names its content."""
    shown = with_still(exercises)
    response = HttpResponse(draw(shown), content_type="image/webp")
    is_current = request.GET.get("v") == version_of(shown)
    response["Cache-Control"] = IMMUTABLE if is_current else "no-store"
    return response


def with_still(exercises: Sequence[Exercise]) -> list[Exercise]:
    """Return the exercises that have a clip, and so a still."""
    return [exercise for exercise in exercises if exercise.first_clip]


def draw(exercises: Sequence[Exercise]) -> bytes:
    """Return the sheet of `exercises` as WebP; a still that cannot be read leaves its tile empty."""
    sheet = Image.new("RGBA", size_of(len(exercises)))  # transparent: the panel behind it is the page's own
    for place, exercise in enumerate(exercises):
        clip, tile = exercise.first_clip, tile_at(place)
        if clip is None:
            continue
        try:
            with clip.still_small_shown.open("rb") as opened, Image.open(opened) as picture:
                still = picture.convert("RGBA")
        except OSError:
            continue
        still.thumbnail(TILE, Image.Resampling.LANCZOS)
        sheet.paste(still, (tile.x + (TILE[0] - still.width) // 2, tile.y + (TILE[1] - still.height) // 2))
    content = io.BytesIO()
    sheet.save(content, "WEBP", quality=QUALITY, method=4)
    return content.getvalue()


def tile_at(place: int) -> Tile:
    """Return the tile at `place`, counted from 0, row by row."""
    return Tile(place % COLUMNS * TILE[0], place // COLUMNS * TILE[1])


def size_of(number: int) -> tuple[int, int]:
    """Return width and height of a sheet with `number` tiles, at least one, in pixels."""
    rows = max(1, -(-number // COLUMNS))
    return min(max(1, number), COLUMNS) * TILE[0], rows * TILE[1]


def version_of(exercises: Sequence[Exercise]) -> str:
    """Return a short hash of a sheet's content: the names of its stills, in order."""
    names = [exercise.first_clip.still_small_shown.name for exercise in exercises if exercise.first_clip]
    return hashlib.sha256("\n".join(map(str, names)).encode()).hexdigest()[:16]
