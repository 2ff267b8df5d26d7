from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from upkeep import backup


class Command(BaseCommand):
    help = "Copies the database and all films into a new folder, while the site runs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="A new or empty folder, best on another disk.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            summary = backup.make(options["folder"])
        except (backup.BackupError, OSError) as error:
            raise CommandError(f"There is no backup. {error}") from error
        self.stdout.write(f"Backed up: {summary.files} files, {filesizeformat(summary.size)}, in {options['folder']}.")
        self.stdout.write("It holds passwords' hashes and private films: keep it where only you can read it.")
