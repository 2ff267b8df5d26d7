"""The positions of the body in which an exercise can be done, the calmest first."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Position(models.TextChoices):
    """Where somebody exercises: in bed or on a mat, on a chair, or on their feet."""

    LYING = "lying", _("Lying")
    SITTING = "sitting", _("Sitting")
    STANDING = "standing", _("Standing")
