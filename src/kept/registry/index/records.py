"""What documents are made of, read in a fixed number of queries for any number of revisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Aggregate, Case, CharField, Func, TextField, Value, When
from django.db.models.functions import Concat

from kept.people.models import Organisation, OtherName
from kept.pledges import counting
from kept.pledges.facets import within
from kept.pledges.models import Revision, RevisionPartner, RevisionPlace, RevisionTag, Translation, TranslationState
from kept.pledges.translations import TEXTS, words_of
from kept.registry.index import words

BATCH = 1000
FEW = 200  # rows that are asked for by their keys; more by the first and the last
MOST_ORGANISATIONS = 50_000  # held in memory while documents are made


class Joined(Aggregate):
    """The values of a group in one text, with commas between."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ',')"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **extra)


class Description(Func):
    """The text `description` in the content (KT reads the JSON twice on SQLite)."""

    template = "(%(expressions)s ->> 'description')"
    output_field = TextField()


def spans(*, batch: int = BATCH) -> Iterator[range]:
    """Every public record, as spans of keys with `batch` records in each."""
    last, public = 0, Revision.objects.public().order_by("pk")
    while keys := list(public.filter(pk__gt=last).values_list("pk", flat=True)[:batch]):
        last = keys[-1]
        yield range(keys[0], last + 1)


class Who(NamedTuple):
    """An organisation: the one that stands for it, where that one sits, the words of its names, their runs."""

    pk: int
    root: int
    seat: str
    words: str
    runs: list[str]


class Row(NamedTuple):
    """What is read of a revision: the columns in READ, and its description."""

    key: int
    n: int
    pledge: int
    number: int
    status: str
    published: datetime
    language: str
    title: str
    summary: str
    lead: int | None
    entity_type: str
    origin: str
    amount: Decimal | None
    cents: int | None
    nature: str
    instrument: str
    people: int | None
    ends: date | None
    description: str | None


READ = (
    "pk", "n", "pledge", "pledge__number", "record_status", "published_at", "language", "title", "summary", "lead",
    "entity_type", "origin", "amount", "usd_cents", "money_nature", "instrument", "people_expected", "ends_on",
)  # fmt: skip


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
        found = {pk: rest for pk, *rest in known.values_list("pk", "country", "name", "abbreviation", "names")}
        former = defaultdict(list)
        names = OtherName.objects.filter(organisation__in=wanted, source="former name").order_by("pk")
        for pk, name in names.values_list("organisation", "name"):
            former[pk].append(name)
        for pk in wanted:
            spelt = [*former[pk]]
            for one in dict.fromkeys((pk, roots[pk])):
                _country, name, abbreviation, translated = found[one]
                spelt += [name, abbreviation, *translated.values()]
            text = " \n ".join(spelt)
            self._known[pk] = Who(pk, roots[pk], found[roots[pk]][0], words.spaced(text), words.runs(text))


def rows_of(keys: Sequence[int], at: datetime | None = None) -> list[Row]:
    """These revisions, as far as they are public and valid now, or were at an instant."""
    read = Revision.objects.public(at).filter(**within("pk", keys)).order_by()
    return [Row(*values) for values in read.values_list(*READ, Description("content"))]


def tags_of(keys: Sequence[int]) -> dict[int, str]:
    """{revision: "focus:access,kind:policy,sdg:4.4"}."""
    rows = RevisionTag.objects.filter(**within("revision", keys)).order_by().values_list("revision")
    return dict(rows.annotate(all=Joined(Concat("taxonomy", Value(":"), "slug"))))


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


def translations_of(rows: Sequence[Row]) -> dict[int, list[tuple[str, str]]]:
    """{revision: (language, text)}: those that were checked and published; readers meet no others.

    One of an earlier revision goes on to hold where the words are still the same (pledges/translations.py).
    """
    if not rows:
        return {}
    ids = [row.pledge for row in rows]
    about = range(min(ids), max(ids) + 1) if len(rows) > FEW else ids
    published = Translation.objects.filter(**within("pledge", about), state=TranslationState.PUBLISHED).exclude(
        title=""
    )
    newest_of: dict[tuple[int, str], tuple[int, str]] = {}
    valid = {row.pledge: row for row in rows}
    for pledge, n, language, *texts in published.order_by("n").values_list("pledge", "n", "language", *TEXTS):
        if pledge in valid and n <= valid[pledge].n:
            newest_of[pledge, language] = (n, " \n ".join(filter(None, texts)))
    earlier = {(pledge, n) for (pledge, _language), (n, _text) in newest_of.items() if n != valid[pledge].n}
    former = Revision.objects.filter(pledge__in={pledge for pledge, _n in earlier}, n__isnull=False)
    words_then = {(one.pledge_id, one.n): words_of(one) for one in former if (one.pledge_id, one.n) in earlier}
    grouped: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for (pledge, language), (n, text) in newest_of.items():
        row = valid[pledge]
        if n == row.n or words_then.get((pledge, n)) == (row.title, row.summary, row.description or ""):
            grouped[row.key].append((language, text))
    return grouped
