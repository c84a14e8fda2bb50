"""A report that an organisation publishes at an address of its own: read, whatever stands in the file. No query.

Two formats: Kept's own (data/report.schema.json), and that of the Open Source Pledge (`annualReports`; its members publish such
files, https://opensourcepledge.com). What cannot be taken is told by its place, and the rest is taken.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base.money import is_currency
from kept.pledges.reading import clean
from kept.progress.content import Activity, Money, People, ReportContent, Value
from kept.progress.statuses import Counting, Said

MOST_REPORTS, MOST_LINES = 1000, 100
FORMAT = "kept/own-reports/1"
DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,4})?", re.ASCII)


class NotReadable(ValueError):
    """The file is none of the formats: `message` says what is wrong."""

    def __init__(self, message: Any) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class OwnReport:
    """One report of the file. `pledge` is empty where the format names none (Open Source Pledge)."""

    pledge: str
    start: date
    end: date
    content: ReportContent
    evidence: tuple[tuple[str, str], ...] = ()  # (address, what it shows)
    left_out: tuple[str, ...] = field(default=())  # places in the file that could not be taken


def read(data: bytes) -> list[OwnReport]:
    """The reports of a file, the oldest first. Raises NotReadable."""
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise NotReadable(_("This is no JSON.")) from error
    if not isinstance(found, dict):
        raise NotReadable(_("The file holds no object."))
    if found.get("format") == FORMAT:
        made = list(_own(found))
    elif isinstance(found.get("annualReports"), list):
        made = list(_annual(found))
    else:
        raise NotReadable(_("The file is in none of the formats that are known: see the schema on the data page."))
    return sorted(made, key=lambda r: (r.end, r.pledge))


# --- Kept's own ----------------------------------------------------------------------------------------


def _own(found: dict[str, Any]) -> Iterator[OwnReport]:
    rows = found.get("reports")
    if not isinstance(rows, list) or len(rows) > MOST_REPORTS:
        raise NotReadable(_("The file holds no list of reports, or too many."))
    for n, row in enumerate(rows):
        if isinstance(row, dict):
            yield _one(row, f"reports[{n}]")


def _one(row: dict[str, Any], place: str) -> OwnReport:
    left: list[str] = []
    period = row.get("period") if isinstance(row.get("period"), dict) else {}
    start, end = _day(period.get("start")), _day(period.get("end"))
    pledge = row.get("pledge")
    if not isinstance(pledge, str) or not re.fullmatch(r"P-[0-9]{5,9}", pledge) or start is None or end is None:
        raise NotReadable(_("%(place)s: a report names its pledge and its period.") % {"place": place})
    said = row.get("said")
    if said not in Said.values:
        left.append(f"{place}.said")
    texts = {
        name: _text(row.get(name), 4000) for name in ("said_reason", "summary", "difficulties", "lessons", "support")
    }
    content = ReportContent(
        language=_text(row.get("language"), 10) or "en",
        said=said if said in Said.values else "",
        completed_on=_iso(row.get("completed_on")),
        values=tuple(_values(row.get("values"), place, left)),
        money=tuple(_money(row.get("money"), place, left)),
        people=_people(row.get("people"), place, left),
        activities=tuple(_activities(row.get("activities"))),
        **texts,
    )
    return OwnReport(pledge, start, end, content, tuple(_evidence(row.get("evidence"))), tuple(left))


def _list(value: Any) -> list[dict[str, Any]]:
    return [item for item in value[:MOST_LINES] if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any, most: int) -> str:
    return clean(value[:most], lines=True) if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _iso(value: Any) -> str:
    found = _day(value)
    return found.isoformat() if found else ""


def _decimal(value: Any) -> str:
    """A figure in normal form; numbers are taken as well as texts."""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value) if isinstance(value, int | str) else ""
    return text if not isinstance(value, bool) and DECIMAL.fullmatch(text) else ""


def _values(rows: Any, place: str, left: list[str]) -> Iterator[Value]:
    for n, row in enumerate(_list(rows)):
        name, value = _text(row.get("indicator"), 300), _decimal(row.get("value"))
        why = _text(row.get("not_assessed"), 500)
        if not name or not (value or why):
            left.append(f"{place}.values[{n}]")
            continue
        counting = row.get("counting") if row.get("counting") in Counting.values else Counting.CUMULATIVE.value
        yield Value(
            name, value, _iso(row.get("on")), _text(row.get("source"), 500), "" if value else why, str(counting)
        )


def _money(rows: Any, place: str, left: list[str]) -> Iterator[Money]:
    for n, row in enumerate(_list(rows)):
        amount, currency = _decimal(row.get("amount")), row.get("currency")
        known = isinstance(currency, str) and is_currency(currency)
        if row.get("stage") not in ("committed", "disbursed") or not amount or amount[0] == "-" or not known:
            left.append(f"{place}.money[{n}]")
            continue
        nature, instrument = row.get("nature"), row.get("instrument")
        yield Money(
            str(row["stage"]), amount, str(currency), str(nature) if nature in ("new", "existing") else "",
            str(instrument) if instrument in ("grant", "loan", "in_kind", "own_investment") else "", _iso(row.get("on")),
        )  # fmt: skip


def _people(row: Any, place: str, left: list[str]) -> People:
    if not isinstance(row, dict):
        return People()

    def count(name: str) -> int | None:
        value = row.get(name)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**10:
            return value
        left.append(f"{place}.people.{name}")
        return None

    return People(count("total"), count("women"), count("men"), (), _text(row.get("how"), 500))


def _activities(rows: Any) -> Iterator[Activity]:
    for row in _list(rows):
        country, text = row.get("country"), _text(row.get("text"), 4000)
        if isinstance(country, str) and len(country) == 3 and text:
            yield Activity(country, text)


def _evidence(rows: Any) -> Iterator[tuple[str, str]]:
    for row in _list(rows)[:30]:
        url = row.get("url")
        if isinstance(url, str) and re.match(r"https?://", url) and len(url) <= 500:
            yield url, _text(row.get("shows"), 300)


# --- Open Source Pledge --------------------------------------------------------------------------------


def _annual(found: dict[str, Any]) -> Iterator[OwnReport]:
    """Yearly payments to maintainers: each year is a period, and what was paid since the start is their sum."""
    rows = [(row, _day(row.get("dateYearEnding"))) for row in _list(found.get("annualReports"))]
    paid = Decimal(0)
    for row, end in sorted(((r, e) for r, e in rows if e is not None), key=lambda each: each[1]):
        payments = _decimal(row.get("payments"))
        left = () if payments else ("annualReports.payments",)
        paid += Decimal(payments or 0)
        money = (Money("disbursed", f"{paid:f}", "USD", "new", "grant", end.isoformat()),) if payments else ()
        in_kind = [_decimal(row.get(name)) for name in ("monetaryValueOfTime", "monetaryValueOfMaterials")]
        worth = sum((Decimal(each) for each in in_kind if each), Decimal(0))
        if worth:
            money += (Money("disbursed", f"{worth:f}", "USD", "new", "in_kind", end.isoformat()),)
        devs = _decimal(row.get("averageNumberOfDevs"))
        values = (
            (Value("Developers employed, average of the year", devs, end.isoformat(), "annualReports"),) if devs else ()
        )
        url = row.get("url")
        shown = ((url, ""),) if isinstance(url, str) and re.match(r"https?://", url) and len(url) <= 500 else ()
        content = ReportContent(said=Said.ON_TRACK.value, money=money, values=values,
                                summary=_text(found.get("description"), 4000))  # fmt: skip
        yield OwnReport("", end - timedelta(days=364), end, content, shown, left)
