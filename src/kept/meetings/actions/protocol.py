"""The order of protocol: set by hand, but where states are listed they follow the language that the meeting chose."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction

from kept.base import history, places
from kept.meetings.actions.ground import allow, locked, public_change
from kept.meetings.models import Meeting, Session, SessionRole
from kept.meetings.permissions import may_manage_speakers


def in_order(codes: Any, meeting: Meeting) -> list[str]:
    """Codes of states, each once, in the order of their names in the meeting's language (`Meeting.state_order`)."""
    return places.sorted_by_name(set(codes), meeting.state_order)


def order_states(session: Session, *, by: Any, at: datetime) -> int:
    """Put those who speak for states in the order of the meeting's language, among themselves and within what they do.

    The places that states hold stay theirs: the chair stays before the panel, and whoever speaks for no state stays where the
    team put them. Returns how many moved. Raises NotAllowed.
    """
    allow(may_manage_speakers(by, session))
    with transaction.atomic():
        meeting = locked(session.meeting)
        roles = list(
            session.roles.counting()
            .select_for_update(of=("self",))
            .select_related("profile")
            .order_by("position", "pk")
        )
        arranged = arrange(roles, in_order((role.profile.country for role in roles if role.profile.country), meeting))
        moved = 0
        for position, role in enumerate(arranged):
            if role.position != position:
                SessionRole.objects.filter(pk=role.pk).update(position=position)
            moved += role.pk != roles[position].pk
        if moved:
            history.record("session", session.pk, "order_states", by=by, at=at, data={"language": meeting.state_order})
            if session.first_released_at:
                public_change(meeting, at=at)
    return moved


def arrange(roles: list[SessionRole], order: list[str]) -> list[SessionRole]:
    """The same roles: of each kind, those with a state stand at the places of states of this kind, in `order`."""
    rank = {code: number for number, code in enumerate(order)}
    waiting: dict[str, list[SessionRole]] = defaultdict(list)
    for role in roles:
        if role.profile.country in rank:
            waiting[role.kind].append(role)
    for same in waiting.values():
        same.sort(key=lambda role: rank[role.profile.country])
    return [waiting[role.kind].pop(0) if role.profile.country in rank else role for role in roles]
