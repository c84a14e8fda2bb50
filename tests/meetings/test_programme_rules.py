"""Whatever is dragged, no released programme has a conflict that nobody let stand; conflicts do not depend on an order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import Refused
from kept.meetings import actions, clashing
from kept.meetings.actions.scheduling import working_version
from kept.meetings.conflicts import (
    AVAILABILITY,
    CAPACITY,
    CAPTIONS,
    INTERPRETATION,
    OPENING,
    OWNER,
    PERSON,
    ROOM,
    Around,
    Hours,
    Placed,
    conflicts_of,
)
from kept.meetings.models import ConflictWaiver, Room, Session
from kept.meetings.queries import shown_version
from tests.meetings import making

DAY = date(2026, 12, 15)


def at(hour: float) -> datetime:
    return datetime(2026, 12, 15, tzinfo=UTC) + timedelta(hours=hour)


def placed(code: str, starts: float, ends: float, **more) -> Placed:
    return Placed(code, DAY, at(starts), at(ends), **more)


def hours(starts: float, ends: float, **more) -> Hours:
    return Hours(DAY, at(starts), at(ends), **more)


def kinds(*items: Placed, **around) -> list[str]:
    return [one.kind for one in conflicts_of(items, Around(**around))]


def test_each_conflict_is_found_and_what_only_touches_is_none():
    ada = {1: "Ada"}
    assert kinds(placed("a", 9, 10, room=1), placed("b", 9.5, 11, room=1)) == [ROOM]
    assert kinds(placed("a", 9, 10, room=1), placed("b", 10, 11, room=1)) == []
    assert kinds(placed("a", 9, 10), placed("b", 9, 10)) == []
    assert kinds(placed("a", 9, 10, people=ada), placed("b", 9.5, 11, people=ada)) == [PERSON]
    assert kinds(placed("a", 9, 10, people=ada), availability={1: (hours(8, 9.5),)}) == [AVAILABILITY]
    assert kinds(placed("a", 9, 10, people=ada), availability={1: (hours(8, 9), hours(9, 10))}) == []
    assert kinds(placed("a", 7, 9), opening=(hours(8, 18),)) == [OPENING]
    french = {"interpretation": (hours(8, 12, languages=frozenset({"fr"})),)}
    assert kinds(placed("a", 11, 13, interpretation=("fr",)), **french) == [INTERPRETATION]
    assert kinds(placed("a", 9, 10, interpretation=("fr", "ar")), **french) == [INTERPRETATION]
    assert kinds(placed("a", 9, 10, captions=("en",)), captions=(hours(8, 12, room=2),)) == [CAPTIONS]
    assert kinds(placed("a", 9, 10, unowned={"P1": "Schools"})) == [OWNER]
    assert kinds(placed("a", 9, 10, expected=250, capacity=200)) == [CAPACITY]
    assert kinds(placed("a", 7, 8, blocked_time=True), opening=(hours(8, 18),)) == []


SESSIONS = st.builds(
    lambda code, start, length, room, people: placed(
        code, start / 4, (start + length) / 4, room=room, people={one: str(one) for one in people}
    ),
    st.sampled_from("abcdef"), st.integers(32, 60), st.integers(1, 8), st.sampled_from([None, 1, 2]),
    st.sets(st.integers(1, 3)),
)  # fmt: skip


@given(st.lists(SESSIONS, max_size=6, unique_by=lambda one: one.code).flatmap(
    lambda items: st.tuples(st.just(items), st.permutations(items))
))  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_conflicts_do_not_depend_on_the_order_in_which_sessions_come(both):
    items, shuffled = both
    around = Around(opening=(hours(9, 14),))
    assert conflicts_of(items, around) == conflicts_of(shuffled, around)


def what_visitors_see() -> list[bytes]:
    """The pages and files in which a release that was taken back could leave a trace."""
    return [
        Client().get(f"/meetings/annual-meeting/{part}").content
        for part in ("programme/", "changes.atom", "schedule.json")
    ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["place", "place", "place", "park", "undo", "redo", "waive", "release", "release", "take back"]),
        st.integers(0, 2), st.integers(0, 1), st.sampled_from(["14:00", "14:20", "15:00"]), st.sampled_from([20, 45]),
    ),
    min_size=3, max_size=9,
)  # fmt: skip


@pytest.mark.django_db
@given(steps=STEPS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_dragged_no_released_programme_has_a_conflict_that_nobody_let_stand(programme, secretary, steps):
    """And a release that is taken back leaves no trace in what visitors see."""
    if Room.objects.count() < 2:
        making.room(programme, "Room B")
        making.speaks(making.speaker("Bo", by=secretary), Session.objects.last(), by=secretary)
        making.speaks(Session.objects.first().roles.get().profile, Session.objects.last(), by=secretary)
    rooms, sessions = list(Room.objects.order_by("pk")), list(Session.objects.order_by("pk"))
    said = {"by": secretary, "at": making.MADE}
    seen: dict[int, list[bytes]] = {}  # by number of a release: what visitors saw before it
    for verb, which, where, start, minutes in steps:
        before = shown_version(programme)
        try:
            if verb == "place":
                actions.place(sessions[which], room=rooms[where], day=DAY, start=time.fromisoformat(start),
                              minutes=minutes, **said)  # fmt: skip
            elif verb == "park":
                actions.park(sessions[which], **said)
            elif verb in ("undo", "redo"):
                getattr(actions, verb)(programme, **said)
            elif verb == "take back" and before.number > 1:
                actions.undo_release(before, **said)
                assert what_visitors_see() == seen.get(before.number, what_visitors_see())  # released by these steps
            elif verb == "waive":
                for one in clashing.findings(programme, working_version(programme)):
                    actions.waive(programme, one.conflict.key, "On purpose", name="Aline", **said)
            elif verb == "release":
                shown = what_visitors_see()
                version = actions.release(programme, {}, **said)
                seen[version.number] = shown
                assert [one for one in clashing.findings(programme, version) if one.stops] == []
        except Refused:
            assert shown_version(programme) == before
    assert all(one.by_name and one.reason for one in ConflictWaiver.objects.all())
