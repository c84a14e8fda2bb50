"""Who belongs to an organisation, step by step, and who may decide it."""

from __future__ import annotations

import pytest

from kept.base import history
from kept.base.installation import installation
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.people import actions
from kept.people.models import Membership, MembershipState, Role
from kept.people.permissions import forget_roles, speaks_for, writes_for


@pytest.fixture
def asked(make_person, organisation, focal_point, now) -> Membership:
    return actions.ask_to_join(organisation, by=make_person("new@example.org"), at=now, message="I am in the ICT unit.")


def mails(kind: str) -> list[str]:
    return list(OutgoingMail.objects.filter(kind=f"people/{kind}").values_list("to", flat=True))


def test_a_focal_point_is_told_who_asks_and_lets_in(asked, focal_point, now):
    assert mails("asked_to_join") == [focal_point.email]
    member = actions.let_in(asked, by=focal_point, at=now, role=Role.CONTRIBUTOR)
    assert (member.state, writes_for(member.person, member.organisation)) == (MembershipState.ACTIVE, True)
    assert not speaks_for(member.person, member.organisation)
    assert mails("let_in") == ["new@example.org"]


def test_who_was_refused_may_ask_again(asked, focal_point, now):
    actions.refuse(asked, by=focal_point, at=now, reason="We do not know you.")
    assert mails("not_let_in") == ["new@example.org"]
    assert actions.ask_to_join(asked.organisation, by=asked.person, at=now).state == MembershipState.ASKED


def test_nobody_asks_twice(asked, now):
    with pytest.raises(WrongState):
        actions.ask_to_join(asked.organisation, by=asked.person, at=now)


def test_neither_who_asks_nor_a_contributor_nor_a_stranger_decides(asked, make_member, make_person, now):
    contributor = make_member(asked.organisation, Role.CONTRIBUTOR)
    for person in (asked.person, contributor, make_person()):
        with pytest.raises(NotAllowed):
            actions.let_in(asked, by=person, at=now)


def test_the_secretariat_decides_where_there_is_nobody(make_person, organisation, secretary, now):
    membership = actions.ask_to_join(organisation, by=make_person(), at=now)
    assert mails("asked_to_join") == []
    actions.let_in(membership, by=secretary, at=now, role=Role.FOCAL_POINT)
    assert speaks_for(membership.person, organisation)


def test_of_two_decisions_one_wins_and_the_other_is_told(asked, focal_point, secretary, now):
    stale = Membership.objects.get(pk=asked.pk)
    actions.refuse(asked, by=focal_point, at=now)
    with pytest.raises(WrongState):
        actions.let_in(stale, by=secretary, at=now)


def test_a_deputy_speaks_for_the_organisation(make_member, organisation, focal_point, now):
    member = make_member(organisation, Role.CONTRIBUTOR)
    actions.name_deputy(member.memberships.get(), by=focal_point, at=now)
    forget_roles(member)
    assert speaks_for(member, organisation)


def test_a_focal_point_hands_over_and_leaves(make_member, organisation, focal_point, now):
    successor = make_member(organisation, Role.CONTRIBUTOR, email="successor@example.org")
    mine, theirs = focal_point.memberships.get(), successor.memberships.get()
    actions.hand_over(mine, theirs, by=focal_point, at=now, stays=False)
    for person in (focal_point, successor):
        forget_roles(person)
    assert (speaks_for(focal_point, organisation), speaks_for(successor, organisation)) == (False, True)
    assert mails("handed_over") == ["successor@example.org"]


def test_nobody_hands_over_to_a_stranger_or_to_themselves(
    make_person, make_organisation, make_member, focal_point, now
):
    mine = focal_point.memberships.get()
    elsewhere = make_member(make_organisation("Uhuru Fibre")).memberships.get()
    with pytest.raises(NotAllowed):
        actions.hand_over(mine, elsewhere, by=focal_point, at=now)
    with pytest.raises(WrongState):
        actions.hand_over(mine, mine, by=focal_point, at=now)


def test_the_last_who_speaks_for_it_leaves_only_knowing_that_the_secretariat_is_told(focal_point, organisation, now):
    row = installation()
    row.contact_email = "office@example.org"
    row.save()
    mine = focal_point.memberships.get()
    with pytest.raises(Refused) as refused:
        actions.end_membership(mine, by=focal_point, at=now)
    assert refused.value.code == "last_one"
    actions.end_membership(mine, by=focal_point, at=now, knowing=True)
    assert mails("without_anybody") == ["office@example.org"]


def test_who_is_not_the_last_leaves_freely(make_member, organisation, focal_point, now):
    deputy = make_member(organisation, Role.CONTRIBUTOR, is_deputy=True)
    actions.end_membership(focal_point.memberships.get(), by=focal_point, at=now)
    assert speaks_for(deputy, organisation)


def test_the_last_focal_point_becomes_a_contributor_only_knowingly(focal_point, now):
    mine = focal_point.memberships.get()
    with pytest.raises(Refused):
        actions.change_role(mine, Role.VIEWER, by=focal_point, at=now)
    assert actions.change_role(mine, Role.VIEWER, by=focal_point, at=now, knowing=True).role == Role.VIEWER


def test_an_invitation_lets_in_whoever_opens_it_once(organisation, focal_point, make_person, now):
    link = actions.invite(organisation, "Colleague@Example.org", by=focal_point, at=now, role=Role.VIEWER)
    assert mails("invitation") == ["colleague@example.org"]
    person = make_person("other-address@example.org")
    member = actions.join_by_invitation(link, by=person, at=now)
    assert (member.state, member.role, member.decided_by) == (MembershipState.ACTIVE, Role.VIEWER, focal_point)


def test_an_invitation_takes_no_stronger_role_away(organisation, focal_point, now):
    link = actions.invite(organisation, "a@example.org", by=focal_point, at=now, role=Role.VIEWER)
    assert actions.join_by_invitation(link, by=focal_point, at=now).role == Role.FOCAL_POINT


def test_a_second_invitation_to_the_same_address_makes_the_first_void(organisation, focal_point, now):
    first = actions.invite(organisation, "a@example.org", by=focal_point, at=now)
    actions.invite(organisation, "a@example.org", by=focal_point, at=now)
    first.refresh_from_db()
    assert first.revoked_at == now


def test_a_contributor_invites_nobody(organisation, make_member, now):
    with pytest.raises(NotAllowed):
        actions.invite(organisation, "a@example.org", by=make_member(organisation, Role.CONTRIBUTOR), at=now)


def test_every_step_is_in_the_history_of_the_organisation(asked, focal_point, now):
    member = actions.let_in(asked, by=focal_point, at=now)
    actions.change_role(member, Role.VIEWER, by=focal_point, at=now)
    actions.end_membership(member, by=focal_point, at=now, reason="Left the ministry.")
    entries = history.of("organisation", asked.organisation_id)
    assert [(entry.verb, entry.by) for entry in entries] == [
        ("ask", asked.person),
        ("let_in", focal_point),
        ("change_role", focal_point),
        ("end", focal_point),
    ]
    assert entries.last().reason == "Left the ministry."
