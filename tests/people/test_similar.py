"""An organisation that is typed a second time is noticed before it exists twice, and it is said why."""

from __future__ import annotations

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.people import actions, queries
from kept.people.models import Organisation
from kept.people.queries import visible_to
from kept.people.similar import Reason, doubles, similar_organisations


@pytest.fixture
def itu(make_organisation):
    organisation = make_organisation(
        "International Telecommunication Union", country="CHE", abbreviation="ITU", domain="itu.int"
    )
    actions.organisations.keep_other_names(
        organisation, ["Union internationale des télécommunications", "الاتحاد الدولي للاتصالات"], source="names"
    )
    return organisation


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"name": "international telecommunication union"}, Reason.SAME_NAME),
        ({"name": "The International Telecommunication-Union"}, Reason.SAME_NAME),
        ({"name": "union internationale des telecommunications"}, Reason.OTHER_NAME),
        ({"name": "الإتحاد الدولى للاتصالات"}, Reason.OTHER_NAME),
        ({"name": "UIT", "names": ["International Telecommunication Union"]}, Reason.SAME_NAME),
        ({"name": "Telecoms of the world", "website": "https://www.itu.int/en"}, Reason.DOMAIN),
        ({"name": "ITU"}, Reason.ABBREVIATION),
        ({"name": "Something", "abbreviation": "itu"}, Reason.ABBREVIATION),
        ({"name": "International Telecomunication Union"}, Reason.SPELLING),
        ({"name": "Union, International Telecommunications"}, Reason.SPELLING),
    ],
)
def test_each_way_to_type_it_is_noticed_with_its_reason(itu, typed, reason):
    assert similar_organisations(**typed) == [(itu, reason)]


def test_initials_find_an_organisation_that_gave_no_abbreviation(make_organisation):
    union = make_organisation("International Telecommunication Union")
    assert similar_organisations("ITU") == [(union, Reason.SPELLING)]


def test_niger_is_not_nigeria(make_organisation):
    niger = make_organisation("Ministry of Health of Niger", country="NER")
    found = similar_organisations("Ministry of Health of Nigeria", country="NGA")
    assert Reason.SAME_NAME not in [reason for _organisation, reason in found]
    assert found == [(niger, Reason.SPELLING)]  # a proposal, and no more


def test_names_made_on_one_pattern_are_not_alike_for_it(make_organisation):
    health = make_organisation("Ministry of Health and Social Protection, Kenya", country="KEN")
    make_organisation("Ministry of Energy and Social Protection, Kenya", country="KEN")
    assert doubles() == {}
    slip = make_organisation("Ministry of Heath and Social Protection, Kenya", country="KEN")
    assert doubles() == {health.pk: {slip.pk: Reason.SPELLING}, slip.pk: {health.pk: Reason.SPELLING}}
    short = similar_organisations("Min. of Health and Social Protection, Kenya", country="KEN")
    assert short[0] == (health, Reason.SPELLING)


def test_a_host_of_many_says_nothing(make_organisation):
    make_organisation("Lake Radio", domain="facebook.com")
    assert similar_organisations("Hill Choir", website="https://facebook.com/hillchoir") == []


def test_one_that_was_merged_away_is_found_as_the_one_that_stays(make_organisation, secretary, now):
    stays, gone = make_organisation("Lake Networks"), make_organisation("Lac Réseaux")
    actions.merge(gone, into=stays, by=secretary, at=now, reason="The same.")
    assert similar_organisations("lac reseaux") == [(stays, Reason.OTHER_NAME)]


def test_what_nobody_may_see_is_noticed_only_by_its_very_name(make_organisation, make_person):
    hidden = make_organisation("Quiet Fund", abbreviation="QF", domain="quiet.example")
    seen = visible_to(make_person())
    assert similar_organisations("Quiet Found", among=seen) == []
    assert similar_organisations("Other", abbreviation="QF", website="quiet.example", among=seen) == []
    assert similar_organisations("quiet fund", among=seen) == [(hidden, Reason.SAME_NAME)]


