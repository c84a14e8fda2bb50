"""What waits for its announcement leaks by no page, file, feed, answer or ETag of a meeting; once announced it is there."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kept.meetings import actions
from kept.meetings.models import Document, DocumentFile, Session, SessionPledge, SessionViewer
from kept.pledges import actions as pledge_actions
from kept.registry import page_cache
from tests.meetings import making

pytestmark = pytest.mark.django_db
CANARY = b"qwyjibo"


def surfaces(code: str) -> list[str]:
    """Every address of the meeting at which readers and machines look."""
    page = "/meetings/annual-meeting/"
    found = ["/meetings/", page, f"{page}programme/", f"{page}programme/?view=grid", f"{page}programme/?view=people"]
    found += [
        f"{page}programme/{code}/",
        f"{page}speakers/",
        f"{page}practical/",
        f"{page}documents/",
        f"{page}highlights/",
    ]
    found += [f"{page}live/", f"{page}programme.ics", f"{page}programme.ics?session={code}", f"{page}schedule.json"]
    found += [f"{page}schedule.xml", f"{page}changes.atom", "/embed/meetings/annual-meeting/", "/api/v1/meetings"]
    found += ["/api/v1/meetings/annual-meeting", "/api/v1/meetings/annual-meeting/programme"]
    return found + [f"/ar{page}", f"/fr{page}programme/{code}/"]


def look(client, addresses: list[str]) -> dict[str, tuple]:
    page_cache.memory.forget()
    seen = {}
    for address in addresses:
        response = client.get(address)
        assert response.status_code == 200, address
        seen[address] = (response.content, response.headers.get("ETag"))
    return seen


@pytest.fixture
def waiting(make_pledge, make_organisation, make_member):
    """A pledge that is accepted and hidden until it is announced."""
    hidden = make_organisation("Qwyjibo Agency", country="TUV")
    owner = make_member(hidden, email="qwyjibo@example.org")
    return make_pledge("embargoed", by=owner, lead=hidden, title="Qwyjibo bridge", summary="The qwyjibo is a bridge.")


def test_a_pledge_that_waits_for_its_announcement_leaves_no_trace(client, programme, secretary, waiting, now):
    opening = Session.objects.get(titles__en="Opening")
    addresses = surfaces(opening.code)
    before = look(client, addresses)
    SessionPledge.objects.create(session=opening, pledge=waiting, purpose="announce")
    SessionViewer.objects.create(
        session=opening, name="Qwyjibo Viewer", email="qwyjibo@example.org", function="moderator"
    )
    document = Document.objects.create(meeting=programme, session=opening, titles={"en": "Qwyjibo"})
    kept = default_storage.save("meetings/documents/q.txt", ContentFile(b"qwyjibo"))
    DocumentFile.objects.create(document=document, file=kept, name="qwyjibo.txt", media_type="text/plain", size=7,
                                sha256="0" * 64)  # fmt: skip
    Session.objects.filter(pk=opening.pk).update(note="qwyjibo, says the team")
    hidden = making.speaker("Qwyjibo Speaker", by=secretary, released=False)
    actions.give_role(opening, hidden, "panellist", by=secretary, at=now)
    assert look(client, addresses) == before
    assert not [address for address, (body, _etag) in before.items() if CANARY in body.lower()]
    assert client.get(f"/meetings/documents/{document.pk}/en/1/").status_code == 404


def test_once_it_is_announced_it_stands_where_it_was_said(client, programme, secretary, waiting, now):
    opening = Session.objects.get(titles__en="Opening")
    SessionPledge.objects.create(session=opening, pledge=waiting, purpose="announce")
    pledge_actions.announce_pledge(waiting, by=secretary, at=now)
    page = client.get(f"/meetings/annual-meeting/programme/{opening.code}/").content
    assert CANARY in page.lower()
    (first, *_rest) = client.get("/api/v1/meetings/annual-meeting/programme").json()["results"]
    waiting.refresh_from_db()
    assert first["pledges"] == [waiting.reference]
