"""One picture with the stills of a whole list: a page of twenty cards then asks for one file instead of twenty.

The stills of a list are small and all alike, so they cost less together; and a still that nobody has scrolled to is
there on paper, too. Each card cuts its own tile out of the sheet.
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
FOR_EVER = "public, max-age=31536000, immutable"  # its address changes with its contents


@dataclass(frozen=True)
class Sheet:
    """The address of a sheet and its size in pixels."""

    url: str
    width: int
    height: int


def sheet_for(exercises: Sequence[Exercise], url: str) -> Sheet | None:
    """Give each exercise that has a clip its `tile`; None without clips, and in a preview, which no sheet may show.

    Args:
        exercises: those of one page, in its order.
        url: where `sheet_response` answers for the same exercises, with "?" or "&" at its end.
    """
    shown = [] if drafts.are_shown() else [exercise for exercise in exercises if exercise.first_clip]
    if not shown:
        return None
    for place, exercise in enumerate(shown):
        exercise.tile = tile_at(place)
    sides = current()
    width, height = size_of(len(shown))
    return Sheet(f"{url}side={sides.side}&view={sides.view}&v={version_of(shown)}", width, height)


def sheet_response(request: HttpRequest, exercises: Sequence[Exercise]) -> HttpResponse:
    """Answer with the sheet of `exercises` as a WebP picture."""
    shown = [exercise for exercise in exercises if exercise.first_clip]
    response = HttpResponse(draw(shown), content_type="image/webp")
    is_current = request.GET.get("v") == version_of(shown)
    response["Cache-Control"] = FOR_EVER if is_current else "no-store"
    return response


def draw(exercises: Sequence[Exercise]) -> bytes:
    sheet = Image.new("RGBA", size_of(len(exercises)), "#FFFFFF00")  # transparent: the panel is the page's own
    for place, exercise in enumerate(exercises):
        clip, tile = exercise.first_clip, tile_at(place)
        if clip is None:
            continue
        try:
            with clip.still_small_shown.open("rb") as opened, Image.open(opened) as picture:
                still = picture.convert("RGBA")
        except OSError:  # a still that cannot be read leaves an empty panel, not a page without pictures
            continue
        still.thumbnail(TILE, Image.Resampling.LANCZOS)
        sheet.paste(still, (tile.x + (TILE[0] - still.width) // 2, tile.y + (TILE[1] - still.height) // 2))
    written = io.BytesIO()
    sheet.save(written, "WEBP", quality=QUALITY, method=4)
    return written.getvalue()


def tile_at(place: int) -> Tile:
    return Tile(place % COLUMNS * TILE[0], place // COLUMNS * TILE[1])


def size_of(number: int) -> tuple[int, int]:
    """Return width and height of a sheet with `number` tiles, at least one, in pixels."""
    rows = max(1, -(-number // COLUMNS))
    return min(max(1, number), COLUMNS) * TILE[0], rows * TILE[1]


def version_of(exercises: Sequence[Exercise]) -> str:
    """Name the contents of a sheet: the stills on it, in their order."""
    names = [exercise.first_clip.still_small_shown.name for exercise in exercises if exercise.first_clip]
    return hashlib.sha256("\n".join(map(str, names)).encode()).hexdigest()[:16]
