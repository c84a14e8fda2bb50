"""Phones at the door: one truth of what they send, standby in order, people who register at the desk, names to what is forced."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions, guests
from kept.registration.actions import Heard
from kept.registration.admission import fold
from kept.registration.codes import fingerprint
from kept.registration.models import CheckIn, Device, Outcome, SeatState, State


def heard(registration, nonce: str, at: datetime, **more) -> Heard:
    return Heard(nonce, fingerprint(registration.key), at, **more)


def tell(phone: Device, *said: Heard, turn: int = 1, at: datetime | None = None, holding: int = 0):
    return actions.take_in(phone, list(said), turn=turn, holding=holding, at=at or datetime.now(UTC))


def test_what_two_phones_saw_is_the_same_whatever_arrives_when_and_how_often(register, make_phone, entrance):
    now, chance = datetime.now(UTC), random.Random(6)
    people = [register() for _n in range(6)]
    one, other = make_phone(), make_phone("Right")
    said = [
        (chance.choice((one, other)), heard(person, f"{n}-{step}", now + timedelta(minutes=step * 7 + n), alone=True,
                                            entry=step != 1))
        for n, person in enumerate(people) for step in range(n % 4)
    ]  # fmt: skip
    found = []
    for _order in range(3):
        CheckIn.objects.all().delete()
        sent = said + chance.choices(said, k=len(said))
        chance.shuffle(sent)
        for phone, message in sent:
            tell(phone, message)
        found.append(fold(guests.passages(entrance)))
        assert CheckIn.objects.count() == len(said)
    assert found[0] == found[1] == found[2]
    assert [person.registrations_state for person in _fresh(people)] == [
        State.CONFIRMED if n % 4 == 0 else State.ATTENDED for n in range(6)
    ]


def _fresh(people):
    for person in people:
        person.refresh_from_db()
        person.registrations_state = person.state
    return people


def test_who_comes_twice_is_shown_as_such_with_the_moment_and_counts_once(register, make_phone):
    now, ada, phone = datetime.now(UTC), register(), make_phone()
    first = tell(phone, heard(ada, "a", now))
    again = tell(phone, heard(ada, "b", now + timedelta(minutes=5)), turn=2)
    assert [first.results[0].outcome, again.results[0].outcome] == [Outcome.ADMITTED, Outcome.DOUBLE]
    assert (again.since["b"], again.inside) == (now, 1)


def test_who_was_let_in_without_asking_is_inside_and_what_was_amiss_is_said(register, make_phone, meeting):
    now, phone, ada = datetime.now(UTC), make_phone(), register()
    actions.cancel(ada, by=None, at=now)
    asked = tell(phone, heard(ada, "a", now))
    assert (asked.results[0].refusal, asked.inside) == ("cancelled", 0)
    late = tell(phone, heard(ada, "a", now, alone=True), turn=2)  # no answer had come: the phone let her in
    assert (late.results[0].outcome, late.results[0].amiss, late.inside) == (Outcome.ADMITTED, "cancelled", 1)
    ada.refresh_from_db()
    assert ada.state == State.CANCELLED


def test_the_fire_limit_holds_for_asking_phones_and_for_the_desk_and_nobody_forces_it(
    register, make_phone, entrance, secretary
):
    now = datetime.now(UTC)
    actions.limit_list(entrance, 2, by=secretary, at=now)
    phone, people = make_phone(), [register() for _n in range(3)]
    said = tell(phone, *(heard(person, person.key, now, forced_by="Ada") for person in people))
    assert [one.refusal for one in said.results] == ["", "", "full"]
    with pytest.raises(Refused) as refusal:
        actions.check_in(people[2], entrance.gates.get(), by=secretary, at=now, force=True, reason="Minister")
    assert refusal.value.code == "full"
    tell(phone, heard(people[0], "out", now + timedelta(minutes=1), entry=False), turn=2)
    assert actions.check_in(people[2], entrance.gates.get(), by=secretary, at=now).outcome == Outcome.ADMITTED


def test_who_waits_is_let_in_ten_minutes_before_the_start_in_the_order_of_the_line(
    register, make_phone, meeting, pools, entrance
):
    pools["room"].bookable = 2
    pools["room"].save()
    seated = [register() for _n in range(2)]
    first, second = register(), register()
    phone, early, late = (
        make_phone(),
        meeting.starts_at - timedelta(minutes=30),
        meeting.starts_at - timedelta(minutes=9),
    )
    said = tell(phone, heard(seated[0], "a", early), heard(first, "b", early), heard(second, "c", early))
    assert [one.refusal for one in said.results] == ["", "waiting", "waiting"]
    said = tell(phone, heard(second, "d", late), heard(first, "e", late), heard(second, "f", late), turn=2)
    assert [one.refusal for one in said.results] == ["turn", "", "turn"]  # one chair is free, and the first has it
    first.refresh_from_db()
    assert (first.state, first.seats.get(quota=pools["room"]).state) == (State.ATTENDED, SeatState.RELEASED)


def test_whoever_registers_at_the_desk_is_provisional_until_a_document_was_seen_and_an_officer_agrees(
    make_category, make_phone, entrance, secretary
):
    now, category, phone = datetime.now(UTC), make_category(), make_phone()
    values = {"given_name": "Bao", "family_name": "Walk", "organisation_name": "Lake Networks", "country": "CHE"}
    made = actions.walk_in(category, values, email="bao@example.org", by=secretary, at=now)
    assert tell(phone, heard(made.registration, "a", now)).results[0].refusal == "provisional"
    with pytest.raises(Refused):
        actions.agree_to(made, by=secretary, at=now)
    actions.see_document(made, "passport", by=secretary, at=now)
    assert tell(phone, heard(made.registration, "b", now), turn=2).results[0].refusal == "provisional"
    actions.agree_to(made, by=secretary, at=now)
    assert tell(phone, heard(made.registration, "c", now), turn=3).results[0].outcome == Outcome.ADMITTED


def test_forced_admission_has_a_name_to_it_and_some_things_nobody_forces(register, make_phone, entrance, secretary):
    now, phone, ada = datetime.now(UTC), make_phone(), register(mode="remote")
    said = tell(phone, heard(ada, "a", now), heard(ada, "b", now, forced_by="Bea at the door", reason="Came after all"))
    assert [one.refusal for one in said.results] == ["online", ""]
    forced = CheckIn.objects.get(nonce="b")
    assert (forced.amiss, forced.forced_by, forced.reason) == ("online", "Bea at the door", "Came after all")
    bao = register()
    actions.bar(entrance.meeting, registration=bao, reason="A court said so.", by=secretary, at=now)
    said = tell(phone, heard(bao, "c", now, forced_by="Bea at the door"), turn=2)
    assert said.results[0].refusal == "barred"


def test_press_shows_a_proof_first_and_a_name_that_is_not_admitted_is_stopped(
    register, make_category, make_phone, entrance, secretary
):
    now, phone = datetime.now(UTC), make_phone()
    ada = register(make_category("press", needs_proof=True))
    assert tell(phone, heard(ada, "a", now)).results[0].refusal == "proof"
    with pytest.raises(Refused):
        actions.see_proof(ada, "press_card", valid_until=now.date() - timedelta(days=1), by=secretary, at=now)
    actions.see_proof(ada, "press_card", issuer="Press council", by=secretary, at=now)
    assert tell(phone, heard(ada, "b", now), turn=2).results[0].refusal == ""
    bao = register(given_name="Bao", family_name="Àcorn")
    actions.bar(entrance.meeting, name="ACORN, Bao", reason="Was violent.", by=secretary, at=now)
    assert tell(phone, heard(bao, "c", now), turn=3).results[0].refusal == "same_name"
    assert (
        actions.check_in(
            bao, entrance.gates.get(), by=secretary, at=now, force=True, reason="Another person, passport seen"
        ).outcome
        == Outcome.ADMITTED
    )


def test_a_phone_is_good_until_it_expires_or_is_revoked(make_phone, register, entrance, secretary, focal_point):
    now, ada = datetime.now(UTC), register()
    phone = make_phone()
    with pytest.raises(NotAllowed):
        actions.revoke_device(phone, by=focal_point, at=now)
    actions.revoke_device(phone, by=secretary, at=now)
    with pytest.raises(Refused):
        tell(phone, heard(ada, "a", now))
    device, token = actions.add_device(entrance.gates.get(), "Right", by=secretary, at=now)
    assert actions.good_device(token, now) == device
    assert actions.good_device(token, device.expires_at) is None
    assert token not in str(Device.objects.filter(pk=device.pk).values())


def test_a_mistake_is_taken_back_and_who_never_came_did_not_come(register, entrance, secretary, meeting):
    now, ada, bao = datetime.now(UTC), register(), register()
    written = actions.check_in(ada, entrance.gates.get(), by=secretary, at=now)
    actions.check_in(bao, entrance.gates.get(), by=secretary, at=now)
    actions.void(written, by=secretary, at=now)
    ada.refresh_from_db()
    assert (ada.state, fold(guests.passages(entrance)).keys()) == (State.CONFIRMED, {bao.pk})
    assert actions.miss(meeting.ends_at + timedelta(hours=23)) == 0
    assert (
        actions.miss(meeting.ends_at + timedelta(hours=25)),
        actions.miss(meeting.ends_at + timedelta(hours=26)),
    ) == (1, 0)
    ada.refresh_from_db()
    assert ada.state == State.NO_SHOW
