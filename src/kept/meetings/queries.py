"""What is read of meetings: public ones, their shown programme, their people; bounded, whatever the size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from kept.meetings.models import (
    Document,
    Meeting,
    ScheduleVersion,
    Session,
    SessionKind,
    SessionPledge,
    SessionRole,
    Slot,
    Status,
)
from kept.pledges.models import PUBLIC as PUBLIC_PLEDGES


@dataclass
class Row:
    """A session as it stands in a version, with what readers may know of it."""

    session: Session
    slot: Slot | None
    roles: list[SessionRole] = field(default_factory=list)
    pledges: list[SessionPledge] = field(default_factory=list)
    documents: int = 0

    @property
    def cancelled(self) -> bool:
        return self.session.cancelled_at is not None


def public_meetings() -> QuerySet[Meeting]:
    """Every meeting that readers may know of, the newest first."""
    return Meeting.objects.public().select_related("series").order_by("-starts_at", "-pk")


def meeting_at(slug: str) -> Meeting | None:
    """The meeting of an address, drafts too: who may see it is the caller's question."""
    return Meeting.objects.filter(slug=slug).select_related("series").first()


def public_meeting(slug: str) -> Meeting | None:
    """A meeting that readers may know of."""
    return Meeting.objects.public().filter(slug=slug).first()


def programme_state(slug: str) -> dict[str, str | int | None]:
    """{"meeting", "programme", "status", "changed"}: the number that visitors see, and when anything they see changed.

    Two reads. {} for a meeting that readers do not know of.
    """
    meeting = public_meeting(slug)
    if meeting is None:
        return {}
    version = shown_version(meeting)
    return {
        "meeting": slug,
        "programme": version.number if version else None,
        "status": meeting.status,
        "changed": meeting.changed_at.isoformat(),
    }


def shown_version(meeting: Meeting) -> ScheduleVersion | None:
    """The version that visitors see: the newest that was released and not taken back."""
    released = ScheduleVersion.objects.filter(meeting=meeting, number__isnull=False, undone_at__isnull=True)
    return released.order_by("-number").first()


def released_versions(meeting: Meeting) -> QuerySet[ScheduleVersion]:
    """Every version that was released and not taken back, the newest first."""
    return meeting.versions.filter(number__isnull=False, undone_at__isnull=True).order_by("-number")


def rows_of(version: ScheduleVersion, *, at: datetime, blockers: bool = False) -> list[Row]:
    """The programme of a version in the order of time, with people, pledges and documents that are public.

    Five reads, however many sessions. Blocked time stays inside unless `blockers`.
    """
    slots = version.slots.select_related("session", "room").order_by("starts_at", "room__position", "pk")
    if not blockers:
        slots = slots.exclude(session__kind=SessionKind.BLOCKER)
    rows = [Row(slot.session, slot) for slot in slots]
    return with_what_is_public(rows, at=at)


def with_what_is_public(rows: list[Row], *, at: datetime) -> list[Row]:
    """Fill in the people, pledges and documents of rows as readers may know of them."""
    ids = [row.session.pk for row in rows]
    roles, pledges, documents = public_roles(ids), public_pledges_of(ids), public_documents_of(ids, at=at)
    for row in rows:
        row.roles, row.pledges = roles[row.session.pk], pledges[row.session.pk]
        row.documents = len(documents[row.session.pk])
    return rows


def public_roles(session_ids: Iterable[int]) -> dict[int, list[SessionRole]]:
    """{session: people who confirmed and are released, in the order of protocol}."""
    found: dict[int, list[SessionRole]] = defaultdict(list)
    roles = SessionRole.objects.public().filter(session__in=list(session_ids))
    for role in roles.select_related("profile", "profile__organisation").order_by("position", "pk"):
        found[role.session_id].append(role)
    return found


def public_pledges_of(session_ids: Iterable[int]) -> dict[int, list[SessionPledge]]:
    """{session: pledges that readers may know of}. One that waits for its announcement is not among them."""
    found: dict[int, list[SessionPledge]] = defaultdict(list)
    links = SessionPledge.objects.filter(session__in=list(session_ids), pledge__status__in=PUBLIC_PLEDGES)
    for link in links.select_related("pledge", "pledge__lead", "pledge__current").order_by("position", "pk"):
        found[link.session_id].append(link)
    return found


def public_documents(meeting: Meeting, *, at: datetime) -> QuerySet[Document]:
    """Documents that readers may have at an instant, those of cancelled sessions too."""
    public = Q(session__isnull=True) | Q(session__first_released_at__isnull=False)
    return meeting.documents.filter(public, public_from__lte=at, removed_at__isnull=True)


def public_documents_of(session_ids: Iterable[int], *, at: datetime) -> dict[int, list[Document]]:
    found: dict[int, list[Document]] = defaultdict(list)
    documents = Document.objects.filter(session__in=list(session_ids), public_from__lte=at, removed_at__isnull=True)
    for document in documents:
        found[document.session_id or 0].append(document)
    return found


def previous_in_series(meeting: Meeting) -> Meeting | None:
    """The public meeting of the same series before this one."""
    if meeting.series_id is None:
        return None
    earlier = Meeting.objects.public().filter(series=meeting.series_id, starts_at__lt=meeting.starts_at)
    return earlier.exclude(status=Status.CANCELLED).order_by("-starts_at").first()


def next_in_series(meeting: Meeting) -> Meeting | None:
    """The public meeting of the same series after this one."""
    if meeting.series_id is None:
        return None
    later = Meeting.objects.public().filter(series=meeting.series_id, starts_at__gt=meeting.starts_at)
    return later.order_by("starts_at").first()
