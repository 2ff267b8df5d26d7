"""A sprite sheet with the stills of each stage: a page of twenty cards takes one or two requests for pictures.

Small pictures that look alike also compress better in one file, and on paper no card is without its still, which a
lazily loaded one would be. Each card shows its tile of the sheet.

Drawn stills have no ground. A sheet gives them the panel of the page, one by day and one by night: flat, it is less
than half as large as with the stills' opacity in it.

A sheet belongs to a stage and not to a list, because lists have as many contents as there are filters, and anybody may
ask for any of them: so there are four sheets for a stage, as filmed and flipped, by day and by night. Each is drawn
once a process for the stills it shows, whatever the address says; an address that is not exactly a current one leads to
the one by day.
"""

import hashlib
import io
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import groupby
from threading import Lock

from django.core.files.storage import Storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from PIL import Image, ImageDraw

from cdtrainer.threads import in_thread
from clips.models import Clip
from exercises.models import Exercise
from exercises.sides import current
from exercises.tiles import TILE, Sheet, Tile
from texts import drafts

COLUMNS = 6
QUALITY = 62  # of 100: at 50 the arrows fray
IMMUTABLE = "public, max-age=31536000, immutable"  # the address changes with the content
MOST_SHEETS = 256  # in memory; about 30 kB each, and four for a stage

#: The panel and its disc, as --panel and --panel-disc in the stylesheet say, and the disc's middle (from the top) and
#: radius in heights of a tile.
DAY, NIGHT = ("#D5E6E7", "#E7F1F1"), ("#142B31", "#1D3A41")
MIDDLE, RADIUS = 332 / 720, 374 / 720

_drawing = Lock()


class MissingStillError(Exception):
    """A still could not be read; `content` is the sheet without it."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content


def set_tiles(exercises: Sequence[Exercise], *, stages_are_complete: bool = False) -> None:
    """Set the `tile` of each exercise that has a clip.

    Not in a preview: its drafts must not get into a picture that anybody can fetch.

    Args:
        exercises: those of a page, loaded `with_cards`.
        stages_are_complete: whether these are all visible exercises of their stages, in order; two queries less.
    """
    if drafts.are_shown():
        return
    siblings = exercises if stages_are_complete else siblings_of(exercises)
    stages = groupby(siblings, lambda exercise: exercise.group.stage_id)
    tiles = {pk: tile for _pk, stage in stages for pk, tile in tiles_of(stage)}
    for exercise in exercises:
        exercise.tile = tiles.get(exercise.pk)


def siblings_of(exercises: Iterable[Exercise]) -> Iterable[Exercise]:
    """Return all visible exercises of the stages of `exercises`, in order."""
    return in_stages({exercise.group.stage.number for exercise in exercises})


def in_stages(numbers: Collection[int]) -> Iterable[Exercise]:
    """Return all visible exercises of these stages, in order, with what their sheets show."""
    exercises = Exercise.objects.published().filter(group__stage__number__in=numbers)
    return exercises.select_related("group__stage").prefetch_related("clips").in_order()


def tiles_of(stage: Iterable[Exercise]) -> Iterable[tuple[int, Tile]]:
    """Yield number and tile of each exercise of a stage that has a still."""
    shown = with_still(stage)
    if shown:
        sheet = sheet_of(shown)
        for place, exercise in enumerate(shown):
            yield exercise.pk, Tile(sheet, *corner_of(place))


def with_still(exercises: Iterable[Exercise]) -> list[Exercise]:
    """Return the exercises that have a clip, and so a still."""
    return [exercise for exercise in exercises if exercise.first_clip]


def sheet_of(shown: Sequence[Exercise]) -> Sheet:
    """Return the sheet of a stage, for the sides of the current visitor."""
    sides = current()
    address = reverse("exercises:stills", args=[shown[0].group.stage.number])
    version = hashlib.sha256("\n".join(names_of(shown)).encode()).hexdigest()[:16]
    url = f"{address}?side={sides.side}&view={sides.view}&v={version}"
    return Sheet(url, f"{url}&night=1", *size_of(len(shown)))


def names_of(shown: Iterable[Exercise]) -> tuple[str, ...]:
    """Return the names of the stills of exercises that have one, which say what a sheet shows."""
    return tuple(str(exercise.first_clip.still_small_shown.name) for exercise in shown)


def sheet_response(request: HttpRequest, stage: Iterable[Exercise]) -> HttpResponse:
    """Return the sheet of a stage as a WebP picture, cached for good; any other address than its own leads to that."""
    shown = with_still(stage)
    if not shown:
        raise Http404
    sheet = sheet_of(shown)
    by_night = request.get_full_path() == sheet.night_url
    if request.get_full_path() != sheet.url and not by_night:
        response: HttpResponse = redirect(sheet.url)
        response["Cache-Control"] = "no-store"
        return response
    try:
        content, cache_control = sheet_once(names_of(shown), by_night=by_night), IMMUTABLE
    except MissingStillError as missing:
        content, cache_control = missing.content, "no-store"
    return HttpResponse(content, content_type="image/webp", headers={"Cache-Control": cache_control})


def sheet_once(names: tuple[str, ...], *, by_night: bool = False) -> bytes:
    """Return the sheet with these stills; two requests for it at once have it drawn once.

    Raises:
        MissingStillError: when one of them cannot be read; then the next request tries again.
    """
    with _drawing:
        return kept_sheet(names, by_night)


@lru_cache(maxsize=MOST_SHEETS)
def kept_sheet(names: tuple[str, ...], by_night: bool) -> bytes:
    content, is_complete = in_thread(draw, names, Clip._meta.get_field("still_small").storage, by_night)
    if not is_complete:
        raise MissingStillError(content)
    return content


def draw(names: Sequence[str], storage: Storage, by_night: bool = False) -> tuple[bytes, bool]:
    """Return a sheet as WebP, and whether every still is on it; one that cannot be read leaves its panel empty."""
    panel, disc = NIGHT if by_night else DAY
    sheet, empty = Image.new("RGB", size_of(len(names)), panel), ground(panel, disc)
    is_complete = True
    for place, name in enumerate(names):
        x, y = corner_of(place)
        sheet.paste(empty, (x, y))
        try:
            with storage.open(name) as opened, Image.open(opened) as picture:
                still = picture.convert("RGBA")
        except OSError:
            is_complete = False
            continue
        still.thumbnail(TILE, Image.Resampling.LANCZOS)
        sheet.paste(still, (x + (TILE[0] - still.width) // 2, y + (TILE[1] - still.height) // 2), still)
    content = io.BytesIO()
    sheet.save(content, "WEBP", quality=QUALITY, method=4)
    return content.getvalue(), is_complete


def ground(panel: str, disc: str) -> Image.Image:
    """Return the ground of one tile: the panel with its disc."""
    fine = 4  # times as large, for a smooth edge
    width, height = TILE[0] * fine, TILE[1] * fine
    picture = Image.new("RGB", (width, height), panel)
    x, y, radius = width / 2, MIDDLE * height, RADIUS * height
    ImageDraw.Draw(picture).ellipse((x - radius, y - radius, x + radius, y + radius), fill=disc)
    return picture.reduce(fine)


def corner_of(place: int) -> tuple[int, int]:
    """Return the upper left corner of the tile at `place`, counted from 0, row by row, in pixels."""
    return place % COLUMNS * TILE[0], place // COLUMNS * TILE[1]


def size_of(number: int) -> tuple[int, int]:
    """Return width and height of a sheet with `number` tiles, in pixels."""
    return min(number, COLUMNS) * TILE[0], -(-number // COLUMNS) * TILE[1]
