"""The currencies of ISO 4217: those in use, and those that older records still name.

From CLDR by way of Babel. A currency that the euro replaced is withdrawn from the day on which its country
joined (`kept.base.rates.EURO_FIXED`), whatever the age of the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from babel.core import get_global
from babel.numbers import get_currency_precision

from kept.base.formats import currency_name
from kept.base.places import sort_key
from kept.base.rates import EURO_FIXED


@dataclass(frozen=True, slots=True)
class Money:
    """An amount and its currency (ISO 4217). Never a float; two currencies never add up by themselves."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal) or not self.amount.is_finite():
            raise TypeError("an amount of money is a finite Decimal")
        if self.currency not in CURRENCIES:
            raise ValueError(f"no such currency: {self.currency}")

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up: convert first")
        return Money(self.amount + other.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Currency:
    """`minor_units` are the digits behind the point (2 for most, 0 for JPY, 3 for KWD); `in_use` today."""

    code: str
    minor_units: int
    in_use: bool


def _currencies() -> dict[str, Currency]:
    in_use: dict[str, bool] = {}
    for spans in get_global("territory_currencies").values():
        for code, _first, last, tender in spans:
            in_use[code] = in_use.get(code, False) or (tender and last is None and code not in EURO_FIXED)
    return {
        code: Currency(code, get_currency_precision(code), used)
        for code, used in sorted(in_use.items())
        if not code.startswith("X") or code in _SHARED
    }


# Codes with X are funds, metals and tests, except the currencies that several countries share.
_SHARED = {"XAF", "XCD", "XCG", "XOF", "XPF"}
CURRENCIES: Mapping[str, Currency] = _currencies()


def is_currency(code: str) -> bool:
    """Whether this is a currency's code, in use or withdrawn. Capitals only."""
    return code in CURRENCIES


def minor_units(code: str) -> int:
    """The digits behind the point that amounts in this currency have; 2 where the currency is unknown."""
    found = CURRENCIES.get(code)
    return found.minor_units if found else 2


def choices(language: str, first: tuple[str, ...] = ("USD", "EUR")) -> list[tuple[str, str]]:
    """(code, name) of every currency in use, for a field to choose from: `first`, then by name."""
    names = {code: currency_name(code, language) for code, one in CURRENCIES.items() if one.in_use}
    rest = sorted(names.keys() - set(first), key=lambda code: sort_key(names[code], language))
    return [(code, names[code]) for code in (*first, *rest)]
