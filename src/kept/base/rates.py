"""Reference rates: what an amount is in US dollars on a day. (Interface first.)"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["ecb", "euro_fixed", "entered", "file", "year_average", "none"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """`amount_usd` is rounded once, half-even to cents; None where there is no rate (kind "none")."""

    amount_usd: Decimal | None
    rate: Decimal | None  # US dollars for one unit
    rate_day: date | None  # the day whose rate it is; None for a year's average
    source: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars for one unit of `currency` on `day`, as the secretariat entered it, or looked up."""

    currency: str
    day: date
    usd_per_unit: Decimal
    source: str
    kind: Kind = "entered"


# (currency, day) → the rate that the installation entered for that day or the last days before it, or None
Extra = Callable[[str, date], Rate | None]


def convert(
    amount: Decimal,
    currency: str,
    day: date | None = None,
    *,
    year: int | None = None,
    extra: Extra | None = None,
) -> Conversion: ...
def lookup(currency: str, day: date, extra: Extra | None = None) -> Rate | None: ...
def year_average(currency: str, year: int, extra: Extra | None = None) -> Rate | None: ...
