"""A report fetched from its owner's own address: guarded, read in two formats, beside what is known, accepted by people."""

from __future__ import annotations

import json
import threading
from datetime import date, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.progress import actions
from kept.progress.models import Report, ReportSource, ReportState, Standing
from kept.progress.own_file import NotReadable, read

EXCERPTS = Path(__file__).parent / "excerpts"  # real files, CC0, Open Source Pledge
ASTRAL = {  # an excerpt of a real file, CC0, Open Source Pledge
    "name": "Astral",
    "annualReports": [
        {"url": "https://astral.sh/blog/astral-oss-fund", "dateYearEnding": "2024-07-31", "averageNumberOfDevs": 8, "payments": 26000}
    ],
}  # fmt: skip


@pytest.fixture
def server(settings):
    """An organisation's own web server on this machine; `server.body` is what it answers."""
    settings.FETCH_PRIVATE = True

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(self.server.status)
            self.end_headers()
            self.wfile.write(self.server.body)

        def log_message(self, *_told) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as running:
        running.status, running.body = 200, b"{}"
        running.url = f"http://127.0.0.1:{running.server_port}/reports.json"
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        yield running
        running.shutdown()


def own(today: date, **more) -> bytes:
    report = {
        "pledge": "P-00001", "period": {"start": (today - timedelta(days=364)).isoformat(), "end": today.isoformat()},
        "said": "on_track",
        "values": [{"indicator": "Health posts connected", "value": "81", "on": today.isoformat(), "source": "Register"}],
    }  # fmt: skip
    return json.dumps({"format": "kept/own-reports/1", "reports": [report | more]}).encode()


def test_the_open_source_pledges_files_are_read():
    found = read(json.dumps(ASTRAL).encode())
    assert [(r.end, r.content.money[0].amount, r.content.money[0].currency) for r in found] == [
        (date(2024, 7, 31), "26000", "USD")
    ]


def test_real_files_are_read():
    read_reports = [len(read(path.read_bytes())) for path in sorted(EXCERPTS.glob("*.json"))]
    assert (len(read_reports), all(read_reports)) == (3, True)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format": "kept/own-reports/1", "reports": 5}', b"[" * 100_000]
)
def test_nonsense_is_refused_in_words(body):
    with pytest.raises(NotReadable):
        read(body)


@pytest.mark.django_db
def test_a_fetched_report_waits_on_the_desk_and_is_accepted(
    make_pledge, make_round, server, organisation, secretary, now, today
):
    pledge = make_pledge("published")
    make_round()
    server.body = own(today)
    source = actions.add_source(organisation, server.url, by=secretary, at=now)
    done = actions.fetch_source(source, by=secretary, at=now)
    report = Report.objects.get()
    assert (done.not_taken, report.state, report.origin) == ([], ReportState.SUBMITTED, "fetched")
    assert [e.url for e in report.evidence.all()] == [server.url]
    proved = {"Health posts connected": Decimal(81)}
    actions.accept(report, by=secretary, at=now, supported=proved)
    assert (Standing.objects.at().get(pledge=pledge).value, Report.objects.public().count()) == (81, 1)
    assert actions.fetch_source(ReportSource.objects.get(), by=secretary, at=now).unchanged is True


@pytest.mark.django_db
def test_what_the_rules_ask_about_a_fetched_report_is_accepted_with_a_reason_or_left_out(
    make_pledge, make_round, organisation, server, secretary, now, today
):
    make_pledge("published")
    make_round()
    figure = {"indicator": "Health posts connected", "value": "900", "on": today.isoformat(), "source": "Register"}
    people = {"total": 10, "women": 20, "how": "Lists."}
    server.body = own(today, values=[figure], people=people)
    actions.fetch_source(actions.add_source(organisation, server.url, by=secretary, at=now), by=secretary, at=now)
    report = Report.objects.get()
    with pytest.raises(Refused, match="can never be right"):
        actions.accept(report, by=secretary, at=now, reason="They said so.")
    with pytest.raises(Refused, match="Say why"):
        actions.accept(report, by=secretary, at=now, left_out=["people"])
    reason = "The ministry added its own; the people were counted twice."
    report = actions.accept(report, by=secretary, at=now, left_out=["people"], reason=reason)
    assert (report.values.get().value, hasattr(report, "people"), report.messages.get().text) == (900, False, reason)


@pytest.mark.django_db
def test_nobody_reports_on_somebody_elses_pledge(
    make_pledge, make_round, make_organisation, server, secretary, now, today
):
    make_pledge("published")
    make_round()
    server.body = own(today)
    source = actions.add_source(make_organisation("Other Works"), server.url, by=secretary, at=now)
    done = actions.fetch_source(source, by=secretary, at=now)
    assert (len(done.reports), len(done.not_taken), Report.objects.count()) == (0, 1, 0)


@pytest.mark.django_db
def test_what_cannot_be_read_is_told_by_its_place(make_pledge, make_round, organisation, server, secretary, now, today):
    make_pledge("published")
    make_round()
    server.body = own(today, people={"total": "many"}, money=[{"stage": "committed", "amount": "x", "currency": "USD"}])
    source = actions.add_source(organisation, server.url, by=secretary, at=now)
    done = actions.fetch_source(source, by=secretary, at=now)
    told = " ".join(done.not_taken)
    assert ("reports[0].people.total" in told, "reports[0].money[0]" in told) == (True, True)


@pytest.mark.django_db
def test_private_addresses_are_not_asked_and_failures_are_noted(
    organisation, secretary, server, settings, now, make_person
):
    with pytest.raises(NotAllowed):
        actions.add_source(organisation, server.url, by=make_person(), at=now)
    source = actions.add_source(organisation, server.url, by=secretary, at=now)
    server.status = 500
    with pytest.raises(Refused):
        actions.fetch_source(source, by=secretary, at=now)
    settings.FETCH_PRIVATE = False
    with pytest.raises(Refused, match="no public address"):
        actions.fetch_source(source, by=secretary, at=now)
    assert "no public address" in ReportSource.objects.get().error


@pytest.mark.django_db
def test_the_schema_is_published_and_an_own_file_fits_it(client, today):
    jsonschema = pytest.importorskip("jsonschema")
    schema = client.get("/data/report.schema.json").json()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(json.loads(own(today)))


@pytest.mark.django_db
def test_the_desk_adds_and_fetches(desk, make_pledge, make_round, organisation, server, today):
    make_pledge("published")
    make_round()
    server.body = own(today)
    desk.post("/desk/own-files/", {"organisation": organisation.name, "url": server.url})
    page = desk.post(f"/desk/own-files/{ReportSource.objects.get().pk}/", {"do": "fetch"}, follow=True).content.decode()
    assert "1 report waits to be checked." in page
