"""Many confirm their address at the same moment: who waits for the lock is seated together with those who wait beside them.

The pools of a meeting are locked by one at a time, and a commit costs about the same for one or for twenty. So whoever comes
while another of this process has the turn waits; the next one to have it seats all who came meanwhile, in the order in which
they came, in one transaction, each row of theirs written together with the others'. What is decided is the same as for one.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from kept.base import history, mail
from kept.base.events import announce
from kept.base.lifecycle import WrongState
from kept.people import links
from kept.people.models import Link
from kept.registration.actions import seats
from kept.registration.actions.ground import DelegationFull, lock_delegations
from kept.registration.actions.registering import ARRIVING, arrive
from kept.registration.addresses import OWN, make_own_links
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import Registration, State
from kept.registration.permissions import Holder

MOST = 32  # people who are seated in one transaction


@dataclass
class Arrival:
    """Somebody's click, and what came of it: the registration, or why not."""

    link: Link
    at: datetime
    outcome: Registration | Exception | None = None


def confirm_by_link(link: Link, *, at: datetime) -> Registration:
    """The link in the mail was used: the address is theirs, a seat or a place in line, or an approver is asked.

    One that went on already stays as it is. Raises WrongState for a link that is over and for a registration that is not
    theirs any more.
    """
    arrival = Arrival(link, at)
    if connection.in_atomic_block:
        _seat([arrival])
    else:
        _turns.take(arrival)
    if isinstance(arrival.outcome, Exception):
        raise arrival.outcome
    assert arrival.outcome is not None
    return arrival.outcome


class Turns:
    """One thread of this process acts at a time, for itself and for all who came while another acted."""

    def __init__(self) -> None:
        self._list, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[Arrival] = []

    def take(self, arrival: Arrival) -> None:
        """Returns when the arrival has its outcome."""
        with self._list:
            self._waiting.append(arrival)
        while arrival.outcome is None:
            with self._turn:
                if arrival.outcome is not None:
                    return
                with self._list:
                    mine, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                act_for(mine)


_turns = Turns()


def act_for(arrivals: list[Arrival]) -> None:
    """Seat them together; where that fails, each alone, so that nobody pays for another's fault."""
    try:
        _seat(arrivals)
    except Exception as fault:
        for one in arrivals:
            one.outcome = fault
            if len(arrivals) > 1:
                one.outcome = None
                act_for([one])


def _seat(arrivals: list[Arrival]) -> None:
    """One transaction: links, pools, delegations, registrations locked in this order; then each in the order of coming."""
    at = max(one.at for one in arrivals)
    with transaction.atomic(), mail.gathered():
        good = _links_used(arrivals, at)
        keys = {one.link.subject for one in arrivals if one.link.pk in good}
        meetings = sorted(set(Registration.objects.filter(key__in=keys).values_list("meeting_id", flat=True)))
        pools = {meeting: seats.locked(meeting) for meeting in meetings}
        lock_delegations(Registration.objects.filter(key__in=keys).values_list("pk", flat=True))
        rows = Registration.objects.select_for_update(of=("self",)).filter(key__in=keys, erased_at=None).order_by("pk")
        found = {row.key: row for row in rows.select_related("meeting", "category", "organisation", "person")}
        arrived: dict[int, Registration] = {}
        outcomes: list[Registration | Exception] = []
        for held in pools.values():
            held.gather()
        for one in arrivals:
            registration = found.get(one.link.subject) if one.link.pk in good else None
            if registration is None or registration.email != one.link.email:
                outcomes.append(WrongState(_("What it was for has changed or ended.")))
                continue
            outcomes.append(registration)
            good.discard(one.link.pk)  # a link is good once, also among those who are seated together
            if registration.state == State.SUBMITTED:
                registration.__dict__["_pools"] = pools[registration.meeting_id]
                try:
                    _one(registration, at)
                except DelegationFull as full:  # nothing was claimed; the link stays good for when there is room
                    outcomes[-1] = full
                    Link.objects.filter(pk=one.link.pk).update(used_at=None)
                    continue
                arrived[registration.pk] = registration
        for held in pools.values():
            held.write()
        _written(list(arrived.values()), at)
    for one, outcome in zip(arrivals, outcomes, strict=True):  # committed: now they may be told
        one.outcome = outcome


def _links_used(arrivals: list[Arrival], at: datetime) -> set[int]:
    """Lock the links and use them up; the ids of those that are good."""
    rows = Link.objects.select_for_update().filter(pk__in={one.link.pk for one in arrivals}).order_by("pk")
    good = {link.pk for link in rows if links.state(link, at) == links.GOOD}
    Link.objects.filter(pk__in=good).update(used_at=at)
    return good


def _one(registration: Registration, at: datetime) -> None:
    """Whoever is only submitted has no claim on any pool yet."""
    by = Holder(registration.pk)
    REGISTRATION.check("confirm_address", registration, state=registration.state, by=by)
    arrive(registration, at=at, claimed=[])


def _written(arrived: list[Registration], at: datetime) -> None:
    """Save what `arrive` set, with history, links, event and mail of each."""
    alike: dict[tuple[Any, ...], list[Registration]] = defaultdict(list)
    for registration in arrived:
        alike[tuple(getattr(registration, name) for name in ARRIVING)].append(registration)
    for values, those in alike.items():
        ids = [registration.pk for registration in those]
        Registration.objects.filter(pk__in=ids).update(**dict(zip(ARRIVING, values, strict=True)))
        history.record_many(
            "registration", "confirm_address", [(pk, {}) for pk in ids], by=None, at=at,
            from_state=State.SUBMITTED, to_state=those[0].state,
        )  # fmt: skip
    # Whoever typed the address may be somebody else: from here on only links that were mailed to it are good.
    former = Link.objects.filter(purpose=OWN, subject__in=[one.key for one in arrived], revoked_at=None)
    former.update(revoked_at=at)
    make_own_links(arrived, at=at)
    for registration in arrived:
        announce(
            "registration.confirm_address", registration=registration, before=State.SUBMITTED,
            by=Holder(registration.pk), at=at, reason="",
        )  # fmt: skip
