"""Interpreters and captioners are people of a session: asked, told first, seen where they clash, never named in public."""

from __future__ import annotations

import pytest

from kept.base import history
from kept.base.lifecycle import Refused
from kept.base.models import OutgoingMail
from kept.meetings import clashing, conflicts
from kept.meetings.actions import embargo, inviting, speaking
from kept.meetings.actions.scheduling import place, working_version
from kept.meetings.models import Availability, Session, SessionRole, SessionViewer
from kept.meetings.permissions import SpeakerByLink
from kept.people.models import Link
from tests.meetings import making
from tests.meetings.test_canary import surfaces
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting/speakers/"


@pytest.fixture
def panel(programme):
    return Session.objects.get(titles__en="Displaced people")


@pytest.fixture
def serve(panel, secretary, now):
    """Somebody entered to interpret into French, or what is said instead."""

    def made(kind="interpreter", session=panel, languages=("fr",), email="ines@example.org"):
        return inviting.enter_speaker(
            session, kind, name="Ines Boothby", email=email, language="es", remote=False, languages=languages,
            by=secretary, at=now,
        )  # fmt: skip

    return made


def clashes(meeting) -> list[tuple[str, str]]:
    found = clashing.findings(meeting, working_version(meeting))
    return [(one.conflict.kind, one.conflict.what) for one in found]


def test_the_desk_enters_an_interpreter_with_languages(desk, panel):
    desk.post(DESK + "new/", {
        "session": panel.pk, "kind": "interpreter", "name": "Ines Boothby", "email": "ines@example.org",
        "language": "es", "languages": ["fr", "ar"],
    })  # fmt: skip
    role = SessionRole.objects.get(kind="interpreter")
    assert (role.languages, role.serves) == (["fr", "ar"], True)
    line = next(one for one in desk.get(DESK).context["lines"] if one["name"] == "Ines Boothby")
    assert (line["roles"][0]["languages"], line["serves"]) == ("Français, العربية", True)


def test_the_one_who_says_yes_gets_pledges_and_documents_first(client, programme, serve, panel, secretary, now):
    role = serve()
    inviting.invite(programme, role.profile, by=secretary, at=now)
    invitation = OutgoingMail.objects.get(kind="meetings/invitation")
    assert invitation.language == "es"
    assert not SessionViewer.objects.exists(), "nobody sees anything before a yes"
    page = f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"
    client.post(page, {"verb": "confirm", "role": role.pk})
    viewer = SessionViewer.objects.get()
    assert (viewer.role_id, viewer.function, viewer.email, viewer.language) == (
        role.pk, "interpreter", "ines@example.org", "es",
    )  # fmt: skip
    assert f"/meetings/viewing/{viewer.token}/" in client.get(page).content.decode()
    assert OutgoingMail.objects.filter(kind="meetings/viewer", to="ines@example.org").count() == 1
    client.post(f"/meetings/viewing/{viewer.token}/")
    looks = [entry.data["of"] for entry in history.of("session", panel.pk) if entry.verb == "look"]
    assert looks == ["Ines Boothby"]


def test_it_ends_with_the_place_and_what_was_taken_back_does_not_come_again(serve, secretary, now, client):
    role = serve()
    role = speaking.confirm_role(role, by=SpeakerByLink(role.profile_id), at=now)
    viewer = role.viewings.get()
    assert client.get(f"/meetings/viewing/{viewer.token}/").status_code == 200
    own = SpeakerByLink(role.profile_id)
    role = speaking.decline_role(role, by=own, at=now)
    assert client.get(f"/meetings/viewing/{viewer.token}/").status_code == 404
    role = speaking.confirm_role(role, by=own, at=now)
    assert role.viewings.filter(revoked_at=None).count() == 0, "the desk names them again, nobody else"
    assert embargo.let_know(role, by=secretary, at=now).revoked_at is None


def test_a_moderator_is_told_by_the_desk_alone(desk, panel, serve, secretary, now):
    moderator = serve("moderator")
    page = f"/desk/meetings/annual-meeting/sessions/{panel.code}/pledges/"
    assert desk.get(page).context["unnamed"] == [moderator]
    desk.post(page, {"verb": "let_know", "pk": moderator.pk})
    assert SessionViewer.objects.get().role == moderator
    assert desk.get(page).context["unnamed"] == []
    assert desk.post(page, {"verb": "let_know", "pk": 0}).status_code == 404
    with pytest.raises(Refused):
        embargo.let_know(serve("panellist"), by=secretary, at=now)


def test_they_are_named_nowhere_in_public(client, programme, serve, panel, now):
    role = serve()
    own = SpeakerByLink(role.profile_id)
    speaking.confirm_role(role, by=own, at=now)
    speaking.release_profile(role.profile, by=own, at=now)
    pages = [client.get(address).content for address in surfaces(panel.code)]
    assert (any(b"Heronsworth" in page for page in pages), [page for page in pages if b"Boothby" in page]) == (True, [])
    assert client.get(f"/meetings/speakers/{role.profile.slug}/").status_code == 404


def test_nothing_but_a_telephone_and_a_signature_is_missing_of_them(client, programme, serve, secretary, now):
    role = serve()
    inviting.invite(programme, role.profile, by=secretary, at=now)
    page = text_of(client.get(f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"))
    assert "Biography" not in page
    assert "Telephone for the worst case" in page
    assert "The programme does not name you." in page


def test_an_interpreter_in_two_places_and_beyond_their_hours_is_seen(programme, serve, panel, secretary, now):
    other = making.session(programme, "Side event", "15:20", 30, by=secretary, where=making.room(programme, "Room B"))
    role, _second = serve(), serve(session=other)
    assert clashes(programme) == [(conflicts.PERSON, "Ines Boothby")]
    place(other, room=programme.rooms.last(), day=making.DAY, start=making.time(16), minutes=30, by=secretary, at=now)
    Availability.objects.create(meeting=programme, profile=role.profile, day=making.DAY, starts="12:00", ends="16:15")
    assert clashes(programme) == [(conflicts.AVAILABILITY, "Ines Boothby")]


def test_a_language_that_nobody_of_those_named_works_into_is_missing(programme, serve, panel):
    Session.objects.filter(pk=panel.pk).update(interpretation=["fr", "ar"], captions=["en"])
    assert clashes(programme) == [], "nothing was entered, nothing is missing"
    serve()
    serve("captioner", languages=())
    assert clashes(programme) == [(conflicts.INTERPRETATION, "ar")]
