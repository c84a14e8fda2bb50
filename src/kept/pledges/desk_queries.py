"""What the desk's queue shows: which pledges wait where, in which order, and what each line says.

A page of the queue takes a fixed number of queries, whether ten pledges wait or eight hundred
(tests/pledges/test_desk_queue.py counts them).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import entered, formats, rates
from kept.base.models import HistoryEntry
from kept.pledges.checklist import Known, before_it_goes_out, missing
from kept.pledges.content import PledgeContent
from kept.pledges.counting import merges, root
from kept.pledges.models import (
    Attachment,
    Hold,
    Looking,
    Partnership,
    Pledge,
    Revision,
    Status,
    TextStatus,
    Translation,
    TranslationState,
)

LOOKS_FOR = timedelta(seconds=75)  # a look is renewed every 30 seconds; two missed ones end it
OLD, VERY_OLD = 5, 7  # days: from here on the age stands out
PAGE = 25


@dataclass(frozen=True)
class Tab:
    """One of the desk's lists of pledges; `slug` stands in its address."""

    slug: str
    name: Any
    where: Q
    nothing: Any  # what stands there when it is empty


REVIEW = Tab("", _("To review"), Q(status=Status.SUBMITTED), _("Nothing to review."))
REVISIONS = Tab(
    "revisions", _("Revisions"), Q(status=Status.PUBLISHED, working__status=TextStatus.SUBMITTED),
    _("No changed text waits."),
)  # fmt: skip
WITH_PLEDGER = Tab(
    "with-the-pledger",
    _("With the pledger"),
    Q(status=Status.CHANGES_REQUESTED) | Q(status=Status.PUBLISHED, working__status=TextStatus.CHANGES_REQUESTED),
    _("No pledger was asked for changes."),
)
ACCEPTED = Tab(
    "accepted", _("Accepted, embargoed"), Q(status=Status.ACCEPTED, hold__in=[Hold.DATE, Hold.ANNOUNCEMENT]),
    _("Nothing is held back."),
)  # fmt: skip
SCHEDULED = Tab(
    "going-out", _("Going out"), Q(status=Status.ACCEPTED, hold=Hold.CALL_BACK), _("Nothing goes out right now.")
)
DECLINED = Tab("declined", _("Declined"), Q(status=Status.DECLINED), _("Nothing was declined."))
ALL = Tab(
    "all", _("All"), ~Q(status__in=[Status.DRAFT, Status.DISCARDED]) | Q(status=Status.DRAFT, on_behalf=True),
    _("There is no pledge yet."),
)  # fmt: skip
TABS: Mapping[str, Tab] = {
    tab.slug: tab for tab in (REVIEW, REVISIONS, WITH_PLEDGER, ACCEPTED, SCHEDULED, DECLINED, ALL)
}
SORTS: Mapping[str, Any] = {
    "oldest": _("oldest first"),
    "newest": _("newest first"),
    "largest": _("largest first"),
    "title": _("by title"),
}


def tab_of(pledge: Pledge) -> Tab:
    """The list in which a pledge waits now."""
    working = pledge.working.status if pledge.working else ""
    if pledge.status == Status.PUBLISHED:
        return {TextStatus.SUBMITTED: REVISIONS, TextStatus.CHANGES_REQUESTED: WITH_PLEDGER}.get(working, ALL)
    if pledge.status == Status.ACCEPTED:
        return SCHEDULED if pledge.hold == Hold.CALL_BACK else ACCEPTED
    by_status = {Status.SUBMITTED: REVIEW, Status.CHANGES_REQUESTED: WITH_PLEDGER, Status.DECLINED: DECLINED}
    return by_status.get(pledge.status, ALL)


def pledge_at(address: str) -> Pledge | None:
    """The pledge with this reference or opaque id, its texts, lead and reviewer with it."""
    found = Pledge.objects.select_related("lead", "reviewer", "working", "current", "created_by", "successor")
    number = address.removeprefix("P-")
    if address.startswith("P-") and number.isascii() and number.isdigit() and len(number) < 10:
        return found.filter(number=int(number)).first()
    return found.filter(key=address).first() if len(address) <= 32 else None


