"""`kept update_places`: bring the list of countries and their names up to date, or say what has changed.

Two sources: the table of countries, regions and groups that the United Nations publish (M49, as CSV from
https://unstats.un.org/unsd/methodology/m49/overview/), and OCHA's taxonomy of countries and territories with
M49's names in six languages (package hdx-python-country, dependency group "data"). The result is
`base/data/places.json`, which is part of the program: whoever maintains Kept commits it.
"""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel import Locale
from django.core.management.base import BaseCommand, CommandError

from kept.base import places
from kept.base.places.catalogue import DATA, written

# Order of names: that of kept.base.languages.CODES.
TONGUES = ("English", "French", "Spanish", "Arabic", "Russian", "Chinese")
# Languages whose common names (CLDR) are recognised when somebody types them, and never shown.
TYPED = ("en", "fr", "es", "ar", "ru", "zh_Hans", "zh_Hant", "pt", "de", "it", "nl")
FLAGS = {
    "ldc": "Least Developed Countries (LDC)",
    "lldc": "Land Locked Developing Countries (LLDC)",
    "sids": "Small Island Developing States (SIDS)",
}
OTHER_NAMES = (
    "Preferred Term",
    "ISO Alt Term",
    "DGACM Alt Term",
    "HPC Tools Alt Term",
    "RW Short Name",
    "RW API Alt Term",
)


class Command(BaseCommand):
    help = "Rebuilds the list of countries from M49; says what changed, and where groups differ from M49."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--m49", type=Path, required=True, help="the M49 table as CSV (semicolons)")
        parser.add_argument("--taxonomy", type=Path, help="OCHA's taxonomy (default: the installed package's)")
        parser.add_argument("--out", type=Path, default=DATA / "places.json", help="where to write")
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if something would change")

    def handle(self, *args: Any, **options: Any) -> None:
        taxonomy = options["taxonomy"] or packaged_taxonomy()
        table = read_m49(options["m49"])
        made: dict[str, Any] = {
            "source": [
                "Countries, codes, regions: M49, United Nations Statistics Division (unstats.un.org)",
                "Names: M49 in six languages, as in OCHA's taxonomy of countries (hdx-python-country)",
                "Other names, recognised and never shown: the same taxonomy; Unicode CLDR (Babel)",
            ],
            "day": datetime.now(UTC).date().isoformat(),
            "languages": ["en", "fr", "es", "ar", "ru", "zh-hans"],
            "countries": countries(table, read_taxonomy(taxonomy)),
        }
        before = json.loads(options["out"].read_text("utf-8")) if options["out"].exists() else {"countries": {}}
        changes = differences(before["countries"], made["countries"])
        for line in (*changes, *dead_corrections(made["countries"]), *group_differences(table)):
            self.stdout.write(line)
        if options["check"]:
            if changes:
                raise SystemExit(1)
            return
        if changes:
            options["out"].write_text(as_text(made), "utf-8")
            places.reload()
        self.stdout.write(f"{len(made['countries'])} countries and areas, {len(changes)} changes")


def packaged_taxonomy() -> Path:
    """Where the installed package keeps OCHA's taxonomy. Raises CommandError where it is not installed."""
    spec = importlib.util.find_spec("hdx.location") if importlib.util.find_spec("hdx") else None
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for file in Path(folder).glob("*Taxonomy*.csv"):
            return file
    raise CommandError('Install the dependency group "data" (uv sync --group data) or give --taxonomy FILE.')


