from allauth.mfa.apps import MFAConfig
from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    name = "staff"
    verbose_name = _("Staff")


class SecondFactorsConfig(MFAConfig):
    """django-allauth's second factors, under a name that the workshop can show."""

    verbose_name = _("Second factors")
