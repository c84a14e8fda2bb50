"""Webhooks: told once, signed as Standard Webhooks says, tried again, never into a private network."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import transaction
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from kept.api import actions as api_actions
from kept.api import delivering, signing
from kept.api.models import Delivery, WebhookEndpoint, WebhookEvent
from kept.base import fetching
from kept.base.fetching import Fetched, NotFetched
from kept.base.models import OutgoingMail
from kept.pledges import actions
from tests.registry.conftest import put, varied

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.org/kept"


class Receiver:
    """Somebody else's machine, as the worker meets it."""

    def __init__(self, *answers):
        self.answers, self.got = list(answers), []

    def __call__(self, url, body, headers):
        self.got.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return Fetched(answer, b"said")


@pytest.fixture
def listening(focal_point, now):
    return api_actions.add_webhook(URL, [], by=focal_point, at=now)


def test_what_becomes_public_is_told_once_and_signed(listening, make_pledge, focal_point, now):
    _endpoint, secret = listening
    pledge = make_pledge("published")
    actions.withdraw(pledge, by=focal_point, at=now, reason="Gone.")
    receiver = Receiver()
    assert delivering.deliver_due(now + timedelta(minutes=1), post=receiver) == 2
    assert delivering.deliver_due(now + timedelta(minutes=2), post=receiver) == 0
    told = [Webhook(secret).verify(body, headers) for _url, body, headers in receiver.got]
    assert [message["type"] for message in told] == ["pledge.published", "pledge.withdrawn"]
    pledge.refresh_from_db()
    assert told[1]["data"] | {"url": "", "api": "", "document": ""} == {
        "reference": pledge.reference, "id": pledge.key, "revision": 2, "status": "withdrawn",
        "published": told[0]["data"]["published"], "changed": told[1]["data"]["changed"], "successor": None,
        "url": "", "api": "", "document": "", "sha256": pledge.current.sha256,
    }  # fmt: skip
    _url, body, headers = receiver.got[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body.replace(b"P-00001", b"P-00002"), headers)


def test_a_revision_is_told(listening, make_pledge, focal_point, secretary, now):
    pledge = make_pledge("published")
    actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"end": "2030"}, by=focal_point, at=now, base_version=9)
    actions.submit_revision(pledge, by=focal_point, at=now)
    assert list(WebhookEvent.objects.values_list("type", flat=True)) == ["pledge.published"]
    actions.accept_revision(pledge, by=secretary, at=now)
    assert list(WebhookEvent.objects.values_list("type", flat=True)) == ["pledge.revised", "pledge.published"]


def test_what_is_undone_is_told_to_nobody(listening, make_pledge, secretary, now):
    pledge = make_pledge("accepted")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        actions.publish_now(pledge, by=secretary, at=now)
        assert WebhookEvent.objects.count() == 1
        raise ZeroDivisionError
    assert WebhookEvent.objects.count() == Delivery.objects.count() == 0


def test_an_event_stands_in_the_queue_exactly_once_for_each_address(listening, focal_point, make_pledge, now):
    api_actions.add_webhook("https://other.example.org/", ["pledge.withdrawn"], by=focal_point, at=now)
    api_actions.add_webhook("https://third.example.org/", ["pledge.published"], by=focal_point, at=now)
    make_pledge("published")
    urls = Delivery.objects.values_list("endpoint__url", flat=True)
    assert sorted(urls) == [URL, "https://third.example.org/"]
    assert WebhookEvent.objects.count() == 1


def test_drafts_embargoes_and_imports_are_told_to_nobody(listening, make_pledge, make_organisation):
    for state in ("draft", "submitted", "changes_requested", "declined", "embargoed", "accepted"):
        make_pledge(state)
    put(varied([make_organisation("Imported Fund"), make_organisation("Other Fund")], 3))
    assert WebhookEvent.objects.count() == 0


def test_it_is_tried_again_later_each_time_and_then_a_person_decides(listening, make_pledge, focal_point, now):
    make_pledge("published")
    receiver, moment = Receiver(*[NotFetched("No answer in time.")] * 5, *[500] * 50), now
    for _n in range(len(delivering.PAUSES) + 3):
        moment = max(moment, Delivery.objects.get().due_at)
        delivering.deliver_due(moment, post=receiver)
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("failed", len(delivering.PAUSES) + 1)
    assert {headers["webhook-id"] for _u, _b, headers in receiver.got} == {delivery.event.message_id}
    assert [t.said for t in delivery.tries.order_by("pk")][4:6] == ["No answer in time.", "said"]
    api_actions.send_again(delivery, by=focal_point, at=moment)
    assert delivering.deliver_due(moment, post=Receiver()) == 1


