"""kept export-pledges OUT: the default selection as a file, its kind by the ending."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from tqdm import tqdm

from kept.registry import rows, search
from kept.registry.exporting import FORMATS
from kept.registry.selection import Selection


class Command(BaseCommand):
    help = "Write the public pledges into OUT: .csv, .xlsx, .json or .xml (IATI 2.03)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", metavar="OUT", type=Path, help="the file; its ending says which kind")
        parser.add_argument(
            "--select", default="", metavar="QUERY", help='a selection as in the registry\'s addresses: "country=BDI"'
        )

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path = options["out"]
        kind = FORMATS.get(out.suffix.lower().removeprefix("."))
        if kind is None:
            raise CommandError(f"{out.name}: the ending has to be one of .{', .'.join(FORMATS)}.", returncode=2)
        selection = Selection.from_query(QueryDict(options["select"].removeprefix("?"))).with_(page=1)
        asked = Selection.from_query(QueryDict(options["select"].removeprefix("?")))
        if asked.problems:
            wrong = ", ".join(f"{problem.name}={problem.shown}" for problem in asked.problems)
            raise CommandError(f"This does not exist: {wrong}.", returncode=2)
        total = search.count(selection)
        shown = tqdm(rows.rows(selection), total=total, unit=" pledges", disable=not sys.stderr.isatty())
        try:
            half = out.with_name(f"{out.name}.{os.getpid()}.part")
            with half.open("wb") as file:
                for piece in kind.write(shown):
                    file.write(piece)
            half.replace(out)  # nobody ever finds half a file under the name
        except OSError as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"{out}: {error.strerror or error}.", returncode=2) from None
        self.stdout.write(f"{total} pledges written to {out}.")
