import math

from django.db import models
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: Before that much of a conversion is done, its speed says nothing.
KNOWN_AFTER_SECONDS, KNOWN_AFTER_PER_CENT = 3, 4


class Conversion(models.Model):
    """How far the film of a clip is on its way to visitors, and which worker has it.

    Written by `jobs.submit` and by workers alone, so that a form and a worker never write the same row. A clip that
    came with its film, such as a drawn one, has none.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CONVERTING = "converting", _("Converting")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    is_made_by_workers = True  # what lists of deleted rows leave out

    clip = models.OneToOneField("clips.Clip", on_delete=models.CASCADE, related_name="conversion", primary_key=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    submitted_at = models.DateTimeField(default=timezone.now)  # tells one submission of a clip from the next
    progress = models.PositiveSmallIntegerField(default=0)  # per cent
    problem = models.TextField(blank=True)  # in words for a therapist
    attempts = models.PositiveSmallIntegerField(default=0)  # conversions that failed, in a row
    losses = models.PositiveSmallIntegerField(default=0)  # conversions that somebody killed, in a row
    original_seconds = models.FloatField(default=0)  # length of the film as it was uploaded; 0 before the first look
    converting_since = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.CharField(max_length=32, blank=True)

    class Meta:
        default_permissions = ()  # nobody edits it
        indexes = [models.Index(fields=["status", "lease_until"], name="clips_waiting_for_a_worker")]
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")

    def __str__(self) -> str:
        return str(self.get_status_display())

    @property
    def seconds_left(self) -> int | None:
        """How many seconds the conversion will still take, going by its own speed so far.

        None while it is not under way, and before its speed can be told.
        """
        if self.status != self.Status.CONVERTING or self.converting_since is None:
            return None
        so_far = (timezone.now() - self.converting_since).total_seconds()
        if so_far < KNOWN_AFTER_SECONDS or self.progress < KNOWN_AFTER_PER_CENT:
            return None
        return math.ceil(so_far / self.progress * (100 - self.progress))


class Moment(models.Model):
    """A small picture of one moment of a clip's film, for choosing the still. Only the workshop shows it.

    Eight of them take some 40 KB; in the database they come and go with the film they show, all at once.
    """

    is_made_by_workers = True  # what lists of deleted rows leave out

    clip = models.ForeignKey("clips.Clip", on_delete=models.CASCADE, related_name="moments")
    seconds = models.FloatField()  # of the converted film
    picture = models.BinaryField()  # WebP

    class Meta:
        ordering = ["clip", "seconds"]
        verbose_name = _("moment")
        verbose_name_plural = _("moments")

    def __str__(self) -> str:
        return gettext("Second %s") % floatformat(self.seconds, 1)
