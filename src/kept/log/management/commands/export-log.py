"""kept export-log: the log and its documents as one file that anybody can check offline."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand

from kept.log.copies import write_copy
from kept.log.standalone import source


class Command(BaseCommand):
    help = "Writes the log and its public documents into a file for `kept verify`, and the standalone verifier."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", nargs="?", type=Path, help="the file to write, .json")
        parser.add_argument("--verifier", type=Path, help="also write the standalone verifier, verify.py")

    def handle(self, *args, **options) -> None:
        if options["out"]:
            write_copy(options["out"])
        if options["verifier"]:
            options["verifier"].write_text(source(), encoding="utf-8")
