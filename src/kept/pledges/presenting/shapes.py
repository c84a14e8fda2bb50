"""What a page shows of a pledge: plain values, already in the reader's words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Named:
    """Something with a name and, where this installation has a page for it, an address."""

    key: str  # slug or code
    name: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the facts column: a label, the values under it, a quieter sentence."""

    term: str
    values: tuple[Named, ...]
    note: str = ""
    name: str = ""  # for programs: "lead", "where", "for_whom", "money", "kind", "people", "by_when"


@dataclass(frozen=True, slots=True)
class Wording:
    """Title, summary, description in one language (BCP 47 or Django's code)."""

    title: str
    summary: str
    description: str
    language: str


@dataclass(frozen=True, slots=True)
class PartnerView:
    organisation: Named
    part: str
    confirmed: bool
    entity_type: str = ""


@dataclass(frozen=True, slots=True)
class MoneyView:
    """The amount as promised, and what it is in US dollars. Texts are whole phrases in the reader's language."""

    amount: Decimal
    currency: str
    text: str  # "1,290 M BDT"
    whole: str  # "1,290,000,000 BDT"
    nature: str  # "new money" or ""
    instrument: str
    usd: Decimal | None
    usd_text: str  # "12.0 M USD" or ""
    rate_text: str  # "12.0 M USD at the rate of 9 June 2022", or why there is none; "" for dollars
    rate_kind: str


@dataclass(frozen=True, slots=True)
class IndicatorView:
    name: str
    unit: str
    baseline: str
    target: str
    by: str
    promised: str  # "212 by June 2024"
    headline: bool
    target_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LinkView:
    url: str
    label: str
    host: str


@dataclass(frozen=True, slots=True)
class FileView:
    key: int
    name: str
    size: int
    size_text: str
    url: str


@dataclass(frozen=True, slots=True)
class BarView:
    """What the promise bar shows. Until somebody reports, nothing is signed and nothing delivered."""

    label: str
    state: str = "not_started"
    promised: Decimal | int | None = 1
    signed: Decimal | int | None = None
    delivered: Decimal | int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class PledgeView:
    """One text of a pledge in one reader's language. See the modules that show it: registry, preview, desk."""

    key: str
    reference: str
    status: str
    n: int | None  # number of the revision; None for a text that is not public
    wording: Wording
    original: Wording | None  # where `wording` is a translation
    translated_by: str  # who translated and who checked, as one sentence; "" where nobody did
    lead: Named | None
    partners: tuple[PartnerView, ...]
    places: tuple[Named, ...]
    focus_areas: tuple[Named, ...]
    kinds: tuple[Named, ...]
    beneficiaries: tuple[Named, ...]
    goals: tuple[Named, ...]
    money: MoneyView | None
    people: int | None
    start: str
    end: str
    first_end: str  # the end that was promised first, where it was another
    indicators: tuple[IndicatorView, ...]
    occasion: str
    announced: str
    published_at: datetime | None
    day: date
    links: tuple[LinkView, ...]
    files: tuple[FileView, ...]
    source: Named | None
    source_reports: tuple[dict, ...]
    notes: tuple[str, ...]
    bar: BarView
    facts: tuple[Fact, ...]
    kicker: str  # "P-00412 · announced 9 June 2022, Kigali · published 14 June 2022"
    language: str = field(default="en")  # of the reader

    @property
    def is_public(self) -> bool:
        return self.n is not None

    @property
    def what_is_measured(self) -> bool:
        return bool(self.indicators)
