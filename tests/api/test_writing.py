"""Writing by program: the form's actions and refusals, a token's bounds, retries, two writers at once."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest

from kept.api import actions as api_actions
from kept.api.models import Replay, Token
from kept.api.scopes import SCOPES
from kept.base.models import OutgoingMail
from kept.people.models import Role
from kept.pledges import actions
from kept.pledges.models import Pledge, Revision
from tests.api.test_api import fits

pytestmark = pytest.mark.django_db
WHOLE = {
    "lead": "lake-networks", "language": "en", "title": "Fibre to 214 health posts", "summary": "All of them by 2027.",
    "kinds": ["financial"], "focus_areas": ["access"], "targets": ["014", "BDI"], "start": "2026", "end": "2027-12",
    "amount": "2500000.50", "currency": "USD", "money_nature": "new", "people_expected": 3000000, "sdgs": ["9.c"],
    "beneficiaries": ["youth"], "links": [{"url": "https://example.org/plan", "label": "The plan"}],
    "indicators": [{"name": "Health posts connected", "unit": "posts", "baseline": "0", "target": "214", "by": "2027-12",
                    "headline": True}],
    "contact_email": "focal@example.org",
}  # fmt: skip


class Program:
    """A program with a token."""

    def __init__(self, client, person, now, scopes=tuple(SCOPES)):
        self.client = client
        self.token, self.text = api_actions.make_token("Test", scopes, 30, by=person, at=now)

    def ask(self, method, address, body=None, **headers):
        sent = {"Authorization": f"Bearer {self.text}", **{k.replace("_", "-"): v for k, v in headers.items()}}
        data = "" if body is None else json.dumps(body)
        return self.client.generic(
            method, f"/api/v1{address}", data, content_type="application/json" if data else "", headers=sent
        )

    def get(self, address, **headers):
        return self.ask("GET", address, **headers)

    def post(self, address, body=None, **headers):
        return self.ask("POST", address, body, **headers)

    def patch(self, address, body, etag=None, **headers):
        return self.ask("PATCH", address, body, If_Match=etag or self.get(f"{address}/draft")["ETag"], **headers)


@pytest.fixture
def program(client, focal_point, now):
    return Program(client, focal_point, now)


@pytest.fixture
def make_program(client, now):
    return lambda person, *scopes: Program(client, person, now, scopes or tuple(SCOPES))


def pointers(answer):
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


def test_a_pledge_is_begun_written_and_sent(program, organisation):
    made = program.post("/pledges", {"lead": organisation.slug, "title": "Half a pledge"})
    assert made.status_code == 201
    draft = made.json()
    assert (draft["status"], draft["reference"], draft["title"]) == ("draft", None, "Half a pledge")
    assert {missing["pointer"] for missing in draft["missing"]} >= {"#/summary", "#/kinds", "#/targets"}
    address = f"/pledges/{draft['id']}"
    assert made["Location"].endswith(address)
    changed = program.patch(address, WHOLE, etag=made["ETag"])
    assert (changed.status_code, changed.json()["missing"]) == (200, [])
    assert {name: changed.json()[name] for name in WHOLE} == WHOLE | {"amount": "2500000.5"}
    sent = program.post(f"{address}/submit", {"consent": True})
    assert (sent.status_code, sent.json()["status"]) == (200, "submitted")
    entries = Pledge.objects.get(key=draft["id"])
    assert (entries.status, entries.working.content["amount"]) == ("submitted", "2500000.5")


def test_what_the_form_refuses_is_refused_with_the_same_sentences(program, organisation):
    draft = program.post("/pledges", {"lead": organisation.slug, "title": "x" * 161}).json()
    refused = program.post(f"/pledges/{draft['id']}/submit", {"consent": False})
    assert refused.status_code == 422
    assert refused.json()["detail"] == "Something is missing before this can be sent."
    found = {error["pointer"]: error["detail"] for error in refused.json()["errors"]}
    assert found["#/title"] == "This text is too long: 161 characters, 160 are possible."
    assert found["#/consent"] == "Agree that the pledge is published."
    assert found["#/kinds"] == "Choose what kind of contribution it is."


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", 12, "type"), ("amount", "12,000", "format"), ("amount", "1e9", "format"), ("amount", "12 apples", "format"),
        ("end", "next year", "format"), ("end", "2027-13", "unreadable"), ("kinds", ["gift"], "choice"),
        ("targets", ["ATLANTIS"], "choice"), ("targets", "BDI", "type"), ("currency", "EURO", "choice"),
        ("language", "tlh", "choice"), ("lead", "nobody-at-all", "choice"), ("people_expected", -1, "type"),
        ("people_expected", True, "type"), ("partners", [{"organisation": "nobody"}], "choice"),
        ("links", [{"url": "javascript:alert(1)"}], "unreadable"), ("links", [{"uri": "x"}], "unknown_name"),
        ("indicators", [{"name": "Posts", "target": "many"}], "format"), ("contact_email", "nobody", "unreadable"),
        ("no_such_field", 1, "unknown_name"), ("title", None, ""), ("status", "published", "unknown_name"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_taken_is_named_and_nothing_is_written(program, make_pledge, field, value, code):
    pledge = make_pledge("draft")
    answer = program.patch(f"/pledges/{pledge.key}", {"summary": "New words.", field: value})
    pledge.working.refresh_from_db()
    if not code:  # null empties a field
        assert (answer.status_code, answer.json()[field]) == (200, None)
        return
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert pointers(answer) == {f"#/{field}": code}
    assert pledge.working.version == 1


def test_two_who_write_at_once_do_not_overwrite_each_other(program, make_pledge, focal_point, now):
    pledge = make_pledge("draft")
    seen = program.get(f"/pledges/{pledge.key}/draft")["ETag"]
    actions.save_fields(pledge, {"title": "By hand"}, by=focal_point, at=now, base_version=1)
    refused = program.patch(f"/pledges/{pledge.key}", {"title": "By program"}, etag=seen)
    assert refused.status_code == 412
    assert program.ask("PATCH", f"/pledges/{pledge.key}", {"title": "By program"}).status_code == 428
    fresh = program.get(f"/pledges/{pledge.key}/draft")
    assert fresh.json()["title"] == "By hand"
    assert program.patch(f"/pledges/{pledge.key}", {"title": "By program"}, etag=fresh["ETag"]).status_code == 200
    assert program.get(f"/pledges/{pledge.key}/draft", If_None_Match=fresh["ETag"]).status_code == 200


def test_a_request_that_is_sent_again_does_nothing_twice(program, organisation):
    body = {"lead": organisation.slug, "title": "Once"}
    first = program.post("/pledges", body, Idempotency_Key="one-thing")
    second = program.post("/pledges", body, Idempotency_Key="one-thing")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (first["Location"], first["ETag"]) == (second["Location"], second["ETag"])
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Pledge.objects.count() == 1
    assert program.post("/pledges", {"title": "Another"}, Idempotency_Key="one-thing").status_code == 422
    sent = [program.post(f"/pledges/{first.json()['id']}/submit", {"consent": True}, Idempotency_Key="send")
            for _n in range(2)]  # fmt: skip
    assert [answer.status_code for answer in sent] == [422, 422], "what was refused is asked anew"
    assert Replay.objects.count() == 1


def test_a_published_pledge_is_changed_beside_itself(program, make_pledge):
    pledge = make_pledge("published")
    address = f"/pledges/{pledge.reference}"
    begun = program.patch(address, {"end": "2029"})
    assert (begun.status_code, begun.json()["end"], begun.json()["revision"]) == (200, "2029", None)
    public = program.client.get(f"/api/v1{address}").json()
    assert (public["end"], public["revision"]) == ("2027-12", 1)
    sent = program.post(f"{address}/submit", {"reason": "The cable is late."})
    assert (sent.status_code, sent.json()["text_status"]) == (200, "submitted")
    assert program.patch(address, {"end": "2030"}).status_code == 409
    assert program.post(f"{address}/submit").status_code == 409


def test_a_drafts_id_answers_wherever_a_reference_stands(program, make_pledge, secretary, now):
    pledge = make_pledge("submitted")
    for address in (f"/pledges/{pledge.key}", f"/pledges/{pledge.key}/draft"):
        assert program.get(address).json()["id"] == pledge.key
    assert program.get(f"/pledges/{pledge.key}/history").json() == {"reference": None, "results": []}
    actions.publish_now(actions.schedule(pledge, by=secretary, at=now), by=secretary, at=now)
    pledge.refresh_from_db()
    assert program.get(f"/pledges/{pledge.key}").json()["reference"] == pledge.reference
    assert len(program.get(f"/pledges/{pledge.key}/history").json()["results"]) == 1
    changed = program.patch(f"/pledges/{pledge.key}", {"end": "2030"})
    assert (changed.status_code, changed.json()["reference"]) == (200, pledge.reference)


def test_somebody_elses_draft_is_not_there(make_program, make_member, make_organisation, make_pledge):
    stranger = make_program(make_member(make_organisation("Neighbour Works"), email="stranger@example.org"))
    hidden = make_pledge("embargoed", title="Qwyjibo")
    nothing = "0123456789abcdef01234567"
    for method, rest, body in (
        ("GET", "", None), ("GET", "/draft", None), ("GET", "/history", None), ("POST", "/submit", {"consent": True}),
        ("PATCH", "", {"title": "Mine"}),
    ):  # fmt: skip
        one, other = (
            stranger.ask(method, f"/pledges/{key}{rest}", body, If_Match="*") for key in (hidden.key, nothing)
        )
        assert (one.status_code, one.content) == (404, other.content), (method, rest)
    assert Revision.objects.get(pledge=hidden).content["title"] == "Qwyjibo"


def test_another_organisations_public_pledge_is_read_and_not_written(
    make_program, make_member, make_organisation, make_pledge
):
    stranger = make_program(make_member(make_organisation("Neighbour Works"), email="stranger@example.org"))
    public = make_pledge("published")
    assert stranger.get(f"/pledges/{public.reference}").status_code == 200
    assert stranger.get(f"/pledges/{public.reference}/draft").status_code == 403
    assert stranger.ask("PATCH", f"/pledges/{public.reference}", {"end": "2030"}, If_Match="*").status_code == 403
    assert stranger.post("/pledges", {"lead": "lake-networks"}).status_code == 422
    assert Pledge.objects.count() == 1


def test_a_viewer_reads_and_does_not_write_a_contributor_does_not_send(
    make_program, make_member, organisation, make_pledge
):
    pledge = make_pledge("draft")
    viewer = make_program(make_member(organisation, Role.VIEWER, email="viewer@example.org"))
    assert viewer.get(f"/pledges/{pledge.key}").status_code == 200
    assert viewer.patch(f"/pledges/{pledge.key}", {"title": "Mine"}).status_code == 403
    writer = make_program(make_member(organisation, Role.CONTRIBUTOR, email="writer@example.org"))
    assert writer.patch(f"/pledges/{pledge.key}", {"title": "Better"}).status_code == 200
    assert writer.post(f"/pledges/{pledge.key}/submit", {"consent": True}).status_code == 403


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("pledges:read", {"GET"}), ("pledges:write", {"PATCH", "create"}), ("pledges:submit", {"submit"})],
)
def test_a_token_does_what_its_scopes_say(make_program, focal_point, make_pledge, scope, allowed):
    one = make_program(focal_point, scope)
    pledge = make_pledge("draft")
    tried = {
        "GET": one.get(f"/pledges/{pledge.key}/draft"),
        "PATCH": one.ask("PATCH", f"/pledges/{pledge.key}", {"title": "Other"}, If_Match="*"),
        "create": one.post("/pledges", {}),
        "submit": one.post(f"/pledges/{pledge.key}/submit", {"consent": True}),
    }
    assert {name for name, answer in tried.items() if answer.status_code < 300} == allowed
    refused = [answer for answer in tried.values() if answer.status_code >= 300]
    assert {answer.status_code for answer in refused} == {403}
    assert all('error="insufficient_scope"' in answer["WWW-Authenticate"] for answer in refused)


def test_a_token_ends(program, make_pledge, focal_point, now, client):
    pledge = make_pledge("draft")
    address = f"/pledges/{pledge.key}"
    assert program.get(address).status_code == 200
    assert client.get(f"/api/v1{address}").status_code == 404, "without a token"
    for answer in (
        client.get(f"/api/v1{address}", headers={"Authorization": "Bearer kept_" + "x" * 43}),
        client.get("/api/v1/counter", headers={"Authorization": "Basic eDp5"}),
        client.post("/api/v1/pledges"),
    ):
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
    Token.objects.update(expires_at=now - timedelta(seconds=1))
    assert program.get(address).status_code == 401
    Token.objects.update(expires_at=now + timedelta(days=1))
    focal_point.is_active = False
    focal_point.save()
    assert program.get(address).status_code == 401
    focal_point.is_active = True
    focal_point.save()
    api_actions.revoke_token(program.token, by=focal_point, at=now)
    assert program.get(address).status_code == 401


def test_staff_without_a_second_factor_are_no_staff_for_the_api(make_program, secretary, make_pledge):
    from allauth.mfa.models import Authenticator

    pledge, staff = make_pledge("draft"), make_program(secretary)
    assert staff.get(f"/pledges/{pledge.key}").status_code == 404
    Authenticator.objects.create(user=secretary, type="totp", data={})
    assert staff.get(f"/pledges/{pledge.key}").status_code == 200
    assert staff.post("/pledges", {"on_behalf": True, "lead": "lake-networks"}).status_code == 201


def test_an_answer_to_a_token_is_kept_for_nobody_else(program, make_pledge, client):
    pledge = make_pledge("draft")
    answer = program.get(f"/pledges/{pledge.key}")
    assert (answer["Cache-Control"], "Authorization" in answer["Vary"]) == ("private, no-cache", True)
    assert program.get("/counter").status_code == 200
    assert client.get(f"/api/v1/pledges/{pledge.key}").status_code == 404


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{", "application/json", 400), (b"[]", "application/json", 400), (b'{"a": NaN}', "application/json", 400),
     (b'{"a":1,"a":2}', "application/json", 400), (b"\xff", "application/json", 400), (b"a=b", "text/plain", 415),
     (b"[" * 200_000, "application/json", 400), (b" " * (2**20 + 1), "application/json", 413)],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(program, client, body, kind, status):
    headers = {"Authorization": f"Bearer {program.text}"}
    answer = client.generic("POST", "/api/v1/pledges", body, content_type=kind, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_what_is_written_is_as_the_description_says(program, client, organisation):
    described = client.get("/api/v1/openapi.json").json()
    fits(WHOLE, {"$ref": "#/components/schemas/NewPledge"}, described)
    made = program.post("/pledges", WHOLE)
    fits(made.json(), {"$ref": "#/components/schemas/Draft"}, described)
    refused = program.post("/pledges", {"nothing": 1})
    fits(refused.json(), {"$ref": "#/components/schemas/Problem"}, described)


# The page -------------------------------------------------------------------------------------------------------


def test_a_token_is_made_on_a_page_and_shown_once(client, focal_point, sign_in):
    browser = sign_in(focal_point)
    page = browser.post("/my/tokens/", {"name": "Web site", "scopes": ["pledges:read"], "days": "90"})
    token = Token.objects.get()
    text = page.context["text"]
    assert text in page.content.decode()
    assert text not in browser.get("/my/tokens/").content.decode()
    assert token.digest == hashlib.sha256(text.encode()).hexdigest()
    assert text not in json.dumps(list(Token.objects.values()), default=str)
    assert OutgoingMail.objects.get(kind="api/token_made").to == focal_point.email
    assert "no-store" in page["Cache-Control"]
    browser.post(f"/my/tokens/{token.pk}/end/")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_is_refused_without_name_or_power(client, focal_point, sign_in):
    page = sign_in(focal_point).post("/my/tokens/", {"name": " ", "days": "90"})
    assert (page.status_code, Token.objects.count()) == (422, 0)


def test_somebody_elses_token_is_not_there(client, focal_point, make_person, sign_in, now):
    token, _text = api_actions.make_token("Mine", SCOPES, 30, by=focal_point, at=now)
    assert sign_in(make_person()).post(f"/my/tokens/{token.pk}/end/").status_code == 404
