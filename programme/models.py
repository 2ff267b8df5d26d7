from django.db import models
from django.utils.translation import gettext_lazy as _


class LoadedText(models.Model):
    """What `load_programme` once wrote into a text, so that it can tell an editor's change from its own."""

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
