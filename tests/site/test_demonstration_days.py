"""The demonstration can be made on any day: what it draws, and which rounds are open, differs from day to day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.base import installation
from kept.pledges.models import Pledge
from kept.progress.models import Standing
from kept.site.demo.load import load


@pytest.mark.any_database
@pytest.mark.django_db
@pytest.mark.parametrize(
    "day",
    [
        datetime(2026, 12, 7, 12, tzinfo=UTC),  # a pledge is published after the day of asking, in the period
        datetime(2027, 3, 31, 20, tzinfo=UTC),  # one who waits for a guardian is among those who wait for a yes
    ],
    ids=["a round was just asked", "a minor waits"],
)
def test_the_demonstration_can_be_made_on_another_day(day, time_machine):
    time_machine.move_to(day)
    installation.forget()
    load(force=True)
    assert Pledge.objects.public().count() == Standing.objects.filter(valid_to=None).values("pledge").distinct().count()
