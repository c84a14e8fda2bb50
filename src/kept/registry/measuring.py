"""What pledges promise country by country: how many name it, how many only cover it, the money and people of those.

Amounts and people are never spread over countries: a pledge that names three countries stands whole in each of them, so
these figures must not be added up. A pledge that reaches a country only through a region, a group or the whole world
adds to no country's amount.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Q, Sum

from kept.pledges import counting
from kept.pledges.models import RevisionPlace
from kept.registry import search
from kept.registry.selection import Selection


@dataclass(frozen=True, slots=True)
class Reach:
    """One country: pledges that name it, pledges that only cover it, US dollars and people of those that name it."""

    named: int = 0
    covered: int = 0
    amount_usd: Decimal = Decimal(0)
    people: int = 0

    @property
    def number(self) -> int:
        """All that reach it: the number of the filter `country`."""
        return self.named + self.covered

    def of(self, measure: str) -> Decimal | int:
        """The figure of a measure of the map: of the pledges that name it."""
        return {"amount": self.amount_usd, "people": self.people}.get(measure, self.named)


NOBODY = Reach()


def by_country(selection: Selection, instead: Mapping[str, Sequence[str]] | None = None) -> dict[str, Reach]:
    """{country: what the pledges of a selection promise it}. `instead`: words that were looked for in place of others."""
    from kept.registry.index import by_country as index  # reads this room's search

    figures = index.by_country(selection, instead)
    if figures is None:
        figures = in_sql(selection)
    return {
        code: Reach(n, covered, counting.dollars(cents), people)
        for code, (n, covered, cents, people) in figures.items()
    }


def in_sql(selection: Selection) -> dict[str, list[int]]:
    """The same by the database alone: {country: [named, covered, cents, people]}."""
    rows = search.rows(selection).order_by().values("pk")
    found = RevisionPlace.objects.filter(kind="country", revision__in=rows).order_by().values_list("code")
    naming = Q(named=True)
    figures = found.annotate(
        by_name=Count("pk", filter=naming), by_group=Count("pk", filter=~naming),
        cents=Sum("revision__usd_cents", filter=naming), people=Sum("revision__people_expected", filter=naming),
    )  # fmt: skip
    return {code: [n, covered, cents or 0, people or 0] for code, n, covered, cents, people in figures}
