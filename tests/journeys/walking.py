"""Steps that several journeys take, and what they ask the house from outside."""

from __future__ import annotations

import json
import time
import tomllib
from decimal import Decimal
from urllib.request import urlopen

from kept.base import places
from tests.browser import ROOT, Kept, Person

SOURCE = ROOT / "src" / "kept"


def asked(house: Kept, address: str) -> dict:
    """What the open API answers."""
    with urlopen(house.url + address) as answer:  # noqa: S310
        return json.load(answer)


def counter(house: Kept) -> dict:
    return asked(house, "/api/v1/counter")


def wait_for_pledges(house: Kept, number: int) -> dict:
    """The counter, when the worker has published."""
    until = time.monotonic() + 30
    while (found := counter(house))["pledges"] != number and time.monotonic() < until:
        time.sleep(0.2)
    return found


def moved(before: dict, after: dict) -> dict:
    """By how much each figure moved; the day is no figure."""
    return {name: Decimal(str(after[name])) - Decimal(str(before[name])) for name in before if name != "as_of"}


def absent_from_public_pages(house: Kept, words: str) -> bool:
    """Nobody reads these words where the newest pledges stand."""
    for address in ("/", "/pledges/?sort=newest", "/pledges/feed.atom", "/pledges/export.csv", "/api/v1/pledges"):
        with urlopen(house.url + address) as answer:  # noqa: S310
            if words.encode() in answer.read():
                return False
    return True


def term(taxonomy: str, slug: str, language: str) -> str:
    """The name of a focus area or kind in a language."""
    terms = tomllib.loads((SOURCE / "pledges" / "data" / "taxonomies.toml").read_text())
    return terms[taxonomy][slug]["names"][["en", "fr", "es", "ar", "ru", "zh-hans"].index(language)]


def country_name(code: str, language: str) -> str:
    """The United Nations' name. Nobody's own names are asked for: these tests have no database beside the house's."""
    places.set_overrides(dict)
    places.set_amendments(dict)
    return places.name(code, language)


def found_an_organisation(pledger: Person, name: str, country: str = "KEN") -> None:
    """From one's own page: look for it, find none, enter it."""
    pledger.go("/my/")
    pledger.follow("Find your organisation")
    pledger.page.get_by_role("searchbox").fill(name)
    pledger.press("Search")
    pledger.follow("Enter your organisation")
    pledger.pick("Country in which it sits", country_name(country, pledger.language))
    pledger.tick(pledger.words("civil society"))
    pledger.press("Enter it")
    pledger.sees(name)


def begin_a_pledge(pledger: Person) -> str:
    """An empty form, opened at its first step; returns the address of the form without the step."""
    pledger.go("/pledges/new/")
    pledger.tick(pledger.words("Nothing: an empty form"))
    pledger.press("Begin")
    return pledger.page.url.rpartition("/write/")[0] + "/write/"


def write_a_pledge(pledger: Person, title: str, country: str = "BDI") -> None:
    """Every step of the form, as a person fills it in, and sent."""
    begin_a_pledge(pledger)
    pledger.tick(term("kind", "programme", pledger.language))
    pledger.tick(term("focus", "access", pledger.language))
    pledger.press("Continue")
    pledger.write("Title of the pledge", title)
    pledger.write("What do you promise?", "All 84 are connected by December 2028.")
    pledger.pick("Where does it happen?", country_name(country, pledger.language))
    pledger.write("Begins", "2027")
    pledger.write("Done by", "2028-12")
    pledger.write("What is counted", "places connected")
    pledger.write("How many today", "0")
    pledger.write("How many are promised", "84")
    pledger.write("By when", "2028-12")
    pledger.press("Continue")
    pledger.write("Amount", "2 500 000")
    pledger.field("Currency").select_option("USD")
    pledger.tick(pledger.words("new money"))
    pledger.press("Continue")
    pledger.write("Whom may the secretariat ask?", "Wanda Fairweather")
    pledger.press("Continue")
    pledger.sees("Check what you promise, and send it")
    pledger.sees(title)
    pledger.page.get_by_role("checkbox").last.check()
    pledger.press("Send to the secretariat")


def begin_to_register(guest: Person, meeting: str, category: str, way: str, email: str, name: str) -> None:
    """For a meeting, until the page where one says who one is; given and family name are there."""
    guest.go(f"/meetings/{meeting}/register/")
    guest.tick(category)
    guest.tick(way)
    guest.write("Your mail address", email)
    guest.press("Begin")
    given, _space, family = name.partition(" ")
    guest.write("Given name", given)
    guest.write("Family name", family)


def say_for_whom(guest: Person, kind: str, country: str) -> None:
    """Kind of organisation and country, the last of that page; to the next one."""
    guest.tick(kind)
    guest.pick("Country that you represent", country)
    guest.press("Continue")


def send_registration(guest: Person) -> None:
    """From the page of the meeting's own question, which may be left out, until it is sent."""
    guest.press("Continue")
    guest.tick("What I write here is used")
    guest.press("Continue")
    guest.press("Send")
    guest.sees("Look into your mail")


def confirm_address(guest: Person, house: Kept, email: str) -> None:
    """By the link in the mail, to one's own page."""
    mail = house.mail_to(email, about="Confirm your registration")
    guest.page.goto(next(link for link in mail.links if "/l/" in link))
    guest.press("Yes, this is my address")


def open_on_the_desk(staff: Person, title: str, queue: str = "/desk/pledges/") -> None:
    """Open a pledge from one of the desk's lists."""
    staff.go(queue + "?sort=newest")
    staff.link(title).click()
    staff.page.wait_for_load_state()
