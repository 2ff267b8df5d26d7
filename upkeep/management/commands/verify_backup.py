from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from upkeep import backup


class Command(BaseCommand):
    help = "Reads every byte of a backup again and says whether it is sound. Changes nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder made by back_up.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            summary = backup.verify(options["folder"])
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Sound: {summary.files} files, {filesizeformat(summary.size)}, made at {summary.made_at}.")
