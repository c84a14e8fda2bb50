"""Money: an amount and its currency, and amounts as people type them. (Interface first.)"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str  # ISO 4217


@dataclass(frozen=True, slots=True)
class ParsedAmount:
    """`computed` where the figure was worked out from words ("2 billion a year over five years")."""

    amount: Decimal
    currency: str | None
    computed: bool = False
    note: str = ""


class AmountError(ValueError):
    """Typed text that is no amount. `code` for programs, `message` (lazy, translated) for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def parse_amount(text: str, *, decimal: Literal["auto", ".", ","] = "auto") -> ParsedAmount: ...
