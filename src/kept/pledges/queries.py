"""Reads for a person's own pages: their pledges, what waits for them, what they may do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kept.base import formats
from kept.people.models import Organisation
from kept.people.naming import normalise
from kept.people.permissions import roles_of, speaks_for
from kept.pledges.content import PledgeContent
from kept.pledges.models import Partnership, PartnershipState, Pledge, Status, TextStatus
from kept.pledges.permissions import may_submit_pledge
from kept.pledges.presenting import address

SORTS: Mapping[str, tuple[str, ...]] = {
    "newest": ("-pk",),
    "-newest": ("pk",),
    "title": ("title", "-pk"),
    "-title": ("-title", "-pk"),
    "state": ("status", "-pk"),
    "-state": ("-status", "-pk"),
}
# {name in the address: (words, condition)}
STATES: Mapping[str, tuple[Any, Q]] = {
    "waiting": (_("Waiting for us"), Q(status__in=[Status.DRAFT, Status.CHANGES_REQUESTED])
                | Q(status=Status.PUBLISHED, working__status__in=[TextStatus.DRAFT, TextStatus.CHANGES_REQUESTED])),
    "sent": (_("With the secretariat"), Q(status__in=[Status.SUBMITTED, Status.ACCEPTED])
             | Q(status=Status.PUBLISHED, working__status=TextStatus.SUBMITTED)),
    "published": (_("Published"), Q(status=Status.PUBLISHED)),
    "over": (_("Taken back, replaced or declined"),
             Q(status__in=[Status.WITHDRAWN, Status.SUPERSEDED, Status.DECLINED])),
}  # fmt: skip

_REFERENCE = re.compile(r"[Pp]-?0*([1-9][0-9]{0,8})")


@dataclass(frozen=True)
class Line:
    """One pledge in the list. `waits` says what is to be done by its people, "" where nothing is."""

    pledge: Pledge
    title: str
    language: str
    organisation: str
    state: Any
    waits: Any
    amount: str
    changed: datetime
    url: str
    public: str


def own_pledges(person: Any) -> QuerySet[Pledge]:
    """Those of a person's organisations, drafts that belong to none yet, and what they entered for others."""
    mine = list(roles_of(person))
    own = Q(lead__in=mine) | Q(lead=None, created_by=person) | Q(on_behalf=True, created_by=person)
    return Pledge.objects.filter(own).exclude(status=Status.DISCARDED)


def chosen(person: Any, *, words: str = "", state: str = "", sort: str = "newest") -> QuerySet[Pledge]:
    """The list as its address asks for it; what the address does not know gives nothing or the usual order."""
    rows = own_pledges(person)
    if state:
        rows = rows.filter(STATES[state][1]) if state in STATES else rows.none()
    number = _REFERENCE.fullmatch(words.strip())
    if number:
        rows = rows.filter(number=int(number[1]))
    else:
        for word in words.split():
            rows = rows.filter(Q(title__icontains=word) | Q(lead__normalised__contains=normalise(word)))
    return rows.select_related("lead", "working", "current").order_by(*SORTS.get(sort, SORTS["newest"]))


def counts(person: Any) -> dict[str, int]:
    """{state: how many}, and all under ""."""
    rows = own_pledges(person).order_by()
    found = rows.aggregate(**{name: Count("pk", filter=where) for name, (_words, where) in STATES.items()})
    return {"": rows.count(), **found}


def lines(pledges: Iterable[Pledge], language: str, person: Any) -> list[Line]:
    """What the list says of each; asks the database nothing."""
    return [_line(pledge, language, person) for pledge in pledges]