# What waits ------------------------------------------------------------------------------------------


def waiting(person: Any) -> dict[str, int]:
    """{a tab's slug, or "translations": how many wait}; read once for a person object, which lives for a request."""
    held = getattr(person, "_waiting", None)
    if held is None:
        open_ones = Pledge.objects.filter(
            Q(status__in=[Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.ACCEPTED])
            | Q(status=Status.PUBLISHED, working__isnull=False)
        )
        counted = (REVIEW, REVISIONS, WITH_PLEDGER, ACCEPTED, SCHEDULED)
        held = open_ones.aggregate(**{tab.slug or "review": Count("pk", filter=tab.where) for tab in counted})
        held[""] = held.pop("review")
        held["translations"] = Translation.objects.exclude(state=TranslationState.PUBLISHED).count()
        person._waiting = held
    return held


def forget_waiting(person: Any) -> None:
    """After a decision: count anew."""
    person.__dict__.pop("_waiting", None)


def going_out(now: datetime) -> list[Pledge]:
    """What is published within the next minutes and can still be called back, the soonest first; five at most."""
    return list(Pledge.objects.filter(SCHEDULED.where, publish_at__gt=now).order_by("publish_at")[:5])


# The queue -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A state of the queue, as its address says it."""

    tab: Tab = REVIEW
    sort: str = "oldest"
    who: str = ""  # "me", "nobody"
    kind: str = ""  # slug of a kind of contribution
    organisation: str = ""  # slug
    q: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.who or self.kind or self.organisation or self.q)


def queue(choice: Choice, person: Any) -> QuerySet[Pledge]:
    """The pledges of a choice, in its order; each with `since`, the instant from which its age counts."""
    last = HistoryEntry.objects.filter(subject_kind="pledge", subject_id=OuterRef("pk")).order_by("-at")
    since = {
        REVIEW.slug: F("submitted_at"),
        REVISIONS.slug: F("working__submitted_at"),
        ALL.slug: Coalesce("submitted_at", "created_at"),
    }.get(choice.tab.slug, Subquery(last.values("at")[:1]))
    found = Pledge.objects.filter(choice.tab.where).annotate(since=since)
    found = _narrowed(found, choice, person).select_related("lead", "reviewer", "working", "current")
    if choice.sort == "largest":
        return _largest_first(found, choice.tab)
    order = {
        "newest": [F("since").desc(nulls_last=True), "-pk"],
        "title": [Lower("title"), "pk"],
    }.get(choice.sort, [F("since").asc(nulls_last=True), "pk"])
    return found.order_by(*order)


def _narrowed(found: QuerySet[Pledge], choice: Choice, person: Any) -> QuerySet[Pledge]:
    if choice.who == "me":
        found = found.filter(reviewer=person)
    elif choice.who == "nobody":
        found = found.filter(reviewer=None)
    if choice.kind:
        quoted = f'"{choice.kind}"'
        text = Q(working__content__kinds__icontains=quoted)
        found = found.filter(text | Q(working=None, current__content__kinds__icontains=quoted))
    if choice.organisation:
        found = found.filter(lead__slug=choice.organisation)
    return with_words(found, choice.q)


def with_words(found: QuerySet[Any], q: str, on: str = "") -> QuerySet[Any]:
    """Those of which every word of `q` is in title, reference or the lead's names of a pledge: their own, or the one that
    `on` leads to ("pledge__")."""
    for word in q.split()[:8]:
        found = found.filter(_holds(word, on))
    return found


def _holds(word: str, on: str) -> Q:
    """Capitals are written out, since SQLite knows Latin ones alone."""
    number = word.upper().removeprefix("P-").lstrip("0")
    known = number.isascii() and number.isdigit() and len(number) < 9
    wanted = Q(**{f"{on}number": int(number)}) if known else Q(**{f"{on}key": word})
    for form in {word, word.lower(), word.upper(), word.capitalize()}:
        for column in ("title", "lead__name", "lead__abbreviation"):
            wanted |= Q(**{f"{on}{column}__icontains": form})
    return wanted


