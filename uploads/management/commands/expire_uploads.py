from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from uploads.expiry import expire_uploads


class Command(BaseCommand):
    help = "Removes uploads that nobody has added to for 48 hours. Finished ones stay."

    def handle(self, *args: Any, **options: Any) -> None:
        removed = expire_uploads()
        self.stdout.write(ngettext("Removed %d leftover.", "Removed %d leftovers.", removed) % removed)
