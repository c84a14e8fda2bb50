"""Several registrations decided at once after a rehearsal; who is registered twice, made one or kept apart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import HistoryEntry, OutgoingMail
from kept.registration import actions, queries
from kept.registration.actions.seats import drifted
from kept.registration.models import Answer, Note, Question, Quota, Registration, Seat, TwoPeople

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
LIST = "/desk/meetings/annual-meeting/registrations/"


def states(*people: Registration) -> list[str]:
    return [Registration.objects.values_list("state", flat=True).get(pk=one.pk) for one in people]


def everything() -> list[list[tuple]]:
    models = (Registration, Seat, HistoryEntry, OutgoingMail)
    return [list(model._default_manager.order_by("pk").values_list()) for model in models]


@pytest.fixture
def four(register, pools):
    """Two with a seat, two who wait."""
    return [register() for _n in range(4)]


def test_what_would_happen_is_shown_to_each_and_nothing_happens_before_the_second_click(desk, four, pools):
    before = everything()
    picked = {"picked": [one.key for one in four]}
    page = desk.post(f"{LIST}decide/", {"do": "seat", **picked}).content.decode()
    assert ("cannot be done with any of them" in page, page.count("changed in the meantime")) == (True, 2)
    assert page.count("No seat is left") == 2
    assert everything() == before
    page = desk.post(f"{LIST}decide/", {"do": "cancel", **picked}).content.decode()
    assert ("Nothing has happened yet" in page, page.count('name="picked"')) == (True, 4)
    assert everything() == before


def test_each_is_decided_by_itself_and_who_cannot_be_is_named(desk, four, pools):
    Quota.objects.filter(pk=pools["room"].pk).update(bookable=3)
    ask = {"do": "seat", "picked": [one.key for one in four[2:]], "sure": "yes"}
    assert desk.post(f"{LIST}decide/", ask).status_code == 422
    assert states(*four) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    page = desk.post(f"{LIST}decide/", ask | {"reason": "The host's guests"}, follow=True).content.decode()
    assert ("1 registration decided." in page, f"{four[3].name}: No seat is left" in page) == (True, True)
    assert (states(*four), drifted()) == (["confirmed", "confirmed", "confirmed", "waitlisted"], [])


def test_several_are_cancelled_with_a_reason_and_opened_again_without_their_seats(desk, four):
    ask = {"picked": [one.key for one in four[:2]], "sure": "yes"}
    desk.post(f"{LIST}decide/", ask | {"do": "cancel", "reason": "The flight was dropped"})
    assert states(*four) == ["cancelled", "cancelled", "offered", "offered"]
    mail = OutgoingMail.objects.filter(kind="registration/cancelled", to=four[0].email).get()
    assert "The flight was dropped" in mail.text
    desk.post(f"{LIST}decide/", ask | {"do": "reopen"})
    assert (states(*four), drifted()) == (["pending_secretariat", "pending_secretariat", "offered", "offered"], [])


def test_who_registered_again_meanwhile_is_not_opened_a_second_time(register, secretary):
    ada = register(email="ada@example.org")
    actions.cancel(ada, by=None, at=NOW)
    register(email="ada@example.org")
    with pytest.raises(actions.RegisteredAlready):
        actions.reopen(ada, by=secretary, at=NOW)


def test_the_better_place_answers_and_notes_come_along(four, secretary, meeting):
    seated, waits = four[0], four[2]
    question = Question.objects.create(meeting=meeting, code="topic", texts={"en": "Topic?"})
    Answer.objects.create(registration=seated, question=question, value="Schools")
    Note.objects.create(registration=seated, by=secretary, at=NOW, text="Called")
    kept = actions.join_into(waits, seated, by=secretary, at=NOW)
    assert (states(seated, waits, four[3]), drifted()) == (["cancelled", "confirmed", "waitlisted"], [])
    assert (kept.answers.get().value, kept.notes.get().text) == ("Schools", "Called")
    assert {mail.to for mail in OutgoingMail.objects.filter(kind="registration/joined")} == {seated.email, waits.email}


def test_in_another_way_of_taking_part_the_place_goes_to_who_waits(four, register, secretary):
    online = register(mode="remote")
    actions.join_into(online, four[0], by=secretary, at=NOW)
    assert (states(online, four[0], four[2]), drifted()) == (["confirmed", "cancelled", "offered"], [])


def test_who_was_at_the_door_or_has_ended_is_not_made_one_with_another(four, register, secretary, make_person):
    with pytest.raises(NotAllowed):
        actions.join_into(four[0], four[1], by=make_person("x@example.org"), at=NOW)
    Registration.objects.filter(pk=four[0].pk).update(state="attended")
    with pytest.raises(Refused, match="at the door"):
        actions.join_into(four[1], four[0], by=secretary, at=NOW)
    actions.cancel(four[1], by=None, at=NOW)
    with pytest.raises(Refused, match="has ended"):
        actions.join_into(four[2], four[1], by=secretary, at=NOW)


def test_all_doubles_stand_in_one_list_until_somebody_says_what_they_are(
    desk, register, meeting, django_assert_num_queries
):
    one = register(given_name="Bao", family_name="Iris")
    other = register(given_name="IRIS", family_name="bao")
    third = register(given_name="Chidi", family_name="Elder")
    gone = register(given_name="Chidi", family_name="Elder")
    actions.cancel(gone, by=None, at=NOW)
    with django_assert_num_queries(2):
        assert queries.doubles(meeting) == [[one.pk, other.pk]]
    assert queries.twins_of(one) == [other]
    page = desk.get(f"{LIST}doubles/").content.decode()
    assert (one.email in page, third.email in page) == (True, False)
    alike = {"alike": [one.key, other.key]}
    desk.post(f"{LIST}doubles/", alike | {"do": "apart"})
    assert (TwoPeople.objects.count(), queries.doubles(meeting), queries.twins_of(one)) == (1, [], [])
    TwoPeople.objects.all().delete()
    desk.post(f"{LIST}doubles/", alike | {"do": "join", "keep": other.key})
    assert (states(one, other), queries.doubles(meeting)) == (["cancelled", "confirmed"], [])
