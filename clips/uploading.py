"""From an upload that has arrived to the film of a clip, new or existing."""

from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db.models import F

from clips.conversion import jobs
from clips.models import Clip, original_name, originals
from texts import freshness
from uploads import files
from uploads.models import NotYoursError, Upload

CLAIMED = "clip "  # how an upload remembers which clip it became: "clip 7"

#: The files of a clip and what they are the other way round.
TWINS = {"film": "film_flipped", "still": "still_flipped", "still_small": "still_small_flipped"}


def take_over(upload: Upload, clip: Clip, user: Any) -> None:
    """Make a finished upload the film of a clip, new or existing, and have it converted; all of it or nothing.

    Raises:
        NotYoursError: when it is somebody else's, has not arrived whole, or has been taken over already.
    """
    if not upload.is_finished or upload.claimed_at:
        raise NotYoursError
    try:
        name = store_original(originals(), original_name(clip, upload.filename), upload.path)
    except FileNotFoundError:  # another request was quicker
        raise NotYoursError from None
    try:
        with upload.claim(user):
            save_with_film(clip, name, upload.filename, user)
            upload.claimed_for = f"{CLAIMED}{clip.pk}"
            jobs.submit(clip)
    except BaseException:
        originals().delete(name)  # our second name of the film; the first is still there
        raise
    for twin in upload.twins():  # a half upload of the same file would only ask for it again
        twin.discard()


def save_with_film(clip: Clip, name: str, filename: str, user: Any) -> None:
    """Save `clip` with another original, stored as `name`."""
    exchange_twins(clip)
    clip.original.name = name
    clip.original_filename = filename
    clip.uploaded_by = user
    clip.trim_start = clip.trim_end = clip.still_at = None  # they were chosen from the last film
    clip.save_edits()


def exchange_twins(clip: Clip) -> None:
    """Exchange the stored files of `clip` for their twins when it is made another way than the stored row says.

    Visitors keep the earlier film until the new one is ready; if only `made` changed, they would get it the wrong way
    round. It is one write, conditional on the stored row: a worker may publish other files at this moment.
    """
    exchanged = {field: F(twin) for pair in TWINS.items() for field, twin in (pair, pair[::-1])}
    if Clip.objects.filter(pk=clip.pk).exclude(made=clip.made).update(made=clip.made, **exchanged):
        clip.refresh_from_db(fields=exchanged)
        freshness.touch()


def store_original(storage: Storage, name: str, arrived: Path) -> str:
    """Put the film where originals are kept, on the same disk without copying it; return its name there."""
    try:
        target = Path(storage.path(name))
    except NotImplementedError:  # a storage on another machine has no paths
        with arrived.open("rb") as film:
            return storage.save(name, File(film))
    files.link_or_copy(arrived, target)
    return name


def claimed_clip(upload: Upload) -> int | None:
    """Return the primary key of the clip that an upload has become, None when it is still free."""
    number = upload.claimed_for.removeprefix(CLAIMED)
    return int(number) if number.isdigit() else None
