"""`kept index`: build the registry's index where it is missing, old or broken; `--rebuild` in any case."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from kept.pledges.models import Revision
from kept.registry.index import building, following

MANY = 20_000  # from here on it is worth starting processes


class Command(BaseCommand):
    help = "Build the registry's index where it is missing, old or broken; bring it up to date where it is not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="build it anew in any case")

    def handle(self, *args: Any, rebuild: bool, **options: Any) -> None:
        start = time.monotonic()
        total = Revision.objects.public().count()
        processes = (os.cpu_count() or 1) if total > MANY else 0
        with tqdm(total=total, unit=" pledges", disable=not sys.stderr.isatty()) as bar:
            done = building.build(
                only_if_needed=not rebuild, processes=processes, tell=lambda so_far: bar.update(so_far - bar.n)
            )
        if done is None:
            following.catch_up()
            self.stdout.write("The index is there and up to date.")
        else:
            self.stdout.write(f"{done} pledges indexed in {time.monotonic() - start:.1f} seconds.")
