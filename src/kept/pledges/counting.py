"""What counts: the coalition's sums, now and on any past day. The one place where the counter is computed.

Rules (shared contract, "What the words and figures mean"): counted are published pledges that are neither withdrawn nor
superseded; a joint pledge once; organisations are leads and those partners who confirmed; countries are
where these sit; countries reached are targets with groups and regions expanded as of the pledge's day;
USD is announced, each pledge rounded once to cents, summed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from kept.people.models import Organisation
from kept.pledges.models import Revision, RevisionPartner, RevisionPlace


@dataclass(frozen=True)
class Counter:
    """The figures of one moment; `as_of` is the day they are true for (the end of it, UTC)."""

    pledges: int
    organisations: int
    countries: int
    countries_reached: int
    amount_usd: Decimal
    pledges_with_amount: int
    as_of: date
    countries_named: int = 0  # of those reached: named by a pledge, not only covered by a region or group
    not_converted: int = 0  # name an amount for which there is no rate: outside the sum
    by_nature: dict[str, Decimal] = field(default_factory=dict)  # new, existing, in_kind, to_be_raised, ""
    by_instrument: dict[str, Decimal] = field(default_factory=dict)  # grant, loan, own_investment, ""

    @property
    def pledges_without_amount(self) -> int:
        return self.pledges - self.pledges_with_amount - self.not_converted


def end_of(day: date) -> datetime:
    """The instant at which a day is over: days end in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def last_instant(day: date) -> datetime:
    """The last instant of a day: valid_from <= t < valid_to with t just before midnight."""
    return end_of(day) - timedelta(microseconds=1)


def counted(as_of: date | None = None) -> QuerySet[Revision]:
    """The revisions that count, now or at the end of a day: one for each counted pledge."""
    return Revision.objects.public(None if as_of is None else last_instant(as_of)).counted()


def counter(as_of: date | None = None, *, selection: QuerySet[Revision] | None = None) -> Counter:
    """The counter now, or as it was at the end of a past day; of a narrower `selection` where given."""
    rows = (counted(as_of) if selection is None else selection).order_by()
    sums = rows.aggregate(
        pledges=Count("pk"),
        with_amount=Count("amount_usd"),
        cents=Sum("usd_cents"),
        not_converted=Count("pk", filter=Q(amount__isnull=False, amount_usd__isnull=True)),
    )
    organisations = organisations_of(rows, as_of)
    sit = Organisation.objects.filter(pk__in=organisations).exclude(country="")
    ids = rows.values("pk")
    reached = RevisionPlace.objects.filter(revision__in=ids, kind="country").values("code")
    return Counter(
        pledges=sums["pledges"],
        organisations=len(organisations),
        countries=sit.values("country").distinct().count(),
        countries_reached=reached.distinct().count(),
        countries_named=reached.filter(named=True).distinct().count(),
        amount_usd=dollars(sums["cents"]),
        pledges_with_amount=sums["with_amount"],
        not_converted=sums["not_converted"],
        as_of=as_of or timezone.now().astimezone(UTC).date(),
        by_nature=_split(rows, "money_nature"),
        by_instrument=_split(rows, "instrument"),
    )


def organisations_of(rows: QuerySet[Revision], as_of: date | None = None) -> set[int]:
    """Ids of the organisations that pledge in `rows`: leads and confirmed partners, merged ones once.

    A merge has a date: for an earlier day the two are still two.
    """
    found = set(rows.values_list("lead", flat=True).distinct())
    partners = RevisionPartner.objects.filter(revision__in=rows.values("pk"), confirmed=True)
    found |= set(partners.values_list("organisation", flat=True).distinct())
    merged = merges(as_of)
    return {root(pk, merged) for pk in found if pk}


def merges(as_of: date | None = None) -> dict[int, int]:
    """{organisation: the one it was merged into} at the end of a day."""
    gone = Organisation.objects.filter(merged_into__isnull=False)
    if as_of is not None:
        gone = gone.filter(merged_at__lt=end_of(as_of))
    return dict(gone.values_list("pk", "merged_into"))


def root(pk: int, merged: dict[int, int]) -> int:
    """The organisation that stays, however long the chain of merges."""
    seen = set()
    while pk in merged and pk not in seen:
        seen.add(pk)
        pk = merged[pk]
    return pk


def _split(rows: QuerySet[Revision], column: str) -> dict[str, Decimal]:
    split = rows.filter(amount_usd__isnull=False).values(column).annotate(cents=Sum("usd_cents"))
    return {row[column]: dollars(row["cents"]) for row in split}


def dollars(cents: int | None) -> Decimal:
    """A sum of whole cents as US dollars. Sums are made of cents: SQLite would add decimals as floats."""
    return Decimal(cents or 0).scaleb(-2)
