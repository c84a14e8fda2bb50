"""What the documents behind the log add up to: the counter of any day, at any size of the log.

A figure that is quoted carries a day and the log's size: "845 pledges on 2023-12-31, by the first 3911 entries". Whoever
has a copy of the log computes it again, without Kept and without its database. Only published pledges count, neither
withdrawn nor superseded; a joint pledge counts once; amounts are those that the documents give in US dollars. Where an
organisation was merged into another one, and when, is no part of a document: a copy says it beside the log.

And `Latest` finds where a row of an export says something else than the document that it was made from.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

PAIR = re.compile(r"(\d{4}-\d\d-\d\d)(?:@(\d{1,15}))?", re.ASCII)


class NoPair(ValueError):
    """This is no pair of a day and a size."""


def read_pair(text: str) -> tuple[date, int | None]:
    """(day, size) of "2023-12-31@3911"; the size may be left out: the whole log. Raises NoPair."""
    match = PAIR.fullmatch(text.strip())
    try:
        if match:
            return date.fromisoformat(match[1]), int(match[2]) if match[2] else None
    except ValueError:
        pass
    raise NoPair(f"{text!r} is no figure's day and size: write 2023-12-31@3911")


@dataclass(frozen=True)
class Figure:
    """The counter that the first `size` entries give for the end of `day` (days end in UTC)."""

    day: date
    size: int
    pledges: int = 0
    organisations: int = 0
    countries: int = 0  # where the organisations sit, as their documents say
    countries_reached: int = 0
    amount_usd: Decimal = Decimal("0.00")
    pledges_with_amount: int = 0
    redacted: tuple[str, ...] = ()  # public on that day, and their text is gone: not in the figures above

    def in_words(self) -> str:
        """The figure as `kept verify --figure` prints it, a line each."""
        lines = [
            f"figure: on {self.day.isoformat()}, by the first {self.size} entries",
            f"pledges: {self.pledges}",
            f"organisations: {self.organisations}",
            f"countries: {self.countries}",
            f"countries reached: {self.countries_reached}",
            f"amount in USD: {self.amount_usd}",
            f"pledges with an amount: {self.pledges_with_amount}",
        ]
        return "\n".join(lines + [f"redacted, not in the figure: {name}" for name in self.redacted])


@dataclass(slots=True)
class Counted:
    """What one revision adds to the counter; `gone` where its document was redacted."""

    revision: int
    counts: bool
    who: tuple[tuple[str, str], ...] = ()  # organisation, country: the lead, and the partners who confirmed
    reached: tuple[str, ...] = ()
    usd: Decimal | None = None
    gone: bool = False


@dataclass
class Tally:
    """Hears every entry of a walk (`Verification(hear=…)`), then says the figure of its day and size."""

    day: date
    size: int | None = None
    heard: int = 0
    latest: dict[str, Counted] = field(default_factory=dict)
    same: dict[Any, Any] = field(default_factory=dict)  # equal lists are kept once

    def __call__(self, index: int, entry: Mapping[str, Any], document: Mapping[str, Any] | None) -> None:
        """One entry of the log, in order, with its document."""
        if self.size is not None and index >= self.size:
            return
        self.heard = index + 1
        reference, kind = entry["reference"], entry["type"]
        if not kind.startswith("pledge."):
            return
        before = self.latest.get(reference)
        if document is None:  # its text is gone, and with it the day on which it began to be true
            if before is None or before.counts:
                counts = kind in ("pledge.published", "pledge.revised") and entry["at"][:10] <= self.day.isoformat()
                self.latest[reference] = Counted(entry["revision"], counts, gone=True)
        elif str(document.get("valid_from", entry["at"])) < f"{self.day + timedelta(days=1)}T":
            self.latest[reference] = self._counted(entry["revision"], document)

    def _counted(self, revision: int, document: Mapping[str, Any]) -> Counted:
        lead = document.get("lead", {})
        partners = [each for each in document.get("partners", []) if each.get("confirmed")]
        who = tuple((each.get("key", ""), each.get("country", "")) for each in [lead, *partners])
        reached = tuple(document.get("countries", []))
        usd = document.get("usd", {}).get("amount")
        return Counted(
            revision, document.get("status") == "published", self.same.setdefault(who, who),
            self.same.setdefault(reached, reached), Decimal(usd) if usd is not None else None,
        )  # fmt: skip

    def figure(self, merged: Mapping[str, Any] | None = None) -> Figure:
        """The figure. `merged`: {organisation: [the one it was merged into, when]}; later merges are passed over."""
        into = {old: new for old, (new, when) in (merged or {}).items() if when < f"{self.day + timedelta(days=1)}T"}
        there = [one for one in self.latest.values() if one.counts and not one.gone]
        who = {(standing(key, into), country) for one in there for key, country in one.who}
        amounts = [one.usd for one in there if one.usd is not None]
        return Figure(
            day=self.day,
            size=self.heard if self.size is None else self.size,
            pledges=len(there),
            organisations=len({key for key, _country in who}),
            countries=len({country for _key, country in who if country}),
            countries_reached=len({code for one in there for code in one.reached}),
            amount_usd=sum(amounts, Decimal("0.00")),
            pledges_with_amount=len(amounts),
            redacted=tuple(
                f"{reference} revision {one.revision}"
                for reference, one in sorted(self.latest.items())
                if one.counts and one.gone
            ),
        )


def standing(key: str, into: Mapping[str, str]) -> str:
    """The organisation that stays, however long the chain of merges."""
    seen: set[str] = set()
    while key in into and key not in seen:
        seen.add(key)
        key = into[key]
    return key


# --- the rows of an export ------------------------------------------------------------------------------

TEXTS = ("title", "summary", "description", "start", "end", "announced", "occasion", "source_stage", "reason")
LISTS = ("targets", "sdgs", "indicators", "links", "notes")
SETS = ("focus_areas", "kinds", "beneficiaries", "countries")
Said = dict[str, Any]


def said_by_row(row: Mapping[str, Any]) -> Said:
    """What a row of an export, or an answer of the API, says of a pledge; nothing said is None."""
    lead = row.get("lead")
    partners = [[each["slug"], each["part"], each["confirmed"]] for each in row.get("partners") or []]
    return _said(row, row.get("amount"), row, row.get("amount_usd"), lead["slug"] if lead else None, partners)


def said_by_document(document: Mapping[str, Any], merged: Mapping[str, Any] | None = None) -> Said:
    """The same of a document of the log. `merged` as in `Tally.figure`: who was merged stands under the other's name."""
    into = {old: new for old, (new, _when) in (merged or {}).items()}
    money, lead = document.get("amount", {}), document.get("lead", {}).get("key", "")
    partners = [[standing(each["key"], into), each["part"], each["confirmed"]] for each in document.get("partners", [])]
    money = {"currency": money.get("currency"), "money_nature": money.get("nature"), "value": money.get("value"),
             "instrument": money.get("instrument")}  # fmt: skip
    usd = document.get("usd", {}).get("amount")
    return _said(document, money["value"], money, usd, standing(lead, into), partners)


