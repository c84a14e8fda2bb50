"""Two organisations that are one: merged with a date, nothing rewritten, and two again if need be."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.log.models import Change
from kept.people import actions
from kept.people.models import Organisation, Role
from kept.people.permissions import forget_roles, speaks_for, writes_for
from kept.pledges.counting import counter


@pytest.fixture
def two(make_organisation) -> tuple[Organisation, Organisation]:
    return make_organisation("Lake Networks"), make_organisation("Lac Réseaux", country="FRA")


def merge(gone, into, by, at):
    return actions.merge(gone, into=into, by=by, at=at, reason="The same.")


def test_a_merge_points_and_rewrites_nothing(two, make_pledge, make_member, secretary, now):
    stays, gone = two
    pledge = make_pledge("published", lead=gone, by=make_member(gone))
    document = pledge.current.content
    merge(gone, stays, secretary, now)
    pledge.refresh_from_db()
    assert (pledge.lead, pledge.current.content, gone.root) == (gone, document, gone)
    assert Organisation.objects.get(pk=gone.pk).root == stays


def test_merged_organisations_count_once_and_twice_again_when_it_is_undone(
    two, make_pledge, make_member, secretary, now
):
    for organisation in two:
        make_pledge("published", lead=organisation, by=make_member(organisation))
    assert counter().organisations == 2
    row = merge(two[1], two[0], secretary, now)
    assert counter().organisations == 1
    actions.undo_merge(row, by=secretary, at=now, reason="They are two.")
    assert counter().organisations == 2


def test_members_of_both_speak_for_both(two, make_member, secretary, now):
    stays, gone = two
    here, there = make_member(stays), make_member(gone)
    merge(gone, stays, secretary, now)
    for person in (here, there):
        forget_roles(person)
        assert speaks_for(person, stays)
        assert speaks_for(person, gone)
    assert list(OutgoingMail.objects.filter(kind="people/merged").values_list("to", flat=True)) == [there.email]


def test_along_a_chain_everybody_arrives_at_the_one_that_stays(make_organisation, make_member, secretary, now):
    a, b, c = (make_organisation(name) for name in ("Alpha", "Beta", "Gamma"))
    of_a, of_c = make_member(a, Role.CONTRIBUTOR), make_member(c)
    merge(a, b, secretary, now)
    merge(b, c, secretary, now)
    assert Organisation.objects.get(pk=a.pk).root == c
    assert sorted(Organisation.objects.get(pk=a.pk).family) == sorted([a.pk, b.pk, c.pk])
    assert all(writes_for(of_a, each) and speaks_for(of_c, each) for each in (a, b, c))


def test_of_two_roles_the_stronger_counts(two, make_member, secretary, now):
    stays, gone = two
    person = make_member(stays, Role.VIEWER)
    person.memberships.create(organisation=gone, role=Role.FOCAL_POINT, state="active")
    merge(gone, stays, secretary, now)
    forget_roles(person)
    assert speaks_for(person, stays)


def test_one_that_is_gone_neither_goes_again_nor_takes_another_in(two, make_organisation, secretary, now):
    stays, gone = two
    merge(gone, stays, secretary, now)
    third = make_organisation("Third")
    for one, other in ((gone, third), (third, gone), (stays, gone)):
        with pytest.raises(WrongState):
            merge(one, other, secretary, now)


def test_a_merge_needs_two_a_reason_and_the_secretariat(two, secretary, make_person, now):
    stays, gone = two
    with pytest.raises(Refused):
        merge(gone, gone, secretary, now)
    with pytest.raises(ReasonOwed):
        actions.merge(gone, into=stays, by=secretary, at=now, reason=" ")
    with pytest.raises(NotAllowed):
        merge(gone, stays, make_person(), now)


def test_a_merge_is_in_the_history_of_both_and_gets_a_change_number(two, secretary, now):
    merge(two[1], two[0], secretary, now)
    for organisation in two:
        assert [entry.verb for entry in history.of("organisation", organisation.pk)] == ["merge"]
    assert list(Change.objects.values_list("subject", "key")) == [("organisation", two[1].slug)]


def test_a_merge_is_undone_once(two, secretary, now):
    row = merge(two[1], two[0], secretary, now)
    actions.undo_merge(row, by=secretary, at=now, reason="They are two.")
    with pytest.raises(WrongState):
        actions.undo_merge(row, by=secretary, at=now, reason="Again.")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8))
def test_no_order_of_merges_makes_a_circle(make_organisation, secretary, now, pairs):
    rows = [make_organisation(f"Organisation {number}") for number in range(5)]
    for one, other in pairs:
        try:
            merge(rows[one], rows[other], secretary, now)
        except Refused:
            continue
    for row in Organisation.objects.filter(pk__in=[each.pk for each in rows]):
        assert row.root.merged_into_id is None
        assert row.root.pk == Organisation.objects.get(pk=row.pk).root.pk
