"""The log over HTTP: what an outsider's tools find, and what they are refused."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.utils import timezone

from kept.log.actions import redact, restart
from kept.log.merkle import leaf_hash
from kept.log.models import Document, Entry
from kept.log.notes import read_checkpoint, read_key
from kept.log.verify import check_receipt

from .conftest import append, publish
from .test_actions import set_back
from .test_merkle import naive

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.log.addresses")]


def entries_in(body: bytes) -> list[bytes]:
    found = []
    while body:
        length = int.from_bytes(body[:2], "big")
        found.append(body[2 : 2 + length])
        body = body[2 + length :]
    return found


def test_an_outsider_can_compute_the_signed_root_from_what_is_served(client):
    publish(600)
    key = read_key(client.get("/log/key").content.decode())
    answer = client.get("/log/checkpoint")
    signed = read_checkpoint(answer.content.decode(), key)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    entries = []
    for path in ("000", "001", "002.p/88"):
        entries += entries_in(client.get(f"/log/tile/entries/{path}").content)
    assert len(entries) == signed.size == 600
    assert naive(entries) == signed.root
    tiles = b"".join(client.get(f"/log/tile/0/{path}").content for path in ("000", "001", "002.p/88"))
    assert tiles == b"".join(map(leaf_hash, entries))
    assert client.get("/log/tile/1/000.p/2").content == naive(entries[:256]) + naive(entries[256:512])


def test_full_tiles_may_be_kept_for_ever_and_everybodys_scripts_may_read(client):
    publish(300)
    full, partial = client.get("/log/tile/0/000"), client.get("/log/tile/0/001.p/44")
    assert full["Content-Type"] == partial["Content-Type"] == "application/octet-stream"
    assert "immutable" in full["Cache-Control"]
    assert "immutable" not in partial["Cache-Control"]
    for path in ("/log/checkpoint", "/log/key", "/log/tile/0/000", "/log/tile/entries/000", "/log/verify.py"):
        answer = client.get(path)
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "0/002.p/1", "00/000", "0/0", "0/000.p/0", "0/x000/000", "1/000", "1/000.p/2", "2/000.p/1",
     "64/000.p/1", "entries/001", "entries/001.p/45", "entries/1", "entries/x999/x999/x999/x999/x999/x999/x999/999"],
)  # fmt: skip
def test_there_is_no_tile_beyond_the_log_and_only_one_address_for_each(client, path):
    publish(300)
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_earlier_widths_of_a_tile_go_on_being_served(client):
    publish(300)
    assert len(client.get("/log/tile/0/000.p/7").content) == 7 * 32
    assert len(entries_in(client.get("/log/tile/entries/000.p/7").content)) == 7


def test_nothing_can_be_written(client):
    publish()
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/pledges/P-00001/receipt.json"):
        assert client.post(path).status_code == 405


def test_a_document_is_served_byte_for_byte_under_its_hash(client):
    publish()
    answer = client.get("/pledges/P-00001/revisions/1.json")
    entry = Entry.objects.get()
    assert answer.content == bytes(Document.objects.get().data)
    assert answer["ETag"] == f'"{entry.sha256}"' == f'"{hashlib.sha256(answer.content).hexdigest()}"'
    assert client.get("/pledges/P-00001/revisions/1.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_a_translation_is_a_document_of_its_own(client):
    publish()
    append("translation.published", "P-00001", 1, language="zh-hans")
    answer = client.get("/pledges/P-00001/revisions/1.zh-hans.json")
    assert json.loads(answer.content)["title"] == "Fibre for 12 schools"
    assert client.get("/pledges/P-00001/revisions/1.fr.json").status_code == 404


def test_a_receipt_over_http_checks_out_offline(client):
    publish(3)
    append("pledge.withdrawn", "P-00002", 2)
    answer = client.get("/pledges/P-00002/receipt.json")
    receipt = json.loads(answer.content)
    assert list(receipt) == ["reference", "revision", "document", "entry", "index", "proof", "checkpoint"]
    assert (receipt["reference"], receipt["revision"], receipt["index"]) == ("P-00002", 2, 3)
    assert check_receipt(receipt, read_key(client.get("/log/key").content.decode())).size == 4
    assert base64.b64decode(receipt["document"]) == client.get("/pledges/P-00002/revisions/2.json").content


@pytest.mark.parametrize("path", ["P-00009/receipt.json", "P-00009/revisions/1.json", "P-00001/revisions/2.json"])
def test_what_was_never_published_is_not_there(client, path):
    publish()
    assert client.get(f"/pledges/{path}").status_code == 404


def test_a_redacted_document_answers_gone_with_its_reason_and_nothing_of_its_text(client):
    publish()
    redact("P-00001", 1, reason="Names a child.", by="Sana", at=timezone.now())
    for path in ("revisions/1.json", "receipt.json"):
        answer = client.get(f"/pledges/P-00001/{path}")
        told = json.loads(answer.content)
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code, told["status"], told["title"]) == (410, 410, "Redacted")
        assert "Names a child." in told["detail"]
        assert "Sana" not in answer.content.decode()


def test_the_latest_revision_has_a_receipt_though_the_first_was_redacted(client):
    publish()
    append("pledge.revised", "P-00001", 2)
    redact("P-00001", 1, reason="Names a child.", by="Sana", at=timezone.now())
    assert client.get("/pledges/P-00001/receipt.json").json()["revision"] == 2


def test_a_log_that_was_set_back_says_so_and_shows_no_checkpoint(client):
    publish(3)
    client.get("/log/checkpoint")
    set_back(2)
    answer = client.get("/log/checkpoint")
    assert answer.status_code == 503
    assert "set back" in answer.json()["detail"]
    assert client.get("/pledges/P-00001/receipt.json").status_code == 503
    assert client.get("/pledges/P-00001/revisions/1.json").status_code == 200


def test_a_new_log_tells_where_the_old_one_ended(client):
    publish()
    client.get("/log/checkpoint")
    restart(reason="The disk was lost.")
    assert client.get("/log/restarts/2.json").json()["reason"] == "The disk was lost."
    assert client.get("/log/restarts/1.json").status_code == 404


def test_the_secret_key_is_in_nothing_that_is_served(client):
    publish()
    served = b"".join(client.get(f"/log/{path}").content for path in ("key", "checkpoint", "tile/entries/000.p/1"))
    secret = (Path(configured.KEPT_DATA) / "keys" / "log.key").read_text().strip()
    assert secret.encode() not in served
    assert base64.b64decode(secret) not in served


def test_a_receipt_takes_a_handful_of_queries_however_long_the_log(client, django_assert_max_num_queries):
    publish(1500)
    client.get("/log/checkpoint")
    with django_assert_max_num_queries(9):
        client.get("/pledges/P-00700/receipt.json")
