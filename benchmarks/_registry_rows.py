"""Invented pledges, written straight into a database: what `kept bench registry` and `kept bench export` ask about.

Most pledges name one country, a seventh a group of them, half an amount; words are as frequent as words are (Zipf), in
six languages. Run as a process of its own: `python _registry_rows.py ROWS`, in the database that the settings name.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = Path(sys.executable).parent / "kept"


@contextmanager
def registry(rows: int, figure: Callable) -> Iterator[dict[str, str]]:
    """A registry with so many pledges and no index yet: the environment of its processes.

    BENCH_KEEP names a folder in which registries are kept for the next time; BENCH_DATABASE_URL another database
    than SQLite in a folder that is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="kept-bench-", dir=os.environ.get("BENCH_FOLDER")) as thrown_away:
        kept = os.environ.get("BENCH_KEEP")
        folder = Path(kept, str(rows)) if kept else Path(thrown_away)
        folder.mkdir(parents=True, exist_ok=True)
        env = os.environ | {"KEPT_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "kept.site.settings"}
        env |= {"KEPT_INDEX": "1", "KEPT_LIMITS": "0"}
        env.pop("DATABASE_URL", None)
        if url := os.environ.get("BENCH_DATABASE_URL"):
            env["DATABASE_URL"] = url
        subprocess.run([KEPT, "migrate", "-v0"], env=env, check=True)
        if not (folder / "filled").exists():
            run_part([sys.executable, __file__, str(rows)], env, figure)
            (folder / "filled").touch()
        yield env


def run_part(command: list[str], env: dict[str, str], figure: Callable) -> None:
    """Run a process that prints its figures, one JSON list a line."""
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            figure(*json.loads(line))
    if process.returncode:
        raise SystemExit(f"{command[1:]} failed")


def tell(metric: str, value: float, unit: str) -> None:
    print(json.dumps([metric, value, unit]), flush=True)


def memory_mb(pid: int | str = "self") -> float:
    """Memory of a process without what it shares with others, in MB (Linux: PSS, shared pages by their share)."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process with the files of the index that it has mapped, in MB (Linux)."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def children(pid: int) -> list[int]:
    """The processes that a process began."""
    found = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        found += [int(one) for one in (task / "children").read_text().split()]
    return found


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
    insert(Organisation, made.organisations())
    for piece in pieces(made.pledges(), 5000):
        with transaction.atomic():
            for model in (Pledge, Revision, RevisionPlace, RevisionTag, RevisionPartner):
                insert(model, [row for one in piece for row in one[model.__name__]])
    with transaction.atomic():
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
        cents = luck.choice((10**7, 10**8, 10**9, int(10 ** luck.uniform(5, 10)))) if luck.random() < 0.5 else None
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


if __name__ == "__main__":
    import django

    django.setup()
    fill(int(sys.argv[1]))
