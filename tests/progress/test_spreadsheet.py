"""The spreadsheet: filled with today's state, read back with row, column, value and reason; 40 pledges with five errors."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kept.progress.content import ReportContent
from kept.progress.models import Letter, Report, ReportState
from kept.progress.spreadsheet import KEYS, XLSX_NAME, _labels

pytestmark = pytest.mark.django_db
AT = {key: n + 1 for n, key in enumerate(KEYS)}


@pytest.fixture
def make_link(make_pledge, make_round):
    """The link of a letter about so many pledges."""

    def make(count: int) -> str:
        for n in range(count):
            make_pledge("published", title=f"Promise {n}")
        make_round()
        return f"/report/{Letter.objects.get().token}/"

    return make


@pytest.fixture
def few(make_link) -> str:
    return make_link(2)


@pytest.fixture
def reader() -> Client:
    return Client()


def downloaded(reader: Client, url: str):
    answer = reader.get(url)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def sent(reader: Client, link: str, book) -> str:
    out = io.BytesIO()
    book.save(out)
    upload = SimpleUploadedFile(XLSX_NAME, out.getvalue())
    return reader.post(f"{link}spreadsheet/", {"spreadsheet": upload}).content.decode()


def fill(sheet, row: int, today, **cells) -> None:
    words = {
        "said": "on track",
        "value": 81,
        "on": today,
        "source": "Register",
        "counting": "all since the start",
    } | cells
    for key, value in words.items():
        sheet.cell(row, AT[key]).value = value


def test_forty_pledges_with_five_errors(make_link, reader, today):
    forty = make_link(40)
    book = downloaded(reader, f"{forty}spreadsheet.xlsx")
    sheet = book.active
    assert [sheet.cell(r, AT["pledge"]).value for r in (2, 41)] == ["P-00001", "P-00040"]
    for row in range(2, 42):
        fill(sheet, row, today)
    sheet.cell(3, AT["value"]).value = "many"
    sheet.cell(5, AT["said"]).value = "fine"
    sheet.cell(7, AT["on"]).value = "spring"
    sheet.cell(9, AT["pledge"]).value = "P-09999"
    sheet.cell(11, AT["indicator"]).value = "Something else"
    page = sent(reader, forty, book)
    assert ("35 reports saved" in page, "5 cells refused" in page) == (True, True)
    for words in ("many", "fine", "spring", "P-09999", "Something else", "Write one of these", "not started, on track"):
        assert words in page
    assert Report.objects.count() == 35
    reader.post(f"{forty}send/")
    assert Report.objects.filter(state=ReportState.SUBMITTED).count() == 35


def test_what_was_not_touched_begins_no_report(few, reader):
    page = sent(reader, few, downloaded(reader, f"{few}spreadsheet.xlsx"))
    assert ("0 reports saved" in page, Report.objects.count()) == (True, 0)


def test_money_people_and_words_come_back_as_they_were(few, reader, today):
    book = downloaded(reader, f"/fr{few}spreadsheet.xlsx")
    sheet = book.active
    fill(sheet, 2, today, said="delayed", said_reason="=HYPERLINK(1)", committed=1200.5, currency="EUR", nature="new money",
         instrument="grant", people=300, women=160, how="Register")  # fmt: skip
    sent(reader, few, book)
    content = ReportContent.from_json(Report.objects.get().content)
    assert (content.said, content.people.total, content.money[0].amount) == ("delayed", 300, "1200.5")
    again = downloaded(reader, f"{few}spreadsheet.xlsx").active
    assert again.cell(2, AT["committed"]).value == 1200.5


def test_the_columns_are_known_in_every_language():
    assert {_labels()[key] for key in KEYS} == set(KEYS)


def test_a_file_that_is_no_such_table_is_refused_in_words(few, reader):
    upload = SimpleUploadedFile("x.csv", b"a,b\n1,2\n")
    page = reader.post(f"{few}spreadsheet/", {"spreadsheet": upload}, follow=True).content.decode()
    assert "messages" in page
    assert Report.objects.count() == 0
