"""`kept worker`: mail, publications at their hour, enqueued tasks. Any number of them may run."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand

from kept.base.worker import Worker, duties


class Command(BaseCommand):
    help = "Does the background work until it is stopped (SIGTERM)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--parent", type=int, help="end when this process is no longer the parent")
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *, parent: int | None, once: bool, verbosity: int, **options: Any) -> None:
        worker = Worker()
        if once:
            worker.once()
            return
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_details: worker.stop())
        if parent is None:
            self.stdout.write(f"Working: {', '.join(sorted(duties()))}")
            self.stdout.flush()
        worker.run(parent=parent)
