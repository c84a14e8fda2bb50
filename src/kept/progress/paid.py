"""Money of a report as readers see it: in its own currency, as a share of what was promised, in US dollars at two rates.

The dollars of sums are those at the rate of the pledge's day, so that promised, signed and spent are measured alike; those at the
rate of the day of payment stand beside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kept.base import formats
from kept.pledges.models import Pledge
from kept.progress.fields import INSTRUMENTS, NATURES, STAGES
from kept.progress.models import MoneyStage
from kept.progress.presenting import day
from kept.progress.statuses import Level, Stage


@dataclass(frozen=True)
class Paid:
    """One line, in words. `share` of what was promised, `then`: at the rate of the day of payment; empty where not known."""

    stage: str
    amount: str
    share: str
    usd: str
    then: str
    what: str  # new or existing, grant or loan, of which day
    level: str


def lines_of(money: Iterable[MoneyStage], pledge: Pledge, language: str) -> list[Paid]:
    """Each line of a report, signed before spent."""
    order = [stage for stage, _label in STAGES]
    return [_paid(row.stage, [row], pledge, language) for row in sorted(money, key=lambda row: order.index(row.stage))]


def stage_of(rows: Sequence[MoneyStage], stage: Stage, pledge: Pledge, language: str) -> Paid | None:
    """One stage of a report as a whole; None where it says nothing of it."""
    found = [row for row in rows if row.stage == stage]
    return _paid(stage, found, pledge, language) if found else None


def _paid(stage: str, rows: Sequence[MoneyStage], pledge: Pledge, language: str) -> Paid:
    currencies = {row.currency for row in rows}
    one = rows[0]
    levels = list(Level)
    amount = sum((row.amount for row in rows), Decimal(0)) if len(currencies) == 1 else None
    said = (
        [dict(NATURES).get(one.nature), dict(INSTRUMENTS).get(one.instrument), day(one.on, language)]
        if len(rows) == 1
        else []
    )
    usd, then = _cents([row.usd_cents for row in rows]), _cents([row.usd_cents_then for row in rows])
    return Paid(
        str(dict(STAGES)[stage]).capitalize(),
        "" if amount is None else formats.format_money(amount, one.currency, language),
        _share(amount, one.currency, usd, pledge, language),
        "" if usd is None or currencies == {"USD"} else formats.format_money(Decimal(usd) / 100, "USD", language),
        "" if then is None or currencies == {"USD"} else formats.format_money(Decimal(then) / 100, "USD", language),
        " · ".join(str(text) for text in said if text),
        str(min((Level(row.level) for row in rows), key=levels.index).label),
    )


def _cents(values: Sequence[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def _share(amount: Decimal | None, currency: str, usd: int | None, pledge: Pledge, language: str) -> str:
    """Of what was promised: in its own currency where both are in it, else in US dollars of the pledge's day."""
    text = pledge.current
    if text is None:
        return ""
    if amount is not None and text.amount and text.currency == currency:
        return formats.format_percent(amount / text.amount, language)
    return formats.format_percent(Decimal(usd) / text.usd_cents, language) if usd is not None and text.usd_cents else ""
