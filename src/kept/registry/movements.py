"""What moved the counter in a month: every pledge behind the difference, so that no jump has to be believed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import RowNumber, TruncMonth

from kept.pledges import counting
from kept.pledges.models import Pledge, Revision, Status
from kept.registry.queries import Month

MOST = 50  # pledges of one page; a month of an import may have a hundred thousand
JUMPS = 5  # months on the counter's page, each with so many pledges
BEHIND = 3
Bounds = dict[date, tuple[datetime, datetime]]


@dataclass(frozen=True)
class Movement:
    """What one pledge added or took away within a month. `what` is the text's own event at the month's end."""

    reference: str
    title: str
    language: str
    what: str
    on: datetime
    pledges: int
    amount_usd: Decimal
    withdrawn: bool = False


@dataclass(frozen=True)
class MonthsMoves:
    """A month of the counter: as it was before, as it is at the end (of the running month: now), and why."""

    first: date
    before: tuple[int, Decimal]
    after: tuple[int, Decimal]
    movements: tuple[Movement, ...]
    others: int = 0  # pledges that moved it, too, and are not listed
    others_usd: Decimal = Decimal("0.00")

    @property
    def iso(self) -> str:
        return self.first.isoformat()[:7]

    @property
    def pledges(self) -> int:
        return self.after[0] - self.before[0]

    @property
    def amount_usd(self) -> Decimal:
        return self.after[1] - self.before[1]


def next_month(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def of_month(first: date, *, until: date | None = None, most: int = MOST) -> MonthsMoves:
    """The counter's movements from the first day of a month to its end, or to the end of `until` within it."""
    last = next_month(first) - timedelta(days=1)
    end = counting.last_instant(min(last, until) if until else last)
    begin = datetime(first.year, first.month, 1, tzinfo=UTC) - timedelta(microseconds=1)
    touched = Revision.objects.filter(n__isnull=False, valid_from__gt=begin, valid_from__lte=end).values("pledge")
    before = Revision.objects.public(begin).counted().filter(pledge__in=touched)
    after = Revision.objects.public(end).counted().filter(pledge__in=touched)
    largest = {pk for rows in (before, after) for pk in _largest(rows, most)}
    movements = _movements(largest, begin, end)[:most]
    all_before, all_after = (
        _sums(Revision.objects.public(begin).counted()),
        _sums(Revision.objects.public(end).counted()),
    )
    count = Pledge.objects.filter(pk__in=touched).count()
    told = sum((one.amount_usd for one in movements), Decimal(0))
    return MonthsMoves(
        first=first,
        before=all_before,
        after=all_after,
        movements=tuple(movements),
        others=max(0, count - len(movements)),
        others_usd=all_after[1] - all_before[1] - told,
    )


def _largest(rows: QuerySet[Revision], most: int) -> list[int]:
    ordered = rows.order_by(F("usd_cents").desc(nulls_last=True), "pledge")
    return list(ordered.values_list("pledge", flat=True)[:most])


def _sums(rows: QuerySet[Revision]) -> tuple[int, Decimal]:
    found = rows.order_by().aggregate(n=Count("pk"), cents=Sum("usd_cents"))
    return found["n"], counting.dollars(found["cents"])


def _movements(pledges: set[int], begin: datetime, end: datetime) -> list[Movement]:
    """What these pledges added or took away between two instants, the largest sum first."""
    was = {text.pledge_id: text for text in _public(pledges, begin)}
    found = [_movement(was.get(text.pledge_id), text, end) for text in _public(pledges, end).select_related("pledge")]
    return sorted((one for one in found if one), key=lambda one: (-abs(one.amount_usd), one.reference))


def _public(pledges: set[int], at: datetime) -> QuerySet[Revision]:
    return Revision.objects.public(at).filter(pledge__in=pledges)


# The largest jumps, for the counter's page: a fixed number of queries, however many months there are.


