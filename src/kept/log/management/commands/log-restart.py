"""kept log-restart: begin a new log, and say so."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from kept.log.actions import restart, verifier_key
from kept.log.keys import KeyUnusable


class Command(BaseCommand):
    help = (
        "Begins a new log over the same entries: after a restore to an earlier state, or when the key is lost "
        "or known to others. Readers who kept a checkpoint of the old log will see that it ended."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="one sentence, public")
        parser.add_argument("--name", default="", help="the new log's name; else the old one with a number")

    def handle(self, *args, **options) -> None:
        try:
            name = restart(reason=options["reason"], name=options["name"])
            self.stdout.write(f"A new log begins: {name}\nIts key: {verifier_key()}")
        except (ValueError, KeyUnusable) as error:
            raise CommandError(str(error)) from None
