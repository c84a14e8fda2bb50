"""Before and after: somebody who waits for a seat and is offered one; the day after, from the certificate to what stays."""

from __future__ import annotations

from tests.browser import someone
from tests.journeys.walking import begin_to_register, confirm_address, say_for_whom, send_registration

COMING, OVER = "annual-meeting-2027", "preparatory-meeting"
OFFICER = "communication@example.org"


def test_somebody_waits_for_a_seat_in_the_room_and_takes_the_one_that_is_offered(chrome, demonstration):
    ada = someone(chrome, demonstration, width=360)
    begin_to_register(ada, COMING, "Press", "in person", "wren@example.com", "Ada Wrenhill")
    ada.write("Organisation", "The Daily Wren")
    say_for_whom(ada, "civil society", "Kenya")
    ada.press("Continue")
    send_registration(ada)
    confirm_address(ada, demonstration, "wren@example.com")
    ada.sees("Your registration waits for a yes")
    own = ada.page.url

    officer = someone(chrome, demonstration, width=1440)
    officer.sign_in(OFFICER)
    officer.go(f"/desk/meetings/{COMING}/registrations/?q=Wrenhill")
    officer.follow("Ada Wrenhill")
    officer.press("Approve")
    officer.sees("on the waiting list")
    ada.page.goto(own)
    ada.sees("You are on the waiting list")
    ada.sees("Until a seat is free you can follow online.")

    officer.go(f"/desk/meetings/{COMING}/registrations/pools/")
    press = officer.page.locator("section").filter(has=officer.page.get_by_role("heading", name="Seats of the press"))
    press.get_by_label("Seats that may be booked").fill("9")
    with officer.page.expect_navigation():
        press.get_by_role("button", name="Save").click()
    officer.sees("Saved.")
    mail = demonstration.mail_to("wren@example.com", about="A seat is free for you")
    ada.page.goto(next(link for link in mail.links if "/l/" in link))
    ada.press("Open your registration")
    ada.sees("A seat is held for you")
    ada.press("Take the seat")
    ada.sees("A seat is yours")
    ada.follow("Your card for the entrance")
    ada.sees("Ada Wrenhill")
    assert (ada.said, officer.said) == ([], [])


def test_the_day_after_from_the_certificate_to_the_figures_that_stay(chrome, demonstration):
    rahim = someone(chrome, demonstration, width=360)
    rahim.sign_in("reader@example.org")
    rahim.go("/my/registrations/")
    rahim.press("Open it")
    rahim.sees("You were there")
    own = rahim.page.url
    with rahim.page.expect_response(lambda answer: answer.url.endswith("/certificate/")) as taken:
        rahim.button("Your certificate of attendance").click()
    assert (taken.value.status, taken.value.headers["content-type"]) == (200, "application/pdf")
    rahim.page.goto(own)
    rahim.follow("Say how it was")
    rahim.tick("very good")
    rahim.write("What should be better next time?", "A larger table.")
    rahim.press("Send")
    rahim.sees("Thank you. You may change it until it closes.")

    officer = someone(chrome, demonstration, width=1440)
    officer.sign_in(OFFICER)
    officer.go(f"/desk/meetings/{OVER}/feedback/")
    officer.sees("20 people answered so far.")
    officer.unfold("Close the feedback now")
    officer.press("Yes, close it")
    officer.sees("20 people answered. Closed on")
    officer.sees("A larger table.")
    rahim.page.reload()
    rahim.sees("Answers are not taken any more.")
    officer.go(f"/desk/meetings/{OVER}/statistics/")
    officer.sees("How long people stayed online")
    officer.follow("Close the meeting")
    officer.press("Close the meeting")
    officer.sees("The meeting is closed. Its figures stay.")
    officer.sees("Carmen Tinta")

    stranger = someone(chrome, demonstration)
    stranger.go(f"/meetings/{OVER}/highlights/")
    stranger.sees("came into the room")
    assert (rahim.said, officer.said, stranger.said) == ([], [], [])