def test_an_address_that_is_gone_or_silent_for_days_is_stopped_and_its_account_told(
    listening, make_pledge, focal_point, now
):
    endpoint, _secret = listening
    make_pledge("published")
    delivering.deliver_due(now + timedelta(minutes=1), post=Receiver(410))
    endpoint.refresh_from_db()
    assert (endpoint.state, Delivery.objects.get().state) == ("failed", "failed")
    assert OutgoingMail.objects.get(kind="api/webhook_stopped").to == focal_point.email
    api_actions.move_webhook(endpoint, "resume", by=focal_point, at=now)
    make_pledge("published", title="Another")
    delivering.deliver_due(now + timedelta(minutes=1), post=Receiver(500))
    delivering.deliver_due(now + timedelta(days=6), post=Receiver(500))
    endpoint.refresh_from_db()
    assert endpoint.state == "failed"


def test_a_worker_that_was_killed_lets_go_of_what_it_was_sending(listening, make_pledge, now):
    make_pledge("published")
    (claimed,) = delivering.claim(now + timedelta(minutes=1))
    assert delivering.claim(now + timedelta(minutes=1)) == []
    Delivery.objects.update(lease_until=now)
    again = Receiver()
    assert delivering.deliver_due(now + timedelta(minutes=5), post=again) == 1
    assert again.got[0][2]["webhook-id"] == claimed.event.message_id


def test_a_paused_address_is_told_nothing_of_what_happens_meanwhile(listening, make_pledge, focal_point, now):
    api_actions.move_webhook(listening[0], "pause", by=focal_point, at=now)
    make_pledge("published")
    assert Delivery.objects.count() == 0


def test_no_private_network_is_asked(monkeypatch):
    """The wall itself: tests/base/test_fetching.py."""
    found = [(2, 1, 6, "", ("93.184.215.14", 443)), (2, 1, 6, "", ("169.254.169.254", 443))]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *a, **k: found)
    with pytest.raises(NotFetched, match="no public address"):
        delivering.post(URL, b"{}", {})


def test_a_machine_that_answers_is_heard(settings):
    """A real request over a real socket, where private networks are allowed; a redirect is not followed."""
    import threading
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(302 if self.path == "/away" else 204)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()

        def log_message(self, *_words):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        address = f"http://127.0.0.1:{server.server_port}"
        with pytest.raises(NotFetched):
            delivering.post(address, b"{}", {})
        settings.FETCH_PRIVATE = True
        assert delivering.post(address, b"{}", {}).status == 204
        assert delivering.post(f"{address}/away", b"{}", {}).status == 302
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "url", ["http://example.org/", "https://", "ftp://example.org/", "https://a:b@example.org/", "https://exa mple.org/",
            "https://example.org:99999/", "javascript:alert(1)", "https://[::1/", "https://example.org/#x"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(url, sign_in, focal_point):
    page = sign_in(focal_point).post("/my/webhooks/", {"url": url})
    assert (page.status_code, WebhookEndpoint.objects.count()) == (422, 0)


def test_the_pages_of_an_address(sign_in, focal_point, make_person, make_pledge, now):
    browser = sign_in(focal_point)
    page = browser.post("/my/webhooks/", {"url": URL, "types": ["pledge.published"]})
    endpoint = WebhookEndpoint.objects.get()
    secret = signing.secret_of(endpoint)
    assert secret in page.content.decode()
    make_pledge("published")
    delivering.deliver_due(now + timedelta(minutes=1), post=Receiver(500))
    shown = browser.get(f"/my/webhooks/{endpoint.pk}/").content.decode()
    assert secret not in shown
    assert ">500<" in shown
    browser.post(f"/my/webhooks/{endpoint.pk}/test/")
    assert json.loads(WebhookEvent.objects.first().body)["type"] == "webhook.test"
    other = browser.post(f"/my/webhooks/{endpoint.pk}/new_secret/").content.decode()
    endpoint.refresh_from_db()
    assert signing.secret_of(endpoint) in other
    assert signing.secret_of(endpoint) != secret
    stranger = sign_in(make_person())
    for path in ("", "pause/", "remove/", "new_secret/", "test/"):
        ask = stranger.post if path else stranger.get
        assert ask(f"/my/webhooks/{endpoint.pk}/{path}").status_code == 404
    sign_in(focal_point).post(f"/my/webhooks/{endpoint.pk}/remove/")
    assert sign_in(focal_point).get(f"/my/webhooks/{endpoint.pk}/").status_code == 404
