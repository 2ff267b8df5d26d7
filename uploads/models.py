"""Uploads on their way here: how far they are, who may write to them, and who takes the file over."""

import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from uploads import files

#: How long an unfinished upload is kept after the last byte.
EXPIRES_AFTER = timedelta(hours=48)
#: Seconds without a write after which the lease of a request on an upload counts as stale: its connection is gone, but
#: the server does not know yet. At 64 KiB a write, a phone that sends 25 KB/s keeps its lease.
STALLED_AFTER = 3.0


class NotYoursError(Exception):
    """The upload is not this person's, not finished, or already claimed."""


def expiry() -> datetime:
    """Return when an upload that receives its last byte now expires."""
    return timezone.now() + EXPIRES_AFTER


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads by owner and by how far they are."""

    def of(self, user: Any) -> "UploadQuerySet":
        """Return the uploads of one person; nobody ever sees another's."""
        return self.filter(owner=user)

    def unfinished(self) -> "UploadQuerySet":
        """Return those of which bytes are missing."""
        return self.filter(finished_at=None)

    def unclaimed(self) -> "UploadQuerySet":
        """Return those that still take up disk space: unfinished, or finished and not claimed yet."""
        return self.filter(claimed_at=None)

    def bytes_promised(self) -> int:
        """Return how many bytes these uploads will have in the end."""
        return self.aggregate(total=Sum("length"))["total"] or 0

    def bytes_to_come(self) -> int:
        """Return how many bytes are still to be written to the disk."""
        return self.unfinished().aggregate(total=Sum(F("length") - F("offset")))["total"] or 0


class Upload(models.Model):
    """One file on its way here, or arrived and not yet claimed by the app that asked for it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    length = models.PositiveBigIntegerField(_("length"))  # bytes
    #: Bytes that had arrived when the last request ended; while one is under way, only the file knows.
    offset = models.PositiveBigIntegerField(_("arrived"), default=0)
    filename = models.CharField(_("name of the file"), max_length=255, blank=True)  # text to show, never a path
    metadata = models.TextField(blank=True)  # Upload-Metadata as it came; HEAD has to repeat it
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"), default=expiry)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    #: A reference to what it became, in a format of the app that claimed it.
    claimed_for = models.CharField(_("taken over for"), max_length=100, blank=True)
    writer = models.CharField(max_length=32, blank=True)  # lease token of the one request that may write

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")),
                name="upload_is_no_longer_than_announced",
                violation_error_message=_("An upload cannot be longer than was announced."),
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(offset=F("length")),
                name="finished_upload_has_arrived_whole",
                violation_error_message=_("An upload is finished only when every byte has arrived."),
            ),
            models.CheckConstraint(
                condition=Q(claimed_at=None) | Q(finished_at__isnull=False),
                name="claimed_upload_is_finished",
                violation_error_message=_("Only a finished upload can be taken over."),
            ),
        ]
        indexes = [models.Index(fields=["owner", "claimed_at"], name="uploads_of_somebody")]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return self.filename or str(self.pk)

    @property
    def path(self) -> Path:
        """Return where its bytes are: the primary key is the name, so that no client ever chooses one."""
        return Path(settings.UPLOADS_ROOT) / str(self.pk)

    @property
    def is_finished(self) -> bool:
        """Return whether every byte has arrived."""
        return self.finished_at is not None

    @property
    def is_expired(self) -> bool:
        """Return whether it was left unfinished for too long."""
        return not self.is_finished and self.expires_at <= timezone.now()

    def arrived(self) -> int:
        """Return how many bytes have arrived: the length of the file, or all of them once it is finished."""
        return self.length if self.is_finished else min(files.length_of(self.path), self.length)

    def take_writer(self) -> str:
        """Return the lease token of the one request that may write now, or "" while another request holds it.

        A request whose connection died keeps its lease for as long as the server waits for more bytes, so a lease is
        taken over after `STALLED_AFTER` seconds without a write. The request that lost it can do no harm: its next
        write finds a file of another length (see `files.GrowingFile.append`).
        """
        if self.writer and files.seconds_since_write(self.path) < STALLED_AFTER:
            return ""
        token = secrets.token_hex(16)
        unchanged = Upload.objects.unfinished().filter(pk=self.pk, writer=self.writer)
        return token if unchanged.update(writer=token) else ""

    def release_writer(self, token: str) -> None:
        """Give the lease `token` back, unless another request has taken it over."""
        Upload.objects.filter(pk=self.pk, writer=token).update(writer="")

    def record(self, offset: int) -> bool:
        """Save that `offset` bytes have arrived; return False when the upload was cancelled meanwhile."""
        now = timezone.now()
        changes = {"offset": offset, "expires_at": now + EXPIRES_AFTER}
        if offset == self.length:
            changes["finished_at"] = now
        updated = Upload.objects.unfinished().filter(pk=self.pk, offset__lte=offset).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)
        return bool(updated) or Upload.objects.filter(pk=self.pk).exists()

    def twins(self) -> "UploadQuerySet":
        """Return other uploads of the very same file by the same person that have not become anything.

        Name, length and time of change tell a file from others; without a time, nothing is known to be the same.
        """
        if "modified " not in self.metadata:
            return Upload.objects.none()
        same = {"owner": self.owner_id, "length": self.length, "metadata": self.metadata}
        return Upload.objects.unclaimed().filter(**same).exclude(pk=self.pk)

    def discard(self) -> bool:
        """Remove row and file; return False when it has been claimed or removed already."""
        removed, _per_model = Upload.objects.unclaimed().filter(pk=self.pk).delete()
        if removed:
            self.path.unlink(missing_ok=True)
        return bool(removed)

    @contextmanager
    def claim(self, user: Any) -> Iterator[None]:
        """Hand the finished file over to its owner, once.

        The caller first links the file at `path` to a place of its own (`files.link_or_copy`); inside the block it
        writes its rows and may set `claimed_for`. This row is written in the same transaction, and the file at `path`
        removed after the commit. Killed before the commit: nothing has happened. Killed after it: `expire_uploads`
        removes the file at `path`.

        Nothing inside may block on a disk or a network: the block holds SQLite's only write lock, and another request
        of the same gevent process that waits for the lock would never let this one finish.

        Raises:
            NotYoursError: when it is somebody else's, unfinished or claimed already.
        """
        own_row = Upload.objects.of(user).filter(pk=self.pk)
        with transaction.atomic():
            claimable = own_row.unclaimed().filter(finished_at__isnull=False)
            if not claimable.update(claimed_at=timezone.now(), writer=""):
                raise NotYoursError
            yield
            own_row.update(claimed_for=self.claimed_for)
            transaction.on_commit(partial(self.path.unlink, missing_ok=True))
        self.refresh_from_db()
