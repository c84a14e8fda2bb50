"""`kept update_rates`: fetch the European Central Bank's reference rates up to today."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import httpx
from django.core.management.base import BaseCommand, CommandError

from kept.base import rates

ADDRESS = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"


class Command(BaseCommand):
    help = "Fetches the ECB's euro reference rates into the data folder. Stored amounts do not change."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, help="take this eurofxref-hist.zip instead of fetching it")
        parser.add_argument("--force", action="store_true", help="take it although earlier days have other rates")

    def handle(self, *args: Any, **options: Any) -> None:
        zipped = options["file"].read_bytes() if options["file"] else fetched()
        try:
            table = rates.read_table(zipped)
        except ValueError as error:
            raise CommandError(str(error)) from error
        if table.days[-1] <= rates.last_day():
            self.stdout.write(f"Nothing new: rates until {rates.last_day()} are here.")
            return
        changed = differing_days(table)
        for line in changed[:20]:
            self.stdout.write(line)
        if changed and not options["force"]:
            raise CommandError(f"{len(changed)} earlier rates differ from those here. Look, then use --force.")
        file = rates.updated_file()
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(".new")
        fresh.write_bytes(zipped)
        fresh.replace(file)
        rates.reload()
        self.stdout.write(f"Rates until {table.days[-1]} ({len(table.days)} days). Restart the servers to use them.")


def fetched() -> bytes:
    """The file from the ECB. Raises CommandError where it cannot be had."""
    try:
        answer = httpx.get(ADDRESS, timeout=60, follow_redirects=True)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise CommandError(f"The ECB's file could not be fetched ({error}). Use --file with a copy.") from error
    return answer.content


def differing_days(table: rates.Table) -> list[str]:
    """Rates of days that both tables have and that are not the same in both, one line each."""
    here = rates.table_in_use()
    places = {day: at for at, day in enumerate(here.days)}
    lines = []
    for at, day in enumerate(table.days):
        if day not in places:
            continue
        for currency in table.columns.keys() & here.columns.keys():
            ours, theirs = here.per_euro(currency, places[day]), table.per_euro(currency, at)
            if ours != theirs:
                lines.append(f"{day} {currency}: {ours} here, {theirs} there")
    return sorted(lines)
