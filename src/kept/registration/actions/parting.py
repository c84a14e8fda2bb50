"""Days and sessions with seats of their own: chosen, given back, an offered one taken or left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.registration.actions import seats
from kept.registration.actions.ground import (
    allow,
    claim_parts,
    claims,
    locked,
    note,
    offer_what_is_free,
    part_pools,
    pools_of,
)
from kept.registration.models import LIVE, Quota, Registration, SeatState, State
from kept.registration.permissions import may_answer_offer, may_edit_registration


def choose_parts(registration: Registration, wanted: Iterable[Quota], *, by: Any, at: datetime) -> Registration:
    """Come to these days and sessions and to no others. Who is confirmed has a seat there where one is free, else a place
    in that line; others, as soon as they are confirmed.

    Raises NotAllowed; Refused for a pool that the category or the way has not, and where the registration has ended.
    """
    allow(may_edit_registration(by, registration))
    with transaction.atomic():
        registration = locked(registration, pools=True)
        if registration.state not in {State.DRAFT, *LIVE}:
            raise Refused(_("This registration has ended."))
        chosen, may = {pool.pk for pool in wanted}, {pool.pk for pool in part_pools(registration)}
        if not chosen <= may:
            raise Refused(_("This day or session is not for this category, or not for this way of taking part."))
        before = set(registration.parts.values_list("pk", flat=True))
        if chosen == before:
            return registration
        registration.parts.set(chosen)
        if registration.state == State.CONFIRMED:
            claim_parts(registration, at=at)
        if registration.state != State.DRAFT:
            note(registration, "choose_parts", by=by, at=at, before=registration.state, parts=sorted(chosen))
    return registration


def answer_part(registration: Registration, quota: Quota, *, take: bool, by: Any, at: datetime) -> Registration:
    """Take the offered seat of a day or session, or leave it to the next in line. Raises NotAllowed; Refused where it ran out."""
    allow(may_answer_offer(by, registration))
    with transaction.atomic():
        registration = locked(registration, pools=True)
        pool = pools_of(registration).get(quota.pk)
        seat = next((one for one in claims(registration) if one.quota_id == quota.pk and one.quota.is_part), None)
        if pool is None or seat is None or seat.state != SeatState.OFFERED or seat.offered_until <= at:
            raise Refused(_("This offer has run out, and the seat went to the next in line."))
        if take:
            seats.take(seat, at=at)
        else:
            registration.parts.remove(quota)
            seats.release(seat, pool, at=at)
            offer_what_is_free(pool, at=at)
        note(
            registration, "take_part" if take else "leave_part", by=by, at=at, before=registration.state, quota=quota.pk
        )
    return registration