def _largest_first(found: QuerySet[Pledge], tab: Tab) -> Any:
    """By amount in dollars: of what is public as it was converted, of the rest at today's rate."""
    if tab is ALL:
        return found.order_by(F("current__amount_usd").desc(nulls_last=True), "pk")
    columns = ("pk", "working__content__amount", "working__content__currency")
    rows = list(found.order_by("pk").values_list(*columns))
    today = timezone.now().date()
    usd = {currency: _usd_per_unit(currency, today) for currency in {currency for _pk, _amount, currency in rows}}
    amounts = {pk: Decimal(amount) * usd[currency] if amount else Decimal(-1) for pk, amount, currency in rows}
    return Ordered(found, sorted(amounts, key=lambda pk: (-amounts[pk], pk)))


def _usd_per_unit(currency: str | None, today: date) -> Decimal:
    """Today's rate, without which an amount stands behind all others."""
    usd = rates.convert(Decimal(10**6), currency, today, extra=entered.rate).amount_usd if currency else None
    return usd / 10**6 if usd is not None else Decimal(0)


class Ordered:
    """A query set in an order that the database cannot know; enough of a list for a paginator."""

    def __init__(self, found: QuerySet[Pledge], keys: list[int]) -> None:
        self.found, self.keys = found, keys

    def count(self) -> int:
        return len(self.keys)

    __len__ = count

    def __getitem__(self, part: slice) -> list[Pledge]:
        held = self.found.in_bulk(self.keys[part])
        return [held[pk] for pk in self.keys[part] if pk in held]

    def values_list(self, *_columns: str, flat: bool = True) -> list[int]:
        return self.keys


# The lines -------------------------------------------------------------------------------------------


@dataclass
class Line:
    """One pledge in the queue."""

    pledge: Pledge
    address: str  # what stands in its address
    title: str
    language: str
    organisation: str
    amount: str  # "18.4 M USD" or ""
    age: int | None  # days
    age_kind: str  # "", "late", "broken"
    who: str  # the reviewer's name, "" for nobody
    mine: bool
    lookers: list[str]
    missing: list[str]
    smart: int | None
    until: str  # accepted: what it waits for
    state: str  # its state in words, where the list holds several
    selected: bool = False
    url: str = ""  # set by the view: it knows the list's address


def lines(pledges: Iterable[Pledge], *, person: Any, now: datetime, selected: int | None = None) -> list[Line]:
    """What the queue says about these pledges; at most four queries for all of them."""
    pledges = list(pledges)
    keys = [pledge.pk for pledge in pledges]
    known, looking = known_of(pledges), lookers(keys, person, now)
    language = get_language() or "en"
    return [_line(p, known[p.pk], looking.get(p.pk, []), person, now, language, selected) for p in pledges]


def _line(
    pledge: Pledge, known: Known, looking: list[str], person: Any, now: datetime, language: str, selected: int | None
) -> Line:
    text: Revision | None = pledge.text
    content = PledgeContent.from_json(text.content if text else {})
    since = getattr(pledge, "since", None)
    age = max((now - since).days, 0) if since and pledge.status in _WAITING else None
    if text is not None and text is pledge.current and text is not pledge.working:
        open_points: list[str] = []  # it is out: the list is about what is to be decided
    else:
        open_points = missing(before_it_goes_out(pledge, content, language, known))
    amount = content.amount_value
    return Line(
        pledge=pledge,
        address=pledge.address,
        title=content.title or pledge.title,
        language=content.language,
        organisation=pledge.lead.name_in(language) if pledge.lead else "",
        amount=formats.format_money_short(amount, content.currency or "?", language) if amount else "",
        age=age,
        age_kind="" if age is None or age < OLD else "late" if age < VERY_OLD else "broken",
        who=str(pledge.reviewer) if pledge.reviewer else "",
        mine=pledge.reviewer_id is not None and pledge.reviewer_id == person.pk,
        lookers=looking,
        missing=open_points,
        smart=smart_score(content) if open_points or pledge.status == Status.SUBMITTED else None,
        until=until(pledge, language),
        state=str(pledge.get_status_display()),
        selected=pledge.pk == selected,
    )


