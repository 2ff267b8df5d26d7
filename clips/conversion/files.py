"""Where the files of a clip are while it is converted, and how they become what visitors get."""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from clips.conversion.convert import Converted, new_file_name
from clips.conversion.leases import Lease, LeaseLostError, new_token, worker_died
from clips.conversion.models import Conversion, Moment
from clips.conversion.probe import FilmRefusedError
from clips.models import FILE_FIELDS, NIGHT_FIELDS, Clip, originals, published_name
from texts import freshness
from texts.models import Deletion

FOLDER_PREFIX = "cdtrainer-clip-"
ARRIVES_WITHIN = timedelta(hours=6)  # a file may be stored for that long before its row says so


def films() -> Storage:
    """Return the storage of what visitors get."""
    return Clip._meta.get_field("film").storage


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """Make a folder for one film. Its name says whose it is, so that the next worker can remove what a kill left."""
    prefix = f"{FOLDER_PREFIX}{new_token()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        yield Path(folder)


def local_copy(film: FieldFile, folder: Path) -> Path:
    """Return the path of a film (an original, or what was made of it), fetched first when it is kept elsewhere."""
    if not film.name or not film.storage.exists(film.name):
        raise FilmRefusedError(_("The film's file is missing on the server. Please upload it again."))
    try:
        return Path(film.path)
    except NotImplementedError:  # a storage on another machine has no paths
        copy = folder / "original"
        with film.open("rb") as kept, copy.open("wb") as local:
            shutil.copyfileobj(kept, local, 1024 * 1024)
        return copy


def publish_file(clip: Clip, part: Path) -> str:
    """Copy a finished file to where visitors can fetch it, under a new name; return that name."""
    name = published_name(clip, new_file_name(part))
    with part.open("rb") as finished:
        name = films().save(name, File(finished), max_length=255)
    with contextlib.suppress(NotImplementedError):  # another storage answers for what it has taken
        keep_through_power_cuts(Path(films().path(name)))
    return name


def keep_through_power_cuts(path: Path) -> None:
    """Have the disk take in a new file and its name, before a row says that it is there."""
    for each, flags in ((path, os.O_RDWR), (path.parent, os.O_RDONLY)):
        opened = os.open(each, flags)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def publish(clip: Clip, converted: Converted, lease: Lease) -> None:
    """Make `converted` what visitors get, all of it at once, then remove what it replaces.

    Raises:
        LeaseLostError: when the clip is somebody else's by now; then nothing has changed.
    """
    with published(clip, converted.files) as names, transaction.atomic():
        Clip.objects.filter(pk=clip.pk).update(
            **names,
            seconds=converted.seconds,
            width=converted.width,
            height=converted.height,
            has_sound=converted.has_sound,
            lost_sound=converted.lost_sound,
            timeline=[],  # that of a drawing says nothing about a film
            **dict.fromkeys(NIGHT_FIELDS, ""),
        )
        if not lease.release(status=Conversion.Status.READY, progress=100, problem="", attempts=0, losses=0):
            raise LeaseLostError
        Clip.objects.filter(pk=clip.pk, still_at=clip.still_at).update(still_is_due=False)
        keep_moments(clip.pk, converted.moments)
        freshness.touch()
    remove_leftovers(clip.pk)


@contextlib.contextmanager
def published(clip: Clip, parts: dict[str, Path]) -> Iterator[dict[str, str]]:
    """Copy finished files, by field, to where visitors can fetch them; yield their names, by field.

    They are removed again when naming them in the database fails.
    """
    names: dict[str, str] = {}
    try:
        for field, part in parts.items():
            names[field] = publish_file(clip, part)
        yield names
    except BaseException:
        for name in names.values():
            films().delete(name)
        raise


def keep_moments(pk: int, moments: Iterable[tuple[float, bytes]]) -> None:
    """Replace the moments of a clip; call it inside a transaction."""
    Moment.objects.filter(clip=pk).delete()
    Moment.objects.bulk_create(Moment(clip_id=pk, seconds=at, picture=picture) for at, picture in moments)


