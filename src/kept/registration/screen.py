"""The screen at the entrance: who just came in. By name only who agreed to be greeted, never a minor; else a welcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import override

from kept.base.languages import LANGUAGES
from kept.meetings.models import Meeting
from kept.registration.models import CheckIn, Outcome
from kept.registration.participants import may_be_listed

STAYS = timedelta(seconds=45)  # so long a name stands on the screen; its style takes it away as well
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Greeting:
    """Somebody who came in: their name as on the badge, "" where nobody is named; table or seat."""

    name: str
    native: str = ""
    place: str = ""


def greetings(meeting: Meeting, at: datetime) -> list[Greeting]:
    """The last who came in at the entrance, the newest first; those who are not named together as one."""
    rows = CheckIn.objects.filter(
        list__meeting=meeting, list__is_entrance=True, entry=True, outcome=Outcome.ADMITTED, voided_at=None,
        registration__isnull=False, registration__erased_at=None, at__gt=at - STAYS, at__lte=at,
    ).select_related("registration__category")  # fmt: skip
    found: list[Greeting] = []
    for row in rows.order_by("-at", "-pk")[:20]:
        one = row.registration
        named = one.greeted and may_be_listed(one)
        said = Greeting(one.badge_name or one.name, one.name_native, one.place) if named else Greeting("")
        if said not in found:
            found.append(said)
    return found[:SHOWN]


def welcomes() -> list[tuple[str, str, str]]:
    """[(language, direction, "Welcome")] in the six languages, each in its own."""
    found = []
    for one in LANGUAGES:
        with override(one.code):
            found.append((one.bcp47, one.direction, _("Welcome")))
    return found
