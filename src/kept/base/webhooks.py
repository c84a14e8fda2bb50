"""What other people's programs are told of: one table, to which each room adds its own events.

A room calls `register(Told(…))` in its `contributes.py`. The room api, which is built last, listens to each event and
writes it down for every address that wants it, in the transaction in which it happened. What is told names things and
where they are read; it holds no text, so that nothing has to be taken back when a text is removed by law.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Facts = tuple[str, dict[str, Any]]  # a key of what happened, for ever the same; and what is told


@dataclass(frozen=True)
class Told:
    """One kind of event: its name for others, what it means, the house's own event, and what is told of it.

    `facts(**payload)` gets what was announced and gives a key and plain JSON; None tells nobody. `hears(person, **payload)`
    says whether the account of an address may hear of it; without it everybody may: what happened is public.
    """

    type: str
    meaning: Promise | str
    event: str
    facts: Callable[..., Facts | None]
    hears: Callable[..., bool] | None = None


_told: dict[str, Told] = {}


def register(told: Told) -> None:
    """Add a kind of event; a second registration of a type replaces the first."""
    _told[told.type] = told


def kinds() -> dict[str, Told]:
    """{type: what is told}, in the order in which the rooms were built."""
    return dict(_told)
