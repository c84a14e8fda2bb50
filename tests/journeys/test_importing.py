"""An office's messy sheet on the desk: uploaded, mapped, explained, put right, imported, read by everybody, undone."""

from __future__ import annotations

import pytest

from tests.browser import Person, someone
from tests.journeys.walking import asked, counter, wait_for_pledges

SHEET = """Ministry of Digital Affairs;;;;;;
Promises of our partners, as of 31 December 2023;;;;;;

No.;Promise;Promised by;Kind;Where;Budget;Remark on money
1;Fibre to 214 health posts;Lake Works;programme;Burundi;1.200.000,50 EUR;grant
2;Train 3 000 teachers;Ministry of Lake Affairs;Schooling;Kenia;;
3;Masts on hills;Lake Wroks;programme;Rwanda;;
4;Spectrum for villages;Regulator of the Lake;policy;all LDCs;lots;
"""


@pytest.fixture(scope="module")
def secretary(chrome, demonstration) -> Person:
    person = someone(chrome, demonstration, width=1440)
    person.sign_in("communication@example.org")
    return person


@pytest.fixture
def sheet(tmp_path):
    path = tmp_path / "Promises 2023.csv"
    path.write_text(SHEET, encoding="cp1252")
    return path


def test_a_messy_sheet_is_mapped_put_right_imported_and_undone(demonstration, secretary, sheet):
    page = secretary.page
    before = counter(demonstration)["pledges"]
    secretary.go("/desk/")
    secretary.follow("Import")
    secretary.field("A list of pledges").set_input_files(sheet)
    secretary.press("Upload")
    secretary.sees("The file is here. Nothing was imported yet.")
    # What was not recognised is said by hand.
    page.get_by_label("Remark on money").select_option(label="Grant, loan or own investment")
    secretary.press("Check the rows")
    secretary.sees("would go in")
    assert counter(demonstration)["pledges"] == before
    # A word is explained once.
    page.get_by_role("link", name="Say what").click()
    page.get_by_label("Schooling").select_option("programme")
    secretary.press("Check the rows again")
    secretary.sees("would go in")
    # Two spellings are one organisation.
    secretary.follow("Look at the names")
    page.get_by_label("the same as Lake Works").check()
    secretary.press("Check the rows again")
    secretary.sees("would go in")
    # A refused row is put right here.
    secretary.follow("Put rows right here")
    page.get_by_label("Budget").first.fill("2 million EUR")
    secretary.press("Read these rows again")
    secretary.sees("No row is refused.")
    secretary.follow("Back")
    secretary.tick("Publish at once: everybody can read them")
    secretary.press("Import the good rows")
    secretary.sees("The pledges that came in")
    assert wait_for_pledges(demonstration, before + 4)["pledges"] == before + 4
    found = {row["title"]: row for row in asked(demonstration, "/api/v1/pledges?sort=newest")["results"][:4]}
    assert set(found) == {
        "Fibre to 214 health posts",
        "Train 3 000 teachers",
        "Masts on hills",
        "Spectrum for villages",
    }
    assert found["Masts on hills"]["lead"]["name"] == found["Fibre to 214 health posts"]["lead"]["name"] == "Lake Works"
    # Undone: taken back in the open.
    secretary.follow("Undo this import")
    secretary.write("Reason", "The list of another year.")
    secretary.press("Undo this import")
    secretary.sees("This import was undone.")
    assert wait_for_pledges(demonstration, before)["pledges"] == before
    reader = someone(page.context.browser, demonstration)
    reader.go(f"/pledges/{found['Masts on hills']['reference']}/")
    reader.sees("The list of another year.")
    assert secretary.said == []


def test_the_same_without_javascript(chrome, demonstration, sheet):
    """Forms and links alone: where the worker is at it, the page is asked again by hand."""
    person = someone(chrome, demonstration, javascript=False)
    person.sign_in("communication@example.org")
    person.go("/desk/import/")
    person.field("A list of pledges").set_input_files(sheet)
    person.press("Upload")
    person.press("Check the rows")
    look_until(person, "would go in")
    person.press("Import the good rows")
    look_until(person, "went in")
    person.follow("Undo this import")
    person.write("Reason", "A trial.")
    person.press("Undo this import")
    look_until(person, "This import was undone.")


def look_until(person: Person, words: str) -> None:
    for _time in range(60):
        if words in person.text:
            return
        person.page.wait_for_timeout(500)
        person.page.reload()
    raise AssertionError(f"{words!r} never came:\n{person.text}")
