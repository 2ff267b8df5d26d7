from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from staff import invitations
from staff.roles import ROLES


class Command(BaseCommand):
    help = "Gives a link by which one more person can choose a password and sign in to the workshop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="The user name to start with; they can choose another.")
        parser.add_argument(
            "--role",
            choices=sorted(ROLES),
            default="therapist",
            help="A therapist edits the whole programme; an operator also manages the staff.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if not name:
            raise CommandError("Say whom to invite.")
        if get_user_model()._default_manager.filter(username=name).exists():
            raise CommandError(f"There is already an account with the name “{name}”.")
        invitation = invitations.invite(name, role=ROLES[options["role"]])
        days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
        self.stdout.write(
            f"Send this link to {name}. It works once, for {days} days:\n\n  {invitations.link_of(invitation)}\n"
        )
