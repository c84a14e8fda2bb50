"""A selection by country as GeoJSON: the figures of the map."""

from __future__ import annotations

import json

import pytest

from kept.registry import measuring, worldmap
from kept.registry.rows import plain
from tests.registry.test_files import taken
from tests.registry.test_search import select

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("query", ["", "focus=access", "country=BDI&view=map", "year=1999"])
def test_a_feature_for_each_country_with_the_maps_figures(client, public_record, query):
    data = json.loads(taken(client, f"/pledges/export.geojson?{query}"))
    assert data["type"] == "FeatureCollection"
    reaches = measuring.by_country(select(query))
    assert [feature["id"] for feature in data["features"]] == sorted(reaches)
    for feature in data["features"]:
        reach, told = reaches[feature["id"]], feature["properties"]
        assert feature["geometry"] == worldmap.shapes().get(feature["id"])
        assert (told["pledges"], told["pledges_naming"], told["pledges_covering"]) == (
            reach.number,
            reach.named,
            reach.covered,
        )
        assert (told["amount_usd_of_pledges_naming"], told["people_of_pledges_naming"]) == (
            plain(reach.amount_usd),
            reach.people,
        )


def test_its_rows_are_a_link_away(client, public_record):
    data = json.loads(taken(client, "/pledges/export.geojson?focus=access"))
    feature = next(one for one in data["features"] if one["id"] == "BDI")
    answer = client.get(feature["properties"]["url"].removeprefix("http://localhost:8000"))
    assert answer.status_code == 200
    assert f"{feature['properties']['pledges']} pledge" in answer.content.decode()


def test_a_value_that_does_not_exist_is_refused(client, db):
    answer = client.get("/pledges/export.geojson?country=XXX")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert client.head("/pledges/export.geojson").status_code == 200
