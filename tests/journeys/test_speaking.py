"""A speaker: asked by mail, says yes without an account, writes what is shown, shows it; then it stands in the programme.

Walked in English on a telephone, from afar and with a test of the connection, and in Arabic without JavaScript.
"""

from __future__ import annotations

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser import Kept, Person, someone
from tests.journeys.walking import asked
from tests.site.test_public_pages import barriers

OPENING = "Opening: what was promised, what was kept"
ASIDE = "How do you measure a promise?"  # in a room of its own: nothing follows that a delay could push
WAYS = [
    ("en", "English", True, "Odile Marchfield", "odile@example.org", "secretary@example.org", "A minister of lakes."),
    ("ar", "العربية", False, "Nadir Brambleton", "nadir@example.org", "secretary@example.org", "وزير البحيرات."),
]


def found(house: Kept, address: str) -> bool:
    """Whether anybody finds this address."""
    try:
        with urlopen(house.url + address):  # noqa: S310
            return True
    except HTTPError as refused:
        assert refused.code == 404
        return False


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way[0])
def test_asked_answered_and_shown(chrome, demonstration, way):
    language, own_name, javascript, name, email, secretary, biography = way
    house = demonstration
    meeting = asked(house, "/api/v1/meetings")["results"][0]["slug"]
    desk = f"/desk/meetings/{meeting}/speakers/"
    staff = someone(chrome, house)
    staff.sign_in(secretary)

    # Entered and invited; the mail leaves when somebody has read it.
    staff.go(desk + "new/")
    staff.choose("Session", ASIDE if javascript else OPENING)
    staff.write("Name", name)
    staff.write("Mail address", email)
    staff.choose("Language of the mail", own_name)
    if javascript:
        staff.tick("Speaks from afar")
    staff.press("Save")
    staff.page.get_by_label(name, exact=True).check()
    staff.press("Invite those who are ticked")
    assert house.mails(email) == []
    let_go(staff, email)
    link = next(each for each in house.mail_to(email).links if "/l/" in each)

    # On a telephone, without an account.
    phone = someone(chrome, house, language=language, width=360, javascript=javascript)
    phone.page.goto(link)
    phone.press("Open your page")
    phone.sees("Will you come?")
    phone.press("Yes, I come")
    phone.sees("Thank you. The team knows that you come.")
    phone.follow("Name, title, biography")
    phone.page.locator(f"[name=biographies_{language}]").fill(biography)
    phone.press("Save")
    phone.sees("Nobody but the team sees your profile.")
    page = f"/meetings/speakers/{name.lower().replace(' ', '-')}/"
    assert not found(house, page), "nothing shows before it is shown"
    phone.press("Show my profile")
    phone.sees("Your profile is shown.")
    phone.follow("Your public page")
    phone.sees(biography)
    assert found(house, page)

    if javascript:
        phone.page.go_back()
        phone.follow("Connection test")
        phone.page.locator("[data-begin]").click()
        phone.sees("Done. Answer below and keep the result.")
        assert phone.page.locator("video").is_visible()
        phone.press("Keep the result")
        phone.sees("Your last test")
        assert "Mbit/s" in phone.text
        assert barriers_on_own_pages(phone) == []

    # The desk sees it.
    staff.go(desk)
    staff.sees(name)
    assert "confirmed" in staff.page.get_by_role("row", name=name).inner_text()
    if javascript:
        changed_and_told_once(house, staff, meeting, name, email)
    assert (staff.said, phone.said) == ([], [])


def barriers_on_own_pages(phone: Person) -> list[str]:
    """What axe finds on the speaker's page and on every page that it leads to, on a telephone."""
    home = phone.page.url.split("/meetings/speaking/")[1].split("/")[0]
    mine = f"/meetings/speaking/{home}/"
    phone.go(mine)
    links = (
        phone.page.get_by_role("main").get_by_role("link").evaluate_all("all => all.map(a => new URL(a.href).pathname)")
    )
    pages = [mine, *sorted({path for path in links if path.startswith(mine) and path != mine})]
    assert len(pages) >= 6, pages
    found = []
    for path in pages:
        phone.go(path)
        found += [f"{path.removeprefix(mine)}: {barrier}" for barrier in barriers(phone.page)]
    return found


def let_go(staff: Person, email: str) -> None:
    """The mail that is held for somebody is read on the desk, and leaves."""
    staff.go("/desk/outbox/?state=held")
    waiting = staff.page.get_by_role("row", name=email).or_(staff.page.locator("li", has_text=email))
    waiting.get_by_role("link").first.click()
    with staff.page.expect_navigation():
        staff.page.locator("form[action$='/release/'] button").click()


def changed_and_told_once(house: Kept, staff: Person, meeting: str, name: str, email: str) -> None:
    """Their session begins later: one mail says so, and the next release, which moves nothing of theirs, writes none."""
    from playwright.sync_api import expect

    programme = asked(house, f"/api/v1/meetings/{meeting}/programme")["results"]
    aside = next(each for each in programme if each["title"] == ASIDE)
    assert name in [person["name"] for person in aside["people"]]
    before = len(house.mails(email))
    staff.go(f"/desk/meetings/{meeting}/programme/{aside['code']}/delay/")
    staff.write("Minutes later", "5")
    staff.press("Delay")
    staff.sees("Visitors see it now.")
    let_go(staff, email)
    told = house.mail_to(email, after=before)
    assert ("when and where you speak" in told.subject, "12:35" in told.text, "12:30" in told.text) == (True,) * 3
    staff.go(f"/desk/meetings/{meeting}/programme/release/")
    staff.press("Release")
    staff.go("/desk/outbox/?state=held")
    expect(staff.page.get_by_text(email)).to_have_count(0)
    assert len(house.mails(email)) == before + 1
    visitor = asked(house, f"/api/v1/meetings/{meeting}/programme")["results"]
    assert next(each["starts"] for each in visitor if each["title"] == ASIDE)[11:16] == "12:35"
