"""Reads about what stands beside a meeting: when it is, who is invited, who could be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Q, QuerySet, When

from kept.meetings import notices as speakers
from kept.meetings.models import LinkedEvent, Meeting, Profile, RoleState, SessionRole
from kept.meetings.queries import shown_version
from kept.registration.models import ENTERS, PLACED, EventInvitation, Mode, Registration, Reply

MOST = 300  # people that one page shows to choose from
SPEAKERS = "speakers"


def begins_at(event: LinkedEvent) -> datetime:
    """When it begins: as the released programme says where it stands there, else as was entered."""
    return hours_of(event)[0]


def hours_of(event: LinkedEvent) -> tuple[datetime, datetime | None]:
    """(beginning, end or None), as `begins_at`."""
    version = shown_version(event.meeting) if event.session_id else None
    slot = version.slots.filter(session=event.session_id).first() if version is not None else None
    return (slot.starts_at, slot.ends_at) if slot else (event.starts_at, event.ends_at)


def counts_of(event: LinkedEvent) -> dict[str, int]:
    """{state: invitations} of an event; "places": people who come or are offered a place, whom they bring too; "inside": who came."""
    rows = EventInvitation.objects.filter(event=event).values_list("state", "brings", "came")
    counts = {state: 0 for state in Reply.values} | {"places": 0, "companions": 0, "inside": 0}
    for state, brings, came in rows:
        counts[state] += 1
        counts["inside"] += came
        if state in PLACED:
            counts["places"] += 2 if brings else 1
            counts["companions"] += brings
    return counts


@dataclass(frozen=True)
class Candidate:
    """Somebody of the meeting who could be invited. `key` is "s<id>" of a speaker, "r<id>" of a registration."""

    key: str
    name: str
    email: str
    organisation: str
    language: str
    as_what: str


def candidates(event: LinkedEvent, language: str, *, q: str = "", among: str = "") -> list[Candidate]:
    """Confirmed speakers, then confirmed participants, who are not invited yet: at most MOST; one row for each address.

    `among` is SPEAKERS or the code of a category, "" for all; `q` words in a name or an organisation.
    """
    invited = EventInvitation.objects.filter(event=event).exclude(state=Reply.TAKEN_BACK)
    taken = set(invited.values_list("email", flat=True))
    found: dict[str, Candidate] = {}
    if among in ("", SPEAKERS):
        for one in _speakers(event.meeting, language, q):
            found.setdefault(one.email.lower(), one)
    if among != SPEAKERS:
        for one in _participants(event.meeting, language, q, among):
            found.setdefault(one.email.lower(), one)
    return [one for email, one in found.items() if email and email not in taken][:MOST]


def _speakers(meeting: Meeting, language: str, q: str) -> list[Candidate]:
    roles = SessionRole.objects.filter(
        session__meeting=meeting, session__cancelled_at=None, state=RoleState.CONFIRMED, profile__merged_into=None
    )
    rows = Profile.objects.filter(pk__in=roles.values("profile")).select_related("person", "private", "organisation")
    if q:
        rows = rows.filter(
            Q(name__icontains=q) | Q(organisation_name__icontains=q) | Q(organisation__name__icontains=q)
        )
    kinds = {role.profile_id: role.get_kind_display() for role in roles.order_by("-pk")}
    tongues = dict(meeting.speaking.values_list("profile", "language"))
    return [
        Candidate(
            f"s{one.pk}", one.name, speakers.address_to(one), one.organisation_in(language),
            tongues.get(one.pk) or (one.person.language if one.person else "en"), str(kinds[one.pk]),
        )
        for one in rows[: MOST * 2]
    ]  # fmt: skip


def _participants(meeting: Meeting, language: str, q: str, category: str) -> list[Candidate]:
    rows = Registration.objects.filter(meeting=meeting, state__in=ENTERS, erased_at=None, mode=Mode.IN_PERSON)
    if category:
        rows = rows.filter(category__code=category)
    if q:
        rows = rows.filter(
            Q(given_name__icontains=q) | Q(family_name__icontains=q) | Q(organisation_name__icontains=q)
            | Q(organisation__name__icontains=q)
        )  # fmt: skip
    rows = rows.select_related("organisation", "category").order_by(
        "category__position", "family_name", "given_name", "pk"
    )
    return [
        Candidate(
            f"r{one.pk}", one.name, one.email,
            one.organisation.name_in(language) if one.organisation else one.organisation_name, one.language,
            one.category.name_in(language),
        )
        for one in rows[: MOST * 2]
    ]  # fmt: skip


AT_THE_DOOR = 60  # invitations that one page of the door shows


def at_the_door(event: LinkedEvent, q: str) -> list[EventInvitation]:
    """Who may stand at the door, by words of a name, an organisation, an address or whom they bring; who said yes first."""
    rows = EventInvitation.objects.filter(event=event, erased_at=None).exclude(state=Reply.TAKEN_BACK)
    for word in q.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word) | Q(organisation__icontains=word) | Q(email__icontains=word)
            | Q(companion__icontains=word)
        )  # fmt: skip
    if not q.strip():
        rows = rows.filter(state__in=PLACED)
    said_yes = Case(When(state__in=PLACED, then=0), default=1)
    return list(rows.order_by(said_yes, "name", "email", "pk")[:AT_THE_DOOR])


def rows_of(event: LinkedEvent, state: str = "") -> QuerySet[EventInvitation]:
    """Who is invited, in the order of names; those who wait in the order of their line."""
    rows = EventInvitation.objects.filter(event=event)
    if state == Reply.WAITS:
        return line_of(event)
    return (rows.filter(state=state) if state else rows).order_by("name", "email", "pk")


def line_of(event: LinkedEvent) -> QuerySet[EventInvitation]:
    """Those who wait for a place, in their order."""
    return EventInvitation.objects.filter(event=event, state=Reply.WAITS).order_by("arrival")


def places_in_line(event: LinkedEvent) -> dict[int, int]:
    """{invitation: the how-many-th it is in the line, from 1}."""
    return {pk: n for n, pk in enumerate(line_of(event).values_list("pk", flat=True), 1)}
