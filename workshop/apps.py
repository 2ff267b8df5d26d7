from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django's admin as the therapist's workshop."""

    default_site = "workshop.site.WorkshopSite"
