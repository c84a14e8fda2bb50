"""The mappings that come with Kept, on excerpts of the real files (tests/pledges/excerpts/README.md)."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from kept.pledges.importing import bind, find_files, load_mapping, open_source

EXCERPTS = Path(__file__).parent / "excerpts"


def read(path, name):
    mapping = load_mapping(name)
    source = open_source(path, mapping)
    binding = bind(mapping, source)
    assert binding.remarks == []
    return [binding.read_row(row) for row in source.rows()]


@pytest.fixture
def flows():
    with (EXCERPTS / "fts-2001.csv").open(encoding="utf-8", newline="") as file:
        raw = {row["id"]: row for row in csv.DictReader(file)}
    return raw, {result.id: result for result in read(EXCERPTS / "fts-2001.csv", "fts")}


def test_every_flow_is_read_and_only_those_without_a_donor_are_refused(flows):
    raw, found = flows
    assert set(found) == set(raw)
    refused = {key for key, result in found.items() if result.problems}
    assert refused == {key for key, row in raw.items() if not row["sourceObjects_Organization.name"]}
    assert {p.reason for key in refused for p in found[key].problems} == {
        "The row names no organisation that makes the pledge."
    }


def test_the_sum_in_dollars_is_the_files_own(flows):
    raw, found = flows
    good = [key for key, result in found.items() if not result.problems]
    ours = sum(Decimal(found[key].values.get("amount_usd", 0)) for key in good)
    assert ours == sum(Decimal(raw[key]["amountUSD"]) for key in good) > 0


def test_the_amount_is_the_original_where_the_file_has_it(flows):
    raw, found = flows
    for key, row in raw.items():
        said = found[key].values
        if row["originalAmount"]:
            assert (Decimal(said["amount"]), said["currency"]) == (
                Decimal(row["originalAmount"]),
                row["originalCurrency"],
            )
        elif row["amountUSD"] != "0":
            assert (said["amount"], said["currency"]) == (row["amountUSD"], "USD")
        else:
            assert "amount" not in said
    assert {"DEM", "NLG", "IEP", "EUR", "SEK", "JPY", "USD"} <= {r.values.get("currency") for r in found.values()}


def test_a_government_sits_in_its_country_and_others_do_not_sit_where_they_work(flows):
    raw, found = flows
    for key, result in found.items():
        if result.lead:
            is_government = raw[key]["sourceObjects_Organization.organizationTypes"] == "Governments"
            assert bool(result.lead.country) is is_government
            assert (result.lead.type == "government") is is_government
    assert found["34"].lead.country == "SWE"


def test_places_of_the_year_2001_are_recognised(flows):
    raw, found = flows
    named = {row["destinationObjects_Location.name"]: found[key].values.get("targets") for key, row in raw.items()}
    assert named["Korea, Democratic People's Republic of"] == ("PRK",)
    assert named["Serbia and Montenegro (until 2006-2009)"] == ("SCG",)
    assert named["Sudan"] == ("SDN",)
    assert named[""] is None


def test_several_recipients_in_one_cell_are_several_partners(flows):
    assert [(p.organisation.name, p.organisation.type) for p in flows[1]["34"].partners] == [
        ("National NGOs (Confidential)", "civil-society"),
        ("UN Agencies (Confidential)", "un"),
    ]


def test_money_in_kind_new_and_passed_on_are_told_apart(flows):
    raw, found = flows
    for key, row in raw.items():
        kind, new = row["contributionType"], row["newMoney"]
        expected = "in_kind" if kind == "in kind" else {"TRUE": "new", "FALSE": "existing"}[new]
        assert found[key].values["money_nature"] == expected
        assert found[key].values["source_stage"] == row["status"]
        assert found[key].values.get("kinds", ("",))[0] == kind.replace(" ", "-")


def test_a_flow_and_the_flow_that_carries_it_over_both_come_in_and_name_each_other(flows):
    assert "Parent flow: 170" in flows[1]["165"].values["description"]
    assert "Parent flow: 3214" in flows[1]["3209"].values["description"]


def test_new_focus_areas_may_be_made_and_nothing_else():
    assert load_mapping("fts").creates == {"focus_areas"}


# --- Open Source Pledge ------------------------------------------------------------------------------


def test_a_member_makes_one_pledge_with_its_reports_and_no_sum_is_invented():
    files, _skipped = find_files([EXCERPTS / "open-source-pledge"])
    results = {path.stem: read(path, "open-source-pledge") for path in files}
    assert {name: len(found) for name, found in results.items()} == {
        "keygen": 1,
        "scalar": 1,
        "sentry": 1,
        "val-town": 1,
    }
    [sentry] = results["sentry"]
    assert (sentry.problems, sentry.lead.name, sentry.lead.type, sentry.id) == (
        [],
        "Sentry",
        "private-sector",
        "Sentry",
    )
    assert [r["payments"] for r in sentry.values["source_reports"]] == [500000, 260280, 155000]
    assert "amount" not in sentry.values
    assert sentry.values["indicators"][0]["target"] == "2000"
    [scalar] = results["scalar"]
    assert scalar.values["source_reports"][0]["payments"] == "25569.34"


# --- Partner2Connect, as reported --------------------------------------------------------------------


@pytest.fixture
def reported():
    return read(EXCERPTS / "p2c-reported.csv", "p2c-reported")


def test_amounts_are_read_as_their_sources_write_them(reported):
    assert [r.problems for r in reported] == [[]] * 8
    amounts = [(r.values.get("amount"), r.values.get("currency")) for r in reported]
    assert amounts == [
        ("155000000", "EUR"),
        (None, None),
        (None, None),
        ("10000000", "USD"),
        (None, None),
        ("10000000000", "USD"),
        ("2000000000", "USD"),
        (None, None),
    ]


def test_what_was_computed_is_marked_with_the_words_of_the_source(reported):
    [note] = reported[5].values["notes"]
    assert "2 billion a year over the next five years" in note
    assert "2,000,000,000" in note


def test_two_pledgers_in_a_cell_are_lead_and_partner(reported):
    last = reported[7]
    assert (last.lead.name, last.lead.type) == ("UNDP", "international-organisation")
    [partner] = last.partners
    assert partner.organisation.name == "German Federal Ministry for Economic Cooperation and Development (BMZ)"
    assert partner.organisation.type == "government"


def test_only_what_is_reported_is_said(reported):
    assert [r.values["announced"] for r in reported] == ["2022"] * 5 + ["2025"] * 3
    assert [r.values.get("end") for r in reported] == ["2023", "2023", "2025", None, None, "2030", None, None]
    assert all(
        set(r.values) & {"targets", "money_nature", "start", "summary", "description"} == set() for r in reported
    )
    assert {r.values["source"]["name"] for r in reported} >= {"P2C Flash edition 4", "P2C annual report 2022"}
    assert len({r.identity for r in reported}) == 8
