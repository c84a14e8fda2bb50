"""The registry at a million pledges: whole pages with their HTML; memory, start, freshness; Datasette beside it.

Rows are invented (`_registry_rows.py`); then everything goes its usual way. Times are the server's: Django's test
client, the middleware included. Before every question everything that is kept in memory is forgotten but the figures of
the unfiltered page, from which a reader comes; `first_page` forgets these too, as after a publication. Each is asked
several times (BENCH_TURNS, 3) and its quickest turn counts, so that what else the machine does weighs little;
percentiles are over the questions of a kind. `…_cpu_…` is the time of processors, all threads.

`kept bench registry` runs 10,000, 100,000 and 1,000,000; `--rows N` one size.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _registry_rows import KEPT, children, memory_mb, registry, resident_mb, run_part, tell  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
EACH = int(os.environ.get("BENCH_EACH", "40"))  # questions of a kind
TURNS = int(os.environ.get("BENCH_TURNS", "3"))
# Six facets of one value each, which is what Datasette is quickest at.
SIX = ("entity_type", "origin", "year", "amount", "status", "language")


def run(figure: Callable, *, rows: int = 0) -> None:
    for size in [rows] if rows else SIZES:

        def of_size(metric: str, value: float, unit: str, workload: str = f"registry-{size}") -> None:
            figure(metric, value, unit, workload)

        with registry(size, of_size) as env:
            one_size(of_size, env)


def one_size(figure: Callable, env: dict[str, str]) -> None:
    seconds, cpu = timed([KEPT, "index", "--rebuild"], env)
    figure("ready_without_index", seconds, "s")
    figure("ready_without_index_cpu", cpu, "s")
    files = [file.stat().st_size for file in Path(env["KEPT_DATA"], "index").rglob("*") if file.is_file()]
    figure("index_on_disk", round(sum(files) / 2**20, 1), "MB")
    seconds, cpu = timed(part("first"), env)
    figure("ready_with_index", seconds, "s")
    figure("ready_with_index_cpu", cpu, "s")
    run_part(part("words"), env, figure)
    run_part(part("ask"), env, figure)
    run_part(part("serve"), env, figure)
    run_part(part("beside"), env, figure)


def part(name: str) -> list[str]:
    return part_of_file(__file__, name)


def part_of_file(file: str, name: str) -> list[str]:
    """The command of a part that runs as a process of its own."""
    return [sys.executable, file, name]


def timed(command: list, env: dict[str, str]) -> tuple[float, float]:
    """Seconds, and seconds of processors, of a process and its children."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return round(time.perf_counter() - start, 2), round(cpu, 2)


def first() -> None:
    """A process that has just begun, up to its first page."""
    Asked().once([])


# Questions ---------------------------------------------------------------------------------------------------


