"""What became of the pledges of a selection, as plain figures: out of the index where there is one, else in SQL.

Both say the same of the same record. Counted are published pledges and those that were taken back; a replaced one
follows its successor, also where a reader chose those that were replaced.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import ExtractYear

from kept.pledges.counting import merges, root
from kept.pledges.models import Revision, RevisionPlace, RevisionTag, Status, Taxonomy
from kept.progress import filters, queries
from kept.progress.models import Standing
from kept.progress.statuses import Stands
from kept.registry import search
from kept.registry.selection import Selection

COUNTED = (Status.PUBLISHED.value, Status.WITHDRAWN.value)
# How standings are drawn together.
GROUPS: dict[str, tuple[str, ...]] = {
    "kept": (Stands.KEPT, Stands.KEPT_LATE),
    "partly": (Stands.PARTLY_KEPT,),
    "going": (Stands.NOT_STARTED, Stands.ON_TRACK),
    "late": (Stands.LATE,),
    "ended": (Stands.NOT_KEPT, Stands.GIVEN_UP),
    "unjudged": (Stands.UNJUDGED,),
}
LOOK_OF = {standing: group for group, standings in GROUPS.items() for standing in standings}
# {facet that is crossed with standings: the parts of the index's columns that hold it}. Regions are those of ITU.
CROSSED: dict[str, tuple[str, ...]] = {
    "year": ("year",),
    "focus": ("focus",),
    "region": ("region", "itu"),
    "entity_type": ("entity_type",),
    "beneficiary": ("beneficiary",),
}
ITU = "itu-"
Table = dict[str, dict[str, int]]  # {value: {group of standings: pledges}}


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum, and of how many pledges. Money in US cents."""

    total: int
    pledges: int

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.total + other.total, self.pledges + other.pledges)


