"""The pages of countries, regions, groups, focus areas and goals: their figures are the registry's."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from kept.base import places
from kept.registry import search
from tests.registry.test_pages import PREFIXES, read, words
from tests.registry.test_search import select

pytestmark = pytest.mark.django_db
PAGES = {
    "/countries/BDI/": "country=BDI", "/countries/NPL/": "country=NPL", "/regions/002/": "region=002",
    "/regions/itu-africa/": "region=itu-africa", "/groups/ldc/": "group=ldc", "/focus/access/": "focus=access",
    "/sdgs/4/": "sdg=4",
}  # fmt: skip
LISTS = ["/countries/", "/regions/", "/groups/", "/focus/", "/sdgs/"]


@pytest.mark.parametrize(
    "page", [*LISTS, "/countries/BDI/", "/regions/014/", "/groups/ldc/", "/focus/access/", "/sdgs/4/"]
)
def test_every_page_speaks_six_languages_and_sets_no_cookie(client, public_record, page):
    for prefix in PREFIXES:
        response = client.get(prefix + page)
        assert response.status_code == 200
        assert not response.cookies
        html = response.content.decode()
        assert html.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\b(src|type)=)|\sstyle=|<form[^>]*post", html)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_as_many_pledges_as_the_registry_finds(client, public_record, page):
    query = PAGES[page]
    count = search.count(select(query))
    html = read(client, page)
    assert f"Take these {count}:" in words(html)
    for address in (f"/pledges/export.csv?{query}", f"/pledges/export.geojson?{query}", f"/pledges/feed.atom?{query}"):
        assert f'href="{address}"' in html


@pytest.mark.parametrize("page", [*LISTS, *PAGES])
def test_a_page_asks_the_database_a_bounded_number_of_times(client, public_record, page, django_assert_max_num_queries):
    with django_assert_max_num_queries(75):
        assert client.get(page).status_code == 200


def test_a_country_shows_what_is_promised_to_it_by_it_and_what_nobody_promised(
    client, make_pledge, make_organisation, make_member
):
    here = make_organisation("Lake Schools", country="BDI")
    make_pledge("published", title="Named here", targets=["BDI"], sdgs=["4"])
    make_pledge("published", title="Covered only", targets=["ldc"])
    make_pledge("published", title="From there", by=make_member(here), lead=here, targets=["NPL"])
    html = read(client, "/countries/BDI/")
    to, by = html.split("Promised by organisations in Burundi")
    assert ("Named here" in to, "Covered only" in to, "From there" in to) == (True, False, False)
    assert "From there" in by
    text = words(html)
    assert "pledge names it 1" in text
    assert "1 more pledge covers it by a region or group." in text
    gaps = words(html.split('id="gaps"')[1])
    assert "14 Life below water" in gaps.split("What they are about")[0]
    assert "4 Quality education" not in gaps.split("What they are about")[0]


def test_a_country_is_found_by_any_of_its_codes_at_one_address(client, db):
    for code in ("bdi", "BI", "108"):
        answer = client.get(f"/countries/{code}/")
        assert (answer.status_code, answer["Location"]) == (301, "/countries/BDI/")
    for nothing in ("/countries/XXX/", "/countries/ldc/", "/regions/BDI/", "/regions/999/", "/groups/world/", "/groups/002/",
                    "/focus/none-such/", "/sdgs/18/", "/sdgs/0/"):  # fmt: skip
        assert client.get(nothing).status_code == 404, nothing


def test_a_group_says_which_countries_it_is_today_since_when_and_whose_list_that_is(client, db):
    text = words(read(client, "/groups/ldc/"))
    today = datetime.now(UTC).date()
    members = places.members("ldc", today)
    assert f"{len(members)} countries as of" in text
    assert "Committee for Development Policy" in text
    for code in members:
        assert places.name(code, "en") in text


def test_the_list_of_countries_has_all_of_them_with_two_figures(client, public_record):
    html = read(client, "/countries/")
    rows = re.findall(r'<th scope="row"><a href="/countries/([A-Z]{3})/">', html)
    assert len(rows) == len({one.alpha3 for one in places.all_countries()})
    assert rows == places.sorted_by_name(rows, "en")
    by_number = re.findall(r'href="/countries/([A-Z]{3})/">', read(client, "/countries/?sort=pledges"))
    assert set(rows) == set(by_number)


def test_a_chosen_group_is_explained_where_it_is_chosen(client, public_record):
    html = read(client, "/pledges/?group=ldc&country=BDI")
    text = words(html)
    assert "For each pledge the list of its own day counts." in text
    assert 'href="/groups/ldc/">Which countries these are' in html
    assert 'href="/countries/BDI/">What is promised to it and by it' in html
