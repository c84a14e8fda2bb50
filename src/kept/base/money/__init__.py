"""Money: an amount and its currency, which currencies there are, and amounts as people type them."""

from kept.base.money.currencies import (
    CURRENCIES,
    Currency,
    Money,
    choices,
    is_currency,
    minor_units,
)
from kept.base.money.typed import AmountError, ParsedAmount, decimal_mark, parse_amount, parse_decimal

__all__ = [
    "CURRENCIES",
    "AmountError",
    "Currency",
    "Money",
    "ParsedAmount",
    "choices",
    "decimal_mark",
    "is_currency",
    "minor_units",
    "parse_amount",
    "parse_decimal",
]
