"""Where the files of a clip are while it is converted, and how they become what visitors get."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.translation import gettext as _

from clips.convert import Converted, new_file_name
from clips.leases import Lease, LeaseLostError
from clips.models import FILE_FIELDS, Clip, published_name
from clips.probe import FilmRefusedError

FOLDER_PREFIX = "cdtrainer-clip-"
LEFTOVERS_AFTER = timedelta(hours=6)


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
        yield Path(folder)


def local_copy(clip: Clip, folder: Path) -> Path:
    """Return the path of the film as it came from the phone, fetched first when it is kept elsewhere."""
    if not clip.original or not clip.original.storage.exists(clip.original.name):
        raise FilmRefusedError(_("The film's file is missing on the server. Please upload it again."))
    try:
        return Path(clip.original.path)
    except NotImplementedError:
        copy = folder / "original"
        with clip.original.open("rb") as kept, copy.open("wb") as local:
            shutil.copyfileobj(kept, local, 1024 * 1024)
        return copy


def publish_file(clip: Clip, part: Path) -> str:
    """Copy a finished file to where visitors can fetch it, under a new name; return that name."""
    name = published_name(clip, new_file_name(part))
    with part.open("rb") as finished:
        return Clip._meta.get_field("film").storage.save(name, File(finished), max_length=255)


def publish(clip: Clip, converted: Converted, lease: Lease) -> None:
    """Make `converted` what visitors get, all of it at once, then remove what it replaces.

    Raises:
        LeaseLostError: when the clip is somebody else's by now; then nothing has changed.
    """
    storage: Storage = clip.film.storage
    names: dict[str, str] = {}
    try:
        for field, part in converted.files.items():
            names[field] = publish_file(clip, part)
        with transaction.atomic():
            won = lease.release(
                **names,
                status=Clip.Status.READY,
                progress=100,
                problem="",
                attempts=0,
                seconds=converted.seconds,
                width=converted.width,
                height=converted.height,
                has_sound=converted.has_sound,
            )
            if not won:
                raise LeaseLostError
            # An update tells nobody; saving the row again tells all who keep copies of what visitors see.
            Clip.objects.get(pk=clip.pk).save(update_fields=["status"])
    except BaseException:
        for name in names.values():
            storage.delete(name)
        raise
    remove_leftovers(clip.pk)


def remove_leftovers(pk: int) -> None:
    """Remove what the row of a clip no longer names: earlier films, and what a killed worker left."""
    clip = Clip.objects.get(pk=pk)
    current = {getattr(clip, field).name for field in FILE_FIELDS}
    with contextlib.suppress(OSError):
        remove_others(clip.film.storage, f"clips/{clip.public_id}", current, suffixes=(".mp4", ".webp"))
        remove_others(clip.original.storage, clip.public_id, {clip.original.name})


def remove_others(storage: Storage, folder: str, current: set[str], suffixes: tuple[str, ...] = ("",)) -> None:
    try:
        names = storage.listdir(folder)[1]
    except FileNotFoundError:
        return
    for name in names:
        if f"{folder}/{name}" not in current and name.endswith(suffixes):
            storage.delete(f"{folder}/{name}")


def tidy() -> None:
    """Remove the files of clips that no longer exist, and the work folders of killed workers."""
    old = datetime.now(UTC) - LEFTOVERS_AFTER
    for folder in Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir()).glob(f"{FOLDER_PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < old.timestamp() and folder.owner() == Path.home().owner():
                shutil.rmtree(folder)
    known = set(Clip.objects.values_list("public_id", flat=True))
    for storage, root in (
        (Clip._meta.get_field("film").storage, "clips"),
        (Clip._meta.get_field("original").storage, ""),
    ):
        with contextlib.suppress(FileNotFoundError):
            for public_id in set(storage.listdir(root)[0]) - known:
                remove_old(storage, f"{root}/{public_id}".strip("/"), old)


def remove_old(storage: Storage, folder: str, before: datetime) -> None:
    for name in storage.listdir(folder)[1]:
        if storage.get_modified_time(f"{folder}/{name}") < before:
            storage.delete(f"{folder}/{name}")
    with contextlib.suppress(OSError, NotImplementedError):
        Path(storage.path(folder)).rmdir()
