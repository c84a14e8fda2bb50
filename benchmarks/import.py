"""An office's spreadsheet of 100,000 rows into an empty registry: seconds, rows a second, memory from first to last.

Runs `kept import-pledges --publish` as its own process on a database of its own (SQLite, or the one that
BENCH_DATABASE_URL names), and looks at that process's memory twice a second. Meanwhile somebody else saves a draft four
times a second: how long the longest save waited. Processor seconds are those of the process that writes and of the one
that reads the file; the longer of the two is what the import takes where nothing else runs.
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

COUNTRIES = ("Kenya", "Népal", "Côte d'Ivoire", "Bolivia", "Viet Nam", "South Africa", "Türkiye", "Россия", "中国", "مصر",
             "Burundi", "Rwanda", "Brazil", "India", "Germany", "United States", "Fiji", "Peru")  # fmt: skip
KINDS = ("financial", "programme", "policy", "advocacy", "in-kind")
FOCUS = ("access", "adoption", "value creation", "accelerate")
AMOUNTS = ("1,200,000.50", "1 200 000,50", "2e+06", "USD 3 bn", "10 USD million", "", "", "", "750000", "")
HEADERS = ("ID", "Pledge title", "Summary", "Organisation", "Organisation type", "Country of organisation", "Kind",
           "Focus area", "Target countries", "Amount", "Currency", "Start date", "End date", "Announced")  # fmt: skip


def write_file(path: Path, rows: int) -> None:
    """The spreadsheet as CSV: 4,000 organisations, amounts and countries in many spellings."""
    rng = random.Random(11)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(HEADERS)
        for n in range(rows):
            amount = rng.choice(AMOUNTS)
            kind = rng.choice(KINDS[1:]) if not amount else rng.choice(KINDS)
            out.writerow(
                [f"R{n:07d}", f"Promise {n}: connect {rng.randint(10, 900)} places", "A room, a connection, a caretaker.",
                 f"Invented Organisation {rng.randint(1, 4000)}", "private sector", rng.choice(COUNTRIES), kind,
                 rng.choice(FOCUS), "; ".join(rng.sample(COUNTRIES, rng.randint(1, 3))), amount,
                 "" if not amount or "USD" in amount else rng.choice(("USD", "EUR", "GBP")), "2023-01-01", "2026-12-31",
                 f"202{rng.randint(2, 4)}-0{rng.randint(1, 9)}-15"]
            )  # fmt: skip


SAVER = """
import json, sys, time
import django
django.setup()
from django.utils import timezone
from kept.people.models import Membership, Organisation, Person
from kept.pledges import actions
person = Person.objects.create_user("saver@example.org", name="Saver")
lake = Organisation.objects.create(name="Saver", slug="saver", normalised="saver")
Membership.objects.create(person=person, organisation=lake, role="focal_point", state="active")
draft = actions.create_draft(by=person, at=timezone.now(), lead=lake)
waits = []
def say(*_):
    print(json.dumps(waits), flush=True)
    sys.exit(0)
import signal
signal.signal(signal.SIGTERM, say)
print("ready", flush=True)
while True:
    began = time.perf_counter()
    actions.save_fields(draft, {"title": f"Draft {len(waits)}"}, by=person, at=timezone.now(), base_version=10**6, force=True)
    waits.append(time.perf_counter() - began)
    time.sleep(0.25)
"""


def processor_seconds(pid: int) -> float:
    """What a process used of the processors so far (Linux); 0 where that cannot be known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0


def memory_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB (Linux)."""
    total = 0.0
    for one in (pid, *children(pid)):
        try:
            pages = int(Path(f"/proc/{one}/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):
            continue
        total += pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return total


def children(pid: int) -> list[int]:
    try:
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def run(figure: Callable, *, rows: int = 100_000) -> None:
    with tempfile.TemporaryDirectory(prefix="kept-bench-") as folder:
        path = Path(folder) / "pledges.csv"
        write_file(path, rows)
        env = os.environ | {"KEPT_DATA": f"{folder}/data"}
        env.pop("DATABASE_URL", None)
        if url := os.environ.get("BENCH_DATABASE_URL"):
            env["DATABASE_URL"] = url
        kept = Path(sys.executable).parent / "kept"
        subprocess.run([kept, "migrate", "-v0"], env=env, check=True)
        saver = subprocess.Popen(
            [sys.executable, "-c", SAVER],
            env=env | {"DJANGO_SETTINGS_MODULE": "kept.site.settings"},
            stdout=subprocess.PIPE,
            text=True,
        )
        saver.stdout.readline()
        start = time.perf_counter()
        process = subprocess.Popen(
            [kept, "import-pledges", path, "--publish", "--report", f"{folder}/refused.csv"],
            env=env,
            stdout=subprocess.DEVNULL,
        )
        seen, writing, reading = [], 0.0, 0.0
        while process.poll() is None:
            seen.append(memory_mb(process.pid))
            writing = max(writing, processor_seconds(process.pid))
            reading = max(reading, sum(map(processor_seconds, children(process.pid))))
            time.sleep(0.5)
        seconds = time.perf_counter() - start
        saver.terminate()
        waits = json.loads(saver.communicate()[0])
        report = Path(f"{folder}/refused.csv")
        refused = len(report.read_text(encoding="utf-8-sig").splitlines()) - 1 if report.exists() else 0
        third = max(1, len(seen) // 3)
        figure("seconds", round(seconds, 1), "s")
        figure("rows_per_second", round(rows / seconds), "rows/s")
        figure("processor_writing", round(writing, 1), "s")
        figure("processor_reading", round(reading, 1), "s")
        figure("refused", refused, "rows")
        figure("memory_first_third", round(max(seen[:third]), 1), "MB")
        figure("memory_last_third", round(max(seen[-third:]), 1), "MB")
        figure("saves_meanwhile", len(waits), "")
        figure("longest_wait_of_a_save", round(max(waits), 2), "s")
        figure("exit_status", process.returncode, "")
