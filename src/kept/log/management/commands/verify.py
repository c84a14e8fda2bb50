"""kept verify: does the registry still say what was published?"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kept.log.checks import verify_copy, verify_database
from kept.log.copies import merged, read_copy
from kept.log.exported import figure_of
from kept.log.figures import Figure, NoPair, Tally, read_pair
from kept.log.models import Head
from kept.log.notes import Forged, read_key
from kept.log.verify import DoesNotHold, Findings, Row, check_receipt, in_words

SMALL = 1 << 20  # bytes: a receipt is smaller


class Command(BaseCommand):
    help = (
        "Checks the registry against its log, or an exported file or a pledge's receipt by itself. "
        "Exit 1 and the first thing that does not hold: changed, missing, added, reordered or forged."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="an export (.json) or a receipt; else the database")
        parser.add_argument("--checkpoint", type=Path, help="an older checkpoint: has the log only grown since?")
        parser.add_argument(
            "--figure",
            metavar="DAY@SIZE",
            default="",
            help="compute the counter of a day from so many entries: 2023-12-31@3911",
        )

    def handle(self, *args, **options) -> None:
        file, kept = options["file"], options["checkpoint"]
        try:
            tally = Tally(*read_pair(options["figure"])) if options["figure"] else None
            older = [kept.read_text(encoding="utf-8")] if kept else []
            findings, key, figure = self.checked(file, older, tally)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from None
        except NoPair as problem:
            raise CommandError(f"{problem}.", returncode=2) from None
        except (DoesNotHold, Forged, UnicodeDecodeError) as problem:
            self.stdout.write(f"does not hold: {problem}")
            raise SystemExit(1) from None
        if kept:
            self.stdout.write(f"extends: {kept.name}")
        self.stdout.write(in_words(findings, read_key(key) if key else None, figure))

    def checked(self, file: Path | None, older: list[str], tally: Tally | None) -> tuple[Findings, str, Figure | None]:
        """What holds, the key that it was checked with, the figure. Raises DoesNotHold, Forged, OSError."""
        own_key = Head.objects.values_list("verifier_key", flat=True).filter(pk=1).first() or ""
        hear = [tally] if tally else []
        if file is None:
            findings = verify_database(older=older, hear=hear, watch=self.watch)
            return findings, own_key, figure_of(tally, findings, merged())
        receipt = read_receipt(file)
        if receipt:
            if not own_key:
                raise CommandError("A receipt is checked with this log's key, and this log was never signed.")
            return check_receipt(receipt, read_key(own_key)), own_key, None
        copy = read_copy(file)
        findings = verify_copy(copy, older=older, hear=hear, watch=self.watch)
        return findings, copy.key, figure_of(tally, findings, copy.merged)

    def watch(self, rows: Iterable[Row], total: int) -> Iterable[Row]:
        """A progress bar where somebody looks on."""
        return tqdm(rows, total=total, unit=" entries", disable=None, leave=False)


def read_receipt(file: Path) -> dict | None:
    """The receipt in a file; None where it holds something else."""
    if file.stat().st_size > SMALL:
        return None
    try:
        content = json.loads(file.read_bytes())
    except ValueError:
        return None
    return content if isinstance(content, dict) and "proof" in content else None
