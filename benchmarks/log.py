"""The log: how fast it takes entries, how long a receipt and a new checkpoint take, how long verification.

Works in a process and on a database of its own (SQLite, or the one that BENCH_DATABASE_URL names).
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


def run(figure: Callable, *, rows: int = 100_000) -> None:
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
        env = os.environ | {"KEPT_DATA": folder}
        env.pop("DATABASE_URL", None)
        if url := os.environ.get("BENCH_DATABASE_URL"):
            env["DATABASE_URL"] = url
        subprocess.run([Path(sys.executable).parent / "kept", "migrate", "-v0"], env=env, check=True)
        measuring = [sys.executable, __file__, str(rows)]
        with subprocess.Popen(measuring, env=env, stdout=subprocess.PIPE, text=True) as process:
            for line in process.stdout or ():
                figure(*json.loads(line))


def measure(entries: int) -> None:
    """Print [metric, value, unit] for each figure, one on a line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    import django

    django.setup()
    from django.db import transaction

    from kept.log.actions import NewEntry, checkpoint, document_bytes, new_salt, open_head, reference_for
    from kept.log.checks import verify_database
    from kept.log.receipts import receipt

    def publish(count: int) -> None:
        with transaction.atomic(), open_head() as head:
            references = [reference_for(number) for number in head.take_numbers(count)]
            documents = [document_bytes({"reference": each, "text": "x" * 600}, new_salt()) for each in references]
            head.append_many(
                NewEntry("pledge.published", reference, 1, document)
                for reference, document in zip(references, documents, strict=True)
            )
            head.changed_many("pledge", references)

    def publish_and_sign() -> None:
        publish(1)
        checkpoint()

    began = time.perf_counter()
    for _ in range(entries // 1000):
        publish(1000)
    say("appended", entries / (time.perf_counter() - began), "entries/s")
    say("publish_and_sign_p95", p95(publish_and_sign, 50), "ms")
    say("receipt_p95", p95(lambda: receipt(reference_for(random.randint(1, entries))), 200), "ms")
    began = time.perf_counter()
    verify_database()
    say("verify", time.perf_counter() - began, "s")


def p95(work: Callable[[], object], times: int) -> float:
    """The 95th percentile of how long it takes, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[int(times * 0.95)]


def say(metric: str, value: float, unit: str) -> None:
    print(json.dumps([metric, round(value, 2), unit]), flush=True)


if __name__ == "__main__":
    measure(int(sys.argv[1]))
