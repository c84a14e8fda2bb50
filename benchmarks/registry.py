"""The registry at a million pledges: whole pages with their HTML, asked of one process; memory, start, freshness.

Rows are invented and written straight into a database of its own (SQLite, or the one that BENCH_DATABASE_URL
names); then everything goes its usual way. Every question is asked once, so that no page and no figure comes out of
a memory, unless the metric says so. Times are the server's: Django's test client, the middleware included.

`kept bench registry` runs 10,000, 100,000 and 1,000,000; `--rows N` one size.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

SIZES = (10_000, 100_000, 1_000_000)
EACH = 60  # questions of a kind
KEPT = Path(sys.executable).parent / "kept"


def run(figure: Callable, *, rows: int = 0) -> None:
    for size in [rows] if rows else SIZES:
        with tempfile.TemporaryDirectory(prefix="kept-bench-", dir=os.environ.get("BENCH_FOLDER")) as folder:
            one_size(lambda metric, value, unit: figure(metric, value, unit, f"registry-{size}"), size, folder)  # noqa: B023


def one_size(figure: Callable, rows: int, folder: str) -> None:
    env = os.environ | {"KEPT_DATA": folder, "KEPT_INDEX": "1", "DJANGO_SETTINGS_MODULE": "kept.site.settings"}
    env.pop("DATABASE_URL", None)
    if url := os.environ.get("BENCH_DATABASE_URL"):
        env["DATABASE_URL"] = url
    subprocess.run([KEPT, "migrate", "-v0"], env=env, check=True)
    mine([*part("fill"), str(rows)], env, figure)
    start = time.perf_counter()
    subprocess.run([KEPT, "index", "--rebuild"], env=env, check=True, stdout=subprocess.DEVNULL)
    figure("ready_without_index", round(time.perf_counter() - start, 1), "s")
    files = [file.stat().st_size for file in Path(folder, "index").rglob("*") if file.is_file()]
    figure("index_on_disk", round(sum(files) / 2**20, 1), "MB")
    start = time.perf_counter()
    mine(part("first"), env, figure)
    figure("ready_with_index", round(time.perf_counter() - start, 2), "s")
    mine(part("ask"), env, figure)
    mine(part("publish"), env, figure)


def part(name: str) -> list[str]:
    return [sys.executable, __file__, name]


def mine(command: list[str], env: dict[str, str], figure: Callable) -> None:
    """Run a part of this file as a process of its own; it prints its figures, one JSON list a line."""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            figure(*json.loads(line))
    if process.returncode:
        raise SystemExit(f"{command[-1]} failed")


def tell(metric: str, value: float, unit: str) -> None:
    print(json.dumps([metric, value, unit]), flush=True)


# Rows --------------------------------------------------------------------------------------------------------

FOCUS = ("access", "adoption", "value-creation", "accelerate")
KINDS = ("financial", "in-kind", "policy", "programme", "advocacy")
FOR_WHOM = ("women-and-girls", "youth", "rural", "persons-with-disabilities", "indigenous-peoples", "older-persons",
            "refugees", "small-enterprises")  # fmt: skip
TYPES = ("government", "private-sector", "civil-society", "academia", "international-organisation",
         "regional-organisation", "un", "youth", "other")  # fmt: skip
LETTERS = {"en": "etaoinshrdlucmfwygpbvk", "fr": "esaitnrulodcpmévqfbghàè", "es": "eaosrnidlctumpbgvyqhfóñ",
           "ar": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي", "ru": "оеаинтсрвлкмдпуяыьгзбчйхжшю", "zh-Hans": ""}  # fmt: skip
SHARES = {"en": 60, "fr": 14, "es": 10, "ar": 6, "ru": 6, "zh-Hans": 4}


class Words:
    """Invented words, the first ones in most texts, the last ones in hardly any (Zipf)."""

    def __init__(self, luck: random.Random, language: str, number: int) -> None:
        letters = LETTERS[language]
        if letters:
            self.known = ["".join(luck.choices(letters, k=luck.randint(3, 10))) for _ in range(number)]
        else:
            self.known = ["".join(chr(0x4E00 + luck.randrange(3000)) for _ in range(2)) for _ in range(number // 10)]
        self.weights, total = [], 0.0
        for rank in range(len(self.known)):
            total += 1 / (rank + 4)
            self.weights.append(total)
        self.between = " " if letters else ""

    def text(self, luck: random.Random, words: int) -> str:
        return self.between.join(luck.choices(self.known, cum_weights=self.weights, k=words))


def fill(rows: int) -> None:
    """The database: organisations, pledges with one revision each, where they act, what they are about."""
    from django.db import connection, transaction

    from kept.log.models import Change, Head
    from kept.people.models import Organisation
    from kept.pledges.models import Pledge, Revision, RevisionPartner, RevisionPlace, RevisionTag

    start = time.perf_counter()
    luck = random.Random(11)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-400000")
    made = Inventor(luck, rows)
    with transaction.atomic():
        insert(Organisation, made.organisations())
        for piece in pieces(made.pledges(), 5000):
            for model in (Pledge, Revision, RevisionPlace, RevisionTag, RevisionPartner):
                insert(model, [row for one in piece for row in one[model.__name__]])
        Head.objects.update_or_create(pk=1, defaults={"origin": "bench", "last_number": rows, "change": 1})
        Change.objects.create(number=1, subject="pledge", key="P-00001")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell("rows_written", round(rows / (time.perf_counter() - start)), "rows/s")


def insert(model, rows: list[dict]) -> None:
    """Rows as they are: values of the columns, all with the same ones."""
    from django.db import connection

    if not rows:
        return
    columns = list(rows[0])
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks})', [tuple(row.values()) for row in rows]
        )


def pieces(rows: Iterator, size: int) -> Iterator[list]:
    piece = []
    for row in rows:
        piece.append(row)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece


class Inventor:
    """Pledges like those of Partner2Connect: most name one country, a seventh a group, half of them an amount."""

    def __init__(self, luck: random.Random, rows: int) -> None:
        from kept.base import places

        self.luck, self.rows = luck, rows
        self.who = min(40_000, max(50, rows // 10))
        self.countries = [one.alpha3 for one in places.all_countries() if one.path]
        luck.shuffle(self.countries)
        self.often = [1 / (n + 8) for n in range(len(self.countries))]
        self.words = {language: Words(luck, language, 60_000 if language == "en" else 20_000) for language in SHARES}
        self.seats: list[tuple[str, str]] = []
        self._around: dict = {}

    def organisations(self) -> list[dict]:
        rows = []
        for n in range(1, self.who + 1):
            kind, seat = self.luck.choice(TYPES), self.luck.choices(self.countries, self.often)[0]
            self.seats.append((kind, seat))
            name = f"Invented {self.words['en'].text(self.luck, 2).title()} {n}"
            rows.append(
                {"id": n, "name": name, "slug": f"invented-{n}", "names": "{}", "abbreviation": "", "entity_type": kind,
                 "country": seat, "website": "", "domain": "", "description": "", "normalised": name.lower(),
                 "invented": True, "created_at": "2022-01-01 00:00:00"}
            )  # fmt: skip
        return rows

    def pledges(self) -> Iterator[dict[str, list[dict]]]:
        for n in range(1, self.rows + 1):
            yield self.pledge(n)

    def targets(self) -> tuple[str, ...]:
        luck, kind = self.luck, self.luck.random()
        if kind < 0.12:
            return (luck.choice(("ldc", "ldc", "lldc", "sids")),)
        if kind < 0.17:
            return (luck.choice(("002", "142", "019", "202", "itu-africa", "itu-europe")),)
        if kind < 0.2:
            return ("world",)
        number = luck.choices((1, 2, 3, 5, 8), (60, 12, 6, 3, 1))[0]
        return tuple(dict.fromkeys(luck.choices(self.countries, self.often, k=number)))

    def around(self, targets: tuple[str, ...], day) -> list[tuple[str, str, bool]]:
        """(code, kind, named), as the public record keeps them."""
        from kept.base import places
        from kept.pledges.record import holding

        if (targets, day) not in self._around:
            expanded = places.expand(targets, day)
            rows = [(code, places.kind_of(code), True) for code in targets]
            rows += [(code, "country", False) for code in sorted(expanded.by_group - expanded.named)]
            held = {code for country in expanded.countries for code in holding(country, day)}
            rows += [(code, places.kind_of(code), False) for code in sorted(held - set(targets))]
            self._around[targets, day] = rows
        return self._around[targets, day]

    def pledge(self, n: int) -> dict[str, list[dict]]:
        from datetime import date

        luck = self.luck
        day = date(2019 + n * 7 // (self.rows + 1), luck.randint(1, 12), 1)
        lead = int(self.who * luck.random() ** 2) + 1
        kind, seat = self.seats[lead - 1]
        language = luck.choices(list(SHARES), list(SHARES.values()))[0]
        words, targets = self.words[language], self.targets()
        title, summary = words.text(luck, 7), words.text(luck, 15)
        status = luck.choices(("published", "withdrawn", "superseded"), (95, 3, 2))[0]
        cents = luck.choice((10**7, 10**8, 10**9, luck.randrange(10**6, 10**12))) if luck.random() < 0.5 else None
        ends = date(luck.randint(2022, 2034), 12, 31) if luck.random() < 0.8 else None
        instant = f"{day.isoformat()} {luck.randint(0, 23):02}:{luck.randint(0, 59):02}:{luck.randint(0, 59):02}"
        content = {"language": language, "title": title, "summary": summary, "description": words.text(luck, 18),
                   "lead": lead, "targets": targets}  # fmt: skip
        nature, instrument = (
            (luck.choice(("new", "existing", "")), luck.choice(("grant", "loan", ""))) if cents else ("", "")
        )
        revision = {
            "id": n, "pledge_id": n, "n": 1, "status": "published", "content": json.dumps(content), "typed": "{}",
            "version": 1, "field_versions": "{}", "changed_at": instant, "event": "pledge.published", "reason": "",
            "record_status": status, "valid_from": instant, "published_at": instant, "sha256": "", "language": language,
            "title": title, "summary": summary, "search_text": f"{title} {summary}", "lead_id": lead,
            "entity_type": kind, "origin": seat, "day": day.isoformat(), "announced": "",
            "amount": f"{cents / 100:.4f}" if cents else None, "currency": "USD" if cents else "",
            "amount_usd": f"{cents / 100:.2f}" if cents else None, "usd_cents": cents, "rate_kind": "",
            "money_nature": nature, "instrument": instrument, "people_expected": luck.randrange(10**6), "start": "",
            "end": str(ends.year) if ends else "", "ends_on": ends.isoformat() if ends else None,
        }  # fmt: skip
        pledge = {
            "id": n, "key": f"{n:024x}", "number": n, "status": status, "title": title, "lead_id": lead,
            "current_id": n, "revisions_count": 1, "created_at": instant, "published_at": instant, "hold": "",
            "announcement": "", "nearest": "{}", "on_behalf": False, "contact_name": "", "contact_email": "",
            "contact_phone": "", "delisted": False, "source_name": "", "source_id": "", "source_hash": "",
        }  # fmt: skip
        tags = [("focus", slug) for slug in luck.sample(FOCUS, luck.choice((1, 1, 2)))]
        tags += [("kind", slug) for slug in luck.sample(KINDS, luck.choice((1, 1, 2)))]
        tags += [("beneficiary", slug) for slug in luck.sample(FOR_WHOM, luck.choice((0, 1, 2)))]
        tags += [
            ("sdg", slug) for slug in luck.sample(("4", "4.4", "9", "9.c", "5", "8", "1", "17"), luck.choice((0, 1, 2)))
        ]
        other = luck.randint(1, self.who)
        joint = luck.random() < 0.2 and other != lead
        return {
            "Pledge": [pledge],
            "Revision": [revision],
            "RevisionPlace": [
                {"revision_id": n, "code": code, "kind": sort, "named": named}
                for code, sort, named in self.around(targets, day)
            ],
            "RevisionTag": [{"revision_id": n, "taxonomy": taxonomy, "slug": slug} for taxonomy, slug in tags],
            "RevisionPartner": [
                {"revision_id": n, "organisation_id": other, "part": "", "position": 0, "confirmed": luck.random() < 0.8}
            ] if joint else [],
        }  # fmt: skip


# Questions ---------------------------------------------------------------------------------------------------


class Asked:
    """Questions of each kind, no two the same, and how long each took."""

    def __init__(self) -> None:
        from django.test import Client

        self.client, self.luck = Client(SERVER_NAME="127.0.0.1"), random.Random(5)
        self.asked: set[str] = set()

    def once(self, query: list[tuple[str, str]]) -> tuple[float, bytes]:
        address = "/pledges/" + ("?" + urlencode(query) if query else "")
        start = time.perf_counter()
        response = self.client.get(address)
        seconds = time.perf_counter() - start
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}")
        return seconds, response.content

    def kind(self, name: str, make: Callable[[], list[tuple[str, str]]], *, times: int = EACH) -> None:
        self.once(make())
        took = []
        for _turn in range(times * 20):
            query = make()
            if str(query) not in self.asked or not query:
                self.asked.add(str(query))
                forget_pages(everything=not query)
                took.append(self.once(query)[0] * 1000)
            if len(took) == times:
                break
        tell(f"{name}_p50", round(statistics.median(took), 1), "ms")
        tell(f"{name}_p95", round(statistics.quantiles(took, n=20)[-1], 1), "ms")


def forget_pages(*, everything: bool) -> None:
    from kept.registry.index.reading import reader
    from kept.registry.page_cache import memory

    memory.forget()
    if everything:
        reader.forget()


def ask() -> None:
    """Whole pages of each kind."""
    from kept.registry.index.following import fresh

    asked = Asked()
    luck, numbers = asked.luck, facets_of_all(asked)
    searcher = fresh().searcher
    counted = searcher.terms_with_prefix("words", "")
    latin = [(word, n) for word, n in counted if word.isascii() and len(word) > 2]
    size = searcher.num_docs
    rare = [word for word, n in latin if 2 <= n <= max(20, size // 20_000)]
    common = [word for word, n in latin if size * 0.05 < n < size * 0.4]
    tell("words_rare", len(rare), "words")
    tell("words_common", len(common), "words")

    def some(names: list[str], values: int) -> list[tuple[str, str]]:
        return [
            (name, value) for name in names for value in luck.sample(numbers[name], min(values, len(numbers[name])))
        ]

    narrow = [
        "focus",
        "type",
        "country",
        "region",
        "group",
        "year",
        "entity_type",
        "beneficiary",
        "sdg",
        "origin",
        "amount",
    ]
    asked.kind("first_page", list)
    asked.kind("one_filter", lambda: some(luck.sample(narrow, 1), 1))
    asked.kind("three_filters", lambda: some(luck.sample(narrow, 3), 1))
    asked.kind("rare_word", lambda: [("q", luck.choice(rare))])
    asked.kind("common_word", lambda: [("q", luck.choice(common))], times=min(EACH, len(common)))
    asked.kind("common_word_and_filter", lambda: [("q", luck.choice(common)), *some(luck.sample(narrow, 1), 1)])
    asked.kind("two_words", lambda: [("q", f"{luck.choice(common)} {luck.choice(rare + common)}")])
    asked.kind("several_values_in_three_facets", lambda: some(luck.sample(narrow, 3), 3))
    asked.kind("several_values_and_a_word", lambda: [("q", luck.choice(common)), *some(luck.sample(narrow, 3), 3)])
    asked.kind("largest_first", lambda: [("sort", "largest"), *some(luck.sample(narrow, 2), 1)])
    asked.kind("ending_deep", lambda: [("sort", "ending"), ("page", str(luck.randint(2, 900))), *some(["focus"], 1)])
    took = [asked.once([])[0] * 1000 for _turn in range(EACH)]
    tell("first_page_from_memory_p50", round(statistics.median(took), 2), "ms")
    tell("memory", round(resident(), 1), "MB")


def facets_of_all(asked: Asked) -> dict[str, list[str]]:
    """The values that there are, of each facet."""
    from kept.registry import search
    from kept.registry.selection import Selection

    return {
        name: [value for value, n in counts.items() if n] for name, counts in search.answer(Selection()).facets.items()
    }


def resident() -> float:
    """Memory of this process, files that are mapped included, in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def first() -> None:
    """A process that has just begun, up to its first page."""
    start = time.perf_counter()
    Asked().once([])
    tell("first_answer_of_a_process", round(time.perf_counter() - start, 2), "s")
    tell("memory_after_first_page", round(resident(), 1), "MB")


