"""What speakers show: handed in by the personal link with versions, taken by the team, public when it is released."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import MailState, OutgoingMail
from kept.meetings.actions import inviting, presentations, speaking
from kept.meetings.models import Document, Meeting, Presentation, Session, SessionRole
from kept.meetings.permissions import SpeakerByLink
from kept.meetings.slides import examined_slides
from kept.people.models import Link
from kept.registry import page_cache
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting/presentations/"


@pytest.fixture
def panel(programme, now):
    """The panel of a meeting that asks for presentations until ten days before it."""
    until = programme.starts_at - timedelta(days=10)
    Meeting.objects.filter(pk=programme.pk).update(presentations_until=until)
    return Session.objects.select_related("meeting").get(titles__en="Displaced people")


@pytest.fixture
def role(panel, secretary, now):
    made = inviting.enter_speaker(
        panel, "panellist", name="Odile Marchfield", email="odile@example.org", language="fr", remote=False,
        by=secretary, at=now,
    )  # fmt: skip
    inviting.invite(panel.meeting, made.profile, by=secretary, at=now)
    return speaking.confirm_role(made, by=SpeakerByLink(made.profile_id), at=now)


@pytest.fixture
def page(role):
    return f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"


def slides(name: str = "talk.pptx", inside: str = "ppt/presentation.xml", mark: bytes = b"one") -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(inside, mark)
    return SimpleUploadedFile(name, out.getvalue())


def given(role: SessionRole, **more) -> dict:
    return {
        "role": role.pk,
        "title": "Lakes and masts",
        "language": "fr",
        "file": slides(),
        "may_be_public": "on",
    } | more


def test_versions_are_handed_in_by_the_link_and_the_newest_is_taken(client, desk, page, role, panel):
    client.post(page + "presentation/", given(role))
    client.post(page + "presentation/", given(role, title="Lakes, masts and roads", file=slides(mark=b"two")))
    first, second = Presentation.objects.order_by("version")
    assert (first.version, second.version, second.name, second.late) == (1, 2, "talk.pptx", False)
    assert desk.get(DESK).context["to_take"] == 1
    desk.post(DESK, {"verb": "take", "pk": second.pk})
    document = Document.objects.get(session=panel)
    assert (document.kind, document.titles, document.public_from) == (
        "presentation", {"fr": "Lakes, masts and roads"}, None,
    )  # fmt: skip
    client.post(page + "presentation/", given(role, file=slides(mark=b"three")))
    desk.post(DESK, {"verb": "take", "pk": Presentation.objects.first().pk})
    assert [file.version for file in Document.objects.get(session=panel).files.all()] == [2, 1]


def test_readers_have_it_when_it_is_released_and_the_speaker_agreed(client, desk, page, role, panel, secretary):
    now = timezone.now()
    for more in ({}, {"may_be_public": ""}):
        client.post(page + "presentation/", given(role, **more))
        presentations.take(Presentation.objects.first(), by=secretary, at=now)
        version = Presentation.objects.first().version
        address = f"/meetings/documents/{Document.objects.get().pk}/fr/{version}/"
        session_page = f"/meetings/annual-meeting/programme/{panel.code}/"
        shown = []
        for since in ("", "2026-01-01T10:00"):
            desk.post(DESK, {"verb": "release", "session": panel.code, f"{panel.code}-since": since})
            page_cache.memory.forget()
            shown.append((Client().get(address).status_code, "Lakes and masts" in text_of(Client().get(session_page))))
        agreed = more == {}
        assert shown == [(404, False), (200, True) if agreed else (404, False)]


def test_a_version_that_nobody_took_is_seen_by_its_speaker_and_the_team_alone(
    client, desk, page, role, sign_in, make_person
):
    client.post(page + "presentation/", given(role))
    one = Presentation.objects.get()
    own = f"{page}presentation/{one.pk}"
    assert client.get(own).status_code == 200
    assert client.get(own.replace(Link.objects.get(purpose="speak").token, "x" * 43)).status_code == 404
    assert desk.get(f"/meetings/presentations/{one.pk}").status_code == 200
    stranger = sign_in(make_person())
    assert stranger.get(f"/meetings/presentations/{one.pk}").status_code == 404
    assert stranger.get(DESK).status_code == 404


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (slides("talk.docx", "word/document.xml"), "This is no presentation that we can show."),
        (slides(inside="ppt/vbaProject.bin"), "This is no presentation that we can show."),
        (SimpleUploadedFile("talk.pdf", b""), "empty"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(client, page, role, file, words):
    assert words in text_of(client.post(page + "presentation/", given(role, file=file)))
    assert not Presentation.objects.exists()


def test_after_the_deadline_it_is_late_and_after_the_meeting_refused(role, panel, secretary):
    found = {"title": "T", "language": "en", "remark": "", "may_be_public": True}
    late = presentations.hand_in(role, examined_slides(slides()), **found, by=secretary,
                                 at=panel.meeting.starts_at - timedelta(days=1))  # fmt: skip
    assert late.late
    with pytest.raises(Refused):
        presentations.hand_in(role, examined_slides(slides()), **found, by=secretary, at=panel.meeting.ends_at)
    with pytest.raises(NotAllowed):
        presentations.show_nothing(role, by=SpeakerByLink(0), at=late.added_at)


def reminded(at) -> tuple[int, int]:
    """How many mails a run at this instant wrote, and how many wait or went in all."""
    return presentations.remind_of_presentations(at), OutgoingMail.objects.filter(kind="meetings/presentation").count()


def test_reminders_come_by_plan_each_once_until_it_is_handed_in(client, page, role, panel):
    until = Meeting.objects.get(pk=panel.meeting_id).presentations_until
    ran = [reminded(until - timedelta(days=days)) for days in (15, 14, 13, 3)]
    assert ran == [(0, 0), (1, 1), (0, 1), (1, 2)]
    mail = OutgoingMail.objects.filter(kind="meetings/presentation").first()
    assert (mail.to, mail.language) == ("odile@example.org", "fr")
    client.post(page + "presentation/", given(role))
    states = set(OutgoingMail.objects.filter(kind="meetings/presentation").values_list("state", flat=True))
    assert states == {MailState.CANCELLED}
    assert reminded(until - timedelta(days=1)) == (0, 2)


def test_who_shows_nothing_is_asked_no_more(client, desk, page, role, panel):
    assert [place["owes"] for group in desk.get(DESK).context["groups"] for place in group["places"]].count(True) == 2
    client.post(page + "presentation/", {"verb": "nothing", "role": role.pk})
    assert "You said that you show nothing." in text_of(client.get(page + "presentation/"))
    until = Meeting.objects.get(pk=panel.meeting_id).presentations_until
    presentations.remind_of_presentations(until - timedelta(days=1))
    assert not OutgoingMail.objects.filter(kind="meetings/presentation", to="odile@example.org").exists()


def test_the_team_hands_in_what_it_was_sent(desk, role):
    desk.post(f"{DESK}{role.pk}/", given(role))
    assert Presentation.objects.get().role == role
