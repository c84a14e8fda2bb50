"""Owners with files of their own: a spreadsheet of forty pledges with five errors, and a report at the owner's own address."""

from __future__ import annotations

import csv
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

import openpyxl
import pytest

from kept.progress.spreadsheet import KEYS
from tests.browser import Kept, installation, someone, template
from tests.journeys.test_progress import TODAY, log_size, open_a_round
from tests.journeys.walking import asked, wait_for_pledges

AT = {key: n + 1 for n, key in enumerate(KEYS)}
OURS, FORTY = "Walrus Mobile", 40


@pytest.fixture(scope="module")
def house(templates_folder, tmp_path_factory):
    """A demonstration of its own, which may ask the web servers of this machine; our organisation has forty more pledges."""
    folder = tmp_path_factory.mktemp("owners")
    rows = [
        {"source_id": f"V-{n}", "title": f"Masts for district {n}", "lead": OURS, "entity_type": "private-sector",
         "kinds": "programme", "focus_areas": "access", "countries": "KEN", "announced": TODAY.isoformat()}
        for n in range(1, FORTY + 1)
    ]  # fmt: skip
    with (folder / "forty.csv").open("w", newline="") as file:
        lines = csv.DictWriter(file, rows[0])
        lines.writeheader()
        lines.writerows(rows)
    source = template(templates_folder, demonstration=True)
    with installation(source, folder / "var", KEPT_CALL_BACK_MINUTES="0", KEPT_FETCH_PRIVATE="1") as running:
        before = asked(running, "/api/v1/counter")["pledges"]
        running.kept("import-pledges", str(folder / "forty.csv"), "--publish")
        assert wait_for_pledges(running, before + FORTY)["pledges"] == before + FORTY
        yield running


def forty_lines(path, house: Kept) -> str:
    """The downloaded file as its owner fills it in: forty pledges on track, five cells that nobody can read."""
    book = openpyxl.load_workbook(path)
    sheet = book.active
    titles = {sheet.cell(row, AT["title"]).value: row for row in range(2, sheet.max_row + 1)}
    rows = [titles[f"Masts for district {n}"] for n in range(1, FORTY + 1)]
    for row in rows:
        sheet.cell(row, AT["said"]).value = "on track"
        sheet.cell(row, AT["summary"]).value = "Two masts stand."
    for row, key, wrong in zip(
        rows, ("said", "people", "committed", "pledge", "completed_on"), ("fine", "many", "lots", "P-09999", "spring"), strict=False
    ):  # fmt: skip
        sheet.cell(row, AT[key]).value = wrong
    book.save(path)
    return str(path)


def test_forty_pledges_in_a_spreadsheet_with_five_errors(chrome, house, tmp_path):
    staff = someone(chrome, house)
    staff.sign_in("secretary@example.org")
    open_a_round(staff, "round-of-forty")
    mail = house.mail_to("focal@example.org", about=f"{house.url}/report/")
    owner = someone(chrome, house)
    owner.page.goto(next(link for link in mail.links if "/report/" in link))
    owner.sees("All in one spreadsheet")
    with owner.page.expect_download() as taken:
        owner.link("Download the spreadsheet").click()
    taken.value.save_as(tmp_path / "reports.xlsx")
    owner.field("The file that you filled in").set_input_files(forty_lines(tmp_path / "reports.xlsx", house))
    owner.press("Read it")
    owner.sees("35 reports saved")
    owner.sees("5 cells refused")
    cells = owner.page.locator("tbody tr")
    assert [row.locator("td").nth(1).inner_text() for row in cells.all()] == [
        "fine",
        "many",
        "lots",
        "P-09999",
        "spring",
    ]
    owner.press("Send all that are ready")
    staff.go("/desk/reports/?q=Masts")
    staff.sees("Masts for district 40")
    assert (owner.said, staff.said) == ([], [])


@pytest.fixture
def own_server():
    """The owner's own web server; `told` is the file there."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(self.server.told).encode())

        def log_message(self, *_told) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        yield running
        running.shutdown()


def test_a_report_is_fetched_from_its_owners_own_file_seen_and_accepted(chrome, house, own_server):
    listed = asked(house, "/api/v1/pledges?q=Masts&page_size=100")["results"]
    pledge = next(one for one in listed if one["title"] == "Masts for district 2")  # one that no spreadsheet reported
    report = {
        "pledge": pledge["reference"], "said": "on_track", "summary": "Nine masts stand.",
        "period": {"start": (TODAY - timedelta(days=364)).isoformat(), "end": TODAY.isoformat()},
    }  # fmt: skip
    own_server.told = {"format": "kept/own-reports/1", "reports": [report]}
    entries = log_size(house)
    staff = someone(chrome, house)
    staff.sign_in("secretary@example.org")
    staff.go("/desk/own-files/")
    staff.page.locator("[name=organisation]").fill(OURS)
    staff.page.locator("[name=url]").fill(f"http://127.0.0.1:{own_server.server_port}/reports.json")
    staff.press("Add")
    staff.press("Fetch now")
    staff.go("/desk/reports/?q=" + pledge["title"].replace(" ", "+"))
    staff.link(pledge["title"]).click()
    staff.sees("Nine masts stand.")
    assert log_size(house) == entries, "nothing is public before people accept it"
    staff.press("Accept")
    reader = someone(chrome, house, width=360)
    reader.go(f"/pledges/{pledge['reference']}/reports/1/")
    reader.sees("Nine masts stand.")
    with urlopen(f"{house.url}/api/v1/pledges/{pledge['reference']}/reports") as answer:  # noqa: S310
        assert json.load(answer)["standing"]["said"] == "on_track"
    assert log_size(house) == entries + 1
    assert (staff.said, reader.said) == ([], [])
