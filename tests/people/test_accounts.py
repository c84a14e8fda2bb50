"""Accounts: closed and opened, let in to the desk, and never the last one taken away."""

from __future__ import annotations

import pytest

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.people import actions
from kept.people.permissions import is_secretariat, speaks_for


def test_staff_let_somebody_in_to_the_desk_with_a_reason_that_is_kept(make_person, secretary, now):
    person = actions.give_desk(make_person(), by=secretary, at=now, reason="New colleague.")
    assert is_secretariat(person)
    [entry] = history.of("person", person.pk)
    assert (entry.verb, entry.by, entry.reason) == ("give_desk", secretary, "New colleague.")
    assert OutgoingMail.objects.get().to == person.email


def test_nobody_else_lets_in_and_nobody_without_a_reason(make_person, secretary, focal_point, now):
    with pytest.raises(NotAllowed):
        actions.give_desk(make_person(), by=focal_point, at=now, reason="Please.")
    with pytest.raises(ReasonOwed):
        actions.give_desk(make_person(), by=secretary, at=now, reason="")


def test_the_last_one_at_the_desk_stays(secretary, now):
    for act in (actions.take_desk, actions.close_account):
        with pytest.raises(Refused) as refused:
            act(secretary, by=secretary, at=now, reason="Leaving.")
        assert refused.value.code == "last_one"


def test_one_of_two_at_the_desk_goes(secretary, colleague, now):
    actions.take_desk(secretary, by=colleague, at=now, reason="Moved on.")
    with pytest.raises(Refused):
        actions.take_desk(colleague, by=colleague, at=now, reason="Me too.")


def test_a_closed_account_speaks_for_nobody_and_its_links_are_void(focal_point, organisation, secretary, now):
    link = actions.make_link("sign_in", focal_point.pk, person=focal_point, at=now, days=1)
    closed = actions.close_account(focal_point, by=secretary, at=now, reason="Left the ministry.")
    link.refresh_from_db()
    assert not speaks_for(closed, organisation)
    assert link.revoked_at == now
    assert speaks_for(actions.open_account(closed, by=secretary, at=now, reason="Came back."), organisation)


def test_what_was_decided_meanwhile_is_told(make_person, secretary, now):
    person = make_person()
    actions.close_account(person, by=secretary, at=now, reason="Gone.")
    with pytest.raises(WrongState):
        actions.close_account(person, by=secretary, at=now, reason="Gone.")
    with pytest.raises(WrongState):
        actions.give_desk(person, by=secretary, at=now, reason="Hm.")


def test_nobody_changes_somebody_elses_account(make_person, secretary, now):
    with pytest.raises(NotAllowed):
        actions.change_account(make_person(), {"name": "X"}, by=secretary, at=now)


def test_a_bounce_is_noted_once_and_for_nobody_changes_nothing(make_person, now):
    person = make_person("gone@example.org")
    actions.note_bounce("Gone@example.org", at=now, reason="550")
    actions.note_bounce("gone@example.org", at=now, reason="550")
    assert actions.note_bounce("nobody@example.org", at=now) is None
    assert [entry.verb for entry in history.of("person", person.pk)] == ["bounced"]
