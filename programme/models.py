"""The record of what was loaded from the programme's files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedText(models.Model):
    """The fingerprints of a text as `load_programme` wrote it: a field that differs was changed by an editor."""

    kind = models.CharField(max_length=40)
    slug = models.CharField(max_length=120)
    fingerprints = models.JSONField(default=dict)  # field name -> SHA-256 of the value as it was loaded
    loaded_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="one_record_per_loaded_text")]
        verbose_name = _("loaded text")
        verbose_name_plural = _("loaded texts")

    def __str__(self) -> str:
        return f"{self.kind} {self.slug}"
