"""What documents are made of, read in a fixed number of queries for any number of revisions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import Aggregate, BigIntegerField, Case, CharField, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Cast, Coalesce, Concat

from kept.people.models import Organisation, OtherName
from kept.pledges import counting
from kept.pledges.facets import within
from kept.pledges.models import Revision, RevisionPartner, RevisionPlace, RevisionTag, Translation, TranslationState
from kept.pledges.translations import TEXTS, words_of

BATCH = 1000
PROMISE = ("focus", "kind")  # tags that are counted together; see columns.py
FEW = 200  # rows that are asked for by their keys; more by the first and the last
MOST_ORGANISATIONS = 120_000  # held in memory while documents are made


class Joined(Aggregate):
    """The values of a group in one text, with commas between."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


class Description(Func):
    """The text `description` in the content (KT reads the JSON twice on SQLite)."""

    template = "COALESCE(%(expressions)s ->> 'description', '')"
    output_field = TextField()


class Microseconds(Func):
    """An instant as microseconds since 1970: a number costs less to fetch than to be made of a text, a million times."""

    template = "(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)::bigint"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        (held, _params) = compiler.compile(self.source_expressions[0])
        return f"(strftime('%%s', {held}) * 1000000 + CAST(substr({held}, 21) AS INTEGER))", ()


class Ordinal(Func):
    """A day as Python's `date.toordinal`, -1 for none."""

    template = "COALESCE(%(expressions)s - DATE '0001-01-01' + 1, -1)"
    output_field = BigIntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="COALESCE(CAST(julianday(%(expressions)s) - 1721424.5 AS INTEGER), -1)"
        )


class IsThere(Func):
    template = "(%(expressions)s IS NOT NULL)"
    output_field = IntegerField()


def spans(*, batch: int = BATCH) -> Iterator[range]:
    """Every public record, as spans of keys with `batch` records in each."""
    last, public = 0, Revision.objects.public().order_by("pk")
    while keys := list(public.filter(pk__gt=last).values_list("pk", flat=True)[:batch]):
        last = keys[-1]
        yield range(keys[0], last + 1)


class Who(NamedTuple):
    """An organisation: its number, where the one that stands for it sits, both as `code`, and its names."""

    pk: int
    seat: str
    code: int  # the one that stands for it and, in SEAT_BITS, its seat: organisations and countries are counted by it
    names: str


def seat_number(country: str) -> int:
    """A country as a number that goes beside an organisation's; 0 where it is not known."""
    number = 0
    for letter in country:
        number = number * 27 + ord(letter) - 64
    return number


