"""The connection of somebody who speaks from afar: tried before the day, the result kept with its day."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.meetings.actions.ground import allow, locked, record
from kept.meetings.connection import Measured
from kept.meetings.models import ConnectionTest, Meeting, Profile
from kept.meetings.permissions import may_keep_profile

KEPT = 10  # tests of one person at one meeting; older ones go


def keep_test(
    meeting: Meeting, profile: Profile, found: Measured, *, browser: str, by: Any, at: datetime
) -> ConnectionTest:
    """Keep what a test found. Raises NotAllowed; Refused when the meeting is over."""
    allow(may_keep_profile(by, profile))
    with transaction.atomic():
        meeting = locked(meeting)
        if at >= meeting.ends_at:
            raise Refused(_("This meeting is over."))
        made = ConnectionTest.objects.create(
            meeting=meeting, profile=profile, at=at, camera=found.camera, microphone=found.microphone,
            down=found.down, up=found.up, trip=found.trip, browser=browser[:300],
        )  # fmt: skip
        stays = ConnectionTest.objects.filter(meeting=meeting, profile=profile).values_list("pk", flat=True)[:KEPT]
        ConnectionTest.objects.filter(meeting=meeting, profile=profile).exclude(pk__in=list(stays)).delete()
        record("profile", profile.pk, "test_connection", by=by, at=at,
                       data={"meeting": meeting.pk, "test": made.pk})  # fmt: skip
    return made
