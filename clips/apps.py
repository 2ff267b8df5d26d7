from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ClipsConfig(AppConfig):
    name = "clips"
    verbose_name = _("Clips")

    def ready(self) -> None:
        from clips.conversion import checks  # noqa: F401 - registers itself
