from django.db import models
from django.utils.translation import gettext_lazy as _


class Invitation(models.Model):
    """A link by which somebody joins the staff, once. No account exists before they have chosen a password."""

    name = models.CharField(_("name"), max_length=150, blank=True)  # empty: whoever sets the site up
    role = models.CharField(_("role"), max_length=150, blank=True)  # a group's name; empty: everything
    nonce = models.CharField(max_length=40, unique=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.name