def jumps(months: list[Month], *, until: date) -> list[MonthsMoves]:
    """The months in which the sum moved most, the latest first, each with the largest pledges behind it.

    Moves of less than a fiftieth of the largest sum are none.
    """
    if not months:
        return []
    nothing = (0, Decimal("0.00"))
    pairs = [
        (one, (months[at - 1].pledges, months[at - 1].amount_usd) if at else nothing) for at, one in enumerate(months)
    ]
    least = max(one.amount_usd for one in months) / 50
    moved = [(one, before) for one, before in pairs if abs(one.amount_usd - before[1]) > least]
    moved = sorted(moved, key=lambda pair: -abs(pair[0].amount_usd - pair[1][1]))[:JUMPS]
    begins = {one.first: _bounds(one.first, until) for one, _before in moved}
    behind, touched = _behind(begins), _touched(begins)
    found = []
    for one, before in sorted(moved, key=lambda pair: pair[0].first, reverse=True):
        movements = behind[one.first][:BEHIND]
        found.append(
            MonthsMoves(
                one.first, before, (one.pledges, one.amount_usd), tuple(movements),
                others=max(0, touched.get(one.first, 0) - len(movements)),
            )
        )  # fmt: skip
    return found


def _bounds(first: date, until: date) -> tuple[datetime, datetime]:
    """(the last instant before a month, its own last instant, or that of `until`)"""
    last = min(next_month(first) - timedelta(days=1), until)
    return datetime(first.year, first.month, 1, tzinfo=UTC) - timedelta(microseconds=1), counting.last_instant(last)


def _within(column: str, begins: Bounds) -> Q:
    """Rows whose `column` lies within one of the months."""
    found = Q(pk__in=[])
    for begin, end in begins.values():
        found |= Q(**{f"{column}__gt": begin, f"{column}__lte": end})
    return found


def _touched(begins: Bounds) -> dict[date, int]:
    """{month: how many pledges got a new text}"""
    rows = Revision.objects.filter(_within("valid_from", begins), n__isnull=False).order_by()
    grouped = rows.annotate(month=TruncMonth("valid_from", tzinfo=UTC)).values("month")
    return {_day(row["month"]): row["n"] for row in grouped.annotate(n=Count("pledge", distinct=True))}


def _behind(begins: Bounds) -> dict[date, list[Movement]]:
    """{month: its largest movements}: of those that got the largest texts, and those that lost the largest."""
    wanted: dict[date, set[int]] = {first: set() for first in begins}
    for column in ("valid_from", "valid_to"):
        rows = Revision.objects.filter(_within(column, begins), n__isnull=False, usd_cents__isnull=False).order_by()
        month = TruncMonth(column, tzinfo=UTC)
        rank = Window(RowNumber(), partition_by=month, order_by=F("usd_cents").desc())
        ranked = rows.annotate(month=month, rank=rank).filter(rank__lte=2 * BEHIND)
        for pledge, first in ranked.values_list("pledge", "month"):
            wanted[_day(first)].add(pledge)
    texts: dict[int, list[Revision]] = defaultdict(list)
    everybody = {pk for pledges in wanted.values() for pk in pledges}
    for text in Revision.objects.filter(n__isnull=False, pledge__in=everybody).select_related("pledge").order_by("n"):
        texts[text.pledge_id].append(text)
    return {first: _moved([texts[pk] for pk in wanted[first]], *begins[first]) for first in begins}


def _moved(pledges: Iterable[list[Revision]], begin: datetime, end: datetime) -> list[Movement]:
    found = [_movement(_valid(texts, begin), _valid(texts, end), end) for texts in pledges]
    moved = (one for one in found if one is not None and one.amount_usd)
    return sorted(moved, key=lambda one: (-abs(one.amount_usd), one.reference))


def _valid(texts: list[Revision], at: datetime) -> Revision | None:
    """The text that was valid at an instant."""
    return next((t for t in texts if t.valid_from and t.valid_from <= at and (not t.valid_to or t.valid_to > at)), None)


def _movement(was: Revision | None, text: Revision | None, end: datetime) -> Movement | None:
    """What a pledge added or took away between two of its texts."""
    if text is None:
        return None
    now, then = (_counts(each) for each in (text, was))
    return Movement(
        reference=text.pledge.reference,
        title=text.title,
        language=text.language,
        what="pledge.published" if was is None else text.event,
        on=text.valid_from or end,
        pledges=now[0] - then[0],
        amount_usd=counting.dollars(now[1] - then[1]),
        withdrawn=not now[0],
    )


def _counts(text: Revision | None) -> tuple[int, int]:
    """(1 or 0 pledges, cents) that a text adds to the counter."""
    counted = text is not None and text.record_status == Status.PUBLISHED
    return int(counted), (text.usd_cents or 0) if counted and text is not None else 0


def _day(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
