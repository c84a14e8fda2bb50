"""Reads for single pages of the registry: the first page's figures, the counter's history, organisations."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from kept.base import places
from kept.people.models import Organisation
from kept.people.naming import normalise
from kept.pledges import counting
from kept.pledges.models import Pledge, Revision, RevisionPartner, RevisionPlace, RevisionTag, Status, Term

WOMEN_AND_GIRLS = "women-and-girls"


def public_pledge(reference: int) -> Pledge | None:
    """A public pledge by its number."""
    found = Pledge.objects.public().filter(number=reference).select_related("current", "successor", "lead")
    return found.first()


def text_of(pledge: Pledge) -> Revision:
    """The public text of a public pledge. Raises LookupError for one that is not public."""
    if pledge.current is None:
        raise LookupError(f"{pledge} is not public")
    return pledge.current


@dataclass(frozen=True)
class Figures:
    """What the first page says beside the counter."""

    new_this_year: int
    year: int
    ldcs: int
    ldcs_reached: int
    women_and_girls: Decimal | None  # share of the pledges that name them; None where the term is not in use


def first_page(counter: counting.Counter) -> Figures:
    """Figures of the counted pledges as they are now."""
    rows = counting.counted().order_by()
    today = counter.as_of
    ldcs = places.members("ldc", today)
    reached = RevisionPlace.objects.filter(kind="country", revision__in=rows.values("pk")).order_by()
    named = RevisionTag.objects.filter(taxonomy="beneficiary", slug=WOMEN_AND_GIRLS, revision__in=rows.values("pk"))
    known = Term.objects.filter(taxonomy="beneficiary", slug=WOMEN_AND_GIRLS, is_active=True).exists()
    share = Decimal(named.count()) / counter.pledges if known and counter.pledges else None
    return Figures(
        new_this_year=rows.filter(published_at__year=today.year).count(),
        year=today.year,
        ldcs=len(ldcs),
        ldcs_reached=len(ldcs & set(reached.values_list("code", flat=True).distinct())),
        women_and_girls=share,
    )


# The counter's history -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Month:
    """The counter at the end of a month (of the running one: now)."""

    first: date
    pledges: int
    amount_usd: Decimal

    @property
    def iso(self) -> str:
        return self.first.isoformat()[:7]


def history(until: date) -> list[Month]:
    """The counter at the end of every month from the first publication to `until`, in two queries.

    A revision counts from the instant at which it became valid to the one at which the next did.
    """
    limit = counting.last_instant(until)
    rows = Revision.objects.filter(n__isnull=False, record_status=Status.PUBLISHED).order_by()
    begun = _by_month(rows.filter(valid_from__lte=limit), "valid_from")
    ended = _by_month(rows.filter(valid_to__lte=limit), "valid_to")
    if not begun:
        return []
    months, pledges, usd = [], 0, Decimal("0.00")
    month = min(begun)
    while month <= until:
        came, went = begun.get(month, (0, Decimal(0))), ended.get(month, (0, Decimal(0)))
        pledges, usd = pledges + came[0] - went[0], usd + came[1] - went[1]
        months.append(Month(month, pledges, usd))
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months


def _by_month(rows, column: str) -> dict[date, tuple[int, Decimal]]:
    grouped = rows.annotate(month=TruncMonth(column, tzinfo=UTC)).values("month")
    sums = grouped.annotate(n=Count("pk"), cents=Sum("usd_cents"))
    return {_day(row["month"]): (row["n"], counting.dollars(row["cents"])) for row in sums}


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


# Organisations -----------------------------------------------------------------------------------------------


@dataclass
class Entry:
    """An organisation that pledges in public, with what it promised. Merged ones stand under the one that stays."""

    pk: int
    slug: str
    name: str
    names: dict[str, str]
    abbreviation: str
    entity_type: str
    country: str
    leads: int = 0
    takes_part: int = 0
    amount_usd: Decimal = field(default_factory=lambda: Decimal("0.00"))
    public: bool = True

    @property
    def pledges(self) -> int:
        return self.leads + self.takes_part

    def name_in(self, language: str) -> str:
        return self.names.get(language) or self.name


def directory() -> list[Entry]:
    """Every organisation with a public pledge, as lead or as confirmed partner. Counted are the counted pledges.

    A fixed number of queries, whatever the number of organisations: a few thousand at most are expected.
    """
    merged = counting.merges()
    public = Revision.objects.public().order_by()
    counted = public.counted()
    seen = set(public.values_list("lead", flat=True).distinct())
    confirmed = RevisionPartner.objects.filter(confirmed=True).order_by()
    seen |= set(confirmed.filter(revision__in=public.values("pk")).values_list("organisation", flat=True).distinct())
    leads: Tally[int] = Tally()
    parts: Tally[int] = Tally()
    usd: dict[int, Decimal] = defaultdict(Decimal)
    for lead, n, cents in counted.values_list("lead").annotate(n=Count("pk"), cents=Sum("usd_cents")):
        leads[counting.root(lead, merged)] += n
        usd[counting.root(lead, merged)] += counting.dollars(cents)
    taking_part = confirmed.filter(revision__in=counted.values("pk"))
    for organisation, n in taking_part.values_list("organisation").annotate(n=Count("pk")):
        parts[counting.root(organisation, merged)] += n
    wanted = {counting.root(pk, merged) for pk in seen if pk}
    columns = ("pk", "slug", "name", "names", "abbreviation", "entity_type", "country")
    found = Organisation.objects.filter(merged_into__isnull=True).order_by("name").values(*columns)
    return [
        Entry(**row, leads=leads[row["pk"]], takes_part=parts[row["pk"]], amount_usd=usd[row["pk"]] or Decimal("0.00"))
        for row in found
        if row["pk"] in wanted
    ]


def is_public_organisation(organisation: Organisation) -> bool:
    """Has it, or one that was merged into it, a public pledge as lead or as confirmed partner?"""
    from kept.registry.facets import same_organisations

    ids = same_organisations([organisation.pk])
    public = Revision.objects.public().order_by()
    if public.filter(lead__in=ids).exists():
        return True
    partners = RevisionPartner.objects.filter(organisation__in=ids, confirmed=True, revision__in=public.values("pk"))
    return partners.exists()


def words_match(entry: Entry, words: Iterable[str]) -> bool:
    """Does every word begin a word of one of its names? Without case and accents."""
    text = " " + " ".join(normalise(name) for name in (entry.name, entry.abbreviation, *entry.names.values()) if name)
    return all(f" {word}" in text or (not word.isascii() and word in text) for word in words)


def countries_reached(rows) -> dict[str, dict[str, int]]:
    """{country: {"named": pledges that name it, "covered": pledges whose region or group covers it}}."""
    found = RevisionPlace.objects.filter(kind="country", revision__in=rows.order_by().values("pk")).order_by()
    numbers = found.values_list("code").annotate(
        by_name=Count("pk", filter=Q(named=True)), by_group=Count("pk", filter=Q(named=False))
    )
    return {code: {"named": named, "covered": covered} for code, named, covered in numbers}
