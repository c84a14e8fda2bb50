"""Somebody far away who wants to follow the meeting: their own time, what they chose, on paper; without a script as well."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import someone
from tests.journeys.walking import asked


def coming(house) -> dict:
    """The meeting to come, as the API says it."""
    return asked(house, "/api/v1/meetings")["results"][0]


def visitor(chrome, house, **options):
    """Somebody in Kathmandu."""
    context = chrome.new_context(timezone_id="Asia/Kathmandu", viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    page.heard = []
    page.on("console", lambda message: page.heard.append(message.text) if message.type == "error" else None)
    return page


def test_a_visitor_in_kathmandu_sees_both_clocks_without_asking(chrome, demonstration):
    meeting = coming(demonstration)
    page = visitor(chrome, demonstration)
    page.goto(f"{demonstration.url}/meetings/{meeting['slug']}/")
    page.get_by_text(re.compile("for you in Kathmandu")).wait_for()
    assert "18:45 to 21:15 for you in Kathmandu (UTC+5:45)" in page.inner_text("main")
    assert "18:45 yours" in page.inner_text("main")
    assert page.context.cookies() == []
    assert page.heard == []
    page.context.close()


def test_without_a_script_the_zone_is_chosen_from_a_list(chrome, demonstration):
    meeting = coming(demonstration)
    page = visitor(chrome, demonstration, java_script_enabled=False)
    page.goto(f"{demonstration.url}/ar/meetings/{meeting['slug']}/programme/")
    page.locator(f"a[href$='/{meeting['slug']}/time/']").first.click()
    page.locator(".zones > summary").nth(2).click()  # Asia
    page.locator("a[href$='tz=Asia/Kathmandu']").click()
    assert page.url.endswith("?tz=Asia/Kathmandu")
    assert "١٨:٤٥" in page.inner_text("main")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.context.close()


def test_what_a_visitor_chose_stays_in_this_browser_and_stands_alone(chrome, demonstration):
    meeting = coming(demonstration)
    page = visitor(chrome, demonstration)
    page.goto(f"{demonstration.url}/meetings/{meeting['slug']}/programme/")
    page.get_by_text("18:45 yours").wait_for()
    page.get_by_role("button", name="My agenda: Connectivity for displaced people").click()
    page.reload()
    page.get_by_text("18:45 yours").wait_for()
    pressed = page.get_by_role("button", name="My agenda: Connectivity for displaced people")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.get_by_role("link", name="My agenda 1").click()
    page.get_by_text("1 session fits").wait_for()
    assert page.locator(".slot-title").all_inner_texts() == ["Connectivity for displaced people"]
    page.context.close()


def test_the_programme_of_a_day_fits_on_one_sheet_of_paper(chrome, demonstration):
    meeting = coming(demonstration)
    reader = someone(chrome, demonstration)
    reader.go(f"/meetings/{meeting['slug']}/programme/")
    sheet = reader.page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    reader.page.context.close()
