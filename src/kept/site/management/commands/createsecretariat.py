"""`kept createsecretariat EMAIL`: the first account of the secretariat. No password is made."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.utils import timezone

from kept.people.actions import create_secretariat


class Command(BaseCommand):
    help = "Makes an account that works for the secretariat, or gives an account that is there the right to."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="the person's name")

    def handle(self, *, email: str, name: str, **options: Any) -> None:
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email!r} is no mail address.") from None
        person, new = create_secretariat(email, at=timezone.now(), name=name)
        self.stdout.write(f"{person.email} {'was made and ' if new else ''}works for the secretariat.")
        self.stdout.write(f"Sign in at {settings.KEPT_BASE_URL}/accounts/login/ with a code that comes by mail;")
        self.stdout.write("then add a passkey or an authenticator app: the desk asks for one.")
        folder = getattr(settings, "EMAIL_FILE_PATH", "")
        if folder:
            self.stdout.write(f"No mail server is set (EMAIL_URL): mails are files in {folder}.")