def publish_stills(clip: Clip, parts: dict[str, Path], rows: models.QuerySet[Clip]) -> None:
    """Make the stills `parts` those of a clip, then remove the earlier ones.

    Raises:
        LeaseLostError: when `rows`, a queryset of the clip as it was, is empty by now; then nothing has changed.
    """
    with published(clip, parts) as names, transaction.atomic():
        if not rows.update(**names, still_is_due=False):
            raise LeaseLostError
        freshness.touch()
    for field in parts:
        if earlier := getattr(clip, field).name:
            films().delete(earlier)


def publish_first_still(clip: Clip, part: Path) -> None:
    """Show `part` of a clip that has no film yet, unless it has got one, or another original, meanwhile."""
    name = publish_file(clip, part)
    with transaction.atomic():
        if Clip.objects.filter(pk=clip.pk, original=clip.original.name, film="").update(still_small=name):
            freshness.touch()
            return
    films().delete(name)


def remove_leftovers(pk: int) -> None:
    """Remove what the row of a clip no longer names: earlier films, and what a killed worker left."""
    clip = Clip.objects.get(pk=pk)
    current = {getattr(clip, field).name for field in FILE_FIELDS}
    with contextlib.suppress(OSError):
        remove_others(films(), f"clips/{clip.public_id}", current, (".mp4", ".webp"))
        # The next film may be on its way in, while its row still says the last one.
        remove_others(originals(), clip.public_id, {clip.original.name}, older_than=ARRIVES_WITHIN)


def remove_others(
    storage: Storage,
    folder: str,
    current: set[str],
    suffixes: tuple[str, ...] = ("",),
    older_than: timedelta = timedelta(0),
) -> None:
    """Remove what is in `folder` and not `current`; nothing else than files with one of `suffixes`."""
    try:
        names = storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        path = f"{folder}/{name}"
        if path in current or not name.endswith(suffixes):
            continue
        if not older_than or storage.get_modified_time(path) < datetime.now(UTC) - older_than:
            storage.delete(path)


def remove_all(public_id: str) -> None:
    """Remove every file of a clip that has been deleted."""
    for storage, folder in ((films(), f"clips/{public_id}"), (originals(), public_id)):
        with contextlib.suppress(OSError):
            remove_folder(storage, folder)


def remove_folder(storage: Storage, folder: str, older_than: timedelta = timedelta(0)) -> None:
    remove_others(storage, folder, set(), older_than=older_than)
    with contextlib.suppress(OSError, NotImplementedError):  # files left in it, or a storage without folders
        Path(storage.path(folder)).rmdir()


def kept_folders() -> set[str]:
    """Return the folders of the deleted clips that can still be brought back."""
    names = Deletion.objects.values_list("file_names", flat=True).iterator()
    return {PurePosixPath(name).parent.name for each in names for name in each}


def tidy() -> None:
    """Remove what no clip names (any more), deleted ones included, and the work folders of killed workers."""
    old = time.time() - ARRIVES_WITHIN.total_seconds()
    for folder in Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            owner_died = worker_died(folder.name.removeprefix(FOLDER_PREFIX)[:32])
            if owner_died or (folder.stat().st_mtime < old and folder.stat().st_uid == os.getuid()):
                shutil.rmtree(folder)
    known = set(Clip.objects.values_list("public_id", flat=True)) | kept_folders()
    for storage, root in ((films(), "clips/"), (originals(), "")):
        with contextlib.suppress(FileNotFoundError):
            for public_id in set(storage.listdir(root)[0]) - known:
                remove_folder(storage, f"{root}{public_id}", ARRIVES_WITHIN)
    underway = Conversion.objects.filter(status__in=[Conversion.Status.WAITING, Conversion.Status.CONVERTING])
    for pk in Clip.objects.exclude(pk__in=underway).values_list("pk", flat=True):
        remove_leftovers(pk)
