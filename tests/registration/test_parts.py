"""Seats of a day or of a session: chosen on the form, counted, offered on, never oversold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.extra.django import TestCase

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.meetings.models import Session
from kept.registration import actions, guests, queries, rules
from kept.registration.actions.seats import drifted
from kept.registration.addresses import own_link
from kept.registration.models import CheckInList, Quota, Registration, Seat
from kept.registration.permissions import Holder
from tests.registration.conftest import agree

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def days(meeting) -> list[Quota]:
    """Two days with a seat and two; the room of the meeting is large."""
    meeting.ends_on = meeting.starts_on + timedelta(days=1)
    meeting.work_out_instants()
    meeting.save()
    return [
        Quota.objects.create(meeting=meeting, names={"en": f"Day {n + 1}"}, bookable=n + 1, day=day)
        for n, day in enumerate(meeting.local_days())
    ]


@pytest.fixture
def workshop(meeting) -> Quota:
    session = Session.objects.create(meeting=meeting, titles={"en": "Mapping schools"}, code="abc123")
    return Quota.objects.create(meeting=meeting, names={"en": "Mapping schools"}, bookable=1, session=session)


@pytest.fixture
def category(make_category, pools, days, workshop):
    Quota.objects.filter(pk=pools["room"].pk).update(bookable=9)
    made = make_category()
    made.quotas.add(*days, workshop)
    return made


@pytest.fixture
def comes(meeting, category):
    """Somebody who chooses parts on the form before they send it."""
    count = iter(range(1, 1000))

    def go(*parts: Quota, mode: str = "in_person") -> Registration:
        n = next(count)
        said = {"given_name": "Ada", "family_name": f"Part {n}", "country": "CHE", "organisation_name": "Lake"}
        one = actions.start(meeting, category, email=f"q{n}@example.org", mode=mode, by=None, at=NOW, values=said)
        agree(one)
        actions.choose_parts(one, parts, by=Holder(one.pk), at=NOW)
        actions.submit(one, by=None, at=NOW)
        return actions.confirm_address(one, by=None, at=NOW)

    return go


def seats(one: Registration) -> dict[str, str]:
    rows = Seat.objects.filter(registration=one).exclude(state="released").exclude(quota__day=None, quota__session=None)
    return {str(seat.quota): seat.state for seat in rows}


def test_a_day_and_a_session_are_held_where_free_and_stood_in_line_for_where_not(comes, days, workshop):
    first, second = comes(days[0], workshop), comes(*days, workshop)
    assert (first.state, second.state) == ("confirmed", "confirmed")
    assert seats(first) == {"Day 1": "held", "Mapping schools": "held"}
    assert seats(second) == {"Day 1": "waiting", "Day 2": "held", "Mapping schools": "waiting"}
    held = queries.seats_of(second, NOW)
    assert [one["place"] for one in queries.parts_of(second, held)] == [1, None, 1]  # Day 1, Day 2, the session


def test_the_door_of_a_session_with_seats_lets_in_who_holds_one(comes, days, workshop, meeting, secretary):
    holds, waits = comes(days[0], workshop), comes(days[1], workshop)
    doors = actions.set_up_doors(meeting, by=None, at=NOW)
    inner = CheckInList.objects.get(meeting=meeting, session=workshop.session_id)
    told = {line["name"]: line["why"] for line in guests.list_for(inner, NOW)}
    assert told == {holds.name: "", waits.name: "no_seat"}
    assert {line["why"] for line in guests.list_for(doors, NOW)} == {""}, "the entrance is everybody's"
    gate = inner.gates.get()
    actions.check_in(holds, gate, by=secretary, at=NOW)
    with pytest.raises(Refused, match="Has no seat in this session"):
        actions.check_in(waits, gate, by=secretary, at=NOW)


def test_who_waits_for_a_seat_at_the_meeting_holds_none_of_a_session(comes, days, workshop, pools):
    Quota.objects.filter(pk=pools["room"].pk).update(bookable=1)
    first, waits = comes(days[1]), comes(days[1], workshop)
    assert (waits.state, seats(waits)) == ("waitlisted", {})
    actions.cancel(first, by=Holder(first.pk), at=NOW)
    actions.accept_offer(waits, by=Holder(waits.pk), at=NOW)
    assert seats(waits) == {"Day 2": "held", "Mapping schools": "held"}
    actions.switch(waits, "remote", by=Holder(waits.pk), at=NOW)
    assert (seats(waits), drifted()) == ({}, [])


def test_a_freed_seat_of_a_session_is_offered_to_the_next_who_takes_it_or_leaves_it(comes, days, workshop, client):
    first, second, third = (comes(days[1], workshop) for _n in range(3))
    actions.choose_parts(first, [days[1]], by=Holder(first.pk), at=NOW)
    assert [seats(one).get("Mapping schools") for one in (first, second, third)] == [None, "offered", "waiting"]
    [mail] = OutgoingMail.objects.filter(kind="registration/part_offered")
    assert (mail.to, "Mapping schools" in mail.subject) == (second.email, True)
    own = f"/meetings/registration/{own_link(second, at=NOW).token}/"
    assert b"A seat is held for you until" in client.get(own).content
    client.post(f"{own}part/{workshop.pk}/", {"do": "leave"})
    assert [seats(one).get("Mapping schools") for one in (second, third)] == [None, "offered"]
    with pytest.raises(NotAllowed):
        actions.answer_part(third, workshop, take=True, by=Holder(second.pk), at=NOW)
    actions.lapse_offers(NOW + timedelta(days=9))
    third.refresh_from_db()
    assert (seats(third).get("Mapping schools"), third.state, drifted()) == (None, "confirmed", [])
    with pytest.raises(Refused, match="run out"):
        actions.answer_part(third, workshop, take=True, by=Holder(third.pk), at=NOW)


def test_where_days_have_seats_one_is_chosen_on_the_form(client, meeting, category, days, workshop):
    one = actions.start(meeting, category, email="x@example.org", mode="in_person", by=None, at=NOW)
    assert "parts" in rules.missing(one)
    step = f"/meetings/registration/{own_link(one, at=NOW).token}/step/part/"
    page = client.get(step).content.decode()
    assert [words in page for words in ("Day 1", "1 seat left", "2 seats left", "Mapping schools")] == [True] * 4
    typed = {"language": "en", "go": "next"}
    assert client.post(step, typed | {"parts": [workshop.pk]}).status_code == 422
    assert client.post(step, typed | {"parts": [days[0].pk, workshop.pk]}).status_code == 302
    assert (set(one.parts.all()), "parts" in rules.missing(one), seats(one)) == ({days[0], workshop}, False, {})
    online = actions.start(meeting, category, email="y@example.org", mode="remote", by=None, at=NOW)
    assert "parts" not in rules.missing(online)
    with pytest.raises(Refused):
        actions.choose_parts(online, [days[0]], by=Holder(online.pk), at=NOW)


def test_the_team_makes_pools_of_a_day_and_a_session_and_gives_them_to_a_category(desk, meeting, category, days):
    setup = f"/desk/meetings/{meeting.slug}/registrations/setup/"
    session = meeting.sessions.get()
    for part in (f"day:{meeting.ends_on}", f"session:{session.pk}"):
        made = {"mode": "in_person", "part": part, "names_en": "New", "bookable": "7", "protocol_reserve": "0"}
        assert desk.post(f"{setup}pools/new/", made).status_code == 302
    new = list(Quota.objects.filter(names__en="New").order_by("pk"))
    assert [(one.day, one.session) for one in new] == [(meeting.ends_on, None), (None, session)]
    assert desk.post(f"{setup}pools/new/", made | {"part": "day:2020-01-01"}).status_code == 422
    page = desk.get(f"{setup}categories/{category.code}/").content.decode()
    assert "Days and sessions to choose from" in page


class NothingIsOversold(TestCase):
    @settings(max_examples=12, suppress_health_check=list(HealthCheck))
    @given(
        steps=strategies.lists(
            strategies.tuples(
                strategies.sampled_from(["come", "choose", "cancel", "switch", "lapse", "answer", "pool"]),
                strategies.integers(0, 7), strategies.integers(0, 7),
            ),
            min_size=6, max_size=22,
        )
    )  # fmt: skip
    def test_no_order_of_events_oversells_a_part_or_strands_a_seat_of_it(self, steps):
        house = House()
        for n, (does, who, what) in enumerate(steps):
            try:
                house.step(does, who, what, NOW + timedelta(minutes=n))
            except Refused:
                continue
        assert drifted() == []
        for pool in Quota.objects.filter(meeting=house.meeting):
            held = pool.seats.filter(state__in=["held", "offered"]).count()
            assert held <= house.most[pool.pk], pool
            assert not pool.waiting or pool.taken >= pool.bookable, pool
        live = Seat.objects.exclude(state="released").exclude(quota__day=None, quota__session=None)
        assert set(live.values_list("registration__state", flat=True)) <= {"confirmed"}


class House:
    """A meeting with a room, a day and a session, and people who do what the examples say."""

    def __init__(self) -> None:
        from kept.meetings.models import Meeting, Status
        from kept.registration.models import Category

        day = NOW.date() + timedelta(days=40)
        self.meeting = Meeting(slug="m", names={"en": "M"}, time_zone="UTC", status=Status.REGISTRATION_OPEN,
                               starts_on=day, ends_on=day + timedelta(days=1))  # fmt: skip
        self.meeting.work_out_instants()
        self.meeting.save()
        session = Session.objects.create(meeting=self.meeting, titles={"en": "S"}, code="abc123")
        make = lambda **more: Quota.objects.create(meeting=self.meeting, names={"en": "x"}, **more)  # noqa: E731
        self.parts = [make(day=day, bookable=1), make(session=session, bookable=2)]
        self.pools = [make(bookable=3), *self.parts]
        online = make(mode="remote")
        self.most = {pool.pk: pool.bookable for pool in self.pools} | {online.pk: 10**6}
        self.category = Category.objects.create(meeting=self.meeting, code="c", modes=["in_person", "remote"])
        self.category.quotas.set([*self.pools, online])
        self.people: list[Registration] = []

    def step(self, does: str, who: int, what: int, at: datetime) -> None:
        parts = [part for n, part in enumerate(self.parts) if what & (n + 1)]
        if does == "come" or not self.people:
            said = {"given_name": "A", "family_name": "B", "country": "CHE", "organisation_name": "L"}
            one = actions.start(self.meeting, self.category, email=f"e{len(self.people)}@example.org", mode="in_person",
                                by=None, at=at, values=said)  # fmt: skip
            agree(one)
            actions.choose_parts(one, {*parts, self.parts[0]}, by=Holder(one.pk), at=at)
            actions.submit(one, by=None, at=at)
            self.people.append(actions.confirm_address(one, by=None, at=at))
            return
        one = self.people[who % len(self.people)]
        one.refresh_from_db()
        by = Holder(one.pk)
        if does == "choose":
            actions.choose_parts(one, parts if one.mode == "in_person" else [], by=by, at=at)
        elif does == "cancel":
            actions.cancel(one, by=by, at=at)
        elif does == "switch":
            actions.switch(one, "remote" if one.mode == "in_person" else "in_person", by=by, at=at)
        elif does == "lapse":
            actions.lapse_offers(at + timedelta(days=4))
        elif does == "answer":
            if one.state == "offered":
                actions.accept_offer(one, by=by, at=at)
            else:
                actions.answer_part(one, self.parts[what % 2], take=what > 3, by=by, at=at)
        else:
            pool = self.pools[who % 3]
            self.most[pool.pk] = max(self.most[pool.pk], what)
            actions.change_pool(pool, bookable=what, protocol_reserve=0, by=None, at=at)
