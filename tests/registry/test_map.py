"""The map: the same figures as the filter and the database, every country a link, amounts never spread."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.base import places
from kept.pledges.models import RevisionPlace
from kept.registry import mapping, measuring, search, worldmap
from kept.registry.measuring import Reach
from tests.registry.test_pages import read, words
from tests.registry.test_search import select

SVG = Path(worldmap.__file__).parent / "static/registry/world.svg"
SELECTIONS = ["", "country=BDI", "focus=access&type=programme", "q=schools", "amount=lt100k", "region=002", "year=1999"]
LINK = re.compile(r'<a href="([^"]+)"([^>]*)><title>([^<]*)</title><use href="[^"]*#([A-Z]{3})" class="map-(\d)"')


def recounted(selection) -> dict[str, Reach]:
    """The figures of each country in plain Python, pledge by pledge."""
    found: dict[str, list] = defaultdict(lambda: [0, 0, Decimal(0), 0])
    for revision in search.rows(selection):
        for place in RevisionPlace.objects.filter(revision=revision, kind="country"):
            figures = found[place.code]
            figures[0 if place.named else 1] += 1
            if place.named:
                figures[2] += revision.amount_usd or 0
                figures[3] += revision.people_expected or 0
    return {code: Reach(*figures) for code, figures in found.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("query", SELECTIONS)
def test_the_map_counts_what_the_pledges_say_and_what_the_filter_counts(public_record, query):
    selection = select(query)
    reaches = measuring.by_country(selection)
    assert reaches == recounted(selection)
    without = selection.choosing("country", ())
    numbers = search.answer(without).facets["country"]
    assert {code: reach.number for code, reach in measuring.by_country(without).items()} == numbers


@pytest.mark.django_db
@pytest.mark.parametrize("query", SELECTIONS)
def test_the_index_answers_the_map_as_the_database_does(public_record, indexed, query):
    from kept.registry.index import by_country

    selection = select(query)
    figures = by_country.by_country(selection)
    assert figures == measuring.in_sql(selection)


@pytest.mark.django_db
def test_a_country_of_the_map_is_a_link_that_adds_it_and_takes_it_away_again(client, public_record):
    html = read(client, "/pledges/?view=map&focus=access")
    links = {code: (address, title) for address, _more, title, code, _step in LINK.findall(html)}
    assert set(links) == set(worldmap.drawn())
    address, title = links["BDI"]
    count = search.count(select("focus=access&country=BDI"))
    assert title.startswith(f"Burundi: {count} pledge")
    chosen = read(client, address)
    assert f"{count} pledge" in words(chosen)
    back = {code: address for address, _more, _title, code, _step in LINK.findall(chosen)}
    assert back["BDI"] == "/pledges/?focus=access&view=map"
    assert 'aria-current="true"><title>Burundi' in chosen


@pytest.mark.django_db
def test_the_table_has_every_country_that_the_map_colours(client, public_record):
    html = read(client, "/pledges/?view=map")
    coloured = {code for _address, _more, _title, code, step in LINK.findall(html) if step != "0"}
    table = html.split('id="as-table"')[1]
    listed = {places.find(name) for name in re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', table)}
    assert coloured == listed & set(worldmap.drawn())
    assert "imply no opinion on the status" in words(html)


@pytest.mark.django_db
@pytest.mark.parametrize("measure", ["amount", "people"])
def test_amounts_and_people_are_of_pledges_that_name_the_country_and_are_not_to_be_added_up(
    client, public_record, measure
):
    html = read(client, f"/pledges/?view=map&measure={measure}")
    assert "do not add these figures up" in words(html)
    reaches = measuring.by_country(select())
    covered = next(code for code, reach in reaches.items() if not reach.named and code in worldmap.drawn())
    steps = {code: step for _address, _more, _title, code, step in LINK.findall(html)}
    assert steps[covered] == "0"


@pytest.mark.django_db
def test_the_map_is_lighter_than_its_share_of_the_page_and_asks_the_database_little(
    client, public_record, django_assert_max_num_queries
):
    import gzip

    with django_assert_max_num_queries(45):
        html = client.get("/pledges/?view=map").content
    assert len(gzip.compress(SVG.read_bytes())) + len(gzip.compress(html)) < 45_000
    with django_assert_max_num_queries(45):
        client.get("/pledges/?view=map&measure=amount")


@pytest.mark.django_db
def test_the_first_page_and_a_pledge_show_where(client, make_pledge):
    pledge = make_pledge("published", targets=["BDI", "KEN"])
    assert 'href="/countries/BDI/"' in read(client, "/")
    html = read(client, f"/pledges/{pledge.reference}/")
    assert 'aria-label="Map: Burundi, Kenya"' in html
    assert re.findall(r'#(\w+)" class="map-named"', html) == ["BDI", "KEN"]


# The drawing ---------------------------------------------------------------------------------------------------


def test_every_country_of_the_list_is_on_the_map_but_three_where_nobody_lives():
    """Small islands included: a light map loses most of them."""
    drawn = {element.get("id") for element in ET.parse(SVG).iter() if element.get("id")}
    assert drawn - {"land", "unsettled"} == set(worldmap.drawn())
    assert {one.alpha3 for one in places.all_countries()} - set(worldmap.drawn()) == {"ATA", "BVT", "HMD"}
    assert places.members("sids", date(2026, 1, 1)) <= set(worldmap.drawn())


def test_the_shapes_in_degrees_are_rings_that_close_and_stay_on_the_globe():
    shapes = worldmap.shapes()
    assert set(shapes) == set(worldmap.drawn())
    for shape in shapes.values():
        rings = [] if shape["type"] == "Point" else [ring for polygon in shape["coordinates"] for ring in polygon]
        for ring in rings:
            assert ring[0] == ring[-1]
            assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in ring)


@given(st.sets(st.sampled_from(sorted(json.loads((worldmap.DATA / "world.json").read_text())["places"])), max_size=12))
def test_a_part_of_the_map_holds_what_it_is_about_and_lies_within_the_whole(codes):
    frame, whole = worldmap.around(codes), worldmap.world()
    assert 0 <= frame.left <= frame.left + frame.width <= whole.width
    assert 0 <= frame.top <= frame.top + frame.height <= whole.height
    for code in codes - worldmap.FAR_OUT or codes:
        left, top, right, bottom = worldmap._plan()["places"][code]["box"]
        assert frame.left <= max(left, 0)
        assert frame.top <= max(top, 0)
        assert min(right, whole.width) <= frame.left + frame.width
        assert min(bottom, whole.height) <= frame.top + frame.height


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=200), st.integers(3, 4))
def test_classes_rise_and_none_is_without_its_lowest_limit(figures, classes):
    limits = mapping.limits_of(figures, classes)
    assert limits[0] == 0
    assert limits == sorted(set(limits))
    assert len(limits) <= classes
    assert all(limit <= max(figures) for limit in limits)
