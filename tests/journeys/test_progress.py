"""What became of a promise: asked, answered on a telephone with a lost connection, asked back, accepted, and read by anybody.

Walked in English on a telephone, and in Arabic without JavaScript.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest

from tests.browser import Person, someone
from tests.journeys.walking import (
    asked,
    counter,
    found_an_organisation,
    open_on_the_desk,
    wait_for_pledges,
    write_a_pledge,
)


@dataclass(frozen=True)
class Way:
    name: str
    organisation: str
    title: str
    staff: str
    language: str = "en"
    javascript: bool = True


WAYS = (
    Way("telephone", "Thistlewick Harbour Lights", "Lamps for 84 harbour schools", "secretary@example.org"),
    Way(
        "arabic_no_javascript",
        "جمعية منارة الواحة",
        "مصابيح لـ ٨٤ مدرسة في الواحة",
        "reviewer@example.org",
        "ar",
        False,
    ),
)
FOUR = ("said", "level", "standing", "reporting")
MOVED = {  # by one accepted report of one pledge; that it was answered stood there since it was sent
    "said": {"none": -1, "on_track": 1}, "level": {"none": -1, "self_reported": 1},
    "standing": {"unjudged": -1, "on_track": 1}, "reporting": {},
}  # fmt: skip
TODAY = datetime.now(UTC).date()


def log_size(house) -> int:
    with urlopen(house.url + "/log/checkpoint") as answer:  # noqa: S310
        return int(answer.read().decode().splitlines()[1])


def dashboard(house) -> dict[str, Counter]:
    """How many pledges /progress/ shows at each value of the four: what is said, supported, so, answered."""
    told = asked(house, "/api/v1/progress")
    return {name: Counter({row["value"]: row["pledges"] for row in told[name]}) for name in FOUR}


def moved(before: dict[str, Counter], after: dict[str, Counter]) -> dict[str, dict[str, int]]:
    """By how many pledges each value changed; values that did not are left out."""
    changed = {name: after[name].copy() for name in FOUR}
    for name in FOUR:
        changed[name].subtract(before[name])
    return {name: {value: n for value, n in changed[name].items() if n} for name in FOUR}


def open_a_round(staff: Person, slug: str) -> None:
    """The secretariat plans a round about this year's pledges, and opens it."""
    staff.go("/desk/rounds/")
    staff.follow("Plan a round")
    staff.write("Address", slug)
    staff.page.locator("[name=name_en]").fill(f"Round {slug}")
    days = {"period_start": TODAY - timedelta(days=365), "period_end": TODAY, "deadline": TODAY + timedelta(days=30)}
    for name, day in days.items():
        staff.page.locator(f"[name={name}]").fill(day.isoformat())
    staff.page.locator("[name=years]").fill(str(TODAY.year))
    staff.press("Save")
    staff.press("Open the round and ask everybody")


def saved(person: Person) -> None:
    until = time.monotonic() + 20
    while person.page.evaluate("Object.keys(localStorage).some((name) => name.startsWith('kept-writing'))"):
        assert time.monotonic() < until, person.page.locator("#saved").inner_text()
        time.sleep(0.1)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_what_became_of_a_promise(chrome, demonstration, way):
    house = demonstration
    before = counter(house)
    pledger, staff = (someone(chrome, house, language=way.language) for _ in range(2))
    email = f"petra.{way.name}@example.org"
    pledger.sign_up("Petra Lamplighter", email)
    found_an_organisation(pledger, way.organisation)
    write_a_pledge(pledger, way.title)
    staff.sign_in(way.staff)
    open_on_the_desk(staff, way.title)
    staff.press("Publish")
    wait_for_pledges(house, before["pledges"] + 1)
    found = next(p for p in asked(house, "/api/v1/pledges?sort=newest")["results"] if p["title"] == way.title)
    reference, entries = found["reference"], log_size(house)

    # A round is opened; the mail's link leads a stranger to accounts straight to the form.
    open_a_round(staff, f"round-{way.name.replace('_', '-')}")
    mail = house.mail_to(email, about="/report/")
    link = next(each for each in mail.links if "/report/" in each)
    phone = someone(chrome, house, language=way.language, width=360, javascript=way.javascript)
    phone.page.goto(link)
    phone.sees("How does it stand with your pledge?")
    phone.page.locator("[name=said][value=on_track]").check()
    if way.javascript:  # the connection is lost; what was written is there when it is back
        saved(phone)
        phone.page.context.set_offline(True)
        phone.write("What was done in this time?", "Twelve lamps burn.")
        phone.sees("No connection. What you write is kept on this device and saved when it is back.")
        phone.page.context.set_offline(False)
        phone.page.evaluate("window.dispatchEvent(new Event('online'))")
        saved(phone)
        phone.page.reload()
        assert phone.field("What was done in this time?").input_value() == "Twelve lamps burn."
    else:
        phone.write("What was done in this time?", "Twelve lamps burn.")
    phone.press("Continue")
    phone.write("Figure", "12")
    phone.write("of which day", TODAY.isoformat())
    phone.write("Where the figure comes from", "Our keepers")
    phone.press("Continue")
    base = phone.page.url.rpartition("/write/")[0] + "/write/"
    phone.page.goto(base + "check/")
    phone.sees("Twelve lamps burn.")
    phone.press("Send the report")
    phone.sees("Thank you. Your report has arrived.")
    assert log_size(house) == entries, "nothing is public before it is accepted"
    stood = dashboard(house)

    # Asked back, answered, accepted.
    open_on_the_desk(staff, way.title, "/desk/reports/")
    staff.unfold("Ask back")
    staff.write("What is not clear", "Is it twelve lamps or twelve schools?")
    staff.press("Ask back")
    house.mail_to(email, about="Is it twelve lamps or twelve schools?")
    phone.page.goto(base + "status/")
    phone.write("What was done in this time?", "Twelve schools have lamps.")
    phone.press("Continue")
    phone.page.goto(base + "check/")
    phone.press("Send the report")
    open_on_the_desk(staff, way.title, "/desk/reports/")
    staff.press("Accept")

    # The dashboard, the pledge's page, the API and the log moved by exactly this report.
    assert log_size(house) == entries + 1
    assert dashboard(house)["said"].total() == stood["said"].total()
    assert moved(stood, dashboard(house)) == MOVED
    told = asked(house, f"/api/v1/pledges/{reference}/reports")
    assert [report["reference"] for report in told["reports"]] == [f"{reference}-R1"]
    assert {name: told["standing"][name] for name in ("said", "level", "standing", "reporting")} == {
        "said": "on_track", "level": "self_reported", "standing": "on_track", "reporting": "current",
    }  # fmt: skip
    assert told["standing"]["headline"]["value"] == "12"
    reader = someone(chrome, house, language=way.language, width=360, javascript=way.javascript)
    reader.go(f"/pledges/{reference}/")
    reader.sees("Twelve schools have lamps.")
    reader.sees("said by its owner")
    reader.go(f"/pledges/{reference}/reports/1/")
    reader.sees("Our keepers")
    assert reader.page.context.cookies() == []
    assert phone.said + staff.said + reader.said == []
    if way is WAYS[-1]:
        assert "holds" in house.kept("verify")