def publish() -> None:
    """Publications, one after the other; how long until each of three other processes counts them."""
    readers = [
        subprocess.Popen(part("watch"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _n in range(3)
    ]
    for reader in readers:
        reader.stdout.readline()
    took = []
    for n in range(10):
        wanted = publish_one(n)
        start = time.perf_counter()
        for reader in readers:
            reader.stdin.write(f"{wanted}\n")
            reader.stdin.flush()
        for reader in readers:
            reader.stdout.readline()
        took.append((time.perf_counter() - start) * 1000)
    for reader in readers:
        reader.stdin.close()
        reader.wait()
    tell("counted_by_every_process_p50", round(statistics.median(took)), "ms")
    tell("counted_by_every_process_max", round(max(took)), "ms")


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


def watch() -> None:
    """A process that is asked again and again for the newest, until it is the one that was just published."""
    from kept.pledges.models import Revision
    from kept.registry import search
    from kept.registry.selection import Selection

    newest = Selection(sort="newest")
    search.answer(newest, 1)
    print("ready", flush=True)
    for line in sys.stdin:
        wanted = int(line)
        while True:
            (key,) = search.answer(newest, 1, with_facets=False, with_sums=False).keys
            if Revision.objects.values_list("pledge__number", flat=True).get(pk=key) == wanted:
                break
        print("seen", flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    {"fill": lambda: fill(int(sys.argv[2])), "first": first, "ask": ask, "publish": publish, "watch": watch}[
        sys.argv[1]
    ]()
