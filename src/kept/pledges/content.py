"""What a pledge says: the shape of `Revision.content`.

Everything in it is in normal form (numbers parsed, places as codes, dates as partial ISO 8601). What a person
typed and nobody can read yet waits in `Revision.typed` until it is put right; nothing typed is lost.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

MONEY_NATURES = ("new", "existing", "in_kind", "to_be_raised")
INSTRUMENTS = ("grant", "loan", "own_investment")


@dataclass(frozen=True)
class Indicator:
    """What is counted: "schools connected", from 12 today to 214 by 2027-12. Numbers are decimal strings."""

    name: str = ""
    unit: str = ""
    baseline: str = ""
    target: str = ""
    by: str = ""  # partial ISO date
    headline: bool = False  # the one that the promise bar shows


@dataclass(frozen=True)
class Partner:
    """An organisation that takes part: `organisation` is its id, `part` what it does."""

    organisation: int = 0
    part: str = ""


@dataclass(frozen=True)
class Link:
    url: str = ""
    label: str = ""


@dataclass(frozen=True)
class Source:
    """Where a pledge was reported, if it did not come from its owner: shown with it."""

    name: str = ""
    url: str = ""
    id: str = ""


@dataclass(frozen=True)
class PledgeContent:
    """One text of a pledge. Every field has an empty value, so that half a draft is a content too."""

    language: str = "en"
    title: str = ""
    summary: str = ""
    description: str = ""
    lead: int | None = None  # organisation id
    partners: tuple[Partner, ...] = ()
    focus_areas: tuple[str, ...] = ()  # slugs of terms
    kinds: tuple[str, ...] = ()
    beneficiaries: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()  # BDI, 014, itu-africa, ldc, world
    sdgs: tuple[str, ...] = ()  # "4" or "4.4"
    amount: str = ""  # decimal, no exponent
    currency: str = ""
    money_nature: str = ""
    instrument: str = ""
    amount_usd: str = ""  # only a file's own conversion; otherwise Kept converts
    source_stage: str = ""  # what a file calls the stage of a flow: paid, commitment
    people_expected: int | None = None
    start: str = ""  # partial ISO dates
    end: str = ""
    indicators: tuple[Indicator, ...] = ()
    occasion: str = ""
    announced: str = ""
    links: tuple[Link, ...] = ()
    attachments: tuple[int, ...] = ()  # ids
    source: Source = field(default_factory=Source)
    source_reports: tuple[dict, ...] = ()  # reports that came with a file, kept as they were
    notes: tuple[str, ...] = ()  # what was computed or assumed when it came in, shown with it

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> PledgeContent:
        """Read `Revision.content`; unknown keys are ignored, missing ones are empty."""
        values = {k: v for k, v in data.items() if k in FIELDS}
        for name, kind in NESTED.items():
            if name in values:
                values[name] = tuple(_made(kind, item) for item in values[name] or ())
        for name in LISTS:
            if name in values:
                values[name] = tuple(values[name] or ())
        if "source" in values:
            values["source"] = _made(Source, values["source"] or {})
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """What is stored: plain JSON, empty fields left out."""
        said = (name for name, value in vars(self).items() if value or value == 0)
        return {name: value for name in said if (value := self.plain(name)) is not None}

    def plain(self, name: str) -> Any:
        """One field as plain JSON; None where it says nothing."""
        value = getattr(self, name)
        if value is None or value == "" or value == () or value == NOWHERE:
            return None
        if name in NESTED:
            return [vars(item).copy() for item in value]
        if name == "source":
            return vars(value).copy()
        return list(value) if isinstance(value, tuple) else value

    def with_(self, **changes: Any) -> PledgeContent:
        return replace(self, **changes)

    @property
    def amount_value(self) -> Decimal | None:
        return Decimal(self.amount) if self.amount else None

    @property
    def headline_indicator(self) -> Indicator | None:
        """The owner's choice, else the first that can be measured."""
        chosen = [i for i in self.indicators if i.headline]
        measurable = chosen or [i for i in self.indicators if i.target]
        return measurable[0] if measurable else None


NOWHERE = Source()
NESTED: dict[str, type] = {"partners": Partner, "indicators": Indicator, "links": Link}
LISTS = ("focus_areas", "kinds", "beneficiaries", "targets", "sdgs", "attachments", "source_reports", "notes")
FIELDS = tuple(f.name for f in fields(PledgeContent))
_KNOWN: dict[type, set[str]] = {kind: {f.name for f in fields(kind)} for kind in (Partner, Indicator, Link, Source)}


def _made(kind: type, item: Any) -> Any:
    if isinstance(item, kind):
        return item
    known = _KNOWN[kind]
    return kind(**{k: v for k, v in item.items() if k in known})
