"""The registry's own filters: what each value means, how its pledges are found and counted.

A facet's number is how many pledges have that value, with all other facets and the words as chosen. What a facet is,
and how other rooms bring theirs: `kept.pledges.facets`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

from django.db.models import Case, CharField, Count, F, Q, Value, When
from django.db.models.functions import ExtractYear, StrIndex, Substr
from django.utils.translation import gettext_lazy as _

from kept.base import languages, places
from kept.people.models import EntityType, Organisation
from kept.pledges.counting import merges
from kept.pledges.facets import Counts, Facet, Rows, all_facets, each, facet_named, register
from kept.pledges.models import Revision, RevisionPartner, RevisionPlace, RevisionTag, Status, Taxonomy, Term

__all__ = ["Counts", "Facet", "Rows", "all_facets", "facet_named", "register"]

# (value, from this amount on, below this one) in US dollars
BANDS: tuple[tuple[str, Decimal | None, Decimal | None], ...] = (
    ("lt100k", None, Decimal(100_000)),
    ("lt1m", Decimal(100_000), Decimal(10**6)),
    ("lt10m", Decimal(10**6), Decimal(10**7)),
    ("lt100m", Decimal(10**7), Decimal(10**8)),
    ("lt1bn", Decimal(10**8), Decimal(10**9)),
    ("more", Decimal(10**9), None),
)
STATUSES = (Status.PUBLISHED, Status.WITHDRAWN, Status.SUPERSEDED)
SDG = re.compile(r"([1-9]|1[0-7])(\.([1-9]\d?|[a-d]))?")
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,120}")
Having = Callable[[tuple[str, ...]], Q]
Counting = Callable[[Rows], Counts]
Known = Callable[[Sequence[str]], Mapping[str, str]]


# Taxonomies ------------------------------------------------------------------------------------------------


def _tagged(taxonomy: str) -> Callable[[tuple[str, ...]], Q]:
    return lambda values: Q(
        pk__in=RevisionTag.objects.filter(taxonomy=taxonomy, slug__in=values).order_by().values("revision")
    )


def _count_tags(taxonomy: str) -> Counting:
    def count(rows: Rows) -> Counts:
        tags = RevisionTag.objects.filter(taxonomy=taxonomy, revision__in=rows.order_by().values("pk"))
        return dict(tags.order_by().values_list("slug").annotate(n=Count("revision")))

    return count


FEW_TERMS = 4  # that are looked for one by one


def _terms(taxonomy: str) -> Callable[[], Iterable[str]]:
    """Every term in use, in its order."""
    terms = Term.objects.filter(taxonomy=taxonomy, is_active=True).order_by("position", "slug")
    return lambda: terms.values_list("slug", flat=True)


def _term(taxonomy: str) -> Known:
    def known(values: Sequence[str]) -> dict[str, str]:
        asked = [value for value in values if SLUG.fullmatch(value)]
        found = set(Term.objects.filter(taxonomy=taxonomy, slug__in=asked).values_list("slug", flat=True))
        if rest := set(asked) - found:  # a term that is no more, in texts that still have it
            tags = RevisionTag.objects.filter(taxonomy=taxonomy).order_by()
            if len(rest) <= FEW_TERMS:  # one row of each, and not all of them
                found |= {slug for slug in rest if tags.filter(slug=slug).exists()}
            else:
                found |= set(tags.filter(slug__in=rest).values_list("slug", flat=True).distinct())
        return {value: value for value in asked if value in found}

    return known


def _sdg(value: str) -> str | None:
    return value if SDG.fullmatch(value) else None


def _with_sdgs(values: tuple[str, ...]) -> Q:
    """Goal 4 is also whatever names one of its targets."""
    wanted = Q(slug__in=values)
    for goal in (value for value in values if "." not in value):
        wanted |= Q(slug__startswith=f"{goal}.")
    return Q(pk__in=RevisionTag.objects.filter(wanted, taxonomy="sdg").order_by().values("revision"))


def _count_sdgs(rows: Rows) -> Counts:
    tags = RevisionTag.objects.filter(taxonomy="sdg", revision__in=rows.order_by().values("pk")).order_by()
    dot = StrIndex("slug", Value("."))
    tags = tags.annotate(
        goal=Case(
            When(slug__contains=".", then=Substr("slug", 1, dot - 1)), default=F("slug"), output_field=CharField()
        )
    )
    goals = dict(tags.values_list("goal").annotate(n=Count("revision", distinct=True)))
    named = tags.filter(slug__contains=".").values_list("slug").annotate(n=Count("revision"))
    return goals | dict(named)


# Places ----------------------------------------------------------------------------------------------------


def _place(*kinds: str) -> Callable[[str], str | None]:
    def known(value: str) -> str | None:
        for code in (value, value.upper(), value.lower()):
            if value.isascii() and len(value) <= 20 and places.kind_of(code) in kinds:
                return code
        return None

    return known


def _acting_in(values: tuple[str, ...]) -> Q:
    return Q(pk__in=RevisionPlace.objects.filter(code__in=values).order_by().values("revision"))


def _count_places(*kinds: str) -> Counting:
    def count(rows: Rows) -> Counts:
        found = RevisionPlace.objects.filter(kind__in=kinds, revision__in=rows.order_by().values("pk"))
        return dict(found.order_by().values_list("code").annotate(n=Count("revision")))

    return count


# Columns ---------------------------------------------------------------------------------------------------


def _column(name: str) -> Counting:
    def count(rows: Rows) -> Counts:
        return dict(rows.order_by().exclude(**{name: ""}).values_list(name).annotate(n=Count("pk")))

    return count


def _one_of(values: Iterable[str]) -> Callable[[str], str | None]:
    possible = frozenset(map(str, values))
    return lambda value: value if value in possible else None


def _year(value: str) -> str | None:
    return value if re.fullmatch(r"(19|20)\d\d", value, re.ASCII) else None


def _count_years(rows: Rows) -> Counts:
    years = rows.order_by().annotate(year=ExtractYear("published_at")).values_list("year").annotate(n=Count("pk"))
    return {str(year): n for year, n in years}


def _in_years(values: tuple[str, ...]) -> Q:
    wanted = Q()
    for value in values:
        wanted |= Q(published_at__year=int(value))
    return wanted


def _language(value: str) -> str | None:
    """A language tag that names a language: `fr`, `zh-Hans`."""
    if len(value) > 20 or not re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", value, re.ASCII):
        return None
    tag = languages.bcp47(value)
    return tag if languages.normalise(value) or languages.native_name(value) != value else None


def _written_in(values: tuple[str, ...]) -> Q:
    spelt = {spelling for tag in values for spelling in (tag, tag.lower(), tag.replace("-", "_"))}
    return Q(language__in=sorted(spelt))


def _count_languages(rows: Rows) -> Counts:
    counts: Counts = {}
    for code, n in rows.order_by().exclude(language="").values_list("language").annotate(n=Count("pk")):
        tag = languages.bcp47(code)
        counts[tag] = counts.get(tag, 0) + n
    return counts


def _band(low: Decimal | None, high: Decimal | None) -> Q:
    wanted = Q(amount_usd__isnull=False)
    wanted &= Q(amount_usd__gte=low) if low is not None else Q()
    return wanted & Q(amount_usd__lt=high) if high is not None else wanted


AMOUNTS: dict[str, Q] = {
    "none": Q(amount__isnull=True, amount_usd__isnull=True),
    **{name: _band(low, high) for name, low, high in BANDS},
    # An amount for which there is no reference rate: outside every sum.
    "unconverted": Q(amount__isnull=False, amount_usd__isnull=True),
}


def _of_amount(values: tuple[str, ...]) -> Q:
    wanted = Q()
    for value in values:
        wanted |= AMOUNTS[value]
    return wanted


def _count_amounts(rows: Rows) -> Counts:
    names = {f"band_{name}": Count("pk", filter=condition) for name, condition in AMOUNTS.items()}
    return {name.removeprefix("band_"): n for name, n in rows.order_by().aggregate(**names).items()}


# Organisations -----------------------------------------------------------------------------------------------


def _organisations(values: Sequence[str]) -> dict[str, str]:
    """Those with a public pledge, of their own or of one that was merged into them."""
    asked = [value for value in values if SLUG.fullmatch(value)]
    slugs = dict(Organisation.objects.filter(slug__in=asked).values_list("pk", "slug"))
    ids, public, merged = same_organisations(slugs), Revision.objects.public().order_by(), merges()
    found = set(public.filter(lead__in=ids).values_list("lead", flat=True).distinct())
    partners = RevisionPartner.objects.filter(organisation__in=ids, confirmed=True, revision__in=public.values("pk"))
    found |= set(partners.order_by().values_list("organisation", flat=True).distinct())
    known = found.copy()
    while found := {merged[pk] for pk in found if pk in merged} - known:
        known |= found
    return {slug: slug for pk, slug in slugs.items() if pk in known}


def _with_organisations(values: tuple[str, ...]) -> Q:
    """Led by one of them, or one of them is a partner that said yes; merged ones included."""
    ids = same_organisations(Organisation.objects.filter(slug__in=values).values_list("pk", flat=True))
    confirmed = RevisionPartner.objects.filter(organisation__in=ids, confirmed=True).order_by().values("revision")
    return Q(lead__in=ids) | Q(pk__in=confirmed)


def same_organisations(ids: Iterable[int]) -> list[int]:
    """These organisations and all that were merged into them, however long the chain."""
    found = set(ids)
    fresh = found
    while fresh:
        fresh = set(Organisation.objects.filter(merged_into__in=fresh).values_list("pk", flat=True)) - found
        found |= fresh
    return sorted(found)


# The registry's own, in the order of the page -------------------------------------------------------------------

_places = count(10, 10)


def _latest(counted: tuple[str, int]) -> int:
    return -int(counted[0])


def _by_goal(counted: tuple[str, int]) -> tuple[int, str]:
    return int(counted[0].partition(".")[0]), counted[0]


def _own(name: str, title: object, known: Known, having: Having, counts: Counting | None, **more) -> None:
    """A filter of the public text itself: which one holds on a day is told by which text did, so none asks for it."""

    def counted(rows: Rows, _at: datetime | None) -> Counts:
        return counts(rows) if counts else {}

    register(
        Facet(
            name, title, known, lambda values, _at: having(values), counted if counts else None,
            place=next(_places), **more,
        )
    )  # fmt: skip


_own(
    "focus", _("Focus area"), _term("focus"), _tagged("focus"), _count_tags(Taxonomy.FOCUS), by_count=False,
    zeros=_terms(Taxonomy.FOCUS),
)  # fmt: skip
_own(
    "type", _("Kind of contribution"), _term("kind"), _tagged("kind"), _count_tags(Taxonomy.KIND), by_count=False,
    zeros=_terms(Taxonomy.KIND),
)  # fmt: skip
_own(
    "group", _("Group of countries"), each(_place("group", "world")), _acting_in,
    _count_places("group", "world"), by_count=False, zeros=lambda: (*places.groups(), places.WORLD),
)  # fmt: skip
_own("country", _("Country"), each(_place("country")), _acting_in, _count_places("country"))
_own("region", _("Region"), each(_place("region", "itu")), _acting_in, _count_places("region", "itu"))
_own(
    "beneficiary", _("For whom"), _term("beneficiary"), _tagged("beneficiary"), _count_tags(Taxonomy.BENEFICIARY),
    by_count=False, zeros=_terms(Taxonomy.BENEFICIARY),
)  # fmt: skip
_own(
    "entity_type", _("Kind of organisation"), each(_one_of(EntityType.values)), lambda v: Q(entity_type__in=v),
    _column("entity_type"), zeros=lambda: EntityType.values,
)  # fmt: skip
_own("origin", _("Where the organisation sits"), each(_place("country")), lambda v: Q(origin__in=v), _column("origin"))
_own("amount", _("Amount"), each(_one_of(AMOUNTS)), _of_amount, _count_amounts, by_count=False, zeros=lambda: AMOUNTS)
_own("year", _("Year of publication"), each(_year), _in_years, _count_years, by_count=False, sorting=_latest)
_own(
    "sdg", _("Sustainable Development Goal"), each(_sdg), _with_sdgs, _count_sdgs, by_count=False,
    zeros=lambda: map(str, range(1, 18)), sorting=_by_goal,
)  # fmt: skip
_own("language", _("Language"), each(_language), _written_in, _count_languages)
_own(
    "status", _("Status"), each(_one_of(STATUSES)), lambda v: Q(record_status__in=v), _column("record_status"), by_count=False,
    zeros=lambda: map(str, STATUSES), default=(Status.PUBLISHED.value,),
)  # fmt: skip
if "campaign" not in {facet.name for facet in all_facets()}:  # none exists before the room campaigns brings them
    _own("campaign", _("Campaign"), lambda values: {}, lambda v: Q(pk__in=()), None, on_page=False)
_own("organisation", _("Organisation"), _organisations, _with_organisations, None, on_page=False)
