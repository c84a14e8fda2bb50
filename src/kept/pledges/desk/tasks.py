"""What the worker does for the desk: find out which pledge a new one resembles. Safe to run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from kept.pledges.lookalikes import LookAlike, lookalikes_for
from kept.pledges.models import Pledge, Status, TextStatus

MOST = 50  # in one round
LEAST = 0.2  # what resembles less is not worth a word


class _TheDesk:
    """The secretariat as such: knows of everything that was sent, belongs to no organisation."""

    is_authenticated = is_active = is_staff = True
    pk = None
    _roles: dict[int, tuple[str, bool]] = {}  # noqa: RUF012


def nearest(pledge: Pledge, *, viewer: Any = None, most: int = 1) -> list[LookAlike]:
    """The pledges that this one resembles most, among all that the secretariat knows of."""
    return lookalikes_for(pledge, viewer=viewer or _TheDesk(), most=most, at_least=LEAST)


def noted_as(found: LookAlike) -> dict[str, Any]:
    """What is kept with a pledge about the one it resembles, and shown by the checklist."""
    return {"reference": found.pledge.reference, "title": found.title, "percent": found.percent}


def note_nearest(now: datetime) -> int:
    """Note at each text that waits which pledge it resembles most, for the list; how many were looked at."""
    waits = Q(status=Status.SUBMITTED) | Q(status=Status.PUBLISHED, working__status=TextStatus.SUBMITTED)
    rows = list(Pledge.objects.filter(waits, nearest={}).select_related("working", "current")[:MOST])
    for pledge in rows:
        found = nearest(pledge)
        noted = noted_as(found[0]) if found else {"percent": 0}
        # Only where nobody sent another text meanwhile.
        Pledge.objects.filter(pk=pledge.pk, nearest={}, working=pledge.working_id).update(nearest=noted)
    return len(rows)
