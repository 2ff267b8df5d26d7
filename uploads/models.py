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
#: Seconds without a byte after which a request that still holds an upload counts as dead: its connection is gone, the
#: server just does not know yet. At 64 KiB a write, a phone that sends 25 KB/s is still alive.
STALLED_AFTER = 3.0


class NotYoursError(Exception):
    """There is no finished, unclaimed upload of this person by that id."""


def expiry() -> datetime:
    return timezone.now() + EXPIRES_AFTER


class UploadQuerySet(models.QuerySet["Upload"]):
    def of(self, user: Any) -> "UploadQuerySet":
        """One person's; nobody ever sees another's."""
        return self.filter(owner=user)

    def unfinished(self) -> "UploadQuerySet":
        return self.filter(finished_at=None)

    def unclaimed(self) -> "UploadQuerySet":
        """Everything that still takes room here: unfinished, or finished and not taken over yet."""
        return self.filter(claimed_at=None)

    def bytes_promised(self) -> int:
        """Return how many bytes these uploads have been promised room for."""
        return self.aggregate(total=Sum("length"))["total"] or 0

    def bytes_to_come(self) -> int:
        """Return how many bytes are still to be written to the disk."""
        return self.unfinished().aggregate(total=Sum(F("length") - F("offset")))["total"] or 0


class Upload(models.Model):
    """One file on its way here, or arrived and not yet taken over by the app that wanted it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("owner")
    )
    length = models.PositiveBigIntegerField(_("length"))  # bytes
    #: Bytes that had arrived when the last request ended; between two requests the file itself is the truth.
    offset = models.PositiveBigIntegerField(_("arrived"), default=0)
    filename = models.CharField(_("name of the file"), max_length=255, blank=True)  # text to show, never a path
    content_type = models.CharField(_("type of the file"), max_length=100, blank=True)  # what the client claims
    metadata = models.TextField(blank=True)  # Upload-Metadata as it came; HEAD has to repeat it
    created_at = models.DateTimeField(_("begun at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("kept until"), default=expiry)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken over at"), null=True, blank=True)
    #: What it became, in the words of the app that took it over; only that app can read them.
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
        """Where its bytes are: a name of our own, so that no client ever chooses one."""
        return Path(settings.UPLOADS_ROOT) / str(self.pk)

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None

    @property
    def is_expired(self) -> bool:
        return not self.is_finished and self.expires_at <= timezone.now()

    def arrived(self) -> int:
        """Return how many bytes have arrived: a finished file may have been taken over, else the disk knows."""
        return self.length if self.is_finished else min(files.length_of(self.path), self.length)

    def take_writer(self) -> str:
        """Return a token for the one request that may write now, or "" while another one is busy.

        A request whose connection died may hold its token for as long as the server waits for more bytes, so a token
        is taken from whoever has not written for `STALLED_AFTER`. The one it was taken from can do no harm: its next
        write finds the file longer than it thought (see `files.GrowingFile.append`).
        """
        if self.writer and files.seconds_since_write(self.path) < STALLED_AFTER:
            return ""
        token = secrets.token_hex(16)
        free = Upload.objects.unfinished().filter(pk=self.pk, writer=self.writer)
        return token if free.update(writer=token) else ""

    def release_writer(self, token: str) -> None:
        Upload.objects.filter(pk=self.pk, writer=token).update(writer="")

    def record(self, offset: int) -> bool:
        """Remember what has safely arrived; False when the upload was cancelled meanwhile."""
        now = timezone.now()
        changes = {"offset": offset, "expires_at": now + EXPIRES_AFTER}
        if offset == self.length:
            changes["finished_at"] = now
        found = Upload.objects.unfinished().filter(pk=self.pk, offset__lte=offset).update(**changes)
        for name, value in changes.items():
            setattr(self, name, value)
        return bool(found) or Upload.objects.filter(pk=self.pk).exists()

    def discard(self) -> bool:
        """Remove row and file; False when it has been taken over (or removed) already."""
        removed, _per_model = Upload.objects.unclaimed().filter(pk=self.pk).delete()
        if removed:
            self.path.unlink(missing_ok=True)
        return bool(removed)

    @contextmanager
    def claim(self, user: Any) -> Iterator[None]:
        """Hand the finished file over to its owner, once.

        The caller first gives the file at `path` a name of its own (`files.link_or_copy`); inside the block it writes
        its own rows and may set `claimed_for`. Ours goes with them in one transaction, and our name of the file only
        after the commit. Killed before it: nothing has happened. Killed after it: `expire_uploads` removes our name.

        Nothing inside may wait for a disk or a network: the block holds SQLite's only write lock, and a gevent server
        whose other request then waits for that lock waits in vain.

        Raises:
            NotYoursError: when it is somebody else's, unfinished or claimed already.
        """
        mine = Upload.objects.of(user).filter(pk=self.pk)
        with transaction.atomic():
            free = mine.unclaimed().filter(finished_at__isnull=False)
            if not free.update(claimed_at=timezone.now(), writer=""):
                raise NotYoursError
            yield
            mine.update(claimed_for=self.claimed_for)
            transaction.on_commit(partial(self.path.unlink, missing_ok=True))
        self.refresh_from_db()
