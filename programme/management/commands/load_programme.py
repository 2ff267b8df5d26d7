"""`manage.py load_programme`: loads the programme's texts and drawn clips, at installation and after an upgrade."""

from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from programme import drawn, files, loading
from programme.files import ProgrammeError
from programme.loading import Outcome
from programme.models import LoadedText
from texts import freshness


class Command(BaseCommand):
    help = (
        "Loads the programme's texts and drawn clips. It can be run again at any time: what an editor "
        "changed or deleted stays as it is, everything else follows the programme."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Say what would change; change nothing.")
        parser.add_argument(
            "--restore",
            metavar="SLUG",
            help="Bring one text back as the programme has it, with all parts of its file, even after an "
            "editor changed or deleted it. KIND/SLUG tells two texts of the same name apart.",
        )
        parser.add_argument("--quiet", action="store_true", help="Say only what has changed.")
        parser.add_argument("--texts", type=Path, default=files.TEXTS, help="The folder of the texts.")
        parser.add_argument("--clips", type=Path, default=drawn.CLIPS, help="The folder of drawn clips.")

    def handle(self, *args: Any, **options: Any) -> None:
        first_time = not LoadedText.objects.exists()
        try:
            with transaction.atomic():
                outcomes = self.load(options)
                if any(outcome.done in ("added", "updated") for outcome in outcomes):
                    freshness.touch()
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except ProgrammeError as error:
            raise CommandError(f"The programme was not loaded.\n{error}") from error
        self.report(outcomes, options, brief=options["quiet"] and first_time)

    def load(self, options: dict[str, Any]) -> list[Outcome]:
        """Load texts and clips from the folders in `options`; return what happened to each."""
        texts = files.read(options["texts"])
        clips = drawn.read(options["clips"])
        restore = loading.find([*texts, *clips], options["restore"]) if options["restore"] else []
        return [
            *loading.load(texts, restore),
            *drawn.load(clips, restore, dry_run=options["dry_run"]),
        ]

    def report(self, outcomes: list[Outcome], options: dict[str, Any], *, brief: bool) -> None:
        """Print what happened, one line a text; only the totals when `brief`."""
        for outcome in outcomes:
            if outcome.done in ("added", "updated") and not brief:
                what = f": {', '.join(outcome.changed)}" if outcome.changed else ""
                self.stdout.write(f"{outcome.done} {outcome.address}{what}")
            if options["quiet"]:
                continue
            if outcome.kept:
                self.stdout.write(f"kept {outcome.address}: {', '.join(outcome.kept)} (changed by an editor)")
            if outcome.done in ("deleted", "left out"):
                what = "it" if outcome.done == "deleted" else "what it belongs to"
                self.stdout.write(f"left out {outcome.address} (an editor deleted {what})")
        counts = Counter(outcome.done for outcome in outcomes)
        if options["quiet"] and not counts["added"] + counts["updated"]:
            return
        kept = sum(bool(outcome.kept) for outcome in outcomes)
        totals = ", ".join(f"{counts[done]} {done}" for done in ("added", "updated", "unchanged"))
        note = " Nothing was written: this was a dry run." if options["dry_run"] else ""
        self.stdout.write(f"Programme: {totals}; {kept} with an editor's changes.{note}")
