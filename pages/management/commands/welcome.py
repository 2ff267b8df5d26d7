from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pages import first_sign_in


class Command(BaseCommand):
    help = "Says where the site is and, before anybody can sign in, gives a link to choose a password."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"CD Trainer: {first_sign_in.site_address()}/")
        if link := first_sign_in.first_link():
            days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
            self.stdout.write(
                "\nNobody can sign in yet. Choose your user name and password here; the link works once, "
                f"for {days} days:\n\n  {link}\n"
            )
