"""Which organisation a row means: the one of the same name, and no other; nobody is merged by likeness."""

from __future__ import annotations

import pytest

from kept.base.models import HistoryEntry
from kept.people import actions as people
from kept.people.models import Organisation, OtherName
from kept.pledges.models import Pledge
from tests.pledges.importing import kept_import, row, write

pytestmark = pytest.mark.django_db


def imported(path, *rows, header=None):
    """Import these rows; {title: the name of who pledges}."""
    kept_import(write(path / "list.csv", *rows, **({"header": header} if header else {})))
    return dict(Pledge.objects.values_list("title", "lead__name"))


def test_an_organisation_spelt_three_ways_is_one(tmp_path):
    found = imported(
        tmp_path,
        row("1", "A", "São Tomé Telecom, S.A."),
        row("2", "B", "sao tome telecom s.a."),
        row("3", "C", "The  São Tomé Telecom SA".replace(" SA", " S A")),
    )
    assert set(found.values()) == {"São Tomé Telecom, S.A."}
    assert Organisation.objects.count() == 1


def test_niger_is_not_nigeria(tmp_path):
    imported(tmp_path, row("1", "A", "Niger Telecoms"), row("2", "B", "Nigeria Telecoms"))
    assert Organisation.objects.count() == 2


def test_a_name_with_its_abbreviation_is_the_name_and_is_found_under_it_again(tmp_path):
    imported(tmp_path, row("1", "A", "World Food Programme (WFP)"), row("2", "B", "World Food Programme"))
    wfp = Organisation.objects.get()
    assert (wfp.name, wfp.abbreviation) == ("World Food Programme (WFP)", "WFP")
    imported(tmp_path, row("3", "C", "world food programme"))
    assert Organisation.objects.count() == 1


def test_the_same_name_with_another_abbreviation_is_another_organisation(tmp_path):
    imported(tmp_path, row("1", "A", "Ministry of Health (KEN)"), row("2", "B", "Ministry of Health (UGA)"))
    assert Organisation.objects.count() == 2


def test_ministries_of_two_countries_are_two_even_where_their_name_is_the_same(tmp_path):
    header = ["ID", "Title", "Organisation", "Country of organisation", "Kind of organisation"]
    rows = [
        ["1", "A", "Ministry of Health", "Kenya", "government"],
        ["2", "B", "Ministry of Health", "Uganda", "government"],
        ["3", "C", "Ministry of Health", "Kenya", "government"],
        ["4", "D", "Vodaphone", "Kenya", "private sector"],
        ["5", "E", "Vodaphone", "Uganda", "private sector"],
    ]
    imported(tmp_path, *rows, header=header)
    assert sorted(Organisation.objects.values_list("name", "country")) == [
        ("Ministry of Health", "KEN"), ("Ministry of Health", "UGA"), ("Vodaphone", "KEN"),
    ]  # fmt: skip
    without = write(tmp_path / "b.csv", ["9", "F", "Ministry of Health"], header=["ID", "Title", "Organisation"])
    status, _said, _complaints = kept_import(without)
    assert status == 3
    assert Pledge.objects.filter(title="F").count() == 0


def test_a_name_in_another_language_leads_to_the_organisation(tmp_path, make_organisation):
    make_organisation("Ministry of Education", names={"fr": "Ministère de l’Éducation"})
    assert imported(tmp_path, row("1", "A", "Ministere de l'education")) == {"A": "Ministry of Education"}


def test_a_merged_organisation_leads_to_the_one_that_stays(tmp_path, make_organisation, secretary, now):
    gone, stays = make_organisation("Lake Nets"), make_organisation("Lake Networks")
    people.merge(gone, into=stays, by=secretary, at=now, reason="The same.")
    assert imported(tmp_path, row("1", "A", "Lake Nets")) == {"A": "Lake Networks"}


def test_what_a_later_row_knows_is_filled_in_as_long_as_nobody_confirmed_the_organisation(
    tmp_path, make_organisation, now
):
    make_organisation("Confirmed", country="", entity_type="", confirmed_at=now)
    header = ["ID", "Title", "Organisation", "Partners", "Country of organisation", "Kind of organisation"]
    imported(
        tmp_path,
        ["1", "A", "Lake Networks", "Acme; Confirmed", "Burundi", "private sector"],
        ["2", "B", "Acme", "", "Kenya", "academia"],
        ["3", "C", "Confirmed", "", "Kenya", "academia"],
        header=header,
    )
    found = {o.name: (o.country, o.entity_type) for o in Organisation.objects.all()}
    assert found == {
        "Lake Networks": ("BDI", "private-sector"), "Acme": ("KEN", "academia"), "Confirmed": ("", ""),
    }  # fmt: skip
    made = Organisation.objects.exclude(name="Confirmed").values_list("pk", flat=True)
    entries = HistoryEntry.objects.filter(subject_kind="organisation", verb="found")
    assert set(entries.values_list("subject_id", flat=True)) == set(made)


def test_another_spelling_is_remembered_with_where_it_was_met(tmp_path, make_organisation):
    make_organisation("World Food Programme")
    imported(tmp_path, row("1", "A", "World Food Programme (WFP)"))
    other = OtherName.objects.get()
    assert (other.name, other.source, other.organisation.abbreviation) == (
        "World Food Programme (WFP)",
        "list.csv",
        "WFP",
    )
