"""A delegation of 25: its number set on the desk, sent as a spreadsheet with three errors, put right, and one who says yes."""

from __future__ import annotations

import csv

from tests.browser import someone

MEETING, OURS = "annual-meeting-2027", "violet-broadband"
HEAD = ("Given name", "Family name", "Mail address", "Category", "Takes part")


def written(path, wrong: bool) -> str:
    """The spreadsheet as the focal point fills it in."""
    rows = [["Ada", f"Acorn {n}", f"acorn{n}@example.com", "Delegate", "in person"] for n in range(1, 26)]
    if wrong:
        rows[2][2], rows[9][1], rows[17][3] = "acorn3 at example.com", "", "Envoy"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *rows])
    return str(path)


def test_a_delegation_of_25_is_sent_by_a_spreadsheet_with_three_errors(chrome, demonstration, tmp_path):
    desk = someone(chrome, demonstration, width=1440)
    desk.sign_in("communication@example.org")
    desk.go(f"/desk/meetings/{MEETING}/registrations/setup/delegations/")
    desk.write("Organisation", "Walrus Mobile")
    desk.write("How many may come in person", "25")
    desk.press("Save")
    desk.sees("Saved.")

    focal = someone(chrome, demonstration, width=360)
    focal.sign_in("focal@example.org")
    focal.go("/my/delegations/")
    focal.follow("Walrus Mobile")
    focal.sees("Registered to come in person: 0 of 25.")
    focal.follow("Register many by a spreadsheet")
    focal.field("Your file").set_input_files(written(tmp_path / "people.csv", wrong=True))
    focal.press("Send the file")
    focal.sees("To put right: 3")
    table = focal.page.locator("tbody tr")
    told = [(row.locator("th").inner_text(), row.locator("td").first.inner_text()) for row in table.all()]
    assert told == [("4", "Mail address"), ("11", "Family name"), ("19", "Category")]
    focal.field("Your file").set_input_files(written(tmp_path / "people.csv", wrong=False))
    focal.press("Send the file")
    focal.sees("People who get a mail: 25. Each is registered when they say yes.")
    focal.sees("Registered to come in person: 25 of 25.")
    assert (focal.said, desk.said) == ([], [])

    ada = someone(chrome, demonstration, width=360)
    mail = demonstration.mail_to("acorn25@example.com", about="Walrus Mobile registered you")
    ada.page.goto(next(link for link in mail.links if "/l/" in link))
    ada.sees("What I write here is used to hold this meeting, and for nothing else.")
    ada.press("Yes, I take part and agree")
    ada.sees("Your registration waits for a yes")
    focal.page.reload()
    focal.sees("waits for the secretariat")