def _line(pledge: Pledge, language: str, person: Any) -> Line:
    text = pledge.text
    content = PledgeContent.from_json(text.content if text else {})
    amount = content.amount_value
    return Line(
        pledge=pledge,
        title=content.title or pledge.title,
        language=content.language,
        organisation=pledge.lead.name_in(language) if pledge.lead else "",
        state=state_words(pledge),
        waits=waits(pledge, person),
        amount=formats.format_money_short(amount, content.currency, language) if amount and content.currency else "",
        changed=text.changed_at if text else pledge.created_at,
        url=address("pledges:mine", pledge.key),
        public=address("registry:pledge", pledge.reference) if pledge.is_public else "",
    )


def state_words(pledge: Pledge) -> Any:
    """The state, and what happens beside a published text."""
    if pledge.status == Status.PUBLISHED and pledge.working is not None:
        return {
            TextStatus.DRAFT: _("published, a change is being written"),
            TextStatus.SUBMITTED: _("published, a change is being reviewed"),
            TextStatus.CHANGES_REQUESTED: _("published, the change needs changes"),
        }.get(pledge.working.status, pledge.get_status_display())
    return pledge.get_status_display()


def waits(pledge: Pledge, person: Any) -> Any:
    """What its own people have to do now, in a few words."""
    text = pledge.working.status if pledge.working else ""
    if pledge.status == Status.CHANGES_REQUESTED or (
        pledge.status == Status.PUBLISHED and text == TextStatus.CHANGES_REQUESTED
    ):
        return _("The secretariat asks for changes")
    if pledge.status == Status.DRAFT or (pledge.status == Status.PUBLISHED and text == TextStatus.DRAFT):
        return _("Write and send it") if may_submit_pledge(person, pledge) else _("Write it; your focal point sends it")
    return ""


def asked_of(person: Any) -> list[Partnership]:
    """Pledges that name an organisation for which this person speaks, and wait for its yes or no."""
    mine = [pk for pk in roles_of(person) if speaks_for(person, pk)]
    if not mine:
        return []
    rows = Partnership.objects.filter(organisation__in=mine, state=PartnershipState.ASKED).exclude(
        pledge__status__in=[Status.DISCARDED, Status.DECLINED, Status.WITHDRAWN, Status.SUPERSEDED, Status.DRAFT]
    )
    return list(rows.select_related("pledge__working", "pledge__current", "pledge__lead", "organisation")[:50])


@dataclass(frozen=True)
class Asked:
    """A pledge that names an organisation as partner, as that organisation's people read it before they answer."""

    partnership: Partnership
    title: str
    summary: str
    part: str
    language: str
    lead: str
    partner: str


def asked_lines(asked: Iterable[Partnership], language: str) -> list[Asked]:
    """What they are asked, in words; asks the database nothing."""
    lines = []
    for one in asked:
        content = PledgeContent.from_json(one.pledge.text.content if one.pledge.text else {})
        part = next((p.part for p in content.partners if p.organisation == one.organisation_id), "")
        lead = one.pledge.lead.name_in(language) if one.pledge.lead else ""
        partner = one.organisation.name_in(language)
        lines.append(Asked(one, content.title, content.summary, part, content.language, lead, partner))
    return lines


def waiting_count(person: Any) -> int:
    """How many wait for a person: theirs to write, and partnerships to answer; read once per request."""
    held = getattr(person, "_pledges_waiting", None)
    if held is None:
        held = own_pledges(person).filter(STATES["waiting"][1]).count() + len(asked_of(person))
        person._pledges_waiting = held
    return held


def pledges_of(organisation: Organisation) -> QuerySet[Pledge]:
    """Led by it or by one that was merged into it."""
    return Pledge.objects.filter(Q(lead=organisation) | Q(lead__merged_into=organisation)).exclude(
        status=Status.DISCARDED
    )


def counts_of(ids: Iterable[int]) -> dict[int, int]:
    """{organisation: pledges it leads, thrown away ones apart}; one read."""
    rows = Pledge.objects.filter(lead__in=list(ids)).exclude(status=Status.DISCARDED).order_by()
    return dict(rows.values_list("lead").annotate(n=Count("pk")))
