"""Speakers are told when and where their sessions are: once for each release, by mails that wait for a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kept.base import mail, outbox
from kept.base.formats import format_time, format_weekday
from kept.base.models import MailState, OutgoingMail
from kept.meetings.models import Meeting, Profile, ProfilePrivate, Room, ScheduleVersion, Session, SessionRole

SUBJECT = "programme"  # kind of subject that these mails are about; its id is the version's


def tell_speakers(version: ScheduleVersion, *, at: datetime) -> int:
    """Queue one mail for each person whose sessions changed place; held, to be read and let go. Returns how many.

    Who has no address is not told: their sessions stand on the page of the release.
    """
    changes = {change["session"]: change for change in version.changes}
    roles = SessionRole.objects.counting().filter(
        session__meeting=version.meeting_id, session__code__in=changes, session__cancelled_at=None
    )
    by_profile: dict[Profile, dict[Session, Any]] = defaultdict(dict)
    for role in roles.select_related("profile__person", "session").order_by("position", "pk"):
        by_profile[role.profile][role.session] = changes[role.session.code]
    addresses = dict(ProfilePrivate.objects.filter(profile__in=by_profile).values_list("profile_id", "email"))
    rooms = {room.pk: room for room in version.meeting.rooms.all()}
    told = 0
    for profile, found in by_profile.items():
        person = profile.person
        to = (person.email if person else "") or addresses.get(profile.pk, "")
        if to:
            language = person.language if person else "en"
            told += _tell(version, profile, found, rooms, to=to, person=person, language=language, at=at)
    return told


def _tell(
    version: ScheduleVersion, profile: Profile, found: dict[Session, Any], rooms: dict[int, Room], *, to: str,
    person: Any, language: str, at: datetime,
) -> bool:  # fmt: skip
    meeting = version.meeting
    lines = [
        {
            "title": session.title_in(language),
            "kind": change["kind"],
            "now": place_words(meeting, change["to"], rooms, language),
            "was": place_words(meeting, change["from"], rooms, language),
        }
        for session, change in found.items()
    ]
    path = mail.address(language, f"/meetings/{meeting.slug}/programme/")
    context = {
        "name": profile.name, "meeting": meeting.name_in(language), "lines": lines, "action": _("The programme"),
        "zone": meeting.time_zone.replace("_", " "),
    }  # fmt: skip
    made = mail.queue(
        "meetings/programme_changed", to=to, language=language, person=person, at=at, hold=True,
        key=f"programme:{version.pk}:{profile.key}", subject=(SUBJECT, version.pk),
        context={**context, "action_url": settings.KEPT_BASE_URL + path},
    )  # fmt: skip
    return made is not None


def place_words(meeting: Meeting, place: dict[str, Any] | None, rooms: dict[int, Room], language: str) -> list[str]:
    """A place (`scheduling.described`) as [day, hour, room], to be set apart by the page; [] for none."""
    if place is None:
        return []
    wall = datetime.fromisoformat(f"{place['day']}T{place['start']}").replace(tzinfo=UTC)  # a clock on a wall
    day, hour = format_weekday(wall.date(), language), format_time(wall, language)
    room = rooms.get(place["room"]) if place["room"] else None
    return [day, hour, *([room.name_in(language)] if room else [])]


def recall_mails(version: ScheduleVersion, *, by: Any, at: datetime) -> int:
    """Mails about a version that was taken back, and that have not left, are not to be sent. Returns how many."""
    waiting = OutgoingMail.objects.filter(
        subject_kind=SUBJECT, subject_id=version.pk, state__in=[MailState.HELD, MailState.QUEUED]
    )
    for one in list(waiting):
        outbox.cancel(one, by=by, at=at)
    return len(waiting)
