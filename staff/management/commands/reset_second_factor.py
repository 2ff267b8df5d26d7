from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from staff.second_factor import forget_second_factors


class Command(BaseCommand):
    help = "Lets somebody who lost their authenticator app, passkeys and recovery codes sign in with the password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the user name")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"]
        user = get_user_model()._default_manager.filter(username=name).first()
        if not user:
            raise CommandError(f"There is no account {name}.")
        if forget_second_factors(user):
            self.stdout.write(f"{name} signs in with the password alone now, and can set up a new second factor.")
        else:
            self.stdout.write(f"{name} has no second factor.")
