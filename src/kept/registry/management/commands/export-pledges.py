"""kept export-pledges OUT: the default selection as a file, its kind by the ending.

A JSON file of the whole registry brings its log along: `kept verify OUT.json` checks it anywhere, and so does the
verifier that is in it.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from tqdm import tqdm

from kept.log.actions import LogForked
from kept.log.copies import log_section
from kept.log.keys import KeyUnusable
from kept.log.queries import last_change
from kept.registry import rows, search
from kept.registry.exporting import FORMATS, write_json
from kept.registry.selection import Selection

TRIES = 4  # rows and log are read one after the other: again, where somebody published in between


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
        half = out.with_name(f"{out.name}.{os.getpid()}.part")
        with_log = kind.ending == "json" and not options["select"]
        try:
            for _try in range(TRIES):
                total, number = search.count(selection), last_change()
                shown = tqdm(rows.rows(selection), total=total, unit=" pledges", disable=not sys.stderr.isatty())
                with half.open("wb") as file:
                    file.writelines(write_json(shown, log_section()) if with_log else kind.write(shown))
                if not with_log or last_change() == number:
                    break
            else:
                half.unlink(missing_ok=True)
                raise CommandError("Pledges are published all the time, and rows and log have to agree. Try again.")
            half.replace(out)  # nobody ever finds half a file under the name
        except OSError as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"{out}: {error.strerror or error}.", returncode=2) from None
        except (LogForked, KeyUnusable) as error:
            half.unlink(missing_ok=True)
            raise CommandError(f"{error} The file would lack its log.", returncode=2) from None
        self.stdout.write(f"{total} pledges written to {out}.")
