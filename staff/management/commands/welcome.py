import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from staff import invitations

LOCAL_HOSTS = {"localhost", "127.0.0.1", "[::1]", "::1"}


class Command(BaseCommand):
    help = "Says where the site is and, before anybody can sign in, gives a link to choose a password."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"CD Trainer: {invitations.site_url()}/")
        host = os.environ.get("HOST", "127.0.0.1")
        if host not in LOCAL_HOSTS and not set(settings.ALLOWED_HOSTS) - LOCAL_HOSTS:
            self.stdout.write(
                f"It listens on {host}, but answers only to the names in ALLOWED_HOSTS: add there (in .env) the "
                "name or the number by which others reach this machine."
            )
        if link := invitations.first_link():
            days = settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60)
            self.stdout.write(
                "\nNobody can sign in yet. Choose your user name and password here; the link works once, "
                f"for {days} days:\n\n  {link}\n"
            )