def read_m49(file: Path) -> list[dict[str, str]]:
    """The rows of M49's table. Raises CommandError where the file is not that table."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text, delimiter=";"))
    if not rows or "ISO-alpha3 Code" not in rows[0] or len(rows) < 200:
        raise CommandError(f"{file} is not the M49 table (semicolons, a column “ISO-alpha3 Code”).")
    return rows


def read_taxonomy(file: Path) -> dict[str, dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        return {row["ISO 3166-1 Alpha 3-Codes"]: row for row in csv.DictReader(text)}


def countries(table: list[dict[str, str]], taxonomy: dict[str, dict[str, str]]) -> dict[str, dict]:
    """The countries of M49 by alpha-3, with names, regions and the other names that mean only them."""
    found: dict[str, dict] = {}
    for row in table:
        code = row["ISO-alpha3 Code"]
        names = taxonomy.get(code, {})
        path = [row["Region Code"], row["Sub-region Code"], row["Intermediate Region Code"]]
        shown = [clean(names.get(f"M49 {tongue}", "")) for tongue in TONGUES]
        shown[0] = clean(row["Country or Area"])
        found[code] = {
            "alpha2": row["ISO-alpha2 Code"],
            "m49": row["M49 Code"].zfill(3),
            "path": [part.zfill(3) for part in path if part],
            "names": shown,
            "also": other_names(row["ISO-alpha2 Code"], names),
        }
    drop_shared(found)
    return dict(sorted(found.items()))


def other_names(alpha2: str, names: dict[str, str]) -> list[str]:
    columns = (*OTHER_NAMES, "English Formal", *(f"{tongue} Short" for tongue in TONGUES))
    also = [clean(names.get(column, "")) for column in columns]
    also += [Locale.parse(tongue).territories.get(alpha2, "") for tongue in TYPED]
    return [text for text in dict.fromkeys(also) if text]


def drop_shared(found: dict[str, dict]) -> None:
    """Keep of the other names those that mean one country only, and that are not another's own name."""
    owners: dict[str, set[str]] = defaultdict(set)
    shown: dict[str, set[str]] = defaultdict(set)
    for code, row in found.items():
        for text in row["names"]:
            shown[places.normalise(text)].add(code)
        for text in row["also"]:
            owners[places.normalise(text)].add(code)
    unlisted = {places.normalise(text) for texts in written()["unlisted"].values() for text in texts}
    for code, row in found.items():
        kept: dict[str, str] = {}
        for text in row["also"]:
            known = places.normalise(text)
            alone = owners[known] == {code} and not shown[known] - {code}
            if known and alone and known not in unlisted and code not in shown[known]:
                kept.setdefault(known, text)
        row["also"] = sorted(kept.values())


def clean(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def differences(before: dict[str, dict], after: dict[str, dict]) -> list[str]:
    """What changed, one line each, in words."""
    lines = [f"{code}: new ({after[code]['names'][0]})" for code in after if code not in before]
    lines += [f"{code}: no longer in M49 ({before[code]['names'][0]})" for code in before if code not in after]
    for code in before.keys() & after.keys():
        for key in ("alpha2", "m49", "path", "names", "also"):
            if before[code][key] != after[code][key]:
                lines.append(f"{code}: {key}: {told(before[code][key])} → {told(after[code][key])}")
    return sorted(lines)


def told(value: Any) -> str:
    return " | ".join(value) if isinstance(value, list) else str(value)


def dead_corrections(after: dict[str, dict]) -> Iterable[str]:
    """Corrections in places.toml whose slip is no longer in the source."""
    order = ["en", "fr", "es", "ar", "ru", "zh-hans"]
    for code, tongue, slip, right in written()["corrections"]["names"]:
        given = after.get(code, {"names": [""] * 6})["names"][order.index(tongue)]
        if given != slip:
            yield f"{code} ({tongue}): the correction of “{slip}” is dead; the source has “{given}”, we show “{right}”"


def group_differences(table: list[dict[str, str]]) -> Iterable[str]:
    """Where M49 marks other members of a group than groups.toml has today."""
    today = datetime.now(UTC).date()
    for group, column in FLAGS.items():
        marked = {row["ISO-alpha3 Code"] for row in table if row[column]}
        ours = places.members(group, today)
        for code in sorted(marked - ours):
            yield f"{group}: M49 has {code} ({places.name(code, 'en')}), we do not on {today}"
        for code in sorted(ours - marked):
            yield f"{group}: we have {code} ({places.name(code, 'en')}) on {today}, M49 does not"


def as_text(made: dict) -> str:
    """JSON with one country a line, so that a change shows as the line of its country."""
    head = {key: value for key, value in made.items() if key != "countries"}
    lines = [f"{json.dumps(code)}: {json.dumps(row, ensure_ascii=False)}" for code, row in made["countries"].items()]
    opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return opening + ',\n "countries": {\n  ' + ",\n  ".join(lines) + "\n }\n}\n"
