"""The first walk: a promise from its first word to the public record, and back out of the counter.

Somebody signs up, founds an organisation, pledges; the secretariat asks for changes; it is published, revised, taken
back. Walked four times: in English at a desk, in Arabic, on a telephone, and without JavaScript.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import pytest

from kept.base import formats
from tests.browser import Kept, Person, someone
from tests.journeys.walking import (
    absent_from_public_pages,
    asked,
    counter,
    found_an_organisation,
    moved,
    open_on_the_desk,
    wait_for_pledges,
    write_a_pledge,
)


@dataclass(frozen=True)
class Way:
    """In which way the journey is walked, and by whom."""

    name: str
    organisation: str
    title: str
    staff: str  # who reviews it
    language: str = "en"
    width: int = 1280
    javascript: bool = True

    def person(self, chrome, house: Kept) -> Person:
        return someone(chrome, house, language=self.language, width=self.width, javascript=self.javascript)


WAYS = (
    Way(
        "arabic", "جمعية مرسال السدر", "ربط ٨٤ عيادة في أعالي البحيرة بالألياف", "reviewer@example.org", language="ar"
    ),
    Way("telephone", "Umbertide Signal Guild", "Solar power for 84 island masts", "officer@example.org", width=360),
    Way(
        "no_javascript", "Zephyrine Cable Cooperative", "Reading rooms online in 84 towns", "assistant@example.org",
        javascript=False,
    ),
)  # fmt: skip
AMOUNT = Decimal("2500000.00")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_promise_from_its_first_word_to_the_public_record_and_back(chrome, demonstration, way):
    house = demonstration
    before = counter(house)
    pledger, staff, reader = (way.person(chrome, house) for _ in range(3))
    email = f"wanda.{way.name}@example.org"

    # Sign up, found an organisation.
    pledger.sign_up("Wanda Fairweather", email)
    # It sits where others sit already, and acts where others act: these figures must not move.
    sits = asked(house, "/api/v1/organisations")["results"][0]["country"]
    found_an_organisation(pledger, way.organisation, sits)

    # Pledge, all five steps.
    acts = next(iter(asked(house, "/api/v1/pledges")["facets"]["country"]))
    write_a_pledge(pledger, way.title, acts)
    pledger.go("/my/pledges/")
    pledger.link(way.title).click()
    mine = pledger.page.url
    assert counter(house) == before, "nothing is counted before it is published"
    assert absent_from_public_pages(house, way.title)

    # The secretariat asks for changes; the pledger reads why in a mail, and on the page behind it.
    staff.sign_in(way.staff)
    open_on_the_desk(staff, way.title)
    staff.unfold("Ask for changes")
    staff.write("What should be different", "Say how many people live around the clinics.")
    staff.press("Send it back to the pledger")
    mail = house.mail_to(email, about="Say how many people live")
    pledger.page.goto(next(link for link in mail.links if "/my/pledges/" in link))
    pledger.sees("Say how many people live around the clinics.")

    # Changed and sent again.
    pledger.follow("Continue writing")
    pledger.page.goto(pledger.page.url.rpartition("/write/")[0] + "/write/money/")
    pledger.write("How many people will benefit?", "48000")
    pledger.press("Continue")
    pledger.page.goto(pledger.page.url.rpartition("/write/")[0] + "/write/check/")
    pledger.press("Send to the secretariat")

    # Published: the counter and the pages move by exactly this pledge.
    open_on_the_desk(staff, way.title)
    staff.press("Publish")
    after = wait_for_pledges(house, before["pledges"] + 1)
    assert moved(before, after) == {
        "pledges": 1, "organisations": 1, "countries": 0, "countries_reached": 0, "countries_named": 0,
        "pledges_with_amount": 1, "pledges_without_amount": 0, "pledges_not_converted": 0, "amount_usd": AMOUNT,
    }  # fmt: skip
    reader.go("/counter/")
    assert formats.format_number(after["pledges"], way.language) in reader.text
    reader.go(f"/pledges/?q={way.title}")
    reader.link(way.title).click()
    public = reader.page.url
    assert re.search(r"/pledges/P-\d{5,}/$", public)
    assert way.title in reader.heading
    reader.sees(way.organisation)
    assert reader.page.context.cookies() == []

    # Revised: accepted by the secretariat, the first wording stays readable.
    pledger.page.goto(mine)
    pledger.press("Change this pledge")
    pledger.write("What do you promise?", "All 84 are connected by December 2029, a year later than we said.")
    pledger.press("Continue")
    pledger.page.goto(pledger.page.url.rpartition("/write/")[0] + "/write/check/")
    pledger.write("Why does it change?", "The ship with the cable came late.")
    pledger.press("Send to the secretariat")
    reader.page.goto(public)
    assert "a year later" not in reader.text, "the published text stays until the change is accepted"
    open_on_the_desk(staff, way.title, "/desk/pledges/revisions/")
    staff.press("Publish the changed text")
    reader.page.goto(public)
    reader.sees("All 84 are connected by December 2029, a year later than we said.")
    reader.sees("The ship with the cable came late.")
    reader.follow("The first wording stays here.")
    reader.sees("All 84 are connected by December 2028.")
    assert moved(before, counter(house))["amount_usd"] == AMOUNT

    # Taken back: readable for ever, and the counter is where it was.
    pledger.page.goto(mine)
    pledger.follow("Take the pledge back")
    pledger.write("Why do you take it back?", "The lake has risen over the road.")
    pledger.press("Take it back")
    assert counter(house) == before
    reader.page.goto(public)
    assert way.title in reader.heading
    reader.sees("This pledge was taken back.")
    reader.sees("The lake has risen over the road.")
    assert pledger.said + staff.said + reader.said == []
    for person in (pledger, staff, reader):
        person.page.context.close()
