"""A meeting in Geneva with a programme, as most tests want it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.meetings import actions
from tests.meetings import making


@pytest.fixture(autouse=True)
def _before_the_meeting(time_machine):
    """Whenever these tests are run, it is some weeks before the meeting that they are about."""
    time_machine.move_to(datetime(2026, 11, 26, 9, tzinfo=UTC))


@pytest.fixture
def make_meeting(secretary):
    def make(slug: str = "annual-meeting", **values):
        return making.meeting(slug, by=secretary, **values)

    return make


@pytest.fixture
def meeting(make_meeting):
    return make_meeting()


@pytest.fixture
def programme(meeting, secretary):
    """An opening at 14:00 with a speaker, a break, a panel at 15:00; released."""
    popov = making.room(meeting, capacity=300)
    opening = making.session(
        meeting, "Opening", "14:00", 45, by=secretary, where=popov, kind="plenary", languages=["en"]
    )
    making.session(meeting, "Break", "14:45", 15, by=secretary, where=popov, kind="break")
    making.session(meeting, "Displaced people", "15:00", 45, by=secretary, where=popov, kind="panel")
    making.speaks(making.speaker("Clara Heronsworth", by=secretary), opening, "chair", by=secretary)
    actions.release(meeting, {}, by=secretary, at=making.MADE)
    return meeting
