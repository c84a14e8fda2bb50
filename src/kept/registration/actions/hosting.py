"""Invitations to what stands beside a meeting: people are invited, say yes or no, stand in line, get a freed place.

No place is given twice: whoever answers holds the lock of the event's row until they are counted. Who says yes when it
is full waits in line; a freed place is offered to the first in line who fits in, and held for them until a time
(`seating.OFFER_STANDS`). As long as somebody waits who fits in, no place is free.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused, WrongState
from kept.meetings.models import LinkedEvent, Status
from kept.people import actions as people
from kept.registration import hosting_notices as notices
from kept.registration.actions.ground import allow, by_name
from kept.registration.guest_lists import begins_at, line_of
from kept.registration.lifecycle import INVITATION
from kept.registration.models import PLACED, EventInvitation, Reply
from kept.registration.permissions import may_run_registration
from kept.registration.seating import offer_until

REMIND_BEFORE = timedelta(days=5)  # before answers are due
REMIND_AFTER = timedelta(days=3)  # after the invitation, at the earliest
OFF = (Status.CANCELLED, Status.MOVED)  # states of a meeting in which nobody answers


@dataclass(frozen=True)
class Guest:
    """Somebody to be invited."""

    email: str
    name: str = ""
    organisation: str = ""
    language: str = "en"


def invite_guests(event: LinkedEvent, guests: Iterable[Guest], *, may_bring: bool, by: Any,
                  at: datetime) -> list[EventInvitation]:  # fmt: skip
    """Invite these people, each by a mail with a link of their own; who is invited already is passed over.

    Whose invitation was taken back is invited again. Raises NotAllowed; Refused where nothing can be answered any more.
    """
    allow(may_run_registration(by, event.meeting))
    with transaction.atomic():
        event = locked(event)
        _may_be_answered(event, at)
        known = {one.email: one for one in EventInvitation.objects.filter(event=event)}
        made = []
        asked: dict[str, Guest] = {}
        for guest in guests:
            asked.setdefault(guest.email.strip().lower(), guest)
        for email, guest in asked.items():
            there = known.get(email)
            if there is not None and there.state != Reply.TAKEN_BACK:
                continue
            made.append(_invited(event, guest, there, may_bring, by=by, at=at))
        notices.invited(made, event, by=by, at=at)
    return made


def _invited(event: LinkedEvent, guest: Guest, there: EventInvitation | None, may_bring: bool, *, by: Any,
             at: datetime) -> EventInvitation:  # fmt: skip
    one = there or EventInvitation(event=event, email=guest.email.strip().lower())
    before = there.state if there else ""
    one.name, one.organisation, one.language = guest.name[:200], guest.organisation[:300], guest.language
    one.may_bring, one.state, one.invited_at = may_bring, Reply.INVITED, at
    one.answered_at, one.reminded_at, one.offered_until, one.arrival = None, None, None, 0
    one.brings, one.companion, one.needs = False, "", ""
    one.save()
    noted(one, "invite_again" if there else "invite", by=by, at=at, before=before)
    return one


def say_yes(invitation: EventInvitation, *, brings: bool = False, companion: str = "", needs: str = "", by: Any,
            at: datetime) -> EventInvitation:  # fmt: skip
    """Somebody comes: a place is theirs where one is free and nobody waits who fits in, else they stand in line.

    Whoever has a place keeps it, and may add or leave out whom they bring. Raises NotAllowed, WrongState; Refused where
    answers are no longer taken, where an offer has run out, and where no place is left for whom they bring.
    """
    with transaction.atomic():
        event, one = both(invitation)
        INVITATION.check("say_yes", one, state=one.state, by=by)
        _not_there(one)
        if one.state not in PLACED:
            _may_be_answered(event, at)
        _not_over(event, at)
        _offer_stands(one, at)
        if brings and not one.may_bring:
            raise Refused(_("This invitation is for you alone."))
        before = one.state
        held = one.places if before in PLACED else 0
        one.brings, one.companion, one.needs = brings, companion[:200] if brings else "", needs[:500]
        free = places_left(event)
        fits = free is None or one.places - held <= free
        if before in PLACED and not fits:
            raise Refused(_("No place is left for whom you bring. Your own place stays yours."))
        if not held and fits and _somebody_waits(event, free, but=one):
            fits = False
        if fits:
            one.state, one.offered_until = Reply.COMES, None
        elif one.state != Reply.WAITS:
            one.state, one.arrival = Reply.WAITS, _next_in_line(event)
        one.answered_at = at
        one.save()
        noted(one, "say_yes", by=by, at=at, before=before, places=one.places)
        if one.state != before:
            notices.placed(one, event, at=at)
        _settle(event, at=at)
    return one


def say_no(invitation: EventInvitation, *, by: Any, at: datetime) -> EventInvitation:
    """Somebody does not come; what they held is offered to the next in line. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        event, one = both(invitation)
        move = INVITATION.check("say_no", one, state=one.state, by=by)
        _not_there(one)
        _let_go(one, move.target, "say_no", by=by, at=at)
        one.answered_at = at
        one.save(update_fields=["answered_at"])
        _settle(event, at=at)
    return one


