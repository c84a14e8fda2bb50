"""`kept restore FILE`: a backup into an empty data folder and an empty database."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from kept.log import keys
from kept.log.checks import verify_database
from kept.log.notes import Forged
from kept.log.verify import DoesNotHold
from kept.site.restore import NotRestored, bring_keys, keys_at_hand, read_manifest, restore

WITHOUT = """The log's keys are not here.
They are not in a backup. Whoever kept the folder `keys` of the old installation gives it with --keys FOLDER; then
the log goes on if nothing was published after the backup. Without it a new log begins, in the open: readers who
kept a checkpoint of the old one will see that it ended, and why."""


class Command(BaseCommand):
    help = "Brings a backup back, into an empty data folder and an empty database. Stop the server first."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--keys", type=Path, help="the saved folder KEPT_DATA/keys of the former installation")
        parser.add_argument("--without-keys", action="store_true", help="do not ask: begin a new log")

    def handle(self, *, file: Path, without_keys: bool, **options) -> None:
        try:
            manifest = self.manifest(file)
            if options["keys"]:
                bring_keys(options["keys"])
            if not keys_at_hand(manifest):
                self.ask(without_keys)
            with tqdm(total=sum(t["rows"] for t in manifest["tables"]), unit=" rows", disable=None, leave=False) as bar:
                result = restore(file, at=timezone.now(), watch=bar.update)
        except NotRestored as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write(f"Restored as of {result.made_at}: {result.rows} rows, {result.files} uploaded files.")
        for sentence in result.done:
            self.stdout.write(sentence)
        try:
            findings = verify_database()
        except (DoesNotHold, Forged) as problem:
            raise CommandError(f"Restored, but the registry does not follow from its log: {problem}") from None
        self.stdout.write(f"Checked against the log: {findings.size} entries, all hold.")

    def manifest(self, file: Path) -> dict:
        try:
            with zipfile.ZipFile(file) as archive:
                return read_manifest(archive)
        except (OSError, zipfile.BadZipFile) as problem:
            raise NotRestored(f"{file} cannot be read: {problem}") from None

    def ask(self, without_keys: bool) -> None:
        """Where somebody sits in front of it, they decide; a script is told and goes on."""
        self.stderr.write(WITHOUT)
        self.stderr.write(f"(They belong into {keys.folder()}.)")
        if without_keys or not sys.stdin.isatty():
            return
        if input("Go on, and begin a new log? Write yes: ").strip().lower() != "yes":
            raise CommandError("Nothing was changed.")
