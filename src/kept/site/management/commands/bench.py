"""`kept bench NAME`: one of the benchmarks in `benchmarks/`; a JSON line per figure."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

FOLDER = Path(__file__).resolve().parents[5] / "benchmarks"


class Command(BaseCommand):
    help = "Run a benchmark and print its figures, one JSON line each: workload, metric, value, unit."

    def add_arguments(self, parser) -> None:
        names = ", ".join(sorted(p.stem for p in FOLDER.glob("*.py") if not p.stem.startswith("_")))
        parser.add_argument("name", help=f"one of: {names}")
        parser.add_argument("--rows", type=int, help="another size than the benchmark's own")

    def handle(self, *, name: str, rows: int | None, **options) -> None:
        path = FOLDER / f"{name}.py"
        if not path.is_file() or name.startswith("_"):
            raise CommandError(f"There is no benchmark {name!r}. See {FOLDER}.")
        spec = importlib.util.spec_from_file_location(f"benchmarks.{name}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

        def figure(metric: str, value: float, unit: str, workload: str = name) -> None:
            line = {"workload": workload, "metric": metric, "value": value, "unit": unit}
            self.stdout.write(json.dumps(line))
            self.stdout.flush()

        module.run(figure, **({"rows": rows} if rows else {}))
