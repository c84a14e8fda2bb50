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
from kept.meetings import notices
from kept.meetings.models import (
    Meeting,
    Profile,
    RoleState,
    Room,
    ScheduleVersion,
    Session,
    SessionRole,
    Speaking,
    in_language,
)

SUBJECT = "programme"  # kind of subject that these mails are about; its id is the version's
ASKED = (RoleState.INVITED, RoleState.CONFIRMED)  # who is only planned has not heard of it yet


def tell_speakers(version: ScheduleVersion, *, at: datetime) -> int:
    """Queue one mail for each person whose sessions changed place; held, to be read and let go. Returns how many.

    Who has no address is not told: their sessions stand on the page of the release.
    """
    changes = {change["session"]: change for change in version.changes}
    roles = SessionRole.objects.filter(
        state__in=ASKED, session__meeting=version.meeting_id, session__code__in=changes, session__cancelled_at=None
    )
    by_profile: dict[Profile, dict[Session, Any]] = defaultdict(dict)
    for role in roles.select_related("profile__person", "profile__private", "session").order_by("position", "pk"):
        by_profile[role.profile][role.session] = changes[role.session.code]
    languages = languages_of(version.meeting, list(by_profile))
    rooms = {room.pk: room for room in version.meeting.rooms.all()}
    told = 0
    for profile, found in by_profile.items():
        if notices.address_to(profile):
            told += _tell(version, profile, found, rooms, language=languages[profile.pk], at=at)
    return told


def _tell(
    version: ScheduleVersion, profile: Profile, found: dict[Session, Any], rooms: dict[int, Room], *, language: str,
    at: datetime,
) -> bool:  # fmt: skip
    kind, key, subject = "meetings/programme_changed", f"programme:{version.pk}:{profile.key}", (SUBJECT, version.pk)
    made = mail.queue(
        kind, to=notices.address_to(profile), language=language, person=profile.person, at=at, hold=True, key=key,
        subject=subject, context=_words(version, profile, found, rooms, language),
    )  # fmt: skip
    for one in notices.copied_to(version.meeting, profile) if made is not None else []:
        words = _words(version, profile, found, rooms, one.language)
        notices.write_copy(kind, one, words, key=key, subject=subject, at=at, hold=True)
    return made is not None


def _words(
    version: ScheduleVersion, profile: Profile, found: dict[Session, Any], rooms: dict[int, Room], language: str
) -> dict[str, Any]:
    """What the mail about changed places says, in a language."""
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
    return {
        "name": profile.name, "meeting": meeting.name_in(language), "lines": lines, "action": _("The programme"),
        "zone": meeting.time_zone.replace("_", " "), "action_url": settings.KEPT_BASE_URL + path,
    }  # fmt: skip


def languages_of(meeting: Meeting, profiles: list[Profile]) -> dict[int, str]:
    """{profile: the language of our mails}: as said for this meeting, else as in the account, else English."""
    said = dict(Speaking.objects.filter(meeting=meeting, profile__in=profiles).values_list("profile_id", "language"))
    return {p.pk: said.get(p.pk) or (p.person.language if p.person else "en") for p in profiles}


def tell_cancelled(session: Session, *, at: datetime) -> int:
    """Queue one mail for each person who was asked to speak in a session that does not take place; held, to be read."""
    meeting = session.meeting
    roles = session.roles.filter(state__in=ASKED).select_related("profile__person", "profile__private")
    profiles = {role.profile_id: role.profile for role in roles.order_by("position", "pk")}
    languages, told = languages_of(meeting, list(profiles.values())), 0
    for profile in profiles.values():
        to, kind, subject = notices.address_to(profile), "meetings/session_cancelled", ("session", session.pk)
        if not to:
            continue
        key, language = f"cancelled:{session.pk}:{profile.key}", languages[profile.pk]
        made = mail.queue(
            kind, to=to, language=language, person=profile.person, at=at, hold=True, key=key, subject=subject,
            context=_words_of_cancelled(session, profile, language),
        )  # fmt: skip
        for one in notices.copied_to(meeting, profile) if made is not None else []:
            words = _words_of_cancelled(session, profile, one.language)
            notices.write_copy(kind, one, words, key=key, subject=subject, at=at, hold=True)
        told += made is not None
    return told


def _words_of_cancelled(session: Session, profile: Profile, language: str) -> dict[str, Any]:
    path = mail.address(language, f"/meetings/{session.meeting.slug}/programme/")
    return {
        "name": profile.name, "meeting": session.meeting.name_in(language), "title": session.title_in(language),
        "reason": in_language(session.cancelled_reason, language), "action": _("The programme"),
        "action_url": settings.KEPT_BASE_URL + path,
    }  # fmt: skip


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