def words() -> None:
    """Which words are rare, which common: written down, so that the process that asks does not hold them all."""
    from kept.registry.index.following import fresh
    from kept.registry.index.vocabulary import iterate

    reading = fresh()
    size, whole = reading.size, reading.segments[0].part
    every = list(iterate(whole.words, whole.anywhere, range(len(whole.words))))
    latin = [(word, n) for word, n in every if word.isascii() and len(word) > 2]
    rare = [word for word, n in latin if 2 <= n <= max(20, size // 20_000)]
    common = [word for word, n in latin if size * 0.05 < n < size * 0.4]
    luck = random.Random(3)
    chosen = {"rare": luck.sample(rare, min(500, len(rare))), "common": common}
    words_file().write_text(json.dumps(chosen))
    tell("words", len(every), "words")


def words_file() -> Path:
    return Path(os.environ["KEPT_DATA"], "bench-words.json")


class Asked:
    """Questions, and how long each took."""

    def __init__(self, path: str = "/pledges/") -> None:
        from django.test import Client

        self.path = path
        self.client, self.luck = Client(SERVER_NAME="127.0.0.1"), random.Random(5)
        self.known: dict = {}

    def once(self, query: list[tuple[str, str]]) -> tuple[float, float]:
        """Milliseconds, and milliseconds of processors."""
        address = self.path + ("?" + urlencode(query) if query else "")
        self.forget()
        start, cpu = time.perf_counter(), time.process_time()
        response = self.client.get(address)
        took = (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
        return took

    def forget(self) -> None:
        """The pages and figures that were worked out, but those that the reader comes from."""
        from kept.registry.index import past
        from kept.registry.index.reading import reader
        from kept.registry.page_cache import memory

        memory.forget()
        past.forget_answers()
        if reading := reader.reading():
            reading.memory.forget(self.known)

    def comes_from_the_first_page(self) -> None:
        """From now on the figures of the unfiltered page are known before each question."""
        from kept.registry.index.reading import reader

        self.once([])
        self.known = reader.reading().memory.known()

    def kind(self, name: str, make: Callable[[], list[tuple[str, str]]], *, times: int = EACH) -> None:
        questions = [make() for _n in range(times)]
        turns = [[self.once(query) for query in questions] for _turn in range(TURNS)]
        for at, suffix in ((0, ""), (1, "_cpu")):
            best = [min(turn[n][at] for turn in turns) for n in range(times)]
            tell(f"{name}{suffix}_p50", round(statistics.median(best), 1), "ms")
            tell(f"{name}{suffix}_p95", round(statistics.quantiles(best, n=20)[-1], 1), "ms")


def ask() -> None:
    """Whole pages of each kind."""
    from kept.registry import search
    from kept.registry.selection import Selection

    asked = Asked()
    luck, known = asked.luck, json.loads(words_file().read_text())
    rare, common = known["rare"], known["common"]
    facets = search.answer(Selection()).facets
    values = {name: [value for value, n in counts.items() if n] for name, counts in facets.items()}
    narrow = [name for name in values if name not in ("status", "language")]

    def some(facets: int, each: int) -> list[tuple[str, str]]:
        names = luck.sample(narrow, facets)
        return [(name, value) for name in names for value in luck.sample(values[name], min(each, len(values[name])))]

    def typed_wrong() -> list[tuple[str, str]]:
        word = luck.choice([word for word in rare if len(word) > 6])
        at = luck.randrange(2, len(word) - 1)
        return [("q", word[:at] + word[at + 1] + word[at] + word[at + 2 :])]

    asked.once([])
    asked.kind("first_page", list, times=10)
    asked.comes_from_the_first_page()
    asked.kind("one_filter", lambda: some(1, 1))
    asked.kind("three_filters", lambda: some(3, 1))
    asked.kind("rare_word", lambda: [("q", luck.choice(rare))])
    asked.kind("common_word", lambda: [("q", luck.choice(common))])
    asked.kind("common_word_and_filter", lambda: [("q", luck.choice(common)), *some(1, 1)])
    asked.kind("two_words", lambda: [("q", f"{luck.choice(common)} {luck.choice(rare + common)}")])
    asked.kind("several_values_in_three_facets", lambda: some(3, 3))
    asked.kind("several_values_and_a_word", lambda: [("q", luck.choice(common)), *some(3, 3)])
    asked.kind("largest_first", lambda: [("sort", "largest"), *some(2, 1)])
    asked.kind("ending_deep", lambda: [("sort", "ending"), ("page", str(luck.randint(2, 900))), *some(1, 1)])
    asked.kind("map", lambda: [("view", "map"), *some(2, 1)])
    asked.kind("typing_error", typed_wrong, times=10)
    tell("memory_of_the_process_that_was_asked", round(resident_mb(), 1), "MB")
    took = [from_memory(asked) for _turn in range(EACH)]
    tell("first_page_from_memory_p50", round(statistics.median(took), 2), "ms")


def from_memory(asked: Asked) -> float:
    start = time.perf_counter()
    asked.client.get("/pledges/")
    return (time.perf_counter() - start) * 1000


# Served ------------------------------------------------------------------------------------------------------


def serve() -> None:
    """`kept serve --workers 2`: start, memory of a worker, and how long until both count a publication."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = time.perf_counter()
    command = [KEPT, "serve", "--port", str(port), "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            base = f"http://127.0.0.1:{port}"
            while not answers(base + "/pledges/"):
                time.sleep(0.02)
            tell("served_first_page_after_start", round(time.perf_counter() - start, 2), "s")
            took = [counted_everywhere(base, n) for n in range(10)]
            tell("counted_by_every_worker_p50", round(statistics.median(took)), "ms")
            tell("counted_by_every_worker_max", round(max(took)), "ms")
            workers = [pid for pid in children(server.pid) if resident_mb(pid) > 60]
            tell("memory_of_a_worker_resident", round(max(map(resident_mb, workers)), 1), "MB")
            tell("memory_of_a_worker", round(max(map(memory_mb, workers)), 1), "MB")
        finally:
            server.terminate()


def answers(address: str) -> bool:
    with suppress(OSError):
        return urllib.request.urlopen(address, timeout=60).status == 200
    return False


def counted_everywhere(base: str, n: int) -> float:
    """Milliseconds from the commit until sixteen new connections in a row, spread over the workers, are told of it."""
    wanted = publish_one(n)
    start = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        while True:
            seen = list(pool.map(lambda _n: newest(base), range(16)))
            if min(seen) >= wanted:
                return (time.perf_counter() - start) * 1000


def newest(base: str) -> int:
    """The number of the newest pledge, as a worker tells it."""
    with urllib.request.urlopen(f"{base}/api/v1/pledges?page_size=1", timeout=60) as response:
        return int(json.load(response)["results"][0]["reference"][2:])


def publish_one(n: int) -> int:
    from datetime import UTC, datetime

    from django.db import transaction

    from kept.people.models import Organisation
    from kept.pledges.content import PledgeContent
    from kept.pledges.models import Pledge, Revision
    from kept.pledges.record import Record, put_on_record

    lead = Organisation.objects.order_by("pk").first()
    content = PledgeContent(
        language="en", title=f"Published {n}", lead=lead.pk, targets=("BDI",), focus_areas=("access",)
    )
    record = Record(
        Pledge(title=content.title, lead=lead), Revision(content=content.to_json()), "pledge.published", content
    )
    with transaction.atomic():
        put_on_record([record], at=datetime.now(UTC))
    return record.pledge.number


# Datasette beside it -------------------------------------------------------------------------------------------


def beside() -> None:
    """The same rows as one flat table with an index for each of six facets; both answer a page with these six."""
    try:
        from datasette.app import Datasette
    except ImportError:
        tell("datasette_is_not_installed", 1, "uv sync --group bench")
        return
    file = Path(os.environ["KEPT_DATA"], "flat.db")
    flat(file)
    filters = [{}, {"year": "2023"}, {"entity_type": "un"}, {"year": "2021", "entity_type": "government"}]
    filters += [{"amount": "lt10m"}, {"language": "fr"}, {"origin": "BDI"}]
    no_limits = {"facet_time_limit_ms": 60_000, "sql_time_limit_ms": 60_000, "default_facet_size": 100}
    other = Datasette([str(file)], settings=no_limits)

    async def theirs(query: dict[str, str]) -> tuple[float, float]:
        pairs = [*query.items(), *(("_facet", name) for name in SIX), ("_size", "20"), ("_sort_desc", "published")]
        start, cpu = time.perf_counter(), time.process_time()
        response = await other.client.get("/flat/pledges?" + urlencode(pairs))
        took = (time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000
        if response.status_code != 200 or response.text.count("facet-results") == 0:
            raise SystemExit(f"Datasette: {response.status_code}")
        return took

    async def all_of_theirs() -> list[tuple[float, float]]:
        return [best([await theirs(query) for _turn in range(TURNS)]) for query in filters]

    asked = Asked()
    asked.once([])
    ours = [best([asked.once(list(query.items())) for _turn in range(TURNS)]) for query in filters]
    them = asyncio.run(all_of_theirs())
    for at, suffix in ((0, ""), (1, "_cpu")):
        mine, others = (statistics.median(one[at] for one in found) for found in (ours, them))
        tell(f"kept_beside_datasette{suffix}_p50", round(mine, 1), "ms")
        tell(f"datasette_six_facets{suffix}_p50", round(others, 1), "ms")
        tell(f"times_as_fast_as_datasette{suffix}", round(others / mine, 1), "times")
        least = min(other[at] / one[at] for one, other in zip(ours, them, strict=True))
        tell(f"times_as_fast_as_datasette{suffix}_least", round(least, 1), "times")


def best(turns: list[tuple[float, float]]) -> tuple[float, float]:
    return min(one[0] for one in turns), min(one[1] for one in turns)


def flat(file: Path) -> None:
    """One row for each public pledge, in a file of its own."""
    from kept.pledges.models import Revision
    from kept.registry.index.documents import band

    file.unlink(missing_ok=True)
    columns = ("number", "title", "summary", "published", *SIX)
    with sqlite3.connect(file) as db:
        db.execute(f"CREATE TABLE pledges ({', '.join(columns)}, PRIMARY KEY (number))")
        read = Revision.objects.public().values_list(
            "pledge__number", "title", "summary", "published_at", "entity_type", "origin", "amount", "usd_cents",
            "record_status", "language",
        )  # fmt: skip
        rows = (
            (
                number,
                title,
                summary,
                at.isoformat(),
                kind,
                origin,
                str(at.year),
                band(-1 if cents is None else cents, amount is not None),
                status,
                language,
            )
            for number, title, summary, at, kind, origin, amount, cents, status, language in read.iterator(5000)
        )
        db.executemany(f"INSERT INTO pledges VALUES ({', '.join('?' * len(columns))})", rows)
        for name in (*SIX, "published"):
            db.execute(f"CREATE INDEX by_{name} ON pledges ({name})")
        db.execute("ANALYZE")
    db.close()


if __name__ == "__main__":
    import django

    django.setup()
    {"first": first, "words": words, "ask": ask, "serve": serve, "beside": beside}[sys.argv[1]]()
