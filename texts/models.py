"""What all texts share: who wrote and reviewed them, their versions, and the version of all content."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

#: How long a review is valid when no date for the next one is set.
REVIEW_LASTS = timedelta(days=365)
#: How long what was deleted can be brought back.
KEPT_FOR = timedelta(days=30)


def review_is_due() -> models.Q:
    """Return the condition for texts whose review has expired: on the date that was set, or after a year."""
    today = timezone.localdate()
    return models.Q(next_review_on__lt=today) | models.Q(next_review_on=None, reviewed_on__lt=today - REVIEW_LASTS)


class ReviewedText(models.Model):
    """A text with its author and the clinician, if any, who has reviewed it."""

    written_by = models.CharField(
        _("written by"),
        max_length=200,
        blank=True,
        help_text=_("Whose words these are. Visitors read it below the text."),
    )
    reviewed_by = models.CharField(
        _("reviewed by"),
        max_length=200,
        blank=True,
        help_text=_("Name and role of the clinician who checked this text. Leave empty when nobody has."),
    )
    reviewed_on = models.DateField(
        _("reviewed on"), null=True, blank=True, help_text=_("The day on which the clinician checked it.")
    )
    next_review_on = models.DateField(
        _("next review on"),
        null=True,
        blank=True,
        help_text=_("When somebody should check it again. Left empty, that is a year after the review."),
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=models.Q(reviewed_by="", reviewed_on=None)
                | (~models.Q(reviewed_by="") & models.Q(reviewed_on__isnull=False)),
                name="%(class)s_review_has_name_and_date",
                violation_error_message=_("A review needs both: who reviewed the text, and when."),
            )
        ]


#: The fields of `ReviewedText` as the admin groups them.
REVIEW_FIELDSET = (
    _("Who wrote and reviewed this text"),
    {"fields": ["written_by", ("reviewed_by", "reviewed_on", "next_review_on")]},
)


class VersionQuerySet(models.QuerySet["Version"]):
    def of_model(self, model: type[models.Model]) -> "VersionQuerySet":
        return self.filter(content_type=ContentType.objects.get_for_model(model))

    def of(self, row: models.Model) -> "VersionQuerySet":
        return self.of_model(type(row)).filter(object_id=row.pk)

    def newest_first(self) -> "VersionQuerySet":
        return self.order_by("-pk")


class Version(models.Model):
    """The content of a row after a change. `texts.history` writes and reads these rows."""

    class Kind(models.TextChoices):
        FIRST = "first", _("As it was before")  # before its first change that was written down
        SAVED = "saved", _("Saved")
        RESTORED = "restored", _("Restored")
        DELETED = "deleted", _("Deleted")

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.SAVED)
    name = models.CharField(_("name"), max_length=200)  # as it was called then
    content = models.JSONField(encoder=DjangoJSONEncoder)  # field name -> value, relations as primary keys
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    by = models.CharField(_("by"), max_length=150, blank=True)  # outlives the account; empty: the programme
    deleted_with = models.ForeignKey(  # of a part: the version of the text whose deletion took it along
        "self", on_delete=models.SET_NULL, related_name="parts", null=True, verbose_name=_("deleted with")
    )

    objects = VersionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["content_type", "object_id", "id"], name="versions_of_a_text")]
        verbose_name = _("version")
        verbose_name_plural = _("versions")

    def __str__(self) -> str:
        return self.name

    @property
    def model(self) -> type[models.Model]:
        """Return the model of the row, without a query."""
        model = ContentType.objects.get_for_id(self.content_type_id).model_class()
        assert model is not None  # noqa: S101 - versions are read by the admins and parents of existing models
        return model

    def fields(self) -> Iterator[tuple[Any, Any]]:
        """Yield each field with its value in this version; fields that the model no longer has are left out."""
        fields = {field.name: field for field in self.model._meta.get_fields()}
        for name, value in self.content.items():
            if name in fields:
                yield fields[name], value

    @property
    def who(self) -> str:
        """Return who made the change, in words; "" for the first version, whose author is unknown."""
        if self.kind == self.Kind.FIRST:
            return ""
        return self.by or gettext("the programme")


class DeletionQuerySet(models.QuerySet["Deletion"]):
    def of_row(self, model: type[models.Model], pk: Any) -> "DeletionQuerySet":
        """Return the deletion of one row, or nothing."""
        return self.filter(content_type=ContentType.objects.get_for_model(model), object_id=pk)

    def of_kinds(self, models: list[type[models.Model]]) -> "DeletionQuerySet":
        """Return what was deleted of these kinds."""
        return self.filter(content_type__in=ContentType.objects.get_for_models(*models).values())

    def over(self) -> "DeletionQuerySet":
        """Return what has been kept long enough, the oldest first."""
        return self.filter(deleted_at__lte=timezone.now() - KEPT_FOR).order_by("deleted_at", "pk")


class Deletion(models.Model):
    """A row that was deleted, with all that went with it, until it goes for good. `texts.deletion` writes and reads it.

    The rows themselves are gone from their tables, so that no page, list, count or constraint has to know of deleted
    ones; they come back from here. Their files stay where they are until then.
    """

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    name = models.CharField(_("name"), max_length=200)
    rows = models.JSONField(encoder=DjangoJSONEncoder)  # as Django serialises them, the deleted row first
    file_names = models.JSONField(default=list)  # of all their files, as the storages call them
    deleted_at = models.DateTimeField(_("deleted at"), default=timezone.now)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, related_name="+", null=True, verbose_name=_("by")
    )
    by = models.CharField(_("by"), max_length=150, blank=True)  # outlives the account

    objects = DeletionQuerySet.as_manager()

    class Meta:
        ordering = ["-deleted_at", "-pk"]
        default_permissions = ()  # who may delete a row may bring it back
        constraints = [models.UniqueConstraint(fields=["content_type", "object_id"], name="one_deletion_per_row")]
        verbose_name = _("deletion")
        verbose_name_plural = _("deletions")

    def __str__(self) -> str:
        return self.name

    @property
    def model(self) -> type[models.Model] | None:
        """Return the model of the deleted row, without a query; None when a newer version of the site has none."""
        return ContentType.objects.get_for_id(self.content_type_id).model_class()

    @property
    def kept_until(self) -> datetime:
        """Return when it goes for good by itself."""
        return self.deleted_at + KEPT_FOR

    def rows_of(self, model: type[models.Model]) -> list[dict[str, Any]]:
        """Return its rows of one model, as Django serialises them."""
        return [row for row in self.rows if row["model"] == model._meta.label_lower]


class ContentVersion(models.Model):
    """A single row with the content version (`texts.freshness`), a part of every page's cache key."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("content version")
        verbose_name_plural = _("content version")

    def __str__(self) -> str:
        return str(self.number)
