"""/progress/ over a million pledges and three million reports: whole pages with all charts, any filter.

Pledges are those of `_registry_rows.py`, each with three public reports and a standing from one to the next. Times are
the server's: Django's test client, the middleware included. Before every question everything that is kept in memory is
forgotten but the unfiltered page, from which a reader comes; `first_page` forgets this too, as after a publication.
Each is asked several times (BENCH_TURNS, 3) and its quickest turn counts. `…_cpu_…` is the time of processors, all threads.

`kept bench progress` runs 10,000, 100,000 and 1,000,000; `--rows N` one size. BENCH_KEEP as for `registry`.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _registry_rows import KEPT, insert, pieces, registry, resident_mb, run_part, tell  # noqa: E402

from registry import Asked, part_of_file, timed  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
REPORTS = 3  # of each pledge
SAID = ("not_started", "on_track", "delayed", "at_risk", "completed", "discontinued")
LEVELS = ("self_reported", "documented", "verified")
STANDS = ("not_started", "on_track", "late", "kept", "kept_late", "partly_kept", "not_kept", "given_up", "unjudged")
OFTEN = (5, 22, 18, 9, 4, 6, 5, 3, 28)
REPORTING = ("current", "due", "overdue", "silent", "unreachable", "closed")


def run(figure: Callable, *, rows: int = 0) -> None:
    for size in [rows] if rows else SIZES:

        def of_size(metric: str, value: float, unit: str, workload: str = f"progress-{size}") -> None:
            figure(metric, value, unit, workload)

        with registry(size, of_size) as env:
            done = Path(env["KEPT_DATA"], "reported")
            if not done.exists():
                run_part(part_of_file(__file__, "fill"), env, of_size)
                subprocess.run([KEPT, "index", "--rebuild"], env=env, check=True, stdout=subprocess.DEVNULL)
                done.touch()
            seconds, cpu = timed(part_of_file(__file__, "first"), env)
            of_size("process_with_its_first_page", seconds, "s")
            of_size("process_with_its_first_page_cpu", cpu, "s")
            run_part(part_of_file(__file__, "ask"), env, of_size)


# Rows --------------------------------------------------------------------------------------------------------


def fill() -> None:
    """Three public reports of every pledge, and where it stood from each to the next."""
    from django.db import connection, transaction

    from kept.pledges.models import Pledge
    from kept.progress.models import Report, Standing

    start, luck, done = time.perf_counter(), random.Random(7), 0
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")
    pledges = Pledge.objects.order_by("pk").values_list("pk", "lead", "published_at", "status")
    for some in pieces(_each(luck, pledges.iterator(20_000)), 5000):
        with transaction.atomic():
            insert(Report, [row for one in some for row in one[0]])
            insert(Standing, [row for one in some for row in one[1]])
        done += len(some)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell("reports_written", round(done * REPORTS / (time.perf_counter() - start)), "rows/s")


def _each(luck: random.Random, pledges: Iterator[tuple]) -> Iterator[tuple[list[dict], list[dict]]]:
    for pk, lead, published, status in pledges:
        first = published.year
        days = [date(first + n, luck.randint(1, 12), 15) for n in range(1, REPORTS + 1)]
        instants = [published.replace(tzinfo=None).isoformat(" "), *(f"{day} 12:00:00" for day in days)]
        reports, standings = [], [_standing(luck, pk, status, instants, 0, None)]
        for n, day in enumerate(days, start=1):
            reports.append(_report(luck, pk, lead, n, day))
            standings.append(_standing(luck, pk, status, instants, n, day, reports[-1]))
        yield reports, standings


def _report(luck: random.Random, pk: int, lead: int, n: int, day: date) -> dict:
    said, level = luck.choice(SAID), luck.choices(LEVELS, (70, 22, 8))[0]
    at = f"{day} 12:00:00"
    return {
        "id": (pk - 1) * REPORTS + n, "pledge_id": pk, "key": f"{pk:016x}{n:08x}", "organisation_id": lead,
        "organisation_name": "", "origin": "form", "period_start": f"{day.year - 1}-01-01",
        "period_end": f"{day.year - 1}-12-31", "state": "published", "content": "{}", "typed": "{}", "version": 1,
        "field_versions": "{}", "made_at": at, "changed_at": at, "changed_by_name": "", "submitted_by_name": "",
        "in_part": False, "left_out": "[]", "n": n, "revision": 1, "published_at": at, "said": said,
        "said_level": level, "said_on": day.isoformat(), "sha256": "",
    }  # fmt: skip


def _standing(
    luck: random.Random, pk: int, status: str, instants: list[str], n: int, day: date | None, report: dict | None = None
) -> dict:
    level = report["said_level"] if report else "self_reported"
    money = luck.random() < 0.4 and n > 0
    people = luck.random() < 0.3 and n > 0
    cents = luck.randrange(10**9) if money else None
    return {
        "pledge_id": pk, "valid_from": instants[n], "valid_to": instants[n + 1] if n < REPORTS else None,
        "counts": status != "superseded", "money_counts": luck.random() < 0.99, "said": report["said"] if report else "",
        "said_on": day.isoformat() if day else None, "level": level,
        "standing": luck.choices(STANDS, OFTEN)[0] if n else "unjudged", "reason": "", "revised": "", "ends": False,
        "reporting": luck.choices(REPORTING, (50, 8, 8, 20, 4, 10))[0] if n else "not_yet_due", "objected": False,
        "easier": False, "indicator": "", "unit": "", "counting": "", "reports": n,
        "committed_cents": cents, "committed_level": luck.choice(LEVELS) if money else "",
        "disbursed_cents": cents // 2 if cents else None, "disbursed_level": luck.choice(LEVELS) if cents else "",
        "people": luck.randrange(10**5) if people else None, "people_level": luck.choice(LEVELS) if people else "",
        "report_id": report["id"] if report else None, "reported_on": day.isoformat() if day else None,
    }  # fmt: skip


# Questions -----------------------------------------------------------------------------------------------------


def first() -> None:
    """A process that has just begun, up to its first page."""
    Asked("/progress/").once([])


def ask() -> None:
    """Whole pages of each kind."""
    from kept.registry import search
    from kept.registry.selection import Selection

    asked = Asked("/progress/")
    luck, facets = asked.luck, search.answer(Selection()).facets
    values = {name: [value for value, n in counts.items() if n] for name, counts in facets.items()}
    narrow = [name for name in values if name not in ("status", "language")]

    def some(facets: int, each: int) -> list[tuple[str, str]]:
        names = luck.sample(narrow, facets)
        return [(name, value) for name in names for value in luck.sample(values[name], min(each, len(values[name])))]

    asked.once([])
    asked.kind("first_page", list, times=10)
    asked.comes_from_the_first_page()
    asked.kind("one_filter", lambda: some(1, 1))
    asked.kind("two_filters", lambda: some(2, 1))
    asked.kind("three_filters", lambda: some(3, 1))
    asked.kind("several_values_in_three_facets", lambda: some(3, 3))
    _past(asked, some)
    tell("page_bytes", len(asked.client.get("/progress/").content), "bytes")
    tell("memory_of_the_process_that_was_asked", round(resident_mb(), 1), "MB")


def _past(asked: Asked, some: Callable[[int, int], list[tuple[str, str]]]) -> None:
    """Two days a year ago: the first question to a day reads it; later ones find it in memory, with any filter."""
    from kept.registry.index import past

    today = datetime.now(UTC).date()
    for name, days in (("a_past_day", 365), ("another_past_day", 800)):
        took, cpu = asked.once([("as_of", (today - timedelta(days=days)).isoformat())])
        tell(f"{name}_read", round(took, 1), "ms")
        tell(f"{name}_read_cpu", round(cpu, 1), "ms")
    then = [("as_of", (today - timedelta(days=365)).isoformat())]
    asked.kind("a_past_day_known", lambda: then, times=5)
    asked.kind("a_past_day_one_filter", lambda: [*then, *some(1, 1)])
    asked.kind("a_past_day_two_filters", lambda: [*then, *some(2, 1)])
    asked.kind("a_past_day_several_values_in_three_facets", lambda: [*then, *some(3, 3)])
    asked.kind("a_past_day_three_filters", lambda: [*then, *some(3, 1)])
    tell("past_days_in_memory", len(past.days_known()), "days")


if __name__ == "__main__":
    import django

    django.setup()
    {"fill": fill, "first": first, "ask": ask}[sys.argv[1]]()
