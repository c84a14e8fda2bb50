"""Who comes to an event by invitation: seen at its door, alone or with whom they bring; a mistake is taken back.

Nobody is let in above what the room holds. Whoever said yes has their place until a quarter of an hour after the beginning; from
then on the places of who has not come are free for everybody else who was invited and stands at the door.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.meetings.models import LinkedEvent
from kept.registration.actions.ground import allow
from kept.registration.actions.hosting import OFF, both, noted
from kept.registration.guest_lists import begins_at
from kept.registration.lifecycle import INVITATION
from kept.registration.models import PLACED, EventInvitation, Reply
from kept.registration.permissions import may_admit

DOOR_OPENS = timedelta(hours=3)  # before the beginning, at the earliest
PLACE_IS_KEPT = timedelta(minutes=15)  # after the beginning, for who said yes and has not come


def receive(invitation: EventInvitation, people: int, *, by: Any, at: datetime) -> EventInvitation:
    """Somebody is at the door, alone (1) or with whom they bring (2); who is in already may be joined by the other one.

    Raises NotAllowed, WrongState (the invitation was taken back); Refused where it is not time, for two on an invitation for
    one, and where there is no place.
    """
    with transaction.atomic():
        event, one = both(invitation)
        move = INVITATION.check("arrive", one, state=one.state, by=by)
        if event.meeting.status in OFF or at < begins_at(event) - DOOR_OPENS:
            raise Refused(_("The door is not open yet."))
        if people not in (1, 2) or people <= one.came:
            raise Refused(_("They have come already."))
        if people == 2 and not (one.brings or one.may_bring):
            raise Refused(_("This invitation is for one person."))
        if (free := free_for(one, event, at=at)) is not None and people - one.came > free:
            raise Refused(_("There is no place: as many are inside, or still expected, as the room holds."))
        before, one.state, one.offered_until = one.state, Reply(move.target), None
        one.brings = one.brings or people == 2
        one.came, one.came_at = people, one.came_at or at
        one.save(update_fields=["state", "offered_until", "brings", "came", "came_at"])
        noted(one, "arrive", by=by, at=at, before=before, people=people)
    return one


def free_for(one: EventInvitation, event: LinkedEvent, *, at: datetime) -> int | None:
    """How many of an invitation may come in now; None where there is no limit. The caller holds the event's lock.

    The room, less who is inside, less seats that registered people hold; as long as places are kept also less the places of
    the others who said yes and have not come.
    """
    if event.capacity is None:
        return None
    others = EventInvitation.objects.filter(event=event).exclude(pk=one.pk)
    inside = (others.aggregate(n=Sum("came"))["n"] or 0) + one.came
    free = event.capacity - inside - (event.quotas.aggregate(n=Sum("taken"))["n"] or 0)
    if at < begins_at(event) + PLACE_IS_KEPT:
        free -= sum(max(0, other.places - other.came) for other in others.filter(state__in=PLACED))
    return free


def take_arrival_back(invitation: EventInvitation, *, by: Any, at: datetime) -> EventInvitation:
    """The wrong person was ticked: nobody came on this invitation. Raises NotAllowed, Refused."""
    allow(may_admit(by))
    with transaction.atomic():
        _event, one = both(invitation)
        if not one.came:
            raise Refused(_("Nobody has come on this invitation."))
        before, one.came, one.came_at = one.came, 0, None
        one.save(update_fields=["came", "came_at"])
        noted(one, "take_arrival_back", by=by, at=at, before=one.state, people=before)
    return one
