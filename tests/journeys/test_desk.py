"""A morning at the desk: by keyboard alone, beside a colleague, on the first day of an installation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time

import pytest

from tests.browser import Person, someone
from tests.journeys.walking import asked, counter, found_an_organisation, wait_for_pledges, write_a_pledge


@pytest.fixture(scope="module")
def reviewer(chrome, demonstration) -> Person:
    person = someone(chrome, demonstration, width=1440)
    person.sign_in("communication@example.org")
    return person


def keys(person: Person, *pressed: str) -> None:
    for key in pressed:
        person.page.keyboard.press(key)


def focused(person: Person) -> str:
    """What the keyboard is on, as a screen reader would say it."""
    return person.page.evaluate("document.activeElement.innerText || document.activeElement.id")


def code_of_the_app(secret: str) -> str:
    """What an authenticator app shows now (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def waiting(person: Person) -> str:
    """The address of the newest pledge that waits for a decision."""
    person.go("/desk/pledges/?sort=newest")
    links = person.page.get_by_role("main").get_by_role("link")
    hrefs = links.evaluate_all("all => all.map(link => link.getAttribute('href'))")
    return next(href for href in hrefs if re.match(r"/desk/pledges/[0-9a-f]{20,}/", href or ""))


def test_the_desk_is_worked_by_keyboard_alone(demonstration, reviewer):
    """From the list with Tab and Enter; J the next one, K back, C changes, ? the keys, P published."""
    before = counter(demonstration)["pledges"]
    page = reviewer.page
    reviewer.go("/desk/pledges/?sort=oldest")
    titles = page.get_by_role("main").get_by_role("link").all_inner_texts()
    with page.expect_navigation():
        keys(reviewer, "j")
    first = reviewer.heading
    assert any(first in title for title in titles)
    with page.expect_navigation():
        keys(reviewer, "j")
    second = reviewer.heading
    assert second != first
    with page.expect_navigation():
        keys(reviewer, "k")
    assert reviewer.heading == first
    # C opens the dialog and puts the cursor into the reason; Escape leaves it, nothing is sent.
    keys(reviewer, "c")
    reviewer.sees("What should be different")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("C is a letter here, P too.")
    keys(reviewer, "Escape")
    assert reviewer.heading == first
    keys(reviewer, "?")
    reviewer.sees("These keys")
    keys(reviewer, "Escape")
    with page.expect_navigation():
        keys(reviewer, "p")
    assert wait_for_pledges(demonstration, before + 1)["pledges"] == before + 1
    newest = asked(demonstration, "/api/v1/pledges?sort=newest")["results"][0]
    assert newest["title"] == first
    assert reviewer.said == []


def test_every_control_of_a_pledge_on_the_desk_is_reached_with_tab_and_seen(demonstration, reviewer):
    page = reviewer.page
    reviewer.go("/desk/pledges/")
    page.locator("body").focus()
    reached, unseen = set(), []
    for _ in range(120):
        keys(reviewer, "Tab")
        where = page.evaluate(
            """() => {
            const one = document.activeElement, box = one.getBoundingClientRect(), css = getComputedStyle(one);
            return {name: (one.innerText || one.getAttribute('aria-label') || one.name || one.id || '').trim(),
                    tag: one.tagName, seen: box.width > 0 && box.height > 0,
                    ring: css.outlineStyle !== 'none' || css.boxShadow !== 'none'} }"""
        )
        if where["tag"] == "BODY":
            break
        reached.add(where["name"])
        if not (where["seen"] and where["ring"]):
            unseen.append(where)
    assert unseen == []
    assert {"Publish", "Hold it back", "Ask for changes", "Decline"} <= reached


def test_two_decide_at_once_and_the_second_is_told(chrome, demonstration, reviewer):
    colleague = someone(chrome, demonstration, width=1440)
    colleague.sign_in("assistant@example.org")
    address = waiting(reviewer)
    for person in (reviewer, colleague):
        person.page.goto(demonstration.url + address)
    title = reviewer.heading
    reviewer.unfold("Decline")
    reviewer.write("Why it is declined", "It names nothing that will be done.")
    with reviewer.page.expect_navigation():
        reviewer.page.get_by_role("dialog").get_by_role("button", name="Decline", exact=True).click()
    colleague.press("Publish")
    assert title not in [row["title"] for row in asked(demonstration, "/api/v1/pledges?sort=newest")["results"]]
    assert colleague.page.get_by_role("alert").or_(colleague.page.get_by_role("status")).filter(visible=True).count()
    colleague.page.context.close()


def test_who_is_looking_is_seen_by_the_other(chrome, demonstration, reviewer):
    colleague = someone(chrome, demonstration, width=1440)
    colleague.sign_in("officer@example.org")
    path = waiting(reviewer)
    reviewer.page.goto(demonstration.url + path)
    colleague.page.goto(demonstration.url + path)
    colleague.sees("Carmen Tinta has this open, too.")
    colleague.page.context.close()


def test_the_first_day_of_an_installation(chrome, empty_house):
    """`kept createsecretariat`, a code by mail, a second factor, the first pledge: P-00001, and a counter of one."""
    house = empty_house
    reader = someone(chrome, house)
    reader.go("/")
    reader.sees("Nothing has been promised here in public yet.")
    house.kept("createsecretariat", "first@example.org", "--name", "Freya First")
    staff = someone(chrome, house, width=1440)
    staff.sign_in("first@example.org")
    staff.go("/desk/")
    assert "/desk/" not in staff.page.url, "the desk asks for a second factor"
    staff.go("/accounts/2fa/totp/activate/")
    staff.write("Code from the app", code_of_the_app(staff.page.locator("code").first.inner_text()))
    staff.press("Add the app")
    assert staff.go("/desk/").status == 200
    assert "/desk/" in staff.page.url

    pledger = someone(chrome, house)
    pledger.sign_up("Olive Early", "olive@example.org")
    found_an_organisation(pledger, "Lanternfish Community Networks")
    write_a_pledge(pledger, "A first mast for 3 valleys")
    staff.go("/desk/pledges/")
    staff.link("A first mast for 3 valleys").click()
    staff.press("Publish")
    assert wait_for_pledges(house, 1)["pledges"] == 1
    reader.go("/pledges/P-00001/")
    reader.sees("A first mast for 3 valleys")
    assert "holds" in house.kept("verify")
    for person in (reader, staff, pledger):
        assert person.said == []
        person.page.context.close()
