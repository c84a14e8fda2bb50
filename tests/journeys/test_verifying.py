"""Somebody else looks: a named verifier raises a figure, a reader follows one figure of the dashboard to its evidence."""

from __future__ import annotations

import re
import sqlite3
from urllib.request import urlopen

from tests.browser import Kept, someone
from tests.journeys.walking import asked


def figures(house: Kept, name: str) -> dict[str, int]:
    """{value: pledges} of one chart of the dashboard, as programs are told."""
    return {row["value"]: row["pledges"] for row in asked(house, "/api/v1/progress")[name]}


def test_a_verifier_is_asked_by_name_looks_states_scope_and_raises_the_figure(chrome, demonstration):
    house = demonstration
    listed = asked(house, "/api/v1/pledges?level=documented&standing=late&page_size=20")["results"]
    told = (asked(house, f"/api/v1/pledges/{one['reference']}/reports") for one in listed)
    chosen = next(one for one in told if one["reports"] and one["standing"]["headline"]["value"])
    report = chosen["reports"][-1]["reference"]
    reference, n = report.split("-R")
    before, entries = figures(house, "level"), log_size(house)

    # The secretariat asks, from the report on its desk.
    staff = someone(chrome, house)
    staff.sign_in("secretary@example.org")
    staff.go(f"/desk/reports/{key_of(house, reference, int(n))}/?show=published")
    staff.unfold("Ask a verifier")
    staff.write("Name", "Vera Lenz")
    staff.write("Organisation", "Institute for Looking Twice")
    staff.write("Mail address", "vera@example.net")
    staff.write("What should be looked at", "The headline figure.")
    staff.press("Ask")

    # The mail's link leads to the report; opening it changes nothing, and scope is owed.
    mail = house.mail_to("vera@example.net", about="/verify/")
    verifier = someone(chrome, house, width=360)
    verifier.page.goto(next(link for link in mail.links if "/verify/" in link))
    verifier.sees("Vera Lenz, you are asked to verify this report.")
    assert figures(house, "level") == before
    verifier.page.locator("[name=has_interest][value=no]").check()
    verifier.write("What did you look at, and what not?", "Registers of all sites, no visit.")
    found = verifier.page.locator("[name^=found-]").first
    reported = re.search(r"[\d.,]+", verifier.page.locator("[id^=found-][id$=-help]").first.inner_text())[0]
    found.fill(reported)
    verifier.page.locator("[name=outcome]").first.check()
    verifier.press("Publish what I found")
    verifier.sees("Thank you. What you found stands beside the figures, with your name.")

    # Everybody reads who looked, at what; the dashboard moved by this pledge alone; the link is used up.
    reader = someone(chrome, house)
    reader.go(f"/pledges/{reference}/reports/{n}/")
    for words in ("Vera Lenz, Institute for Looking Twice", "Registers of all sites, no visit."):
        reader.sees(words)
    reader.sees("verified by someone else")
    moved = {name: count - before[name] for name, count in figures(house, "level").items() if count != before[name]}
    assert moved == {"documented": -1, "verified": 1}
    verifier.page.reload()
    assert verifier.page.get_by_role("button", name="Publish what I found").count() == 0
    assert staff.said + verifier.said + reader.said == []
    assert log_size(house) == entries + 1


def log_size(house: Kept) -> int:
    with urlopen(house.url + "/log/checkpoint") as answer:  # noqa: S310
        return int(answer.read().decode().splitlines()[1])


def key_of(house: Kept, reference: str, n: int) -> str:
    """What names a report in its address on the desk."""
    with sqlite3.connect(f"file:{house.data / 'kept.sqlite3'}?mode=ro", uri=True) as db:
        query = "SELECT r.key FROM progress_report r JOIN pledges_pledge p ON p.id = r.pledge_id WHERE p.number = ? AND r.n = ?"
        return db.execute(query, (int(reference[2:]), n)).fetchone()[0]


def test_a_reader_follows_one_figure_of_the_dashboard_to_its_evidence_and_to_the_log(chrome, demonstration):
    house = demonstration
    reader = someone(chrome, house, language="ar", width=360, javascript=False)
    reader.go("/")
    reader.follow("Progress")
    # The figure as the page, its picture and its table tell it.
    row = reader.page.locator("#level tr", has=reader.page.locator('a[href*="level=verified"]'))
    shown = figures(house, "level")["verified"]
    assert arabic(shown) in row.inner_text()
    with urlopen(house.url + "/ar/progress/level.svg") as answer:  # noqa: S310
        assert f"· {arabic(shown)}" in answer.read().decode()
    with urlopen(house.url + "/progress/level.csv") as answer:  # noqa: S310
        assert f",{shown}," in next(line for line in answer.read().decode().splitlines() if line.startswith("verified"))
    # The pledges behind it, one of them, its report, who looked at it, the document, the log.
    row.locator("a").click()
    reader.page.wait_for_load_state()
    assert arabic(shown) in reader.heading
    reader.page.locator(".record-title a").first.click()
    reader.page.wait_for_load_state()
    reader.page.locator('a[href*="/reports/"]').first.click()
    reader.page.wait_for_load_state()
    reader.sees("Who looked at it")
    assert reader.page.locator("#evidence li").count() >= 1
    address = house.url + reader.link(reader.words("Receipt")).get_attribute("href")
    with urlopen(address) as answer:  # noqa: S310
        assert answer.status == 200 and b"checkpoint" in answer.read()
    # What a round published says so for ever.
    reader.go("/progress/")
    reader.page.locator("#rounds tbody th a").last.click()
    reader.page.wait_for_load_state()
    reader.sees("So that the figures can be found again")
    assert reader.page.context.cookies() == [] and reader.said == []


def arabic(number: int) -> str:
    """A number in the digits of the page."""
    return f"{number:,}".replace(",", "٬").translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
