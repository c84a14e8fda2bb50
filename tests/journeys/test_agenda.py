"""A visitor's own agenda: chosen in a browser without an account, kept there, taken over by an account; and the grid on paper."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser import someone
from tests.journeys.walking import asked


def programme_of(house) -> str:
    """The address of the programme that is to come."""
    meetings = asked(house, "/api/v1/meetings")["results"]
    return f"/meetings/{meetings[0]['slug']}/programme/"


def titles(page) -> list[str]:
    return page.locator(".slot-title").all_inner_texts()


def test_chosen_in_the_browser_and_taken_over_by_an_account(chrome, demonstration):
    house = demonstration
    programme = programme_of(house)
    phone = someone(chrome, house, width=360)
    phone.go(programme)
    picks = phone.page.locator("button[data-agenda]:visible")
    everything = titles(phone.page)
    chosen = [everything[0], everything[2]]
    for number in (0, 2):
        picks.nth(number).click()
    expect(picks.nth(0)).to_have_attribute("aria-pressed", "true")
    phone.page.get_by_role("link", name=re.compile("My agenda")).click()
    phone.page.wait_for_url("**session=**")
    assert titles(phone.page) == chosen
    assert phone.page.url.count("session=") == 2, "an address that can be sent on"

    # It is kept in this browser, a change of mind too, and is nobody else's.
    phone.go(programme)
    picks.nth(2).click()
    phone.page.reload()
    for number, pressed in ((0, "true"), (2, "false")):
        expect(picks.nth(number)).to_have_attribute("aria-pressed", pressed)
    assert phone.page.context.cookies() == [], "nothing is set for readers"
    stranger = someone(chrome, house)
    stranger.go(programme)
    expect(stranger.page.locator("button[data-agenda]:visible").first).to_have_attribute("aria-pressed", "false")
    expect(stranger.page.locator("button[data-agenda][aria-pressed=true]")).to_have_count(0)

    # With an account it goes over, once, and is there in another browser.
    phone.sign_in("reader@example.org")
    phone.go(programme.replace("programme", "agenda"))
    phone.press("Take them over")
    assert titles(phone.page) == chosen[:1]
    expect(phone.page.locator("[data-agenda-take-over]")).to_be_hidden()
    stranger.sign_in("reader@example.org")
    stranger.go(programme)
    expect(stranger.page.locator("button[data-agenda][aria-pressed=true]")).to_have_count(1)

    assert (phone.said, stranger.said) == ([], [])


def test_the_grid_is_one_sheet_on_its_side_and_the_list_one_upright(chrome, demonstration, tmp_path):
    paper = someone(chrome, demonstration, javascript=False)
    for view, wide in (("grid", True), ("list", False)):
        paper.go(f"{programme_of(demonstration)}?view={view}")
        made = paper.page.pdf(prefer_css_page_size=True, format="A4")
        width, height = map(float, re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", made).groups())
        assert (len(re.findall(rb"/Type\s*/Page\b(?!s)", made)), width > height) == (1, wide)
