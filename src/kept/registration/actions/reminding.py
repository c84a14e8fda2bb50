"""Who was asked for a yes and stays silent is asked once more. An answer, of whatever kind, stops it.

The secretariat is asked for all together, once a day: seven hundred mails would be read by nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, Q

from kept.base.events import announce
from kept.meetings.models import Meeting, Status
from kept.registration.actions.approving import FOCAL_POINT_HAS
from kept.registration.actions.ground import locked, note
from kept.registration.models import Registration, State

REMIND_AFTER = timedelta(days=2)  # since they were asked; a focal point has three more, then the secretariat is asked
ASKED = (State.PENDING_GUARDIAN, State.PENDING_FOCAL_POINT)  # one by one; the secretariat for all together
MORNING = 8  # the hour from which the secretariat is asked
OFF = (Status.CANCELLED, Status.MOVED)  # states of a meeting in which nobody is asked


def remind_approvers(now: datetime) -> int:
    """The worker's duty: guardians and focal points who have not answered get one more mail each time they were asked;
    how many registrations it was about. Safe to run twice."""
    due = Registration.objects.filter(
        _not_reminded(), state__in=ASKED, asked_approval_at__lte=now - REMIND_AFTER, erased_at=None, meeting__starts_at__gt=now,
    ).exclude(meeting__status__in=OFF)  # fmt: skip
    return sum(_reminded(pk, now) for pk in list(due.order_by("pk").values_list("pk", flat=True)))


def ask_secretariat(now: datetime) -> int:
    """The worker's duty: from eight in the morning on a meeting's own clock, whoever works for the secretariat gets one mail a
    day as long as somebody waits for its yes; about how many meetings it was. Safe to run twice: a mail has its day as its key.
    """
    rows = Registration.objects.filter(
        state=State.PENDING_SECRETARIAT, erased_at=None, meeting__starts_at__gt=now
    ).exclude(meeting__status__in=OFF)  # fmt: skip
    found = rows.order_by("meeting").values_list("meeting").annotate(Count("pk"), Min("asked_approval_at"), Min("key"))
    asked = 0
    for pk, n, since, key in found:
        meeting = Meeting.objects.get(pk=pk)
        clock = now.astimezone(meeting.zone)
        if clock.hour < MORNING:
            continue
        with transaction.atomic():
            announce(
                "registration.secretariat_waits", meeting=meeting, n=n, since=since, key=key, day=clock.date(), at=now
            )
        asked += 1
    return asked


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
