"""What the tests of imports share: a file written by hand, the command run on it, everything that went in."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from django.core.management import call_command

from kept.pledges.content import PledgeContent
from kept.pledges.models import Pledge

EXCERPTS = Path(__file__).parent / "excerpts"
HEADER = ["ID", "Title", "Organisation", "Country of organisation", "Kind", "Focus area", "Target countries", "Amount",
          "Currency", "Announced"]  # fmt: skip


def row(number: str, title: str, lead: str = "Lake Networks", **changes: str) -> list[str]:
    """One line of an office's list: row("1", "Fibre", amount="5", currency="USD")."""
    values = {"country": "BDI", "kind": "programme", "focus": "access", "targets": "Burundi", "amount": "",
              "currency": "", "announced": "2023-06-05"} | changes  # fmt: skip
    return [number, title, lead, *values.values()]


def write(path: Path, *rows: list[str], header: list[str] = HEADER) -> Path:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def kept_import(*words: object) -> tuple[int, str, str]:
    """`kept import-pledges …`: (exit status, what it said, what it complained about)."""
    out, complaints = StringIO(), StringIO()
    status = 0
    try:
        call_command("import-pledges", *map(str, words), stdout=out, stderr=complaints)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, out.getvalue(), complaints.getvalue()


def texts() -> dict[str, PledgeContent]:
    """{title: what the pledge says} of everything that is in."""
    pledges = Pledge.objects.select_related("current", "working")
    found = {pledge: PledgeContent.from_json(pledge.text.content) for pledge in pledges if pledge.text}
    return {content.title: content for content in found.values()}
