"""The admin under the site's own name."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class WorkshopSite(admin.AdminSite):
    """The therapist's workshop."""

    site_header = _("CD Trainer")
    site_title = _("CD Trainer")
    index_title = _("Workshop")
