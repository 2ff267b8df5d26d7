"""What was deleted, gone for good: rows, films, stills, captions, half uploads and what the queue and the log know.

Nothing else in the site knows a film after that; `docs/operator.md` says what backups still hold.
"""

import logging
from pathlib import PurePosixPath
from typing import Any

from django.db import DatabaseError, models, transaction

from clips.conversion import files, jobs
from clips.models import Clip, originals
from clips.uploading import CLAIMED
from texts import deletion, freshness
from texts.models import Deletion
from uploads.models import Upload
from uploads.tus import parsed_metadata

log = logging.getLogger(__name__)


class FilesLeftError(Exception):
    """The rows are gone, and these files could not be removed."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def purge(record: Deletion) -> None:
    """Remove for good what was deleted, and what was deleted before and belongs to it.

    The files go first: interrupted in the middle, the record is still there, and the next try removes the rest. All of
    it is locked meanwhile, so that nobody brings back a clip whose films are just being removed.

    Raises:
        FilesLeftError: when a file could not be removed; then nothing else has changed.
    """
    with transaction.atomic():
        records = deletion.locked([*deletion.belonging_to(record), record])
        if record not in records:
            return  # brought back, or gone already
        folders = sorted({folder for each in records for folder in folders_of(each)})
        if Clip.objects.filter(public_id__in=folders).exists():
            raise ValueError("A clip of this deletion is on the site.")
        for folder in folders:
            files.remove_all(folder)
        if left := files_left(folders):
            raise FilesLeftError(left)
        clips = [row["pk"] for each in records for row in each.rows_of(Clip)]
        uploads = list(uploads_of(clips))
        Upload.objects.filter(pk__in=[upload.pk for upload in uploads]).delete()
        for pk in clips:
            jobs.results().filter(args_kwargs={"args": [pk], "kwargs": {}}).delete()
        for each in records:
            deletion.forget(each)
        freshness.touch()
    for upload in uploads:
        upload.path.unlink(missing_ok=True)


def purge_what_is_over() -> int:
    """Remove for good what was deleted more than 30 days ago; return how many rows that were."""
    removed = 0
    for record in Deletion.objects.over():
        if not Deletion.objects.filter(pk=record.pk).exists():  # it went with another
            continue
        try:
            purge(record)
            removed += 1
        except FilesLeftError as left:
            log.warning("Files of deletion %s could not be removed: %s", record.pk, left)
        except DatabaseError as error:
            log.warning("Deletion %s has to wait: %s", record.pk, error)
    return removed


def folders_of(record: Deletion) -> set[str]:
    """Return the folders of the clips in a record: their public ids."""
    named = {row["fields"].get("public_id", "") for row in record.rows_of(Clip)}
    return (named | {PurePosixPath(name).parent.name for name in record.file_names}) - {""}


def files_left(folders: list[str]) -> list[str]:
    """Return the names of the files that are still in the folders of clips."""
    left = []
    for folder in folders:
        for storage, path in ((files.films(), f"clips/{folder}"), (originals(), folder)):
            try:
                left += [f"{path}/{name}" for name in storage.listdir(path)[1]]
            except FileNotFoundError:
                continue
    return left


def uploads_of(clips: list[Any]) -> models.QuerySet[Upload]:
    """Return the uploads that became these clips, and what is half here of the same files or meant to replace them."""
    known = {str(pk) for pk in clips}
    claimed = Upload.objects.filter(claimed_for__in=[f"{CLAIMED}{pk}" for pk in clips])
    half = [upload.pk for upload in Upload.objects.unclaimed() if parsed_metadata(upload.metadata).get("clip") in known]
    for upload in claimed:
        half += upload.twins().values_list("pk", flat=True)
    return Upload.objects.filter(pk__in=[*claimed.values_list("pk", flat=True), *half])
