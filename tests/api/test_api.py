"""The API as other people's programs rely on it."""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from kept.api import limits
from kept.api.openapi import address_of, endpoints
from kept.meetings import actions as meeting_actions
from kept.progress.findings import findings_of
from kept.progress.models import Round
from tests.meetings import making
from tests.registry.conftest import organisations, public_record  # noqa: F401  (fixtures)

pytestmark = pytest.mark.django_db
COUNTER = {"pledges", "organisations", "countries", "countries_reached", "amount_usd", "pledges_with_amount", "as_of"}
NAMES = [
    "q",
    "focus",
    "type",
    "entity_type",
    "country",
    "region",
    "group",
    "origin",
    "beneficiary",
    "sdg",
    "year",
    "amount",
    "language",
    "status",
    "campaign",
    "as_of",
    "sort",
    "view",
    "page",
]
HOSTILE = [
    "/pledges/?page=-1", "/pledges/?page=99999999999999999999", "/pledges/?country=%00", "/pledges/?q=" + "a" * 5000,
    "/pledges/?q=%22%27)%20OR%201=1--", "/pledges/?year=abc", "/pledges/P-99999999/", "/api/v1/pledges?page=x",
    "/api/v1/pledges/..%2f..%2fetc%2fpasswd", "/pledges/export.csv?country=" + "x" * 3000, "/meetings/none/",
    "/pledges/?sort=password", "/pledges/?q=%F0%9F%92%A9&q=x&focus=&focus=", "/pledges/?as_of=0000-99-99",
    "/organisations/%00/", "/api/v1/pledges?country=" + "&country=".join(["XXX"] * 500), "/pledges/?q=%00%00",
    "/pledges/P-1/revisions/99999.json", "/pledges/P-1/revisions/999999999999.json",
    "/pledges/?organisation=%00",
    "/pledges/P-1/revisions/1.%00.json", "/api/v1/organisations?q=" + "%25" * 400,
    "/api/v1/counter?as_of=9999-12-31",
    "/api/v1/pledges?page_size=1e9", "/api/v1/pledges?page=" + "9" * 400, "/counter/?as_of=%00",
    "/embed/counter/?size=x",
    "/organisations/?page=" + "9" * 50, "/organisations/?country=%00&q=%00", "/pledges/?sdg=4.99&sdg=17&language=%00",
    "/pledges/?q=" + "%D9%8E" * 40, "/pledges/?q=" + "a+" * 249, "/api/v1/pledges?q=%FF%FE",
    "/pledges/?focus=" + "a" * 200,
    "/pledges/?as_of=1900-01-01", "/pledges/?as_of=٢٠٢٣-01-01", "/pledges/P-٣/", "/pledges/?page=٣",
]  # fmt: skip


def test_the_counter_has_the_shape_of_the_contract(client, public_record):  # noqa: F811
    answer = client.get("/api/v1/counter").json()
    assert set(answer) >= COUNTER
    assert re.fullmatch(r"\d+\.\d\d", answer["amount_usd"])
    assert (
        answer["pledges"]
        == answer["pledges_with_amount"] + answer["pledges_without_amount"] + answer["pledges_not_converted"]
    )


def test_a_list_is_count_next_previous_results_and_walks_to_the_end(client, public_record):  # noqa: F811
    address, seen = "/api/v1/pledges?page_size=7&country=BDI", []
    while address:
        answer = client.get(address).json()
        assert set(answer) >= {"count", "next", "previous", "results", "facets"}
        seen += [row["reference"] for row in answer["results"]]
        address = answer["next"]
    assert len(seen) == len(set(seen)) == answer["count"] > 7
    assert client.get("/api/v1/pledges?page_size=7&country=BDI&page=99").status_code == 404


def test_one_value_is_an_or_and_two_names_an_and(client, public_record):  # noqa: F811
    count = lambda query: client.get(f"/api/v1/pledges?{query}").json()["count"]  # noqa: E731
    assert count("focus=access&focus=accelerate") == count("focus=access") + count("focus=accelerate")
    assert count("focus=access&year=2023") < count("focus=access")


