"""`kept demo`: the demonstration coalition into an empty database."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from kept.site.demo import reporting
from kept.site.demo.load import NotEmpty, load


class Command(BaseCommand):
    help = "Load the demonstration coalition into an empty database."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--force", action="store_true", help="also into a database that DATABASE_URL names")
        parser.add_argument("--if-empty", action="store_true", help="do nothing, without an error, where there is data")

    def handle(self, *, force: bool, if_empty: bool, **options) -> None:
        try:
            load(force=force, say=self.stdout.write)
            reporting.freeze()
        except NotEmpty as refusal:
            if not if_empty:
                raise CommandError(str(refusal)) from None