def take_offer(invitation: EventInvitation, *, by: Any, at: datetime) -> EventInvitation:
    """The place that is held. Raises NotAllowed, WrongState; Refused where the offer has run out by now."""
    with transaction.atomic():
        event, one = both(invitation)
        move = INVITATION.check("take_offer", one, state=one.state, by=by)
        _offer_stands(one, at)
        one.state, one.offered_until, one.answered_at = Reply(move.target), None, at
        one.save(update_fields=["state", "offered_until", "answered_at"])
        noted(one, "take_offer", by=by, at=at, before=Reply.OFFERED)
        notices.placed(one, event, at=at)
    return one


def take_invitation_to_event_back(invitation: EventInvitation, *, by: Any, at: datetime) -> EventInvitation:
    """The link answers no more; who had said yes is told. Raises NotAllowed, WrongState."""
    with transaction.atomic():
        event, one = both(invitation)
        move = INVITATION.check("take_back", one, state=one.state, by=by)
        _not_there(one)
        had_said_yes = one.state in (*PLACED, Reply.WAITS)
        for link in notices.links_of([one]):
            people.revoke_link(link, at=at)
        _let_go(one, move.target, "take_back", by=by, at=at)
        if had_said_yes:
            notices.taken_back(one, event, at=at)
        _settle(event, at=at)
    return one


def keep_places(now: datetime) -> int:
    """The worker's duty: offers that ran out end, and what is free is offered to who waits. How many changed; repeats harmlessly."""
    out, waits = Q(state=Reply.OFFERED, offered_until__lte=now), Q(state=Reply.WAITS)
    done = 0
    for pk in EventInvitation.objects.filter(out | waits).order_by("event").values_list("event", flat=True).distinct():
        with transaction.atomic():
            event = locked(LinkedEvent(pk=pk))
            for one in EventInvitation.objects.filter(out, event=event).order_by("pk"):
                move = INVITATION.check("lapse", one, state=one.state, by=None)
                _let_go(one, move.target, "lapse", by=None, at=now)
                notices.lapsed(one, event, at=now)
                done += 1
            done += _settle(event, at=now)
    return done


def remind_invited(now: datetime) -> int:
    """The worker's duty: who has not answered is asked once more, five days before answers are due. How many were asked."""
    due = EventInvitation.objects.filter(
        state=Reply.INVITED, reminded_at=None, erased_at=None, invited_at__lte=now - REMIND_AFTER,
        event__reply_until__gt=now, event__reply_until__lte=now + REMIND_BEFORE, event__by_invitation=True,
    ).exclude(event__meeting__status__in=OFF)  # fmt: skip
    return sum(_reminded(one, by=None, at=now) for one in due.order_by("pk"))


def remind_now(event: LinkedEvent, *, by: Any, at: datetime) -> int:
    """Ask everybody once more who has not answered and was not reminded; how many. Raises NotAllowed, Refused."""
    allow(may_run_registration(by, event.meeting))
    _may_be_answered(event, at)
    rows = EventInvitation.objects.filter(event=event, state=Reply.INVITED, reminded_at=None, erased_at=None)
    return sum(_reminded(one, by=by, at=at) for one in rows.order_by("pk"))