class Rows(NamedTuple):
    """What is read of revisions: columns, with -1 for a figure that is not said."""

    key: Sequence[int]
    n: Sequence[int]
    pledge: Sequence[int]
    number: Sequence[int]
    status: Sequence[str]
    published: Sequence[int]
    language: Sequence[str]
    title: Sequence[str]
    summary: Sequence[str]
    lead: Sequence[int | None]
    entity_type: Sequence[str]
    origin: Sequence[str]
    has_amount: Sequence[int]
    cents: Sequence[int]
    nature: Sequence[str]
    instrument: Sequence[str]
    people: Sequence[int]
    ends: Sequence[int]
    description: Sequence[str]

    @property
    def year(self) -> list[int]:
        """Of publication, in UTC."""
        return [_year_of(at // DAY) for at in self.published]


READ = (
    "pk", "n", "pledge", "pledge__number", "record_status", Microseconds("published_at"), "language", "title", "summary",
    "lead", "entity_type", "origin", IsThere("amount"), Coalesce("usd_cents", -1), "money_nature", "instrument",
    Coalesce("people_expected", -1), Ordinal("ends_on"), Description("content"),
)  # fmt: skip
DAY = 24 * 60 * 60 * 10**6
SEAT_BITS = 15  # three letters


@lru_cache(maxsize=16384)
def _year_of(day: int) -> int:
    return date.fromordinal(date(1970, 1, 1).toordinal() + day).year


class Organisations:
    """The organisations that were met so far, as documents need them."""

    def __init__(self) -> None:
        self._merges = counting.merges()
        self._known: dict[int, Who] = {}

    def __getitem__(self, pk: int) -> Who:
        return self._known[pk]

    def meet(self, ids: set[int | None]) -> None:
        """Read those of them that are not known yet."""
        if len(self._known) > MOST_ORGANISATIONS:
            self._known.clear()
        wanted = {pk for pk in ids if pk and pk not in self._known}
        if not wanted:
            return
        roots = {pk: counting.root(pk, self._merges) for pk in wanted}
        known = Organisation.objects.filter(pk__in=wanted | set(roots.values())).order_by()
        read = known.values_list("pk", "country", "name", "abbreviation", Cast("names", TextField()))
        found = {pk: rest for pk, *rest in read}
        former = defaultdict(list)
        names = OtherName.objects.filter(organisation__in=wanted, source="former name").order_by("pk")
        for pk, name in names.values_list("organisation", "name"):
            former[pk].append(name)
        for pk in wanted:
            spelt = [*former[pk]]
            for one in dict.fromkeys((pk, roots[pk])):
                _country, name, abbreviation, translated = found[one]
                spelt += [name, abbreviation, *(json.loads(translated).values() if len(translated) > 2 else ())]
            seat = found[roots[pk]][0]
            code = roots[pk] << SEAT_BITS | seat_number(seat)
            self._known[pk] = Who(pk, seat, code, " \n ".join(spelt))


def rows_of(keys: Sequence[int], at: datetime | None = None) -> Rows:
    """These revisions, as far as they are public and valid now, or were at an instant."""
    read = Revision.objects.public(at).filter(**within("pk", keys)).order_by()
    found = list(read.values_list(*READ))
    return Rows(*zip(*found, strict=True)) if found else Rows(*[()] * len(READ))


def tags_of(keys: Sequence[int]) -> dict[int, tuple[str, str]]:
    """{revision: ("focus:access,kind:policy", "beneficiary:youth,sdg:4.4")}: what is promised, and all else."""
    rows = RevisionTag.objects.filter(**within("revision", keys)).order_by().values_list("revision")
    said, promise = Concat("taxonomy", Value(":"), "slug"), Q(taxonomy__in=PROMISE)
    some = rows.annotate(
        promise=Coalesce(Joined(said, filter=promise), Value("")),
        rest=Coalesce(Joined(said, filter=~promise), Value("")),
    )
    return {key: (first, rest) for key, first, rest in some}


def places_of(keys: Sequence[int]) -> dict[int, str]:
    """{revision: "country+BDI,region-002"}: kind, whether the pledge names it, code."""
    sign = Case(When(named=True, then=Value("+")), default=Value("-"))
    rows = RevisionPlace.objects.filter(**within("revision", keys)).order_by().values_list("revision")
    return dict(rows.annotate(all=Joined(Concat("kind", sign, "code", output_field=CharField()))))


def partners_of(keys: Sequence[int]) -> dict[int, list[tuple[int, bool]]]:
    """{revision: (organisation, whether it said yes)}."""
    grouped: dict[int, list[tuple[int, bool]]] = defaultdict(list)
    rows = RevisionPartner.objects.filter(**within("revision", keys)).order_by("position")
    for key, organisation, confirmed in rows.values_list("revision", "organisation", "confirmed"):
        grouped[key].append((organisation, confirmed))
    return grouped


def translations_of(rows: Rows) -> list[tuple[int, str, str]]:
    """(place of the row, language, text): those that were checked and published; readers meet no others.

    One of an earlier revision goes on to hold where the words are still the same (pledges/translations.py).
    """
    ids = rows.pledge
    if not ids:
        return []
    about = range(min(ids), max(ids) + 1) if len(ids) > FEW else ids
    published = Translation.objects.filter(**within("pledge", about), state=TranslationState.PUBLISHED).exclude(
        title=""
    )
    newest_of: dict[tuple[int, str], tuple[int, str]] = {}
    place = {pledge: at for at, pledge in enumerate(ids)}
    for pledge, n, language, *texts in published.order_by("n").values_list("pledge", "n", "language", *TEXTS):
        at = place.get(pledge)
        if at is not None and n <= rows.n[at] and language != rows.language[at]:
            newest_of[pledge, language] = (n, " \n ".join(filter(None, texts)))
    earlier = {(pledge, n) for (pledge, _language), (n, _text) in newest_of.items() if n != rows.n[place[pledge]]}
    former = Revision.objects.filter(pledge__in={pledge for pledge, _n in earlier}, n__isnull=False)
    words_then = {(one.pledge_id, one.n): words_of(one) for one in former if (one.pledge_id, one.n) in earlier}
    found = []
    for (pledge, language), (n, text) in newest_of.items():
        at = place[pledge]
        if n == rows.n[at] or words_then.get((pledge, n)) == (rows.title[at], rows.summary[at], rows.description[at]):
            found.append((at, language, text))
    return found
