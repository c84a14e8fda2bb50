"""What is taken away: the same rows, the same order, the same sums in every kind of file."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from xml.etree import ElementTree

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from kept.pledges.content import PledgeContent
from kept.pledges.importing.cells import unharmed
from kept.registry.columns import COLUMNS
from tests.registry.conftest import START, put, varied

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
CONTRACT = [
    "reference",
    "source_id",
    "title",
    "lead",
    "partners",
    "entity_type",
    "kinds",
    "focus_areas",
    "countries",
    "amount",
    "currency",
    "amount_usd",
    "status",
    "announced",
    "published",
    "url",
]


def taken(client, address: str) -> bytes:
    response = client.get(address)
    assert response.status_code == 200, address
    return b"".join(response.streaming_content)


def as_csv(client, query: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(taken(client, f"/pledges/export.csv{query}").decode())))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?country=BDI",
        "?q=schools&sort=largest",
        "?status=withdrawn",
        "?as_of=2023-06-30&focus=access",
        "?year=1999",
    ],
)
def test_every_file_holds_the_rows_of_the_list_in_its_order(client, public_record, query):
    pages, listed = f"/api/v1/pledges{query}", []
    while pages:
        answer = client.get(pages).json()
        listed += [row["reference"] for row in answer["results"]]
        pages = (answer["next"] or "").partition("http://127.0.0.1:8000")[2]
    assert [row["reference"] for row in as_csv(client, query)] == listed
    dump = json.loads(taken(client, f"/pledges/export.json{query}"))
    assert [row["reference"] for row in dump["results"]] == listed
    book = openpyxl.load_workbook(io.BytesIO(taken(client, f"/pledges/export.xlsx{query}")))
    assert [row[0] for row in book["Pledges"].iter_rows(min_row=2, values_only=True)] == listed
    tree = ElementTree.fromstring(taken(client, f"/pledges/export.xml{query}"))
    assert [a.findtext("iati-identifier").rpartition("-P-")[2] for a in tree] == [r.removeprefix("P-") for r in listed]


def test_the_sum_of_every_file_is_that_of_the_counter(client, public_record):
    total = Decimal(client.get("/api/v1/counter").json()["amount_usd"])
    assert sum(Decimal(row["amount_usd"] or 0) for row in as_csv(client)) == total
    dump = json.loads(taken(client, "/pledges/export.json"))["results"]
    assert sum(Decimal(row["amount_usd"] or 0) for row in dump) == total


def test_the_csv_has_the_columns_of_the_contract_and_data_explains_each(client, public_record):
    rows = as_csv(client)
    assert set(CONTRACT) <= set(rows[0])
    page = client.get("/data/").content.decode()
    assert all(f"<code>{column.name}</code>" in page for column in COLUMNS)
    joint = next(row for row in rows if row["partners"])
    assert joint["published"].count("-") == 2
    ldc = next(row for row in rows if row["targets"] == "ldc")
    assert len(ldc["countries"].split(";")) > 40


def test_no_text_is_taken_for_a_formula_and_every_text_comes_back(client, organisations):
    nasty = ["=1+1", "+1", "-2", "@SUM(A1)", "'=1", "''@x", "\tx", "plain", "'plain", "a;b", 'say "so"', "line\nbreak"]
    content = varied(organisations, 1)[0][0]
    put([(content.with_(title=text, summary=text), START) for text in nasty])
    rows = as_csv(client)[::-1]
    assert not [row["title"] for row in rows if row["title"][:1] in ("=", "+", "-", "@", "\t", "\r")]
    assert [unharmed(row["title"]) for row in rows] == nasty
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "/pledges/export.xlsx")))
    cells = [row[2] for row in book["Pledges"].iter_rows(min_row=2)][::-1]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells] == nasty


def test_a_spreadsheet_has_numbers_as_numbers_and_a_sheet_that_explains(client, public_record):
    book = openpyxl.load_workbook(io.BytesIO(taken(client, "/pledges/export.xlsx")))
    at = [column.name for column in COLUMNS].index("amount_usd")
    values = [row[at] for row in book["Pledges"].iter_rows(min_row=2, values_only=True)]
    assert {type(value) for value in values} <= {int, float, type(None)}
    assert [row[0] for row in book["Columns"].iter_rows(min_row=2, values_only=True)] == [c.name for c in COLUMNS]


def test_the_feed_begins_with_the_newest_and_follows_the_selection(client, public_record):
    newest = client.get("/api/v1/pledges").json()["results"]
    tree = ElementTree.fromstring(client.get("/pledges/feed.atom").content)
    ids = [entry.findtext(f"{ATOM}id") for entry in tree.iter(f"{ATOM}entry")]
    assert ids == [row["url"] for row in newest]
    some = ElementTree.fromstring(client.get("/pledges/feed.atom?country=CHE&sort=largest").content)
    assert 0 < len(list(some.iter(f"{ATOM}entry"))) < len(ids)
    assert client.get("/pledges/feed.atom?country=XXX").status_code == 400


def test_iati_says_pledge_and_never_commitment(client, public_record):
    tree = ElementTree.fromstring(taken(client, "/pledges/export.xml"))
    assert tree.get("version") == "2.03"
    assert {t.get("code") for t in tree.iter("transaction-type")} == {"12"}
    assert not list(tree.iter("budget"))
    assert not [c for c in tree.iter("recipient-country") if c.get("percentage")]


def test_control_characters_break_no_file(client, organisations):
    content = varied(organisations, 1)[0][0]
    put([(content.with_(title="bell \x07 and \ufffe end", summary="]]> & <b>"), START)])
    ElementTree.fromstring(taken(client, "/pledges/export.xml"))
    ElementTree.fromstring(client.get("/pledges/feed.atom").content)
    json.loads(taken(client, "/pledges/export.json"))


@pytest.mark.parametrize("ending", ["csv", "json", "xml", "xlsx"])
def test_the_command_writes_the_same_file(client, public_record, tmp_path, ending, capsys):
    out = tmp_path / f"pledges.{ending}"
    call_command("export-pledges", str(out))
    assert f"{client.get('/api/v1/counter').json()['pledges']} pledges" in capsys.readouterr().out
    if ending == "csv":
        assert out.read_bytes() == taken(client, "/pledges/export.csv")
    assert out.stat().st_size > 1000
    assert [path for path in tmp_path.iterdir() if path.name != "keys"] == [out]


def test_the_command_refuses_other_endings_and_values_that_do_not_exist(public_record, tmp_path):
    with pytest.raises(CommandError, match=r"\.csv"):
        call_command("export-pledges", str(tmp_path / "pledges.pdf"))
    with pytest.raises(CommandError, match="country=XXX"):
        call_command("export-pledges", str(tmp_path / "pledges.csv"), select="country=XXX")


def test_what_the_api_says_of_a_pledge_is_what_its_owner_wrote(client, public_record):
    for pledge in public_record[:4]:
        row = client.get(f"/api/v1/pledges/{pledge.reference}").json()
        content = PledgeContent.from_json(pledge.current.content)
        assert (row["title"], row["targets"], row["sdgs"]) == (content.title, list(content.targets), list(content.sdgs))
        assert Decimal(row["amount"] or 0) == Decimal(content.amount or 0)
