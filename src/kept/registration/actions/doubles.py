"""Somebody registered twice: two registrations become one; or the team says that these are two people."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import combinations
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.registration.actions import seats
from kept.registration.actions.ground import (
    allow,
    by_name,
    claims,
    give_back,
    lock_delegations,
    note,
)
from kept.registration.minors import owes_guardian
from kept.registration.models import LIVE, Answer, Note, Registration, State, TwoPeople
from kept.registration.permissions import may_run_registration

# How far a registration is; the one that is further gives its place to the one that is kept.
FURTHER = (State.SUBMITTED, State.PENDING_FOCAL_POINT, State.PENDING_SECRETARIAT, State.WAITLISTED, State.OFFERED,
           State.CONFIRMED)  # fmt: skip


def join_into(kept: Registration, other: Registration, *, by: Any, at: datetime) -> Registration:
    """Two registrations of one person become `kept`; `other` ends, and both addresses are told.

    In the same category, way and delegation the better of the two places is kept (a seat before an offer before a
    place in line); else what `other` claims goes to those who wait. Answers that `kept` lacks and notes come along.
    Raises NotAllowed; Refused for two meetings, for one that ended, that was at the door, or whose guardian has not agreed.
    """
    allow(may_run_registration(by, kept.meeting))
    with transaction.atomic():
        kept, other = _both_locked(kept, other)
        if kept.state == State.SUBMITTED != other.state:
            raise Refused(_("Keep the one whose mail address is confirmed."))
        if owes_guardian(kept) or owes_guardian(other):
            raise Refused(_("Somebody under 18 takes part when a guardian has agreed."))
        if State.ATTENDED in (kept.state, other.state):
            raise Refused(_("One of them was at the door already. That is the one that counts."))
        before, ended = kept.state, other.state
        if _same_place(kept, other) and FURTHER.index(State(other.state)) > FURTHER.index(State(kept.state)):
            _give_its_place(other, kept, at=at)
        missing = set(other.answers.values_list("question__code", flat=True)) - set(
            kept.answers.values_list("question__code", flat=True)
        )
        Answer.objects.filter(registration=other, question__code__in=missing).update(registration=kept)
        Note.objects.filter(registration=other).update(registration=kept)
        other.state, other.ended_at = State.CANCELLED, at
        other.save(update_fields=["state", "ended_at"])
        give_back(other, at=at)
        kept.version += 1
        kept.save()
        note(other, "joined_away", by=by, at=at, before=ended, to=kept.pk)
        note(kept, "join_into", by=by, at=at, before=before, of=other.pk)
    return kept


def are_two_people(rows: Iterable[Registration], *, by: Any, at: datetime) -> int:
    """Each two of these are two people: the list of doubles asks no more; how many pairs were new. Raises NotAllowed, Refused."""
    people = sorted(rows, key=lambda one: one.pk)
    if len(people) < 2 or len({one.meeting_id for one in people}) > 1:
        raise Refused(_("Tick two registrations of this meeting at least."))
    allow(may_run_registration(by, people[0].meeting))
    new = 0
    with transaction.atomic():
        for one, other in combinations(people, 2):
            _pair, made = TwoPeople.objects.get_or_create(one=one, other=other, defaults={"by": by_name(by), "at": at})
            new += made
            if made:
                history.record(
                    "registration", one.pk, "are_two_people", by=by_name(by), at=at, data={"other": other.pk}
                )
    return new


def _both_locked(kept: Registration, other: Registration) -> tuple[Registration, Registration]:
    """Both under their locks, pools first. Raises Refused."""
    if kept.pk == other.pk or kept.meeting_id != other.meeting_id:
        raise Refused(_("Tick two registrations of this meeting at least."))
    pools = seats.locked(kept.meeting_id)
    lock_delegations([kept.pk, other.pk])
    rows = Registration.objects.select_for_update(of=("self",)).select_related("category", "meeting")
    found = {row.pk: row for row in rows.filter(pk__in=(kept.pk, other.pk)).order_by("pk")}
    for row in found.values():
        row.__dict__["_pools"] = pools
        if row.state not in LIVE:
            raise Refused(_("One of them has ended."))
    return found[kept.pk], found[other.pk]


def _same_place(kept: Registration, other: Registration) -> bool:
    return (kept.category_id, kept.mode, kept.delegation_id) == (other.category_id, other.mode, other.delegation_id)


def _give_its_place(other: Registration, kept: Registration, *, at: datetime) -> None:
    """`kept` has from now on what `other` held or waited for, at that place in line."""
    give_back(kept, at=at)
    for seat in claims(other):
        seats.hand_over(seat, kept, at=at)
    kept.parts.add(*other.parts.all())
    kept.state = other.state
    for name in ("email_confirmed_at", "organisation_approved_at", "approved_at", "confirmed_at", "asked_approval_at"):
        setattr(kept, name, getattr(other, name) or getattr(kept, name))
    kept.submitted_at = kept.submitted_at or other.submitted_at
