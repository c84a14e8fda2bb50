"""Side by side: up to four, by address alone."""

from __future__ import annotations

import re

import pytest

from tests.registry.test_pages import PREFIXES, read, words

pytestmark = pytest.mark.django_db


def test_pledges_stand_side_by_side_in_the_order_of_the_address(client, public_record):
    refs = [public_record[n].reference for n in (12, 3, 9)]
    html = read(client, "/pledges/compare/?" + "&".join(f"ref={ref}" for ref in refs))
    assert re.findall(r'<th scope="col"><span class="label">(P-\d+)', html) == refs
    for row in ("Promised by", "Where", "By when", "What is measured", "Where things stand"):
        assert f'<th scope="row">{row}</th>' in html
    lines = re.findall(r"<tr><th scope=\"row\">.*?</tr>", html, re.S)
    assert {line.count("<td>") for line in lines} == {3}


def test_each_can_be_taken_away_and_another_added_without_a_script(client, public_record):
    html = read(client, "/pledges/compare/?ref=P-1&ref=p-00002")
    assert 'href="/pledges/compare/?ref=P-00002"' in html
    assert re.findall(r'type="hidden" name="ref" value="([^"]+)"', html) == ["P-00001", "P-00002"]
    assert "P-00001" in words(read(client, "/pledges/compare/?ref=P-00001&ref=&ref=P-00001"))


def test_what_does_not_exist_and_what_is_too_much_is_said(client, public_record, make_pledge):
    draft = make_pledge("draft", title="Nobody knows")
    text = words(read(client, f"/pledges/compare/?ref=P-00001&ref=P-99999&ref={draft.key}&ref=%3Cscript%3E"))
    assert "This does not exist here" in text
    assert "P-99999" in text
    assert "Nobody knows" not in text
    many = "&".join(f"ref={pledge.reference}" for pledge in public_record[10:16])
    html = read(client, f"/pledges/compare/?{many}")
    assert len(re.findall(r'<th scope="col">', html)) == 4
    assert "Only 4 fit side by side" in words(html)
    assert "Choose pledges to compare." in words(read(client, "/pledges/compare/"))


def test_organisations_stand_side_by_side_with_the_figures_of_their_pages(
    client, public_record, organisations, make_organisation
):
    slugs = [organisations[0].slug, organisations[2].slug]
    make_organisation("Quiet Fund")
    html = read(client, f"/organisations/compare/?slug={slugs[0]}&slug={slugs[1]}&slug=quiet-fund")
    text = words(html)
    assert "Lake Networks" in text
    assert "Asha Trust" in text
    assert "Quiet Fund" not in text
    assert "quiet-fund" in text
    from kept.registry import search
    from tests.registry.test_search import select

    for slug in slugs:
        assert f'href="/pledges/?organisation={slug}">{search.count(select(f"organisation={slug}"))}</a>' in html


def test_a_list_lets_pledges_be_ticked_and_sends_them_by_get(client, public_record):
    for view in ("", "?view=table"):
        html = read(client, f"/pledges/{view}")
        assert 'id="compare" action="/pledges/compare/"' in html
        assert len(re.findall(r'type="checkbox" name="ref" value="P-\d{5}" form="compare"', html)) == 20
    assert 'type="checkbox" name="slug"' in read(client, "/organisations/")


def test_comparing_asks_the_database_a_bounded_number_of_times_in_six_languages(
    client, public_record, django_assert_max_num_queries
):
    many = "&".join(f"ref={pledge.reference}" for pledge in public_record[10:14])
    for prefix in PREFIXES:
        with django_assert_max_num_queries(25):
            response = client.get(f"{prefix}/pledges/compare/?{many}")
        assert response.status_code == 200
        assert not response.cookies