_WAITING = {Status.SUBMITTED, Status.CHANGES_REQUESTED, Status.PUBLISHED}


def until(pledge: Pledge, language: str) -> str:
    """What an accepted pledge waits for: its announcement by name, or its moment."""
    if pledge.status != Status.ACCEPTED:
        return ""
    if pledge.hold == Hold.ANNOUNCEMENT:
        return pledge.announcement
    if pledge.publish_at is None:
        return ""
    if pledge.hold == Hold.DATE:
        return formats.format_date(pledge.publish_at.date(), language)
    return formats.format_time(pledge.publish_at, language)


def smart_score(content: PledgeContent) -> int | None:
    """How specific, measurable, achievable, relevant, time-bound a text is, of 100."""
    from kept.pledges import smart

    return smart.score(content).score


def known_of(pledges: Iterable[Pledge]) -> dict[int, Known]:
    """What the checklist has to know about each pledge beside its text; two queries for all."""
    pledges = list(pledges)
    behalf = [p.pk for p in pledges if p.on_behalf and not p.owner_confirmed_at]
    letters: set[int] = set()
    if behalf:
        held = Attachment.objects.filter(pledge__in=behalf, is_letter=True, removed_at=None)
        letters = set(held.values_list("pledge_id", flat=True))
    states: dict[int, dict[int, str]] = {}
    names: dict[int, str] = {}
    language = get_language() or "en"
    asked = Partnership.objects.filter(pledge__in=[p.pk for p in pledges]).select_related("organisation")
    for partnership in asked:
        states.setdefault(partnership.pledge_id, {})[partnership.organisation_id] = partnership.state
        names[partnership.organisation_id] = partnership.organisation.name_in(language)
    return {
        p.pk: Known(
            letter=p.pk in letters,
            nearest=p.nearest,
            looked=bool(p.nearest),
            partners=states.get(p.pk, {}),
            names=names,
        )
        for p in pledges
    }


def lookers(pledges: Iterable[int], person: Any, now: datetime) -> dict[int, list[str]]:
    """{pledge id: names of the colleagues who have it open right now}; `person` is not their own colleague."""
    rows = Looking.objects.filter(pledge__in=list(pledges), at__gte=now - LOOKS_FOR).exclude(person=person)
    found: dict[int, list[str]] = {}
    for look in rows.select_related("person").order_by("at"):
        found.setdefault(look.pledge_id, []).append(str(look.person))
    return found


# Beside a pledge -------------------------------------------------------------------------------------


def same_organisation(pk: int | None) -> list[int]:
    """The ids of an organisation and of all that were merged with it."""
    if pk is None:
        return []
    merged = merges()
    stays = root(pk, merged)
    return [stays, *(gone for gone in merged if root(gone, merged) == stays)]


def others_of(pledge: Pledge, most: int = 8) -> tuple[list[Pledge], int]:
    """The organisation's other pledges that were sent, newest first, and how many there are."""
    ids = same_organisation(pledge.lead_id)
    others = Pledge.objects.of(ids).exclude(pk=pledge.pk).exclude(status__in=[Status.DRAFT, Status.DISCARDED])
    newest = list(others.select_related("current").order_by("-submitted_at", "-pk")[: most + 1])
    return newest[:most], len(newest) if len(newest) <= most else others.count()


def not_converted() -> QuerySet[Revision]:
    """The counted texts whose amount stands outside the sum, since no rate is known; by currency and day."""
    rows = Revision.objects.public().counted().filter(amount__isnull=False, amount_usd__isnull=True)
    return rows.select_related("pledge", "lead").order_by("currency", "day", "pk")
