"""How invented pledges fare and how their owners answer: drawn once for each from its number, then followed year by year.

Nothing here is shown; what is shown follows from the reports that come of it, by the room's own rules.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kept.progress.statuses import Said

SEED = "kept demonstration 1"
# (how an owner answers, how often, how likely in one round)
OWNERS = (("always", 42, 0.93), ("sometimes", 36, 0.58), ("at first", 11, 0.85), ("hardly ever", 11, 0.05))
# (how a pledge fares, how often, how fast against its plan, where it stops)
WAYS = (
    ("in time", 40, (0.98, 1.3), (1.0, 1.12)),
    ("late", 30, (0.45, 0.85), (1.0, 1.05)),
    ("half way", 15, (0.5, 1.0), (0.5, 0.9)),
    ("hardly", 10, (0.1, 0.5), (0.05, 0.45)),
    ("not begun", 5, (0.0, 0.0), (0.0, 0.0)),
)
GIVES_UP, CALLS_IT_DONE = 0.05, 0.35  # in a round, of those that stand still; of those whose date has passed too


@dataclass(frozen=True)
class Owner:
    """How an organisation answers: how likely, until when; `there`: since when nobody is (None: somebody is)."""

    chance: float
    rounds: int  # after so many it answers no more
    gone_since: int | None  # the year of the round from which on nobody can be reached

    def answers(self, rng: random.Random, year: int, asked_before: int) -> bool:
        if self.gone_since is not None and year >= self.gone_since:
            return False
        return asked_before < self.rounds and rng.random() < self.chance


def owner_of(slug: str, has_somebody: bool) -> Owner:
    """How an organisation answers; nearly half of those without a focal point cannot be reached from some year on."""
    rng = random.Random(f"{SEED} owner {slug}")  # noqa: S311
    name, _weight, chance = rng.choices(OWNERS, weights=[weight for _name, weight, _chance in OWNERS])[0]
    gone = rng.choice((2022, 2023, 2024, 2025)) if not has_somebody and rng.random() < 0.45 else None
    return Owner(chance, 1 if name == "at first" else 99, gone)


@dataclass(frozen=True)
class Fate:
    """How one pledge fares: its speed against the plan, the share of what was promised at which it stops."""

    rng: random.Random
    start: date
    end: date
    speed: float
    stops: float
    signs: float  # the share of its money that comes to be signed
    proves: float  # how likely documents come with an answer

    def made_by(self, day: date) -> float:
        """The share of what was promised that is there on a day."""
        planned = (day - self.start).days / max((self.end - self.start).days, 1)
        return min(self.stops, max(0.0, planned * self.speed))

    def done_on(self) -> date:
        """The day on which all is there, of one that gets there."""
        days = (self.end - self.start).days / self.speed
        return self.start + timedelta(days=round(days))

    def says(self, day: date) -> Said:
        """What its owner says of it at the end of a period."""
        made = self.made_by(day)
        if made >= 1:
            return Said.COMPLETED
        planned = (day - self.start).days / max((self.end - self.start).days, 1)
        stuck = self.stops < 1 and made >= self.stops
        if stuck and planned > 1 and self.rng.random() < CALLS_IT_DONE and self.stops > 0:
            return Said.COMPLETED
        if stuck and self.rng.random() < GIVES_UP * 3:
            return Said.DISCONTINUED
        if made == 0:
            return Said.NOT_STARTED
        if planned > 1 or made < planned * 0.6:
            return Said.DELAYED if self.rng.random() < 0.7 else Said.AT_RISK
        return Said.ON_TRACK if made >= planned * 0.8 or self.rng.random() < 0.4 else Said.DELAYED


def fate_of(number: int, start: date, end: date | None) -> Fate:
    """How the pledge of a number fares."""
    rng = random.Random(f"{SEED} pledge {number}")  # noqa: S311
    _name, _weight, speed, stops = rng.choices(WAYS, weights=[weight for _n, weight, _s, _e in WAYS])[0]
    return Fate(
        rng, start, max(end or start + timedelta(days=1100), start + timedelta(days=90)), rng.uniform(*speed),
        rng.uniform(*stops), rng.uniform(0.5, 1.0), rng.choice((0.15, 0.4, 0.75)),
    )  # fmt: skip


def part(whole: Decimal, share: float) -> Decimal:
    """A share of an amount as somebody would report it: to three figures."""
    exact = whole * Decimal(str(round(share, 4)))
    if exact <= 0:
        return Decimal(0)
    step = Decimal(1).scaleb(max(exact.adjusted() - 2, 0))
    return (exact // step) * step
