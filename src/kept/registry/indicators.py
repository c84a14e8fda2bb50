"""What was counted over many pledges: of each definition the sum of its figures, by what supports them, with its pledges.

Only figures of one definition are added (`progress/sums.py`); of each pledge the newest counts, or each period once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.urls import reverse

from kept.pledges.models import Pledge
from kept.progress import queries
from kept.progress.models import Definition
from kept.progress.statuses import Counting, Level
from kept.progress.sums import Value, add_up, latest_of_each
from kept.registry import search


@dataclass(frozen=True)
class Counted:
    """A definition with what its figures make together. `parts`: (level, its name, sum)."""

    definition: Definition
    name: str
    total: Decimal
    pledges: int
    parts: tuple[tuple[str, str, Decimal], ...]
    url: str

    @property
    def counting(self) -> str:
        return str(Counting(self.definition.counting).label)


@dataclass(frozen=True)
class Line:
    """One pledge's figure: its sum, where it counts by period."""

    pledge: Pledge
    value: Decimal
    on: date
    level: str


def counted(language: str, as_of: date | None = None) -> list[Counted]:
    """Every definition with a public figure, by its name."""
    found = [
        _counted(one, queries.values_of(one, search.instant_of(as_of)), language, as_of)
        for one in Definition.objects.all()
    ]
    return sorted((one for one in found if one.pledges), key=lambda one: one.name.casefold())


def of(
    definition: Definition, language: str, as_of: date | None = None
) -> tuple[Counted, list[tuple[int, Decimal, date, Level]]]:
    """One definition, and (pledge, its figure, the newest day of it, its weakest level), the largest first."""
    values = queries.values_of(definition, search.instant_of(as_of))
    by_pledge: dict[int, list[Value]] = {}
    for value in latest_of_each(values):
        by_pledge.setdefault(value.pledge, []).append(value)
    levels = list(Level)
    lines = [
        (pledge, sum((one.value for one in some), Decimal(0)), max(one.on for one in some),
         min((one.level for one in some), key=levels.index))
        for pledge, some in by_pledge.items()
    ]  # fmt: skip
    return _counted(definition, values, language, as_of), sorted(lines, key=lambda line: (-line[1], line[0]))


def lines_of(found: Sequence[tuple[int, Decimal, date, Level]]) -> list[Line]:
    """A page of them, with their pledges."""
    pledges = Pledge.objects.public().select_related("current", "lead").in_bulk([pledge for pledge, *_rest in found])
    return [
        Line(pledges[pledge], value, on, str(level.label)) for pledge, value, on, level in found if pledge in pledges
    ]


def _counted(definition: Definition, values: list[Value], language: str, as_of: date | None) -> Counted:
    made = add_up(values)
    parts = tuple((str(level), str(level.label), made.by_level[level]) for level in Level if level in made.by_level)
    url = reverse("registry:indicator", args=[definition.slug]) + (f"?as_of={as_of}" if as_of else "")
    return Counted(definition, definition.name_in(language), made.total, made.pledges, parts, url)
