"""Somebody takes part from afar: registered by mail, a link of their own that says when to come back. And badges for the others."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pypdfium2
import zxingcpp
from icalendar import Calendar
from playwright.sync_api import expect

from kept.registration.codes import key_in
from tests.browser import someone
from tests.journeys.walking import begin_to_register, confirm_address, say_for_whom, send_registration

MEETING = "annual-meeting-2027"


def test_somebody_in_kathmandu_registers_and_has_a_way_in_of_their_own(chrome, demonstration):
    asha = someone(chrome, demonstration, width=360, zone="Asia/Kathmandu")
    begin_to_register(asha, MEETING, "Participant", "online", "asha@example.com", "Asha Lamplighter")
    asha.write("Organisation", "Hill Radio")
    say_for_whom(asha, "civil society", "Nepal")
    expect(asha.field("Your time zone")).to_have_value(re.compile("Asia/Kath?mandu"))  # browsers spell it both ways
    asha.press("Continue")
    send_registration(asha)
    confirm_address(asha, demonstration, "asha@example.com")
    asha.sees("Your registration waits for a yes")
    own = asha.page.url

    officer = someone(chrome, demonstration, width=1440)
    officer.sign_in("communication@example.org")
    officer.go(f"/desk/meetings/{MEETING}/registrations/?q=asha@example.com")
    officer.follow("Asha Lamplighter")
    officer.press("Approve")
    officer.sees("confirmed")
    asha.page.reload()
    calendar = Calendar.from_ical(asha.page.request.get(f"{own}meeting.ics").body())
    [event] = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]).startswith("Annual Meeting")
    asha.follow("Take part online")
    asha.sees("It has not begun")
    opens = (event["DTSTART"].dt - timedelta(minutes=15)).astimezone(ZoneInfo("Asia/Kathmandu"))
    asha.sees(f"On your clock: {opens.day} {opens:%B %Y}, {opens:%H:%M}")
    assert (asha.said, officer.said) == ([], [])


def test_the_badges_of_a_category_are_one_pdf_that_any_reader_of_codes_reads(chrome, demonstration):
    officer = someone(chrome, demonstration, width=1440)
    officer.sign_in("communication@example.org")
    officer.go(f"/desk/meetings/{MEETING}/badges/")
    officer.choose("Category", "Minister or head of organisation")
    with officer.page.expect_response(lambda answer: answer.request.method == "POST") as made:
        officer.button("Make the badges").click()
    assert (made.value.status, made.value.headers["content-type"]) == (200, "application/pdf")
    # The browser keeps the file for itself: it is asked for once more, for those who have one already, as the desk may.
    officer.go(f"/desk/meetings/{MEETING}/badges/")
    officer.choose("Category", "Minister or head of organisation")
    form = {field: officer.page.locator(f"[name={field}]").first.input_value()
            for field in ("csrfmiddlewaretoken", "category", "form", "language")}  # fmt: skip
    again = officer.page.request.post(
        officer.page.url, form={**form, "again": "on"}, headers={"Referer": officer.page.url}
    )
    document = pypdfium2.PdfDocument(again.body())
    codes = [one.text for page in document for one in zxingcpp.read_barcodes(page.render(scale=2.5).to_pil())]
    assert codes
    assert all(map(key_in, codes)), "each is that of a registration"
    officer.go(f"/desk/meetings/{MEETING}/badges/")
    line = officer.page.get_by_role("row", name="Minister or head of organisation").get_by_role("cell")
    assert line.all_inner_texts() == [str(len(set(codes))), "0"], "nobody of them is without one any more"
    assert officer.said == []


def test_a_page_with_ones_own_clock_that_comes_late_takes_no_answer_away(chrome, demonstration):
    bishal = someone(chrome, demonstration, width=360, zone="Asia/Kathmandu")
    late: list = []
    bishal.page.route(lambda address: "/register/?tz=" in address, lambda route: late.append(route))
    bishal.go(f"/meetings/{MEETING}/register/")
    bishal.tick("Participant")
    with bishal.page.expect_response(lambda answer: "/register/?tz=" in answer.url):
        late[0].continue_()
    bishal.tick("online")
    bishal.write("Your mail address", "bishal@example.com")
    bishal.press("Begin")
    bishal.sees("Given name")
    assert bishal.said == []
