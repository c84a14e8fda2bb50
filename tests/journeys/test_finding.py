"""Those who look for something: an adviser, somebody without a mouse, somebody without JavaScript; in several languages."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import openpyxl
import pytest

from tests.browser import someone
from tests.journeys.walking import asked, country_name, term


@pytest.mark.parametrize(
    ("language", "javascript", "width"),
    [("en", True, 1280), ("fr", False, 1280), ("ar", True, 360), ("zh-hans", False, 820)],
    ids=["english", "no_javascript", "arabic_on_a_phone", "chinese_on_a_tablet"],
)
def test_an_adviser_finds_every_pledge_for_burundi_on_skills_and_takes_them_away(
    chrome, demonstration, language, javascript, width
):
    """From the map of the first page to the country, from there to the filters, from there to a spreadsheet."""
    adviser = someone(chrome, demonstration, language=language, javascript=javascript, width=width)
    adviser.go("/")
    burundi = country_name("BDI", language)
    on_map = adviser.page.locator("svg.map a").filter(has_text=burundi).first
    adviser.page.goto(demonstration.url + on_map.get_attribute("href"))
    assert adviser.heading == burundi
    everything = asked(demonstration, "/api/v1/pledges?country=BDI")["count"]
    adviser.page.locator(".actions a.button").first.click()
    adviser.page.wait_for_load_state()
    assert "country=BDI" in adviser.page.url
    adoption = term("focus", "adoption", language)
    if width < 960:
        adviser.page.locator(".facets-near summary").first.click()
    adviser.page.locator(".facets a").filter(has_text=adoption).first.click()
    adviser.page.wait_for_load_state()
    assert "focus=adoption" in adviser.page.url
    found = asked(demonstration, "/api/v1/pledges?country=BDI&focus=adoption")["count"]
    assert 0 < found < everything
    with urlopen(demonstration.url + adviser.link("CSV").get_attribute("href")) as answer:
        rows = list(csv.DictReader(io.StringIO(answer.read().decode())))
    assert len(rows) == found
    assert all("BDI" in row["countries"].split(";") and "adoption" in row["focus_areas"].split(";") for row in rows)
    assert adviser.page.context.cookies() == []
    assert adviser.said == []
    adviser.page.context.close()


def test_somebody_without_a_mouse_searches_walks_the_results_and_compares_two(chrome, demonstration):
    reader = someone(chrome, demonstration)
    reader.go("/pledges/")
    keys = reader.page.keyboard
    keys.press("/")
    keys.type("school")
    keys.press("Enter")
    reader.page.wait_for_url("**q=school*")
    titles = reader.page.locator(".record-title a").all_inner_texts()
    keys.press("j")
    keys.press("x")
    keys.press("j")
    keys.press("x")
    assert (
        reader.page.evaluate("document.activeElement.closest('li').querySelector('.record-title').innerText")
        == titles[1]
    )
    keys.press("k")
    assert reader.page.evaluate("document.activeElement.innerText") == titles[0]
    keys.press("?")
    reader.sees("tick it for comparing")
    keys.press("Escape")
    reader.press("Compare what is ticked")
    assert reader.page.locator(".compare thead th").count() == 2
    assert reader.page.url.count("ref=P-") == 2
    reader.page.context.close()


def test_an_analyst_takes_all_rows_and_they_add_up_to_the_counter(chrome, demonstration, tmp_path):
    """From the page of open data: the whole as CSV and Excel; every column is explained there; the sums are the counter's."""
    analyst = someone(chrome, demonstration)
    analyst.go("/data/")

    def taken(name: str) -> Path:
        with analyst.page.expect_download() as found:
            analyst.page.get_by_role("rowheader").get_by_role("link", name=name, exact=True).click()
        found.value.save_as(tmp_path / found.value.suggested_filename)
        return tmp_path / found.value.suggested_filename

    explained = analyst.page.locator("#columns tbody th code").all_inner_texts()
    with taken("CSV").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert reader.fieldnames == explained
    figures = asked(demonstration, "/api/v1/counter")
    assert len(rows) == figures["pledges"]
    assert len({row["reference"] for row in rows}) == len(rows)
    assert sum(Decimal(row["amount_usd"] or 0) for row in rows) == Decimal(figures["amount_usd"])
    sheet = openpyxl.load_workbook(taken("Excel"), read_only=True).worksheets[0]
    head, *cells = sheet.iter_rows(values_only=True)
    at = head.index("amount_usd")
    assert len(cells) == len(rows)
    assert sum(Decimal(str(row[at] or 0)) for row in cells) == Decimal(figures["amount_usd"])
    analyst.follow("Search the pledges")
    assert analyst.heading.startswith(f"{len(rows):,} pledges")
    assert analyst.said == []
    analyst.page.context.close()


@pytest.mark.parametrize(("language", "javascript"), [("en", False), ("ar", True)], ids=["no_javascript", "arabic"])
def test_the_map_filters_by_link_and_east_stays_on_the_right(chrome, demonstration, language, javascript):
    reader = someone(chrome, demonstration, language=language, javascript=javascript)
    reader.go("/pledges/?view=map")
    kenya = country_name("KEN", language)
    reader.page.locator("svg.map a").filter(has_text=kenya).first.click()
    reader.page.wait_for_url("**country=KEN**")
    assert reader.page.locator(".chip").inner_text().strip().startswith(kenya)
    here = {
        code: reader.page.locator(f'svg.map use[href$="#{code}"]').first.bounding_box()["x"]
        for code in ("BRA", "KEN", "CHN")
    }
    assert here["BRA"] < here["KEN"] < here["CHN"]
    reader.page.locator('svg.map a[aria-current="true"]').click()
    reader.page.wait_for_url(lambda address: "country=KEN" not in address)
    assert reader.said == []
    reader.page.context.close()


def test_where_nothing_is_found_the_page_says_what_to_take_away(chrome, demonstration):
    reader = someone(chrome, demonstration, javascript=False)
    reader.go("/pledges/?country=BDI&year=1999&q=" + quote("school"))
    reader.sees("No pledge matches all of this.")
    reader.sees("There are pledges if you ask for less:")
    way = reader.page.locator("main .empty a, main ul.stack-s a").first
    number = int(reader.page.locator("main ul.stack-s li .quiet").first.inner_text())
    way.click()
    reader.page.wait_for_load_state()
    assert reader.heading.startswith(f"{number} pledge")
    reader.page.context.close()
