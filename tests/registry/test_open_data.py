"""What is taken away, and what machines are told of it: dumps, CSVW, DCAT, schema.org, JSON Schemas, IATI, feeds."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import feedparser
import openpyxl
import pytest
from csvw import CSVW
from csvw.dsv import reader as csv_reader
from django.core.files.storage import default_storage
from jsonschema import Draft202012Validator, FormatChecker
from lxml import etree
from rdflib import SH, Graph, URIRef
from rdflib.compare import isomorphic

from kept.base.models import Installation
from kept.pledges import actions as pledges
from kept.registry import actions, licences
from kept.registry.actions import dumping
from kept.registry.columns import COLUMNS
from kept.registry.models import Dump

pytestmark = pytest.mark.django_db
SCHEMAS = Path(__file__).parent / "schemas"
NOW = datetime.now(UTC)
YESTERDAY = NOW.date() - timedelta(days=1)


def whole(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def dumped(public_record):
    assert dumping.dump_due(NOW) == 4
    return {dump.ending: dump for dump in Dump.objects.all()}


# Dumps ----------------------------------------------------------------------------------------------------------


def test_a_days_files_are_made_once_and_are_what_their_checksums_say(client, dumped):
    assert dumping.dump_due(NOW) == 0
    sums = client.get(f"/data/dumps/SHA256SUMS-{YESTERDAY}.txt").content.decode()
    assert sums.count("\n") == 4
    for ending, dump in dumped.items():
        response = client.get(f"/data/dumps/pledges-{YESTERDAY}.{ending}")
        data = whole(response)
        digest = hashlib.sha256(data)
        assert f"{digest.hexdigest()}  pledges-{YESTERDAY}.{ending}\n" in sums
        assert (len(data), response["ETag"]) == (dump.size, f'"{digest.hexdigest()}"')
        assert response["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
        known = {"If-None-Match": response["ETag"]}
        assert client.get(f"/data/dumps/pledges-{YESTERDAY}.{ending}", headers=known).status_code == 304


def test_a_dump_is_the_whole_record_of_that_day(client, dumped):
    rows = json.loads(gzip.decompress(whole(client.get(f"/data/dumps/pledges-{YESTERDAY}.json.gz"))))["results"]
    asked = client.get(
        f"/api/v1/pledges?as_of={YESTERDAY}&status=published&status=withdrawn&status=superseded&page_size=200"
    ).json()
    assert [row["reference"] for row in rows] == [row["reference"] for row in asked["results"]]
    assert len(rows) == dumped["json.gz"].pledges == 40
    page = client.get("/data/").content.decode()
    assert f"/data/dumps/pledges-{YESTERDAY}.csv.gz" in page


def test_the_same_day_gives_the_same_bytes(public_record):
    (one,) = [d for d in actions.dump_day(YESTERDAY, at=NOW) if d.ending == "csv.gz"]
    one.delete()
    (other,) = actions.dump_day(YESTERDAY, at=NOW + timedelta(hours=5))
    assert one.sha256 == other.sha256


def test_old_days_are_kept_by_the_month(client, dumped):
    later = NOW + timedelta(days=60)
    Dump.objects.update(day=date(2026, 1, 1))
    Dump.objects.filter(ending="xlsx").update(day=date(2026, 1, 2))
    name = Dump.objects.get(ending="xlsx").file.name
    dumping.dump_due(later)
    assert client.get("/data/dumps/pledges-2026-01-01.csv.gz").status_code == 200
    assert client.get("/data/dumps/pledges-2026-01-02.xlsx").status_code == 410
    assert Dump.objects.get(day=date(2026, 1, 2)).removed_why == "age"
    assert name


def test_what_goes_by_law_goes_from_the_dumps_too(client, make_pledge, secretary, django_capture_on_commit_callbacks):
    pledge = make_pledge("published", title="A name that may not stand here")
    actions.dump_day(NOW.date(), at=NOW)
    files = list(Dump.objects.values_list("file", flat=True))
    with django_capture_on_commit_callbacks(execute=True):
        pledges.redact(pledge, 1, by=secretary, at=datetime.now(UTC), reason="Court order", title="Removed")
    assert [default_storage.exists(name) for name in files] == [False] * 4
    assert client.get(f"/data/dumps/pledges-{NOW.date()}.csv.gz").status_code == 410
    assert actions.dump_day(NOW.date(), at=NOW) == []
    assert "removed by law" in client.get("/data/").content.decode()


@pytest.mark.parametrize(
    "path", ["pledges-2026-02-30.csv.gz", "pledges-1999-01-01.csv.gz", "SHA256SUMS-1999-01-01.txt"]
)
def test_a_day_that_is_none_has_no_files(client, path):
    assert client.get(f"/data/dumps/{path}").status_code == 404


# Exports --------------------------------------------------------------------------------------------------------


def test_iati_holds_against_the_published_schema(client, public_record):
    schema = etree.XMLSchema(etree.parse(str(SCHEMAS / "iati-activities-schema.xsd")))
    document = etree.fromstring(whole(client.get("/pledges/export.xml?status=published&status=withdrawn")))
    schema.assertValid(document)
    assert len(document) == 39


def test_the_workbook_has_typed_cells_and_explains_its_columns(client, public_record):
    data = whole(client.get("/pledges/export.xlsx?sort=largest"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet, columns = book["Pledges"], book["Columns"]
    head = [cell.value for cell in sheet[1]]
    assert head == [column.name for column in COLUMNS]
    assert [row[0].value for row in columns.iter_rows(min_row=2)] == head
    assert all(row[1].value for row in columns.iter_rows(min_row=2))
    rows = [dict(zip(head, row, strict=True)) for row in sheet.iter_rows(min_row=2, values_only=True)]
    asked = client.get("/api/v1/pledges?sort=largest&page_size=200").json()
    assert [row["reference"] for row in rows] == [row["reference"] for row in asked["results"]]
    assert {type(row["published"]) for row in rows} == {datetime}
    assert {type(row["amount_usd"]) for row in rows if row["amount_usd"] is not None} <= {int, float}
    assert sum(round(row["amount_usd"] or 0, 2) for row in rows) == pytest.approx(
        sum(float(row["amount_usd"] or 0) for row in asked["results"])
    )


def test_a_workbook_goes_on_in_another_sheet_where_one_is_full(public_record, monkeypatch):
    from kept.registry import exporting, rows
    from kept.registry.selection import Selection

    monkeypatch.setattr(exporting, "MOST_ROWS", 10)
    data = b"".join(exporting.write_xlsx(rows.rows(Selection())))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["Pledges", "Pledges 2", "Pledges 3", "Pledges 4", "Columns"]
    assert [book[name].max_row for name in book.sheetnames[:4]] == [11, 11, 11, 6]
    assert ZipFile(io.BytesIO(data)).testzip() is None


def test_the_feed_is_read_by_a_feed_reader(client, public_record):
    found = feedparser.parse(whole(client.get("/pledges/feed.atom?country=BDI")))
    asked = client.get("/api/v1/pledges?country=BDI&sort=newest&page_size=50").json()
    assert (found.bozo, found.version) == (False, "atom10")
    assert [entry.id.rsplit("/", 2)[1] for entry in found.entries] == [row["reference"] for row in asked["results"]]
    assert all(entry.title and entry.updated_parsed and entry.link and entry.summary for entry in found.entries)


# Descriptions ---------------------------------------------------------------------------------------------------


def test_csvw_reads_the_table_by_its_description(client, public_record, tmp_path):
    response = client.get("/pledges/export.csv")
    table = client.get("/pledges/export.csv-metadata.json")
    assert response["Link"].endswith('/pledges/export.csv-metadata.json>; rel="describedby"')
    described = json.loads(table.content) | {"url": "export.csv"}
    (tmp_path / "export.csv").write_bytes(whole(response))
    (tmp_path / "export.csv-metadata.json").write_text(json.dumps(described))
    found = CSVW(str(tmp_path / "export.csv-metadata.json"), validate=True)
    assert found.is_valid
    rows = list(found.tables[0].iterdicts(strict=True))
    plain = list(csv_reader(str(tmp_path / "export.csv"), dicts=True))
    assert len(rows) == len(plain) == 35
    assert isinstance(rows[0]["published"], date)
    assert all(isinstance(row["countries"], list) for row in rows)


def test_dcat_is_one_graph_in_two_forms_and_holds_against_dcat_ap(client, dumped):
    from pyshacl import validate

    Installation.objects.update_or_create(pk=1, defaults={"contact_email": "desk@example.org"})
    linked = Graph().parse(data=client.get("/data/catalogue.jsonld").content, format="json-ld")
    turtle = Graph().parse(data=client.get("/data/catalogue.ttl").content, format="turtle")
    assert len(linked) > 100
    assert isomorphic(linked, turtle)
    shapes = Graph().parse(str(SCHEMAS / "dcat-ap_2.1.1_shacl_shapes.ttl"), format="turtle")
    # Of 2.1.1 alone: it knows no checksum but SHA-1. DCAT 3 and DCAT-AP 3 leave the choice.
    shapes.remove((None, SH.hasValue, URIRef("http://spdx.org/rdf/terms#checksumAlgorithm_sha1")))
    holds, _graph, told = validate(linked, shacl_graph=shapes, advanced=False)
    assert holds, told


def test_the_page_says_what_it_is_to_search_engines(client, dumped):
    import extruct

    page = client.get("/data/").content.decode()
    (found,) = extruct.extract(page, base_url="http://127.0.0.1:8000/data/", syntaxes=["json-ld"])["json-ld"]
    assert found["@type"] == "Dataset"
    assert 50 <= len(found["description"]) <= 5000, "as Google asks of a data set"
    assert found["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert {part["@type"] for part in found["distribution"]} == {"DataDownload"}
    urls = [part["contentUrl"] for part in found["distribution"]]
    assert [client.head("/" + url.split("/", 3)[3]).status_code for url in urls] == [200] * 8
    graph = Graph().parse(data=json.dumps(found | {"@context": {"@vocab": "https://schema.org/"}}), format="json-ld")
    assert len(graph) > 50


@pytest.mark.parametrize(
    ("said", "address"),
    [("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"), ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
     ("CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"), ("https://example.org/terms", "https://example.org/terms"),
     ("Ask us", "")],
)  # fmt: skip
def test_the_licence_is_the_installations(client, public_record, said, address):
    Installation.objects.update_or_create(pk=1, defaults={"data_licence": said})
    assert licences.address_of(said) == address
    graph = Graph().parse(data=client.get("/data/catalogue.ttl").content, format="turtle")
    named = {str(value) for value in graph.objects(predicate=None) if str(value) in (said, address)}
    assert named == ({address} if address else {said})


def test_public_documents_are_as_their_schemas_say(client, public_record, make_pledge, focal_point, secretary, now):
    pledge = make_pledge("published", amount="2500000.5", currency="EUR", money_nature="new", summary="Words.")
    pledges.begin_revision(pledge, by=focal_point, at=now)
    pledges.save_fields(pledge, {"end": "2030"}, by=focal_point, at=now, base_version=9)
    pledges.submit_revision(pledge, by=focal_point, at=now, reason="Late.")
    pledges.accept_revision(pledge, by=secretary, at=now)
    check = {
        name: Draft202012Validator(client.get(f"/data/schemas/{name}.json").json(), format_checker=FormatChecker())
        for name in ("pledge-document", "receipt", "log-entry")
    }
    seen = set()
    for each in (*public_record, pledge):
        each.refresh_from_db()
        for n in range(1, each.revisions_count + 1):
            document = client.get(f"/pledges/{each.reference}/revisions/{n}.json").json()
            check["pledge-document"].validate(document)
            seen.add(document["type"])
    assert seen == {"pledge.published", "pledge.revised", "pledge.withdrawn", "pledge.superseded"}
    receipt = client.get(f"/pledges/{pledge.reference}/receipt.json").json()
    check["receipt"].validate(receipt)
    check["log-entry"].validate(json.loads(base64.b64decode(receipt["entry"])))
    assert client.get("/data/schemas/nothing.json").status_code == 404


def test_the_dictionary_is_made_of_the_columns(client, public_record):
    found = client.get("/data/dictionary.json").json()
    assert [column["name"] for column in found["columns"]] == [column.name for column in COLUMNS]
    assert {len(column["meaning"]) for column in found["columns"]} == {6}
