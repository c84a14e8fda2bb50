"""kept witness: have the newest checkpoint co-signed now, or show the key with which this installation co-signs."""

from __future__ import annotations

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from kept.log.actions import LogForked
from kept.log.keys import KeyUnusable
from kept.log.witnesses import BadFile, Unanswered, ask_all, file, own_key, written_down


class Command(BaseCommand):
    help = "Sends the newest checkpoint to the witnesses in witnesses.toml that have not co-signed it yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--key", action="store_true", help="print the public key with which this installation co-signs"
        )

    def handle(self, *args, **options) -> None:
        try:
            if options["key"]:
                self.stdout.write(str(own_key()[0]))
                return
            if not written_down()[0]:
                raise CommandError(f"No witness is written down in {file()}.")
            for sentence in ask_all() or ["Every witness has co-signed already."]:
                self.stdout.write(sentence)
        except (BadFile, Unanswered, KeyUnusable, LogForked) as problem:
            raise CommandError(str(problem)) from None
