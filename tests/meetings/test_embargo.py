"""Who may know what a session will announce: named people by a link of their own; each look is kept; it can be taken back."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kept.base import history
from kept.base.lifecycle import Refused
from kept.base.models import OutgoingMail
from kept.meetings.actions import embargo
from kept.meetings.models import Document, DocumentFile, Session, SessionPledge, SessionViewer

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(programme):
    return Session.objects.get(titles__en="Opening")


@pytest.fixture
def waiting(make_pledge):
    return make_pledge("embargoed", title="Qwyjibo bridge", summary="The qwyjibo is a bridge.")


@pytest.fixture
def viewer(session, waiting, secretary, now):
    """An interpreter who was named for the opening, which announces a pledge."""
    embargo.attach_pledge(session, waiting, "announce", by=secretary, at=now)
    return embargo.name_viewer(
        session,
        name="Ines Interpreter",
        email="ines@example.org",
        function="interpreter",
        language="es",
        by=secretary,
        at=now,
    )


def test_the_link_goes_out_in_the_persons_language_and_asks_for_a_click(client, viewer, session):
    mail = OutgoingMail.objects.get(kind="meetings/viewer")
    assert (mail.to, mail.language) == ("ines@example.org", "es")
    assert f"/es/meetings/viewing/{viewer.token}/" in mail.text
    page = client.get(f"/meetings/viewing/{viewer.token}/")
    assert b"qwyjibo" not in page.content.lower()
    assert not [entry for entry in history.of("session", session.pk) if entry.verb == "look"]


def test_the_click_shows_and_is_kept(client, viewer, session, waiting):
    page = client.post(f"/meetings/viewing/{viewer.token}/")
    assert b"Qwyjibo bridge" in page.content
    assert "no-store" in page["Cache-Control"]
    looks = [entry.data for entry in history.of("session", session.pk) if entry.verb == "look"]
    assert looks == [{"viewer": viewer.pk, "of": "Ines Interpreter", "pledges": [waiting.pk]}]


def test_what_was_taken_back_answers_no_more(client, viewer, secretary, now):
    embargo.revoke_viewer(viewer, by=secretary, at=now)
    address = f"/meetings/viewing/{viewer.token}/"
    assert (client.get(address).status_code, client.post(address).status_code) == (404, 404)


def test_interpreters_get_the_documents_first(client, viewer, session):
    document = Document.objects.create(meeting=session.meeting, session=session, titles={"en": "Speech"})
    kept = default_storage.save("meetings/documents/s.txt", ContentFile(b"qwyjibo"))
    DocumentFile.objects.create(document=document, file=kept, name="speech.txt", media_type="text/plain", size=7,
                                sha256="0" * 64)  # fmt: skip
    address = f"/meetings/documents/{document.pk}/en/1/"
    assert client.get(address).status_code == 404
    assert client.get(address, {"viewer": "no-such-token"}).status_code == 404
    assert client.get(address, {"viewer": viewer.token}).getvalue() == b"qwyjibo"


def test_the_desk_attaches_names_and_takes_back(desk, session, waiting, make_pledge):
    page = f"/desk/meetings/annual-meeting/sessions/{session.code}/pledges/"
    desk.post(page, {"verb": "attach", "reference": waiting.key, "purpose": "announce"})
    desk.post(page, {"verb": "attach", "reference": make_pledge("published").reference, "purpose": "about"})
    assert list(SessionPledge.objects.values_list("purpose", flat=True)) == ["announce", "about"]
    desk.post(
        page, {"verb": "name", "name": "Ines", "email": "ines@example.org", "function": "interpreter", "language": "fr"}
    )
    named = SessionViewer.objects.get()
    desk.post(page, {"verb": "revoke", "pk": named.pk})
    named.refresh_from_db()
    assert named.revoked_at is not None
    desk.post(page, {"verb": "detach", "pk": SessionPledge.objects.first().pk})
    assert SessionPledge.objects.count() == 1
    assert desk.get(page).status_code == 200


def test_a_session_is_not_about_what_nobody_may_know(session, waiting, make_pledge, secretary, now):
    with pytest.raises(Refused):
        embargo.attach_pledge(session, waiting, "about", by=secretary, at=now)
    with pytest.raises(Refused):
        embargo.attach_pledge(session, make_pledge("submitted"), "announce", by=secretary, at=now)
