"""Who was there session by session, out of what the doors and the windows told.

In the room counts whoever came through the session's own door; where it has none, whoever was inside at the entrance while it
was on. Online counts whose window was there while it was on. Sessions that run side by side share who has no door of theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from kept.meetings.models import Meeting, SessionKind
from kept.meetings.queries import shown_version
from kept.registration import admission
from kept.registration.models import CheckIn, CheckInList, Outcome
from kept.registration.presence import Span

QUIET = (SessionKind.BREAK, SessionKind.RECEPTION, SessionKind.BLOCKER)
Book = Mapping[int, admission.Presence]  # registration: what is so of it at one door


def was_there(spans: Sequence[Span], begins: datetime, ends: datetime) -> bool:
    """Whether one of the spans touches the time from `begins` to `ends`; of one that never told its click is known alone."""
    return any(begin < ends and (last or begin) >= begins for begin, last in spans)


def was_inside(presence: admission.Presence, begins: datetime, ends: datetime) -> bool:
    """Whether somebody was inside for a moment of it; who was never seen to go is inside to the end."""
    return any(start < ends and (out is None or out > begins) for start, out in presence.spells)


def by_session(meeting: Meeting, entrance: Book, spans: Mapping[int, Sequence[Span]]) -> list[list[Any]]:
    """[[code, {language: title}, in the room, online]] of the released programme, in its order; breaks left out."""
    version = shown_version(meeting)
    if version is None:
        return []
    slots = version.slots.exclude(session__kind__in=QUIET).filter(session__cancelled_at=None).select_related("session")
    doors, found = _doors(meeting), []
    for slot in slots.order_by("starts_at", "room__position", "pk"):
        begins, ends = slot.starts_at, slot.ends_at or meeting.ends_at
        own = doors.get(slot.session_id)
        room = (
            sum(bool(one.spells) for one in own.values())
            if own is not None
            else sum(was_inside(one, begins, ends) for one in entrance.values())
        )
        online = sum(was_there(one, begins, ends) for one in spans.values())
        found.append([slot.session.code, slot.session.titles, room, online])
    return found


def _doors(meeting: Meeting) -> dict[int, Book]:
    """{session: who went through its own door}, of the sessions that have one; two queries."""
    lists = dict(CheckInList.objects.filter(meeting=meeting, session__isnull=False).values_list("pk", "session"))
    heap: dict[int, list[admission.Passage]] = {session: [] for session in lists.values()}
    rows = CheckIn.objects.filter(list__in=lists, voided_at=None, registration__isnull=False)
    rows = rows.exclude(outcome=Outcome.REFUSED) if lists else rows.none()
    for counted, nonce, who, at, entry in rows.values_list("list", "nonce", "registration_id", "at", "entry"):
        heap[lists[counted]].append(admission.Passage(nonce, who, at, entry))
    return {session: admission.fold(passages) for session, passages in heap.items()}
