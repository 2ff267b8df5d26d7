"""Removes abandoned uploads; finished ones stay until they are claimed."""

import uuid
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from uploads import files
from uploads.models import EXPIRES_AFTER, Upload


def expire_uploads() -> int:
    """Remove uploads that have received nothing for 48 hours, and files without an upload; return how many.

    Safe at any time and on several hosts at once. Covers every leftover of a killed process.
    """
    removed = 0
    for upload in Upload.objects.unfinished().filter(expires_at__lte=timezone.now()):
        if upload.arrived() == upload.length:
            upload.record(upload.length)  # complete: the process was killed before it could update the row
        elif Upload.objects.unfinished().filter(pk=upload.pk, expires_at=upload.expires_at).delete()[0]:
            upload.path.unlink(missing_ok=True)
            removed += 1
    # Rows of claimed uploads are kept for a while, so that the same file chosen again is recognised.
    Upload.objects.filter(claimed_at__lte=timezone.now() - EXPIRES_AFTER).delete()
    return removed + _remove_files_without_upload()


def _remove_files_without_upload() -> int:
    removed = 0
    folder = Path(settings.UPLOADS_ROOT)
    for name in files.names_in(folder):
        try:
            pk = uuid.UUID(name)
        except ValueError:
            continue  # not a file of this room
        path = folder / name
        # Old ones only: the file of a new upload may exist a moment before its row can be read.
        is_old = files.seconds_since_write(path) > EXPIRES_AFTER.total_seconds()
        if not Upload.objects.unclaimed().filter(pk=pk).exists() and (is_old or _is_claimed(pk)):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_claimed(pk: uuid.UUID) -> bool:
    return Upload.objects.filter(pk=pk, claimed_at__isnull=False).exists()
