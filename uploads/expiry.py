"""Tidying up: what nobody finished goes, what is finished stays."""

import uuid
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from uploads import files
from uploads.models import EXPIRES_AFTER, Upload


def expire_uploads() -> int:
    """Remove uploads that nobody has added to for 48 hours, and files that belong to none; return how many.

    Safe at any time and on several hosts at once. Every kind of leftover that a killed process can leave is here.
    """
    removed = 0
    for upload in Upload.objects.unfinished().filter(expires_at__lte=timezone.now()):
        if upload.arrived() == upload.length:
            upload.record(upload.length)  # whole: only the row does not know yet
        elif Upload.objects.unfinished().filter(pk=upload.pk, expires_at=upload.expires_at).delete()[0]:
            upload.path.unlink(missing_ok=True)
            removed += 1
    # What has been taken over is only remembered, so that the same file chosen again is recognised.
    forgotten = timezone.now() - EXPIRES_AFTER
    Upload.objects.filter(claimed_at__lte=forgotten).delete()
    return removed + _remove_files_without_upload()


def _remove_files_without_upload() -> int:
    removed = 0
    folder = Path(settings.UPLOADS_ROOT)
    for name in files.names_in(folder):
        try:
            pk = uuid.UUID(name)
        except ValueError:
            continue  # not ours
        path = folder / name
        # Old ones only: a new upload's file may be a moment ahead of what we read of its row.
        is_old = files.seconds_since_write(path) > EXPIRES_AFTER.total_seconds()
        if not Upload.objects.unclaimed().filter(pk=pk).exists() and (is_old or _is_claimed(pk)):
            path.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_claimed(pk: uuid.UUID) -> bool:
    return Upload.objects.filter(pk=pk, claimed_at__isnull=False).exists()
