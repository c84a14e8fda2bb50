"""Life goes on after a publication: texts are revised, pledges are taken back or replaced."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations

from kept.base import history
from kept.pledges.content import PledgeContent
from kept.pledges.dates import last_day
from kept.pledges.models import Pledge, Revision, Status
from kept.pledges.record import Record, put_on_record
from kept.site.demo.plan import PlannedPledge
from kept.site.demo.writing import later, write

REVISED, TAKEN_BACK, REPLACED = 46, 9, 4
QUIET_UNTIL = date(2025, 5, 2)  # the last published figure; what leaves the counter leaves it afterwards
WHY_LATER = (
    "Two contractors were replaced; the work goes on.",
    "The import of equipment took longer than planned.",
    "The law passed its second reading later than planned.",
    "Elections moved the start by half a year.",
)
WHY_BACK = (
    "The budget line was cut by the new parliament.",
    "Our partner left; we will not promise this alone.",
    "The company was sold and the new owner does not carry the promise.",
    "The same promise is made by the regional programme.",
)


def go_on(loading) -> None:
    """Revise some pledges, take some back, replace some. The figures of 2022 and 2023 stay as published."""
    invented = [r for r in loading.records if not r.pledge.source_name]
    _short_lived(loading)
    _revise(loading, loading.rng.sample(invented, REVISED))
    _take_back(loading, [r for r in invented if r.pledge.revisions_count == 1])
    _replace(loading, [r for r in invented if r.pledge.revisions_count == 1])


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(10, 30), tzinfo=UTC)


def _again(pledge: Pledge, content: PledgeContent, event: str, at: datetime, reason: str, loading) -> None:
    """Enter the next revision of a pledge as of a past day."""
    revision = Revision(pledge=pledge, content=content.to_json(), changed_at=at)
    record = Record(pledge, revision, event, content, reason=reason)
    record.confirmed = frozenset(p.organisation for p in content.partners)
    put_on_record([record], at=at)
    verb = {"pledge.revised": "accept_revision", "pledge.withdrawn": "withdraw", "pledge.superseded": "supersede"}
    history.record(
        "pledge", pledge.pk, verb[event], by=None, at=at, from_state=Status.PUBLISHED, to_state=pledge.status,
        reason=reason, public=True,
    )  # fmt: skip


def _revise(loading, records: list[Record]) -> None:
    rng = loading.rng
    for record in sorted(records, key=lambda r: r.published_at):
        day = later(record.published_at.date(), rng, 120, 600, loading.today - timedelta(days=3))
        content = record.content
        if day is None or not content.end:
            continue
        end = str(last_day(content.end).year + 1)
        moved = content.with_(
            end=end + content.end[4:],
            indicators=tuple(
                type(i)(**{**i.__dict__, "by": end + i.by[4:]}) if i.by else i for i in content.indicators
            ),
        )
        _again(record.pledge, moved, "pledge.revised", _instant(day), rng.choice(WHY_LATER), loading)


def _short_lived(loading) -> None:
    """A few pledges that came and went between two published figures."""
    for first, last in ((date(2022, 10, 12), date(2022, 12, 5)), (date(2023, 2, 20), date(2023, 8, 14))):
        lead = loading.plan.organisations[loading.rng.randint(0, 120)]
        planned = PlannedPledge(first, lead.index, "advocacy", 0, sdgs=("17",))
        content = write(loading.rng, planned, loading.organisations[lead.index], lead, [])
        pledge = Pledge(created_at=_instant(first), submitted_at=_instant(first))
        revision = Revision(pledge=pledge, content=content.to_json(), changed_at=_instant(first))
        put_on_record(
            [Record(pledge, revision, "pledge.published", content, published_at=_instant(first))], at=loading.now
        )
        history.record("pledge", pledge.pk, "publish", by=None, at=_instant(first), to_state="published", public=True)
        _again(pledge, content, "pledge.withdrawn", _instant(last), loading.rng.choice(WHY_BACK), loading)


def _take_back(loading, records: list[Record]) -> None:
    rng, many = loading.rng, Counter(r.content.lead for r in records)
    free = [r for r in records if not r.content.amount and many[r.content.lead] > 2]
    for record in rng.sample(free, TAKEN_BACK):
        first = max(record.published_at.date(), QUIET_UNTIL)
        day = later(first, rng, 60, 800, loading.today - timedelta(days=2))
        if day:
            _again(record.pledge, record.content, "pledge.withdrawn", _instant(day), rng.choice(WHY_BACK), loading)


def _replace(loading, records: list[Record]) -> None:
    """A few pledges are replaced by a newer one of the same organisation that promises the same, else the like of it."""
    by_lead: dict[int, list[Record]] = {}
    for record in records:
        by_lead.setdefault(record.content.lead, []).append(record)
    pairs = [pair for group in by_lead.values() if (pair := _nearest_pair(group))]
    loading.rng.shuffle(pairs)
    pairs.sort(key=lambda pair: _likeness(*pair), reverse=True)
    for old, new in pairs[:REPLACED]:
        old.pledge.successor = new.pledge
        at = new.published_at + timedelta(hours=1)
        _again(old.pledge, old.content, "pledge.superseded", at, "", loading)


def _nearest_pair(group: list[Record]) -> tuple[Record, Record] | None:
    """The older and the newer pledge of one organisation that are most alike; None where no pair may be taken."""
    standing = [r for r in group if r.pledge.status == Status.PUBLISHED]
    pairs = [
        (old, new)
        for old, new in combinations(standing, 2)
        if not old.content.amount and old.published_at < new.published_at and new.published_at.date() >= QUIET_UNTIL
    ]
    return max(pairs, key=lambda pair: _likeness(*pair), default=None)


def _likeness(old: Record, new: Record) -> tuple[int, int]:
    """How near two promises are: the same idea, then how many places and subjects they share."""
    one, other = old.content, new.content
    shared = len(set(one.targets) & set(other.targets)) + len(set(one.focus_areas) & set(other.focus_areas))
    return int(one.summary == other.summary), shared + len(set(one.kinds) & set(other.kinds))
