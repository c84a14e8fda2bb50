"""A meeting with two ways of taking part, pools and categories."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kept.meetings.models import Meeting, Status
from kept.registration import actions
from kept.registration.models import Category, CheckInList, Consent, Device, Mode, Quota, Registration


def agree(registration: Registration) -> None:
    """What has to be agreed to, agreed to."""
    Consent.objects.create(
        registration=registration, kind="processing", text="…", language="en", given_at=datetime.now(UTC)
    )


@pytest.fixture
def meeting(db) -> Meeting:
    """The meeting of a test: in Geneva, three weeks from now, registration open."""
    day = date.today() + timedelta(days=21)
    made = Meeting(
        slug="annual-meeting", names={"en": "Annual Meeting"}, time_zone="Europe/Zurich", status=Status.REGISTRATION_OPEN,
        starts_on=day, starts=time(14), ends_on=day, ends=time(16, 30),
    )  # fmt: skip
    made.work_out_instants()
    made.save()
    return made


@pytest.fixture
def pools(meeting) -> dict[str, Quota]:
    """Two seats in the room, none limited online."""
    return {
        "room": Quota.objects.create(meeting=meeting, names={"en": "Popov Room"}, bookable=2),
        "online": Quota.objects.create(meeting=meeting, names={"en": "Online"}, mode=Mode.REMOTE),
    }


@pytest.fixture
def make_category(meeting, pools):
    def make(code: str = "delegate", *, modes=("in_person", "remote"), **details) -> Category:
        category = Category.objects.create(meeting=meeting, code=code, names={"en": code}, modes=list(modes), **details)
        category.quotas.set(pools.values())
        return category

    return make


@pytest.fixture
def register(meeting, make_category):
    """Register somebody all the way to a confirmed address; the house acts."""
    count = iter(range(1, 10_000))

    def go(
        category: Category | None = None, mode: str = "in_person", *, at: datetime | None = None, **values
    ) -> Registration:
        at = at or datetime.now(UTC)
        category = category or Category.objects.filter(meeting=meeting).first() or make_category()
        n = next(count)
        said = {
            "given_name": "Ada",
            "family_name": f"Person {n}",
            "country": "CHE",
            "organisation_name": "Lake Networks",
        }
        registration = actions.start(
            meeting,
            category,
            email=values.pop("email", f"p{n}@example.org"),
            mode=mode,
            by=None,
            at=at,
            values=said | values,
        )
        agree(registration)
        actions.submit(registration, by=None, at=at)
        return actions.confirm_address(registration, by=None, at=at)

    return go


@pytest.fixture
def entrance(meeting, pools, secretary) -> CheckInList:
    pools["room"].bookable, pools["room"].fire_limit = 20, 40
    pools["room"].save()
    return actions.set_up_doors(meeting, by=secretary, at=datetime.now(UTC))


@pytest.fixture
def make_phone(entrance, secretary):
    def make(label: str = "Left") -> Device:
        device, _token = actions.add_device(entrance.gates.get(), label, by=secretary, at=datetime.now(UTC))
        return device

    return make
