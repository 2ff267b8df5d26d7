"""What every text of the site shares: who wrote it, who checked it, and whether visitors may see it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReviewedText(models.Model):
    """A text that says who wrote it and which clinician, if any, has reviewed it."""

    written_by = models.CharField(_("written by"), max_length=200, blank=True)
    reviewed_by = models.CharField(
        _("reviewed by"),
        max_length=200,
        blank=True,
        help_text=_("Name and role of the clinician who checked this text. Leave empty when nobody has."),
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    next_review_on = models.DateField(_("next review on"), null=True, blank=True)

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
