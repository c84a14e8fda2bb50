"""Pages kept in memory: never an old one after a publication, never one person's page for another."""

from __future__ import annotations

import gzip

import brotli
import pytest

from kept.base import installation
from kept.registry import page_cache

pytestmark = pytest.mark.django_db


def queries_of(client, address, **headers):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        response = client.get(address, headers=headers)
    return len(asked), response


def test_the_second_reader_is_answered_from_memory_and_gets_the_same(client, make_pledge):
    make_pledge("published")
    for address in ("/", "/pledges/?country=BDI", "/ar/counter/", "/api/v1/pledges", "/pledges/P-00001/"):
        _n, first = queries_of(client, address)
        n, second = queries_of(client, address)
        assert n <= 2, address
        assert (first.content, first["Content-Type"], first["Content-Language"]) == (
            second.content, second["Content-Type"], second["Content-Language"]
        )  # fmt: skip
        assert "default-src 'none'" in second["Content-Security-Policy"]


def test_a_publication_shows_at_once(client, make_pledge):
    make_pledge("published", title="The first of them")
    client.get("/pledges/")
    make_pledge("published", title="The second of them")
    assert "The second of them" in client.get("/pledges/").content.decode()


def test_a_new_name_of_the_coalition_shows_at_once(client, make_pledge):
    make_pledge("published")
    client.get("/")
    row = installation.installation()
    row.name = "Promises of the Lakes"
    row.save()
    installation.forget()
    assert "Promises of the Lakes" in client.get("/").content.decode()


def test_what_is_not_in_the_log_shows_after_a_few_seconds(client, make_pledge, organisation, monkeypatch):
    make_pledge("published")
    client.get("/organisations/")
    organisation.name = "Lake Networks of Today"
    organisation.save()
    from time import monotonic

    later = monotonic() + page_cache.SECONDS + 1
    monkeypatch.setattr(page_cache.time, "monotonic", lambda: later)
    assert "Lake Networks of Today" in client.get("/organisations/").content.decode()


def test_midnight_makes_every_page_old(client, make_pledge):
    import time_machine

    make_pledge("published")
    with time_machine.travel("2031-05-05T23:59:59Z", tick=False):
        assert "5 May 2031" in client.get("/").content.decode()
    with time_machine.travel("2031-05-06T00:00:01Z", tick=False):
        assert "6 May 2031" in client.get("/").content.decode()


def test_a_person_who_signed_in_gets_no_page_from_memory_and_leaves_none(client, make_pledge, focal_point):
    make_pledge("published")
    client.force_login(focal_point)
    mine = client.get("/").content.decode()
    client.logout()
    client.cookies.clear()
    theirs = client.get("/").content.decode()
    assert focal_point.get_short_name() in mine
    assert focal_point.get_short_name() not in theirs
    client.force_login(focal_point)
    assert focal_point.get_short_name() in client.get("/").content.decode()


def test_a_browser_that_has_the_page_is_told_so(client, make_pledge):
    make_pledge("published")
    for _from in ("made", "memory"):
        page = client.get("/pledges/")
        again = client.get("/pledges/", headers={"If-None-Match": page["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_linked_data_and_page_of_one_address_are_kept_apart(client, make_pledge):
    pledge = make_pledge("published")
    for _again in range(2):
        for accept, kind in (
            ("text/html", "text/html"),
            ("application/ld+json", "application/ld+json"),
            ("*/*", "text/html"),
        ):
            answer = client.get(f"/pledges/{pledge.reference}/", headers={"Accept": accept})
            assert answer["Content-Type"].split(";")[0] == kind


def test_only_good_whole_answers_of_the_registry_are_kept(client, make_pledge):
    make_pledge("published")
    for address in (
        "/pledges/P-00099/",
        "/pledges/export.csv",
        "/api/v1/pledges?colour=red",
        "/log/checkpoint",
        "/accounts/login/",
    ):
        client.get(address)
    assert not page_cache.memory._pages


def test_memory_is_bounded():
    memory = page_cache.Memory()
    page = page_cache.Kept(b"x" * 100_000, (), False, 1, "", 0.0, "")
    for n in range(1000):
        memory.put((str(n),), page)
    assert len(memory._pages) <= page_cache.MOST_PAGES
    assert memory._bytes == 100_000 * len(memory._pages) <= page_cache.MOST_BYTES


def test_a_page_from_memory_says_how_long_it_is_and_is_compressed_once(client, make_pledge):
    make_pledge("published")
    first = client.get("/pledges/")
    plain, packed = client.get("/pledges/"), client.get("/pledges/", headers={"Accept-Encoding": "gzip, br;q=0"})
    assert plain.content == first.content
    assert int(plain["Content-Length"]) == len(plain.content)
    assert gzip.decompress(packed.content) == first.content
    assert (packed["Content-Encoding"], int(packed["Content-Length"])) == ("gzip", len(packed.content))
    smaller = client.get("/pledges/", headers={"Accept-Encoding": "gzip, deflate, br"})
    assert brotli.decompress(smaller.content) == first.content
    assert (smaller["Content-Encoding"], len(smaller.content) < len(packed.content)) == ("br", True)
    assert packed["ETag"] == smaller["ETag"] == plain["ETag"]
    assert (
        client.get("/pledges/", headers={"Accept-Encoding": "gzip", "If-None-Match": plain["ETag"]}).status_code == 304
    )
