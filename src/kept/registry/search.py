"""What answers a selection: how many, which, the facets' numbers, the sums. Everything that shows pledges asks here.

The present is answered by the index (`registry.index`); past days, and everything while there is no index, in SQL: but
what is counted of a past day alone (`facet_numbers`, `outcome`) comes out of the index too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from kept.base.snapshot import one_moment
from kept.pledges import counting
from kept.pledges.facets import ordering_named
from kept.pledges.models import Revision
from kept.pledges.record import fold
from kept.registry import facets
from kept.registry.selection import Selection

REFERENCE = re.compile(r"[Pp]-?0*([1-9][0-9]{0,8})")
MOST_WORDS = 60


@dataclass(frozen=True)
class Answer:
    """`keys` are the revisions of this page, in order; `page` is the last one where too high a one was asked for.

    `instead`: words that no pledge has, and those that were looked for in their place (typing errors).
    """

    count: int
    keys: list[int]
    page: int
    pages: int
    facets: dict[str, dict[str, int]] = field(default_factory=dict)
    sums: counting.Counter | None = None
    instead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def answer(selection: Selection, page_size: int = 20, *, with_facets: bool = True, with_sums: bool = True) -> Answer:
    """Answer one page of a selection. One with problems is answered with nothing."""
    from kept.registry.index import answering  # reads this module

    found = answering.answer(selection, page_size, with_facets=with_facets, with_sums=with_sums)
    return found or answer_in_sql(selection, page_size, with_facets=with_facets, with_sums=with_sums)


def facet_numbers(selection: Selection) -> dict[str, dict[str, int]]:
    """{facet: {value: number}} alone: out of the index for a past day too."""
    from kept.registry.index import answering

    found = answering.numbers(selection)
    if found is not None or selection.problems:
        return found or {}
    with one_moment():
        return numbers(selection)


def keys(selection: Selection, *, chunk: int = 500) -> Iterator[list[int]]:
    """Every revision of a selection in its order, in pieces, with flat memory: for exports."""
    from kept.registry.index import answering

    return answering.keys(selection, chunk=chunk) or keys_in_sql(selection, chunk=chunk)


def among(selection: Selection, keys: Collection[int]) -> list[int]:
    """Those of these revisions, public ones, that a selection finds; the order means nothing."""
    from kept.registry.index import answering

    found = answering.among(selection, keys)
    return list(rows(selection).filter(pk__in=keys).values_list("pk", flat=True)) if found is None else found


def count(selection: Selection) -> int:
    """How many pledges a selection holds."""
    from kept.registry.index import answering

    found = answering.count(selection)
    return rows(selection).count() if found is None else found


def answer_in_sql(
    selection: Selection, page_size: int = 20, *, with_facets: bool = True, with_sums: bool = True
) -> Answer:
    """The same, by the database alone: for a past day, and where there is no index."""
    with one_moment():  # the figures and the rows are of one snapshot, while others publish
        found = rows(selection)
        sums = counting.counter(selection.as_of, selection=found) if with_sums else None
        count = sums.pledges if sums else found.count()
        pages = max(1, -(-count // page_size))
        page = min(selection.page, pages)
        start = (page - 1) * page_size
        return Answer(
            count=count,
            keys=list(ordered(found, selection).values_list("pk", flat=True)[start : start + page_size])
            if count
            else [],
            page=page,
            pages=pages,
            facets=numbers(selection) if with_facets else {},
            sums=sums,
        )


def keys_in_sql(selection: Selection, *, chunk: int = 500) -> Iterator[list[int]]:
    """The same, by the database alone."""
    piece: list[int] = []
    for key in ordered(rows(selection), selection).values_list("pk", flat=True).iterator(chunk_size=2000):
        piece.append(key)
        if len(piece) == chunk:
            yield piece
            piece = []
    if piece:
        yield piece


def numbers(selection: Selection) -> dict[str, dict[str, int]]:
    """{facet: {value: number}}, each facet with all other facets and the words as chosen."""
    at = instant_of(selection.as_of)
    return {
        facet.name: facet.shaped(facet.counts(rows(selection, without=facet.name), at))
        for facet in facets.all_facets()
        if facet.counts is not None
    }


def rows(selection: Selection, *, without: str = "", of: QuerySet[Revision] | None = None) -> QuerySet[Revision]:
    """The revisions that answer a selection; `without` leaves one facet out of account; `of` these, not the public ones."""
    if selection.problems:
        return Revision.objects.none()
    found, at = public(selection.as_of) if of is None else of, instant_of(selection.as_of)
    for facet in facets.all_facets():
        values = selection.of(facet.name) or facet.default
        if values and facet.name != without:
            found = found.filter(facet.having(values, at))
    return found.filter(_having_words(selection.q)) if selection.q else found


def public(as_of: date | None) -> QuerySet[Revision]:
    """The public record now, or at the end of a day."""
    return Revision.objects.public(instant_of(as_of))


def instant_of(as_of: date | None) -> datetime | None:
    """The last instant of a day; None for now."""
    return None if as_of is None else counting.last_instant(as_of)


# Words -------------------------------------------------------------------------------------------------------


def words_of(q: str) -> list[str]:
    """The words of a question, as `Revision.search_text` has them: without case and accents."""
    folded = fold(q)
    return list(dict.fromkeys(re.findall(r"\w+", folded)))[:MOST_WORDS] or [folded]


def _having_words(q: str) -> Q:
    wanted = Q()
    for word in words_of(q):
        wanted &= Q(search_text__contains=word)
    reference = REFERENCE.fullmatch(q)
    return wanted | Q(pledge__number=int(reference[1])) if reference else wanted


def _closeness(q: str) -> Case:
    """0 for the very title, 1 where the title holds the phrase, 2 where it holds all words, 3 elsewhere."""
    all_words = Q()
    for word in q.split()[:MOST_WORDS]:
        all_words &= Q(title__icontains=word)
    reference = REFERENCE.fullmatch(q)
    same = Q(title__iexact=q) | (Q(pledge__number=int(reference[1])) if reference else Q())
    return Case(
        When(same, then=Value(0)),
        When(title__icontains=q, then=Value(1)),
        When(all_words, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


# Order -------------------------------------------------------------------------------------------------------

NEWEST = ("-published_at", "-pledge__number")  # by instant, then by number


def ordered(found: QuerySet[Revision], selection: Selection) -> QuerySet[Revision]:
    """In the order that was asked for; what is equal in it stands newest first."""
    order = selection.order
    if order == "relevance":
        return found.annotate(closeness=_closeness(selection.q)).order_by("closeness", *NEWEST)
    if order == "largest":
        return found.order_by(F("amount_usd").desc(nulls_last=True), *NEWEST)
    if order == "ending":
        today = selection.as_of or timezone.now().astimezone(UTC).date()
        over = Case(When(ends_on__lt=today, then=Value(1)), default=Value(0), output_field=IntegerField())
        return found.annotate(over=over).order_by("over", F("ends_on").asc(nulls_last=True), *NEWEST)
    if brought := ordering_named(order):
        found = found.annotate(brought_order=brought.expression(instant_of(selection.as_of)))
        return found.order_by(F("brought_order").desc(nulls_last=True), *NEWEST)
    # "reported" too, where no room knows of reports: nobody has reported later than another.
    return found.order_by(*NEWEST)
