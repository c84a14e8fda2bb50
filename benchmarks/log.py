"""The log: how fast it takes entries, and how long a receipt and a new checkpoint take.

python -m benchmarks.log [ENTRIES]      in an empty KEPT_DATA; prints one JSON line per figure
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable


def main(entries: int = 100_000) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kept.site.settings")
    import django

    django.setup()
    from django.db import transaction

    from kept.log.actions import NewEntry, checkpoint, document_bytes, new_salt, open_head, reference_for
    from kept.log.receipts import receipt

    def publish(count: int) -> None:
        with transaction.atomic(), open_head() as head:
            references = [reference_for(number) for number in head.take_numbers(count)]
            head.append_many(
                NewEntry(
                    "pledge.published",
                    reference,
                    1,
                    document_bytes({"reference": reference, "revision": 1, "text": "x" * 600}, new_salt()),
                )
                for reference in references
            )
            head.changed_many("pledge", references)

    began = time.perf_counter()
    for _ in range(entries // 1000):
        publish(1000)
    say("append", entries / (time.perf_counter() - began), "entries/s")
    say("checkpoint", p95(lambda: (publish(1), checkpoint())[1], 50), "ms")
    say("receipt", p95(lambda: receipt(reference_for(random.randint(1, entries))), 200), "ms")


def p95(work: Callable[[], object], times: int) -> float:
    """The 95th percentile of how long it takes, in milliseconds."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)[int(times * 0.95)]


def say(metric: str, value: float, unit: str) -> None:
    print(json.dumps({"workload": "log", "metric": metric, "value": round(value, 2), "unit": unit}))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