def _reminded(one: EventInvitation, *, by: Any, at: datetime) -> bool:
    with transaction.atomic():
        event, one = both(one)
        if one.state != Reply.INVITED or one.reminded_at is not None:
            return False
        one.reminded_at = at
        one.save(update_fields=["reminded_at"])
        noted(one, "remind", by=by, at=at, before=one.state)
        notices.reminded(one, event, at=at)
    return True


# Places -----------------------------------------------------------------------------------------------------------


def locked(event: LinkedEvent) -> LinkedEvent:
    """The event under its lock, until the transaction ends: whoever gives or takes a place holds it."""
    rows = LinkedEvent.objects.select_for_update(of=("self",)).select_related("meeting")
    return rows.get(pk=event.pk)


def places_left(event: LinkedEvent) -> int | None:
    """How many places are free; None where there is no limit. Seats that registered people hold count too."""
    if event.capacity is None:
        return None
    rows = EventInvitation.objects.filter(event=event, state__in=PLACED)
    seated = event.quotas.aggregate(n=Sum("taken"))["n"] or 0
    return event.capacity - rows.count() - rows.filter(brings=True).count() - seated


def both(invitation: EventInvitation) -> tuple[LinkedEvent, EventInvitation]:
    """The event under its lock, then the invitation as it is now."""
    event = locked(LinkedEvent(pk=invitation.event_id))
    one = EventInvitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    one.event = event
    return event, one


def _next_in_line(event: LinkedEvent) -> int:
    last = EventInvitation.objects.filter(event=event).order_by("-arrival").values_list("arrival", flat=True).first()
    return (last or 0) + 1


def _somebody_waits(event: LinkedEvent, free: int | None, *, but: EventInvitation) -> bool:
    """Whether somebody is in line who fits into what is free: nobody passes them."""
    return free is not None and any(one.places <= free for one in line_of(event).exclude(pk=but.pk))


def _settle(event: LinkedEvent, *, at: datetime) -> int:
    """Offer what is free to who waits, the first who fits in; how many. Nothing once it has begun."""
    until = offer_until(at, begins_at(event))
    free = places_left(event)
    if until is None or event.meeting.status in OFF:
        return 0
    offered = 0
    for one in line_of(event):
        if free is not None and one.places > free:
            continue
        free = None if free is None else free - one.places
        one.event, one.state, one.offered_until = event, Reply.OFFERED, until
        one.save(update_fields=["state", "offered_until"])
        noted(one, "offer", by=None, at=at, before=Reply.WAITS, until=until.isoformat())
        notices.offered(one, event, at=at)
        offered += 1
    return offered


def _let_go(one: EventInvitation, state: str, verb: str, *, by: Any, at: datetime) -> None:
    before, one.state, one.offered_until = one.state, Reply(state), None
    one.brings, one.companion = False, ""
    one.save(update_fields=["state", "offered_until", "brings", "companion"])
    noted(one, verb, by=by, at=at, before=before)


def _may_be_answered(event: LinkedEvent, at: datetime) -> None:
    """Raises Refused once the day is over until which answers are taken, and where nothing takes place."""
    if not event.by_invitation:
        raise Refused(_("This event is not by invitation."))
    if event.meeting.status in OFF:
        raise WrongState(_("The meeting does not take place on that day."))
    if event.reply_until is not None and at > event.reply_until:
        raise Refused(_("Answers were taken until then: write to the team of the meeting."))
    _not_over(event, at)


def _not_over(event: LinkedEvent, at: datetime) -> None:
    if at >= begins_at(event):
        raise Refused(_("This has begun."))


def _not_there(one: EventInvitation) -> None:
    """Raises Refused where somebody was seen at the door: what is so is put right there first."""
    if one.came:
        raise Refused(_("They have come already."))


def _offer_stands(one: EventInvitation, at: datetime) -> None:
    """Raises Refused where somebody is offered a place and let the offer run out, also before the worker says so."""
    if one.state == Reply.OFFERED and (one.offered_until is None or one.offered_until <= at):
        raise Refused(_("This offer has run out, and the place went to the next in line."))


def noted(one: EventInvitation, verb: str, *, by: Any, at: datetime, before: str, **data: Any) -> None:
    history.record("event_invitation", one.pk, verb, by=by_name(by), at=at, from_state=before, to_state=one.state,
                   data={"event": one.event_id, **data})  # fmt: skip
