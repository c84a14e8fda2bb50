"""Who was asked for a yes and stays silent is asked once more. An answer, of whatever kind, stops it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from kept.meetings.models import Status
from kept.registration.actions.approving import FOCAL_POINT_HAS
from kept.registration.actions.ground import locked, note
from kept.registration.models import Registration, State

REMIND_AFTER = timedelta(days=2)  # since they were asked; a focal point has three more, then the secretariat is asked
ASKED = (State.PENDING_GUARDIAN, State.PENDING_FOCAL_POINT)  # by mail; the secretariat has its list
OFF = (Status.CANCELLED, Status.MOVED)  # states of a meeting in which nobody is asked


def remind_approvers(now: datetime) -> int:
    """The worker's duty: guardians and focal points who have not answered get one more mail each time they were asked;
    how many registrations it was about. Safe to run twice."""
    due = Registration.objects.filter(
        _not_reminded(), state__in=ASKED, asked_approval_at__lte=now - REMIND_AFTER, erased_at=None, meeting__starts_at__gt=now,
    ).exclude(meeting__status__in=OFF)  # fmt: skip
    return sum(_reminded(pk, now) for pk in list(due.order_by("pk").values_list("pk", flat=True)))


def _not_reminded() -> Q:
    """Not since whoever has to say yes now was asked."""
    return Q(reminded_at=None) | Q(reminded_at__lt=F("asked_approval_at"))


def _reminded(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        one = locked(Registration(pk=pk))
        asked, last = one.asked_approval_at, one.reminded_at
        if one.state not in ASKED or asked is None or asked > at - REMIND_AFTER or (last and last >= asked):
            return False  # answered, or done, by somebody else meanwhile
        one.reminded_at = at
        one.save(update_fields=["reminded_at"])
        note(one, "remind", by=None, at=at, before=one.state, until=(asked + FOCAL_POINT_HAS).isoformat())
    return True
