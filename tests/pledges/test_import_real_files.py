"""The files that come with the contract, in excerpts, into a registry: nothing lost, nothing doubled, the sums theirs."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from kept.log.checks import verify_database
from kept.people.models import Organisation
from kept.pledges.counting import counter
from kept.pledges.models import Pledge, Revision, RevisionPlace
from tests.pledges.importing import EXCERPTS, kept_import, texts

pytestmark = pytest.mark.django_db


def test_aid_flows_go_in_with_their_own_sums_and_twice_is_once(tmp_path):
    with (EXCERPTS / "fts-2001.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    words = (EXCERPTS / "fts-2001.csv", "--mapping", "fts", "--publish", "--report", tmp_path / "refused.csv")
    status, _said, _complaints = kept_import(*words)
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        refused = [row["id"] for row in csv.DictReader(file)]
    assert status == 3
    pledges = {p.source_id: p for p in Pledge.objects.select_related("current")}
    assert len(pledges) + len(refused) == len(rows)
    assert set(pledges) | set(refused) == set(rows)
    assert counter().amount_usd == sum(Decimal(rows[key]["amountUSD"] or 0) for key in pledges)
    for key, pledge in pledges.items():
        where = set(
            RevisionPlace.objects.filter(revision=pledge.current, kind="country").values_list("code", flat=True)
        )
        if rows[key]["destinationObjects_Location.name"] == "Sudan":
            assert where == {"SDN"}
    before = set(Revision.objects.values_list("sha256", flat=True))
    assert f"0 imported, {len(pledges)} known already, 0 changed" in kept_import(*words)[1]
    assert set(Revision.objects.values_list("sha256", flat=True)) == before
    verify_database()


def test_members_of_the_open_source_pledge_promise_once_each_and_their_reports_come_along():
    status, said, _complaints = kept_import(
        EXCERPTS / "open-source-pledge", "--mapping", "open-source-pledge", "--publish"
    )
    assert (status, Pledge.objects.count()) == (0, 4)
    revision = Revision.objects.get(lead__name="Sentry")
    assert revision.content["source_reports"]
    assert (revision.amount, counter().amount_usd) == (None, 0)
    status, said, _complaints = kept_import(
        EXCERPTS / "open-source-pledge", "--mapping", "open-source-pledge", "--publish"
    )
    assert (status, Pledge.objects.count(), said.count("1 known already, 0 changed")) == (0, 4, 4)


def test_pledges_as_they_were_reported_name_their_source_and_keep_their_words():
    status, _said, complaints = kept_import(EXCERPTS / "p2c-reported.csv", "--mapping", "p2c-reported", "--publish")
    assert (status, complaints) == (0, "")
    assert Pledge.objects.count() == 8
    ghana = Organisation.objects.get(name__startswith="Ghana (Ministry")
    assert (ghana.country, ghana.entity_type) == ("GHA", "government")
    assert all(content.source.name for content in texts().values())
    verify_database()