def test_founding_one_whose_name_is_taken_needs_a_word_that_it_is_another(itu, make_person, now):
    person, values = make_person(), {"name": "International Telecommunication Union", "country": "FRA"}
    with pytest.raises(Refused) as refused:
        actions.found_organisation(values, by=person, at=now)
    assert refused.value.code == "exists_already"
    other = actions.found_organisation(values, by=person, at=now, another=True)
    assert (other.slug, other.confirmed_at) == ("international-telecommunication-union-2", None)


def test_who_founds_an_organisation_speaks_for_it_and_the_secretariat_does_not(make_person, secretary, now):
    person = make_person()
    organisation = actions.found_organisation({"name": "Hill Choir"}, by=person, at=now)
    assert person.memberships.get().role == "focal_point"
    assert organisation.confirmed_at is None
    entered = actions.found_organisation({"name": "Lake Radio"}, by=secretary, at=now)
    assert not entered.memberships.exists()


def test_a_focal_point_who_renames_it_has_it_looked_at_again_and_the_old_name_still_finds_it(
    organisation, focal_point, secretary, now
):
    actions.confirm_organisation(organisation, by=secretary, at=now)
    changed = actions.change_organisation(organisation, {"name": "Lakeside Networks"}, by=focal_point, at=now)
    assert changed.confirmed_at is None
    assert changed.slug == "lake-networks"
    assert similar_organisations("Lake Networks")[0] == (changed, Reason.OTHER_NAME)


def test_a_contributor_changes_no_description(organisation, make_member, now):
    with pytest.raises(NotAllowed):
        actions.change_organisation(organisation, {"name": "X"}, by=make_member(organisation, "contributor"), at=now)


def test_the_desk_gets_possible_doubles_and_is_not_asked_again_about_two_that_are_two(
    make_organisation, secretary, now
):
    one, other = make_organisation("Lake Networks"), make_organisation("Lake Netwoks")
    make_organisation("Hill Choir")
    assert doubles() == {one.pk: {other.pk: Reason.SPELLING}, other.pk: {one.pk: Reason.SPELLING}}
    actions.keep_apart(other, one, by=secretary, at=now)
    assert doubles() == {}
    assert queries.doubles_of(one) == []


def test_a_picker_finds_by_any_of_its_names_the_best_first(itu, make_organisation, secretary):
    make_organisation("Union of Lake Networks")
    found = queries.search_organisations("union", secretary)
    assert [row.name for row in found] == ["Union of Lake Networks", "International Telecommunication Union"]
    assert queries.search_organisations("itu", secretary) == [itu]
    assert queries.search_organisations("الاتحاد", secretary) == [itu]
    assert queries.search_organisations("u", secretary) == []


def test_a_picker_names_nobody_who_is_not_public_confirmed_or_ones_own(
    make_organisation, make_person, make_member, focal_point, organisation, secretary, now, monkeypatch
):
    secret = make_organisation("Lake Secret Fund")
    public = make_organisation("Lake Public Fund")
    confirmed = actions.confirm_organisation(make_organisation("Lake Confirmed Fund"), by=secretary, at=now)
    monkeypatch.setattr(queries, "_public", [lambda: Organisation.objects.filter(pk=public.pk).values("pk")])
    stranger = make_person()
    assert set(queries.search_organisations("lake", stranger)) == {public, confirmed}
    assert set(queries.search_organisations("lake", focal_point)) == {public, confirmed, organisation}
    assert secret in queries.search_organisations("lake", secretary)


def test_an_organisation_becomes_findable_with_its_first_public_pledge_and_not_before(
    make_organisation, make_member, make_person, make_pledge
):
    lead = make_organisation("Lake Embargo Fund")
    member, stranger = make_member(lead), make_person()
    for state in ("draft", "submitted", "accepted", "embargoed"):
        make_pledge(state, lead=lead, by=member)
    assert queries.search_organisations("embargo", stranger) == []
    make_pledge("published", lead=lead, by=member)
    assert queries.search_organisations("embargo", stranger) == [lead]
