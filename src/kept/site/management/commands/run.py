"""`kept run`: what `make run` does. Migrate, load the demonstration into an empty database, serve, work."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from kept.site.configuration import flag
from kept.site.demo.load import is_empty


class Command(BaseCommand):
    help = "Migrate, load the demonstration into an empty database, and serve it together with the worker."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, port: int, **options) -> None:
        call_command("migrate", verbosity=0)
        wanted = flag("DEMO", default=True) and not os.environ.get("DATABASE_URL")
        if wanted and is_empty():
            self.stdout.write("Loading the demonstration coalition …")
            call_command("demo", stdout=self.stdout)
        if is_empty():
            self.stdout.write(
                "The database is empty. Make the first account: .venv/bin/kept createsecretariat YOUR-ADDRESS"
            )
        else:
            call_command("signinlinks", port=port, stdout=self.stdout)
        self.stdout.write(f"Kept is at http://127.0.0.1:{port}/  (data in {settings.KEPT_DATA}; stop with Ctrl-C)")
        self.stdout.flush()
        call_command("serve", port=port, with_worker=True)