def _said(source: Mapping, amount: Any, money: Mapping, usd: Any, lead: Any, partners: list) -> Said:
    said = {name: composed(source.get(name)) for name in (*TEXTS, *LISTS, "status", "revision", "people_expected")}
    said |= {name: sorted(source.get(name) or []) for name in SETS}
    said |= {
        "published": str(source.get("published")).replace("+00:00", "Z"),
        "language": str(source.get("language")).lower(),
        "amount": number(amount),
        "amount_usd": number(usd),
        "currency": money.get("currency"),
        "lead": lead,
        "partners": composed(partners),
    }
    if amount not in (None, ""):
        said |= {name: money.get(name) for name in ("money_nature", "instrument")}
    return {name: None if value in ("", []) else value for name, value in said.items()}


def fingerprint(said: Said) -> bytes:
    """Sixteen bytes that differ where what is said does."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=True).encode()).digest()[:16]


def first_difference(row: Said, document: Said) -> tuple[str, Any, Any]:
    """(name, in the row, in the document) of the first thing in which the two differ. Raises StopIteration."""
    names = sorted({*row, *document})
    return next((n, row.get(n), document.get(n)) for n in names if row.get(n) != document.get(n))


def number(value: Any) -> str | None:
    """A decimal in one spelling, so that 5 and 5.0000 are equal; what is no number stays as it is."""
    try:
        return None if value in (None, "") else f"{Decimal(str(value)).normalize():f}"
    except InvalidOperation:
        return str(value)


def composed(value: Any) -> Any:
    """The same with every text composed (NFC), as documents hold it, and fractions as text."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {composed(key): composed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [composed(item) for item in value]
    return str(value) if isinstance(value, float | Decimal) else value


class Latest:
    """Hears a walk and keeps a fingerprint of what each pledge's latest document says: a million need little memory."""

    def __init__(self, merged: Mapping[str, Any] | None = None) -> None:
        self.merged = merged or {}
        self.pledges: dict[str, tuple[bytes | None, bool, int]] = {}  # fingerprint, does it count?, place in the log

    def __call__(self, index: int, entry: Mapping[str, Any], document: Mapping[str, Any] | None) -> None:
        if entry["type"].startswith("pledge."):
            print_ = fingerprint(said_by_document(document, self.merged)) if document else None
            counts = entry["type"] in ("pledge.published", "pledge.revised")
            self.pledges[entry["reference"]] = (print_, counts, index)
