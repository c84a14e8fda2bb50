"""A delegate whose focal point and the secretariat say yes, and who gets a letter for the visa: from the form to the code."""

from __future__ import annotations

import pypdfium2
import zxingcpp
from playwright.sync_api import expect

from tests.browser import someone
from tests.journeys.walking import begin_to_register, confirm_address, say_for_whom, send_registration

MEETING = "annual-meeting-2027"
PASSPORT = {
    "Name as in the passport": "ADA EXAMPLE ACORN", "Date of birth": "1984-03-09", "Passport number": "X0012345",
    "Passport issued on": "2022-05-04", "Passport valid until": "2037-05-03",
}  # fmt: skip


def keeps_the_organisation(answer) -> bool:
    return answer.url.endswith("/save/") and b"Walrus" in (answer.request.post_data_buffer or b"")


def registers(ada) -> None:
    """Through the form; what is typed is there again after the page was left."""
    begin_to_register(ada, MEETING, "Delegate", "in person", "ada.acorn@example.com", "Ada Acorn")
    with ada.page.expect_response(keeps_the_organisation):
        ada.write("Organisation", "Walrus Mobile")
    expect(ada.page.locator("#saved")).to_contain_text("Saved")
    ada.page.reload()
    expect(ada.field("Organisation")).to_have_value("Walrus Mobile")
    say_for_whom(ada, "private sector", "Kenya")
    ada.tick("I need a visa to come")
    ada.press("Continue")
    send_registration(ada)


def test_a_letter_for_a_visa_after_two_have_said_yes(chrome, demonstration, tmp_path):
    ada = someone(chrome, demonstration, width=360)
    registers(ada)
    confirm_address(ada, demonstration, "ada.acorn@example.com")
    ada.sees("The focal point of your organisation says whether you come for it")
    own = ada.page.url

    focal = someone(chrome, demonstration, width=360)
    focal.sign_in("focal@example.org")
    focal.go("/my/delegations/")
    focal.sees("Ada Acorn")
    focal.press("Yes, one of ours")
    ada.page.reload()
    ada.sees("The secretariat decides")

    desk = someone(chrome, demonstration, width=1440)
    desk.sign_in("secretary@example.org")
    desk.go(f"/desk/meetings/{MEETING}/registrations/?q=ada.acorn")
    desk.follow("Ada Acorn")
    desk.press("Approve")
    ada.page.reload()
    ada.sees("A seat is yours")

    ada.follow("Ask for a letter")
    for label, value in PASSPORT.items():
        ada.write(label, value)
    ada.pick("Nationality", "Kenya")
    ada.press("Ask for the letter")
    ada.sees("The visa desk has your request.")
    ada.sees("Nobody yet.")

    desk.go(f"/desk/meetings/{MEETING}/visas/?state=asked")
    desk.follow("Ada Acorn")
    expect(desk.page.get_by_text("X0012345")).to_have_count(0)
    desk.press("Look at the passport's data")
    desk.sees("X0012345")
    desk.press("Issue the letter")
    desk.sees("letter issued")

    ready = demonstration.mail_to("ada.acorn@example.com", about="Your letter for the visa is ready")
    assert "X0012345" not in ready.text
    ada.page.goto(own)
    with ada.page.expect_response(lambda answer: answer.url.endswith("/visa/letter/")) as taken:
        ada.button("Your letter as PDF").click()
    assert (taken.value.status, taken.value.headers["content-type"]) == (200, "application/pdf")
    ada.page.goto(own)
    form = {"csrfmiddlewaretoken": ada.page.locator("[name=csrfmiddlewaretoken]").first.input_value()}
    paper = ada.page.request.post(taken.value.url, form=form, headers={"Referer": own}).body()
    [code] = [one.text for one in zxingcpp.read_barcodes(pypdfium2.PdfDocument(paper)[0].render(scale=3).to_pil())]

    officer = someone(chrome, demonstration, width=360)
    officer.page.goto(code)
    officer.sees("This letter is good.")
    expect(officer.page.get_by_text("Acorn")).to_have_count(0)
    ada.page.goto(own)
    ada.unfold("Cancel your registration")
    ada.press("Yes, cancel it")
    officer.page.reload()
    officer.sees("This letter is void.")
    assert (ada.said, focal.said, desk.said, officer.said) == ([], [], [], [])
