"""`kept backup FILE`: database and uploaded files in one file, while the server runs."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from kept.log import keys
from kept.site.backup import back_up, rows_to_pack


class Command(BaseCommand):
    help = (
        "Writes one consistent file with the database and the uploaded files. Keys, SECRET_KEY and sessions are not "
        "in it: keep a copy of KEPT_DATA/keys somewhere else."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path, help="the backup to write, .zip; one of that name is replaced")

    def handle(self, *, file: Path, **options) -> None:
        try:
            with tqdm(total=rows_to_pack(), unit=" rows", disable=None, leave=False) as bar:
                packed = back_up(file, at=timezone.now(), watch=bar.update)
        except OSError as problem:
            raise CommandError(f"{problem.filename}: {problem.strerror}") from None
        for name in packed.missing:
            self.stderr.write(f"Not packed, its content is not there: {name}")
        size = f"{packed.bytes / 2**20:.1f} MB"
        self.stdout.write(f"{file}: {packed.rows} rows, {packed.files} uploaded files, {size}")
        self.stdout.write(f"The log's key is not in it. Keep a copy of {keys.folder()} somewhere else.")
