from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError

from upkeep.backup import BackupError
from upkeep.restore import restore


class Command(BaseCommand):
    help = "Puts a backup into an empty site, after checking all of it. A site that holds anything is left alone."
    requires_system_checks = []  # some open the database, whose folder may not exist before it is restored

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder made by back_up.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            restored = restore(options["folder"])
        except (BackupError, OSError) as error:
            raise CommandError(f"Nothing was restored. {error}") from error
        cache.clear()  # a shared cache may still hold pages of the site before
        self.stdout.write(
            f"Restored: {restored.files} files, as of {restored.made_at}. Now run “make setup” and start the site."
        )
