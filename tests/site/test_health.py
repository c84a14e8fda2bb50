"""What machines ask: alive, ready, figures; and pages compressed only where they hold no secret."""

from __future__ import annotations

import gzip

import brotli
import pytest
from django.db import DatabaseError, OperationalError

from kept.site import command, health


def test_a_process_that_answers_is_alive_without_asking_the_database(client):
    assert client.get("/healthz").content == b"ok\n"


def test_ready_means_that_the_database_answers_and_has_every_table(client, db, monkeypatch):
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(health, "migrated", lambda: False)
    page = client.get("/readyz")
    assert (page.status_code, page.content) == (503, b"The database is not migrated: kept migrate\n")

    def away():
        raise DatabaseError

    monkeypatch.setattr(health, "migrated", away)
    assert client.get("/readyz").status_code == 503


def test_figures_are_for_this_machine_and_whoever_brings_the_token(client, db, settings):
    assert b'kept_mails{state="queued"} 0' in client.get("/metrics").content
    far = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", **far).status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 404
    settings.METRICS_TOKEN = "long-and-secret"  # noqa: S105
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong", **far).status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer long-and-secret", **far).status_code == 200


def test_without_a_token_in_the_settings_none_opens(client, db):
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer ", REMOTE_ADDR="192.0.2.7").status_code == 404


@pytest.mark.parametrize(("migrated", "fault"), [(False, SystemExit), (True, OperationalError)])
def test_a_command_before_the_first_migration_says_what_to_do(monkeypatch, migrated, fault):
    """Where the tables are there it is something else, and nothing is hidden."""

    def fail(words):
        raise OperationalError("no such table: pledges_pledge")

    monkeypatch.setattr("django.core.management.execute_from_command_line", fail)
    monkeypatch.setattr(health, "migrated", lambda: migrated)
    with pytest.raises(fault, match="no such table" if migrated else "First run: kept migrate"):
        command.main()


def test_a_host_that_is_not_ours_is_refused(client, db):
    assert client.get("/healthz", HTTP_HOST="evil.example").status_code in {200, 400}
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


def test_readers_pages_are_compressed_and_personal_ones_are_not(client, make_person):
    page = client.get("/", HTTP_ACCEPT_ENCODING="gzip")
    assert page.headers["Content-Encoding"] == "gzip"
    assert b"<h1" in gzip.decompress(page.content)
    smaller = client.get("/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert (smaller.headers["Content-Encoding"], smaller.headers["Vary"].count("Accept-Encoding")) == ("br", 1)
    assert b"<h1" in brotli.decompress(smaller.content)
    assert "Content-Encoding" not in client.get("/accounts/login/", HTTP_ACCEPT_ENCODING="gzip").headers
    client.force_login(make_person())
    assert "Content-Encoding" not in client.get("/my/", HTTP_ACCEPT_ENCODING="gzip").headers


@pytest.mark.parametrize("path", ["/", "/pledges/", "/healthz"])
def test_a_reader_gets_no_cookie(client, db, path):
    assert not client.get(path).cookies