@pytest.mark.parametrize(
    ("query", "name"),
    [("colour=red", "colour"), ("country=XXX", "country"), ("page=0", "page"), ("page_size=201", "page_size"),
     ("page_size=0", "page_size"), ("as_of=2023", "as_of"), ("view=cloud", "view")],
)  # fmt: skip
def test_what_does_not_exist_is_a_problem_that_says_which(client, public_record, query, name):  # noqa: F811
    answer = client.get(f"/api/v1/pledges?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert answer.json()["status"] == 400
    assert [error["name"] for error in answer.json()["errors"]] == [name]


def test_an_etag_spares_what_has_not_changed(client, public_record, make_pledge):  # noqa: F811
    for address in ("/api/v1/counter", "/api/v1/pledges?focus=access", "/api/v1/organisations", "/api/v1/openapi.json"):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
    before = client.get("/api/v1/counter")
    make_pledge("published")
    assert client.get("/api/v1/counter", headers={"If-None-Match": before["ETag"]}).status_code == 200


def test_any_web_site_may_read_and_nobody_writes_without_a_token(client, public_record):  # noqa: F811
    answer = client.get("/api/v1/pledges", headers={"Origin": "https://example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert client.options("/api/v1/pledges").status_code == 204
    for method, status in ((client.post, 401), (client.put, 405), (client.delete, 405)):
        refused = method("/api/v1/pledges")
        assert (refused.status_code, refused["Content-Type"]) == (status, "application/problem+json")
    assert "POST" not in client.options("/api/v1/pledges")["Access-Control-Allow-Methods"]
    nothing = client.get("/api/v1/elsewhere")
    assert (nothing.status_code, nothing["Content-Type"]) == (404, "application/problem+json")


def test_the_history_tells_what_happened_with_the_documents(client, public_record):  # noqa: F811
    answer = client.get(f"/api/v1/pledges/{public_record[5].reference}/history").json()
    assert [one["type"] for one in answer["results"]] == ["pledge.withdrawn", "pledge.published"]
    for one in answer["results"]:
        path = "/" + one["document"].split("/", 3)[3]
        assert client.get(path).json()["revision"] == one["revision"]


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_is_answered_with_reason(client, address, public_record):  # noqa: F811
    client.raise_request_exception = False
    assert client.get(address).status_code < 500


# The description ------------------------------------------------------------------------------------------------


def fits(value, schema, described) -> None:
    """By the JSON Schema of OpenAPI 3.1 (2020-12), with a validator that is not ours."""
    whole = {**schema, "components": described["components"]}
    errors = list(Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value))
    assert errors == [], errors[0].message


def test_every_answer_is_as_the_description_says(client, public_record, secretary):  # noqa: F811
    meeting = making.meeting("lake-networks", by=secretary)  # called like the organisation: one value fits both
    making.session(meeting, "Opening", "14:00", by=secretary)
    meeting_actions.release(meeting, {}, by=secretary, at=making.MADE)
    round_ = Round.objects.create(
        slug="lake-networks", names={"en": "2026"}, period_start="2025-01-01", period_end="2025-12-31", deadline="2026-03-01",
        state="published", published_at=making.MADE, checkpoint="kept/log\n1234\nroot=\n\n— kept/log sig",
    )  # fmt: skip
    Round.objects.update(figures=findings_of(round_))
    described = client.get("/api/v1/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    values = {"reference": public_record[0].reference, "slug": "lake-networks"}
    for endpoint in endpoints():
        if endpoint.scope:  # what needs a token: tests/api/test_writing.py
            continue
        path = address_of(endpoint)
        operation = described["paths"][path]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        answer = client.get("/api/v1" + path.format(**values))
        assert answer.status_code == 200, path
        fits(answer.json(), schema, described)
        refused = client.get("/api/v1" + path.format(**values) + "?no_such_name=1")
        fits(refused.json(), {"$ref": "#/components/schemas/Problem"}, described)


def test_every_query_name_of_the_contract_is_described(client, db):
    described = client.get("/api/v1/openapi.json").json()["paths"]["/pledges"]["get"]["parameters"]
    assert set(NAMES) <= {parameter["name"] for parameter in described}


def test_the_documentation_shows_every_address_and_its_examples_answer(client, public_record):  # noqa: F811
    html = client.get("/api/v1/docs").content.decode()
    for endpoint in endpoints():
        assert f"/api/v1{address_of(endpoint)}" in html
    for example in re.findall(r"curl &#x27;http://127.0.0.1:8000(.*?)&#x27;", html):
        assert client.get(example.replace("&amp;", "&")).status_code == 200, example


# Limits -----------------------------------------------------------------------------------------------------------


def test_a_burst_passes_and_the_next_is_told_when_to_come_again(client, db, monkeypatch):
    monkeypatch.setattr(limits.reading, "clock", lambda: 5.0)
    answers = [client.get("/api/v1/elsewhere") for _n in range(limits.READING.burst + 3)]
    assert [a.status_code for a in answers[:150]] == [404] * 150
    refused = answers[-1]
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert int(refused["Retry-After"]) >= 1
    assert [int(answers[n]["RateLimit-Remaining"]) for n in (0, 1)] == [149, 148]


def test_tokens_come_back_by_time_and_every_address_has_its_own():
    now = [100.0]
    buckets = limits.Buckets(limits.Limit("test", a_minute=600, burst=150), clock=lambda: now[0])
    assert all(buckets.take("a").passes for _n in range(150))
    assert not buckets.take("a").passes
    assert buckets.take("b").passes
    now[0] += 1
    assert sum(buckets.take("a").passes for _n in range(20)) == 10
    now[0] += 3600
    assert sum(buckets.take("a").passes for _n in range(200)) == 150


def test_ten_exports_a_minute(client, public_record, monkeypatch):  # noqa: F811
    monkeypatch.setattr(limits.exports, "clock", lambda: 5.0)
    answers = [client.head("/pledges/export.csv").status_code for _n in range(12)]
    assert answers == [200] * 10 + [429] * 2
    assert client.get("/pledges/").status_code == 200


def test_a_forwarded_address_is_believed_only_where_the_installation_says_so(rf, settings):
    request = rf.get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    settings.TRUST_FORWARDED = False
    assert limits.address_of(request) == "127.0.0.1"
    settings.TRUST_FORWARDED = True
    assert limits.address_of(request) == "198.51.100.7"
    request.META["HTTP_X_FORWARDED_FOR"] = "2001:db8:1:2:3:4:5:6"
    assert limits.address_of(request) == "2001:db8:1:2::/64"


def test_amounts_are_strings_and_never_in_exponents(client, public_record):  # noqa: F811
    for row in json.loads(client.get("/api/v1/pledges?page_size=200").content)["results"]:
        for name in ("amount", "amount_usd", "rate"):
            assert row[name] is None or (isinstance(row[name], str) and "E" not in row[name])
            assert row[name] is None or Decimal(row[name]) >= 0
