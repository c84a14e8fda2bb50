"""What is not public stands in no public byte: drafts, embargoes, refused texts, contacts, quiet organisations."""

from __future__ import annotations

import re

import pytest

from kept.pledges import actions
from kept.pledges.models import Message, Translation, TranslationState
from tests.registry.test_pages import PREFIXES

pytestmark = pytest.mark.django_db
CANARY = "zilpzalpfeder"
PUBLIC = """
    / /pledges/ /pledges/?q={canary}x /pledges/?view=table /organisations/ /organisations/?q={canary}x
    /organisations/lake-networks/ /counter/ /data/ /embed/counter/ /nothing/ /pledges/{public}/?text=fr
    /log/checkpoint /log/key /log/tile/entries/000.p/1 /pledges/{public}/receipt.json
    /pledges/{public}/revisions/1.json /pledges/{public}/revisions/2.json /pledges/{public}/revisions/1.fr.json
    /pledges/feed.atom /pledges/export.csv /pledges/export.json /pledges/export.xml /api/v1/docs /api/v1/openapi.json
    /api/v1/counter /api/v1/progress /api/v1/organisations /api/v1/pledges /api/v1/pledges?country=TUV /api/v1/pledges?q=Secret
    /api/v1/pledges/{public} /api/v1/pledges/{public}/history /data/catalogue.jsonld /data/catalogue.ttl
    /data/dictionary.json /data/schemas/pledge-document.json /pledges/export.csv-metadata.json
    /wrong/?page=/pledges/{public}/ /pledges/watch/?q=Secret /pledges/watch/?organisation=quiet-fund
"""
ELSEWHERE = ("/static", "/accounts", "/desk", "/my")


@pytest.fixture
def secrets(make_pledge, make_organisation, make_member, secretary, focal_point, now):
    """One public pledge with secrets around it, and a pledge in every state that nobody may know of."""
    quiet = make_organisation(f"Quiet {CANARY} Fund", country="WSM")
    member = make_member(quiet, email="quiet@example.org")
    texts = dict(
        title=f"Secret {CANARY}",
        summary=CANARY,
        description=CANARY,
        occasion=CANARY,
        targets=("TUV",),
        beneficiaries=("youth",),
    )
    hidden = [
        make_pledge(state, **texts)
        for state in ("draft", "submitted", "changes_requested", "declined", "embargoed", "accepted")
    ]
    hidden += [make_pledge(state, lead=quiet, by=member, **texts) for state in ("draft", "embargoed")]
    public = make_pledge("published")
    public.contact_name, public.contact_email = f"Contact {CANARY}", f"{CANARY}@example.org"
    public.save()
    Message.objects.create(pledge=public, by=secretary, by_name=CANARY, internal=True, text=CANARY)
    text = actions.begin_revision(public, by=focal_point, at=now)
    text.content = {**text.content, "summary": CANARY}
    text.save()
    actions.submit_revision(public, by=focal_point, at=now, reason=CANARY)
    Translation.objects.create(pledge=public, n=1, language="fr", title=CANARY, state=TranslationState.WRITTEN)
    return hidden, public


def body(client, address: str) -> str:
    response = client.get(address, follow=False)
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return " ".join([content.decode("utf-8", "replace"), *map(str, response.headers.values())])


@pytest.mark.any_database
def test_no_public_byte_knows_of_it(client, secrets):
    hidden, public = secrets
    start = [address.format(public=public.reference, canary=CANARY) for address in PUBLIC.split()]
    for pledge in hidden:
        start += [f"{prefix}/pledges/{pledge.key}/" for prefix in PREFIXES]
        start += [f"/pledges/{pledge.key}/{rest}" for rest in ("receipt.json", "revisions/1.json", "revisions/1/")]
        start += [f"/api/v1/pledges/{pledge.key}", f"/api/v1/pledges/{pledge.key}/history"]
    seen, waiting = set(), [*start, *(prefix + "/" for prefix in PREFIXES)]
    while waiting and len(seen) < 400:
        address = waiting.pop(0)
        if address in seen:
            continue
        seen.add(address)
        text = body(client, address)
        mirrored = f"{CANARY}x"  # what was asked for is said again, nothing else
        assert CANARY not in text.replace(mirrored, ""), address
        if "/pledges/?" not in address and "/api/" not in address:
            waiting += [
                a
                for a in re.findall(r'href="(/[^"#]*)', text)
                if not a.startswith(("/static", "/accounts", "/desk", "/my"))
            ]
    assert len(seen) > 150


def test_no_number_knows_of_it(client, secrets):
    hidden, public = secrets
    counter = client.get("/api/v1/counter").json()
    assert (counter["pledges"], counter["organisations"], counter["countries"], counter["countries_reached"]) == (
        1,
        1,
        1,
        1,
    )
    numbers = client.get("/api/v1/pledges").json()["facets"]
    assert "TUV" not in numbers["country"]
    assert numbers["beneficiary"]["youth"] == 0
    assert sum(numbers["status"].values()) == 1
    assert client.get("/api/v1/organisations").json()["count"] == 1


def test_what_may_not_be_seen_answers_like_what_is_not_there(client, secrets):
    hidden, _public = secrets
    nothing = client.get("/pledges/0123456789abcdef01234567/")
    for pledge in hidden:
        answer = client.get(f"/pledges/{pledge.key}/")
        assert answer.status_code == nothing.status_code == 404
        assert len(answer.content) == len(nothing.content)
    assert client.get("/organisations/quiet-zilpzalpfeder-fund/").status_code == 404
    assert client.get("/api/v1/organisations/quiet-zilpzalpfeder-fund").status_code == 404
    selected = client.get("/api/v1/pledges?organisation=quiet-zilpzalpfeder-fund")
    invented = client.get("/api/v1/pledges?organisation=nobody-at-all")
    assert selected.status_code == invented.status_code == 400


def test_no_dump_mail_or_webhook_knows_of_it(secrets, make_person, focal_point, now):
    """A search for everything and a webhook for everything, there before: what happened to the secrets is told to nobody."""
    from datetime import UTC, timedelta

    from kept.api.models import WebhookEvent
    from kept.base.models import OutgoingMail
    from kept.registry import actions as registry
    from kept.registry import watching
    from kept.registry.models import NewPledge
    from kept.registry.selection import Selection

    hidden, public = secrets
    registry.save_search(Selection(), at=now, frequency="at_once", by=make_person("watcher@example.net"))
    assert [new.pledge_id for new in NewPledge.objects.all()] == [public.pk]
    watching.tell_due(now + timedelta(hours=1))
    told = OutgoingMail.objects.filter(to="watcher@example.net")
    assert not told.filter(text__contains=CANARY).exists()
    assert not WebhookEvent.objects.filter(body__contains=CANARY).exists()
    for dump in registry.dump_day(now.astimezone(UTC).date(), at=now):
        data = dump.file.read()
        if dump.ending.endswith(".gz"):
            import gzip

            data = gzip.decompress(data)
        assert CANARY.encode() not in data
        assert dump.pledges == 1


def test_at_its_announcement_it_is_there_at_once(client, secrets, secretary, now):
    hidden, _public = secrets
    client.get("/pledges/")
    before = client.get("/api/v1/counter").json()["pledges"]
    actions.announce_pledge(hidden[4], by=secretary, at=now)
    assert client.get("/api/v1/counter").json()["pledges"] == before + 1
    assert CANARY in client.get("/pledges/").content.decode()
