"""From an upload that has arrived to the film of a clip, new or existing."""

from itertools import chain
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage

from clips.conversion import jobs
from clips.models import Clip, original_name, originals
from exercises.sides import View
from texts import freshness
from uploads import files
from uploads.models import NotYoursError, Upload

CLAIMED = "clip "  # how an upload remembers which clip it became: "clip 7"

#: The files of a clip and what they are the other way round.
TWINS = [("film", "film_flipped"), ("still", "still_flipped"), ("still_small", "still_small_flipped")]


def take_over(upload: Upload, clip: Clip, user: Any) -> None:
    """Make a finished upload the film of a clip, new or existing, and have it converted; all of it or nothing.

    Raises:
        NotYoursError: when it is somebody else's, has not arrived whole, or has been taken over already.
    """
    if not upload.is_finished or upload.claimed_at:
        raise NotYoursError
    try:
        name = store_original(originals(), original_name(clip, upload.filename), upload.path)
    except FileNotFoundError:  # somebody else was quicker
        raise NotYoursError from None
    try:
        with upload.claim(user):
            clip.original.name = name
            clip.original_filename = upload.filename
            clip.uploaded_by = user
            if clip._state.adding:
                clip.save()
            else:
                clip.original_seconds = 0  # start, end and still were chosen from the last film
                clip.trim_start = clip.trim_end = clip.still_at = None
                own = ["original", "original_filename", "uploaded_by", "made", *chain.from_iterable(TWINS)]
                own += ["original_seconds", "trim_start", "trim_end", "still_at"]
                clip.save(update_fields=own)
                freshness.touch()  # the files of a clip that is turned change places
            upload.claimed_for = f"{CLAIMED}{clip.pk}"
            jobs.submit(clip)
    except BaseException:
        originals().delete(name)  # our second name of the film; the first is still there
        raise


def turn(clip: Clip) -> None:
    """Change how a clip was made without changing what anybody sees.

    A new film may be made the other way than the one visitors get until it is ready; if only `made` changed, they
    would get the earlier film the wrong way round. With its files exchanged as well, they get the same as before.
    """
    clip.made = View.MIRROR if clip.made == View.FACING else View.FACING
    for one, other in TWINS:
        file, twin = getattr(clip, one).name, getattr(clip, other).name
        setattr(clip, one, twin)
        setattr(clip, other, file)


def store_original(storage: Storage, name: str, arrived: Path) -> str:
    """Put the film where originals are kept, on the same disk without copying it; return its name there."""
    try:
        target = Path(storage.path(name))
    except NotImplementedError:
        with arrived.open("rb") as film:
            return storage.save(name, File(film))
    files.link_or_copy(arrived, target)
    return name


def claimed_clip(upload: Upload) -> int | None:
    """Return the primary key of the clip that an upload has become, None when it is still free."""
    number = upload.claimed_for.removeprefix(CLAIMED)
    return int(number) if number.isdigit() else None