NONE = Amount(0, 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures. `counts`: {filter of `progress.filters`: {value: pledges}}; `staged`: {figure: {level: sum}}."""

    counts: dict[str, dict[str, int]]
    crossed: dict[str, Table]
    promised: Amount
    expected: Amount
    staged: dict[str, dict[str, Amount]]


def outcome(selection: Selection) -> Outcome:
    """The figures of a selection (`counted`)."""
    from kept.registry.index import outcome as index  # reads this module

    if not set(selection.of("status")) & set(COUNTED):
        return Outcome({name: {} for name in filters.NAMES}, {name: {} for name in CROSSED}, NONE, NONE,
                       {name: {} for name in filters.AMOUNTS})  # fmt: skip
    found = index.outcome(selection, GROUPS, CROSSED) or in_sql(selection)
    for table in found.crossed.values():
        table.pop("", None)
    found.crossed["region"] = {code: row for code, row in found.crossed["region"].items() if code.startswith(ITU)}
    return found


def money(selection: Selection) -> tuple[Amount, dict[str, dict[str, Amount]]]:
    """What is promised; and what is signed and spent, {figure: {level: sum}}: without counting anything else in SQL."""
    from kept.registry.index import outcome as index

    if found := index.outcome(selection, GROUPS, CROSSED):
        return found.promised, found.staged
    promised = revisions(selection).aggregate(cents=Sum("usd_cents"), pledges=Count("usd_cents"))
    return Amount(promised["cents"] or 0, promised["pledges"]), {
        name: _by_level(selection, name) for name in ("signed", "spent")
    }


def promised_elsewhere(selection: Selection) -> Amount:
    """What is promised of money that counts under another pledge or in another registry, by people's decisions."""
    if not queries.counted_once(search.instant_of(selection.as_of)).exists():
        return NONE
    return money(selection.choosing("same_money", (filters.ELSEWHERE,)))[0]


def staged(selection: Selection, names: Iterable[str]) -> dict[str, dict[str, Amount]]:
    """The sums of some figures of `filters.AMOUNTS` alone: {figure: {level: sum}}."""
    from kept.registry.index import outcome as index

    found = index.outcome(selection, GROUPS, CROSSED)
    return {name: found.staged[name] if found else _by_level(selection, name) for name in names}


def counted(selection: Selection) -> Selection:
    """The selection with those that were taken back, where it chose no status itself; without those replaced."""
    chosen = selection.of("status") or COUNTED
    kept = tuple(status for status in chosen if status in COUNTED)
    return selection.choosing("status", kept or chosen)


# In SQL ------------------------------------------------------------------------------------------------------------


def revisions(selection: Selection) -> QuerySet[Revision]:
    return search.rows(selection).exclude(record_status=Status.SUPERSEDED).order_by()


def standings(selection: Selection) -> QuerySet[Standing]:
    at = search.instant_of(selection.as_of)
    return filters.rows(at).filter(counts=True, pledge__in=revisions(selection).values("pledge")).order_by()


def counts_of(selection: Selection, name: str) -> dict[str, int]:
    """{value: pledges} of one of `filters.NAMES`."""
    from kept.registry.index import outcome as index

    found = index.counts_of(selection, name)
    return counts_in_sql(selection, name) if found is None else found


def leads_of(selection: Selection) -> dict[int, int]:
    """{organisation that stands: pledges of the selection that it leads}."""
    from kept.registry.index import outcome as index

    if (found := index.leads_of(selection)) is not None:
        return dict(zip(*(some.tolist() for some in found), strict=True))
    merged, counts = merges(selection.as_of), Tally[int]()
    for lead, n in revisions(selection).exclude(lead=None).values_list("lead").annotate(n=Count("pk")):
        counts[root(lead, merged)] += n
    return dict(counts)


def counts_in_sql(selection: Selection, name: str) -> dict[str, int]:
    return dict(standings(selection).values_list(filters.COLUMNS[name]).annotate(n=Count("pk")))


def in_sql(selection: Selection) -> Outcome:
    """The same, by the database alone."""
    rows = revisions(selection)
    promised = rows.aggregate(
        cents=Sum("usd_cents"), with_amount=Count("usd_cents"), people=Sum("people_expected"),
        with_people=Count("people_expected"),
    )  # fmt: skip
    return Outcome(
        counts={name: counts_in_sql(selection, name) for name in filters.NAMES},
        crossed=_crossed(selection, rows),
        promised=Amount(promised["cents"] or 0, promised["with_amount"] or 0),
        expected=Amount(promised["people"] or 0, promised["with_people"] or 0),
        staged={name: _by_level(selection, name) for name in filters.AMOUNTS},
    )


def _crossed(selection: Selection, rows: QuerySet[Revision]) -> dict[str, Table]:
    at = search.instant_of(selection.as_of)

    def stands(pledge: str) -> Subquery:
        return Subquery(Standing.objects.at(at).filter(counts=True, pledge=OuterRef(pledge)).values("standing")[:1])

    stood = rows.annotate(stands=stands("pledge"), in_year=ExtractYear("published_at")).exclude(stands=None)
    beside = {"revision__in": rows.values("pk")}
    tags = RevisionTag.objects.filter(**beside).order_by().annotate(stands=stands("revision__pledge"))
    places = RevisionPlace.objects.filter(**beside, kind="itu").order_by().annotate(stands=stands("revision__pledge"))

    def tagged(taxonomy: str) -> Table:
        return _table(tags.filter(taxonomy=taxonomy).values_list("slug", "stands").annotate(n=Count("revision")))

    return {
        "year": _table(stood.values_list("in_year", "stands").annotate(n=Count("pk"))),
        "focus": tagged(Taxonomy.FOCUS),
        "region": _table(places.values_list("code", "stands").annotate(n=Count("revision", distinct=True))),
        "entity_type": _table(stood.values_list("entity_type", "stands").annotate(n=Count("pk"))),
        "beneficiary": tagged(Taxonomy.BENEFICIARY),
    }


def _table(rows: Iterable[tuple]) -> Table:
    found: Table = {}
    for value, standing, n in rows:
        if value not in ("", None) and standing is not None:
            row = found.setdefault(str(value), {})
            row[LOOK_OF[standing]] = row.get(LOOK_OF[standing], 0) + n
    return found


def _by_level(selection: Selection, name: str) -> dict[str, Amount]:
    level, _title = filters.FIGURES[name]
    column, among = filters.AMOUNTS[name]
    rows = standings(selection).filter(**among).exclude(**{level: ""}).exclude(**{column: None})
    return {one: Amount(total, n) for one, total, n in rows.values_list(level).annotate(t=Sum(column), n=Count("pk"))}
