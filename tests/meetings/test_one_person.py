"""Assistants act for a speaker by a link of their own; two profiles of one person become one, and two again."""

from __future__ import annotations

import pytest

from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused
from kept.base.models import OutgoingMail
from kept.meetings import notices, trail
from kept.meetings.actions import acting, inviting, one_person, speaking
from kept.meetings.models import (
    Assistant,
    Profile,
    ProfileMerge,
    RoleState,
    Session,
    SessionRole,
    Speaking,
)
from kept.meetings.permissions import SpeakerByLink
from kept.meetings.readiness import people_at
from kept.people.models import Link
from tests.meetings import making
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting/speakers/"


@pytest.fixture
def panel(programme):
    return Session.objects.get(titles__en="Displaced people")


@pytest.fixture
def enter(secretary, now, panel):
    def made(name="Odile Marchfield", email="odile@example.org", session=panel, kind="panellist"):
        role = inviting.enter_speaker(session, kind, name=name, email=email, language="fr", remote=False,
                                      by=secretary, at=now)  # fmt: skip
        inviting.invite(session.meeting, role.profile, by=secretary, at=now)
        return SessionRole.objects.select_related("profile", "session__meeting").get(pk=role.pk)

    return made


@pytest.fixture
def role(enter):
    return enter()


@pytest.fixture
def own(role):
    return f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"


@pytest.fixture
def theirs(client, own, role):
    """The page as the minister's assistant has it."""
    client.post(own + "assistants/", {"name": "Ada Quillon", "email": "ada@example.org", "language": "en"})
    return f"/meetings/speaking/{Link.objects.get(purpose='speak_for').token}/"


def said(role, *, team: bool) -> list[str]:
    person = people_at(role.session.meeting, role.profile)[0]
    return [str(entry["title"]) for entry in trail.deeds(person, "en", for_the_team=team)]


def test_an_assistant_acts_by_a_link_of_their_own_and_what_they_do_is_shown_as_theirs(client, own, theirs, role):
    mail = OutgoingMail.objects.get(kind="meetings/assistant")
    assert (mail.to, "Odile Marchfield" in mail.text) == ("ada@example.org", True)
    token = theirs.split("/")[-2]
    assert "You act for Odile Marchfield." in text_of(client.get(f"/l/{token}/"))
    assert client.post(f"/l/{token}/").url == theirs
    client.post(theirs, {"verb": "confirm", "role": role.pk})
    assert SessionRole.objects.get(pk=role.pk).state == RoleState.CONFIRMED
    client.post(own, {"verb": "decline", "role": role.pk})
    assert said(role, team=False)[:3] == [
        "Odile Marchfield said no: Displaced people", "Ada Quillon, assistant, said yes: Displaced people",
        "Odile Marchfield let Ada Quillon act for the speaker.",
    ]  # fmt: skip
    assert "Ada Quillon, assistant, said yes" in text_of(client.get(own))


def test_an_assistant_gets_copies_where_the_speaker_said_so_with_their_own_link_and_until_they_are_ended(
    client, desk, own, role, secretary
):
    client.post(own + "assistants/", {"name": "Ada", "email": "ada@example.org", "language": "fr", "copies": "on"})
    client.post(own + "assistants/", {"name": "Bo", "email": "bo@example.org", "language": "en"})
    meeting, at = role.session.meeting, making.MADE
    inviting.remind(meeting, role.profile, by=secretary, at=at)
    original, copy = OutgoingMail.objects.filter(kind="meetings/reminder").order_by("pk")
    ada = Assistant.objects.get(name="Ada")
    theirs = Link.objects.get(purpose="speak_for", subject=str(ada.pk))
    assert (copy.to, copy.language, copy.state) == ("ada@example.org", "fr", original.state)
    assert (theirs.token in copy.text, Link.objects.get(purpose="speak").token in copy.text) == (True, False)
    assert role.profile.name in copy.text.split("--")[-1]
    notices.recall(notices.REMINDER, meeting, role.profile, at=at)  # what stops the one stops the other
    assert set(OutgoingMail.objects.filter(kind="meetings/reminder").values_list("state", flat=True)) == {"cancelled"}
    desk.post(f"{DESK}{role.profile_id}/", {"verb": "stop_copies", "pk": ada.pk})
    inviting.remind(meeting, role.profile, by=secretary, at=at)
    assert OutgoingMail.objects.filter(kind="meetings/reminder").count() == 3
    assert any("ended the copies for Ada" in line for line in said(role, team=True))


def test_an_assistant_signs_nothing_names_nobody_and_sees_nothing_early(
    client, own, theirs, role, panel, now, secretary
):
    signed = client.post(theirs + "release/", {"recording": "on", "signed_name": "Odile Marchfield"})
    assert signed.status_code == 404
    assert not role.profile.recording_releases.exists()
    assert "Only they themselves can sign this." in text_of(client.get(theirs + "release/"))
    assert client.get(theirs + "assistants/").status_code == 404
    with pytest.raises(NotAllowed):
        acting.name_assistant(role.session.meeting, role.profile, name="B", email="b@example.org", language="en",
                              by=SpeakerByLink(role.profile_id, (1, "Ada")), at=now)  # fmt: skip
    booth = inviting.enter_speaker(panel, "interpreter", name="x", email="odile@example.org", language="fr", remote=False,
                                   by=secretary, at=now)  # fmt: skip
    speaking.confirm_role(booth, by=SpeakerByLink(role.profile_id), at=now)
    seen = ["/meetings/viewing/" in client.get(page).content.decode() for page in (own, theirs)]
    assert seen == [True, False]


@pytest.mark.parametrize("by_the_desk", [True, False])
def test_what_was_taken_back_answers_no_more(client, desk, own, theirs, role, by_the_desk):
    one = Assistant.objects.get()
    if by_the_desk:
        assert "Ada Quillon" in text_of(desk.get(f"{DESK}{role.profile_id}/"))
        desk.post(f"{DESK}{role.profile_id}/", {"verb": "revoke_assistant", "pk": one.pk})
    else:
        client.post(own + "assistants/", {"verb": "revoke", "pk": one.pk})
    assert (client.get(theirs).status_code, client.get(own).status_code) == (404, 200)


def test_the_desk_writes_words_for_a_managed_profile_and_shows_it(desk, role):
    page = f"{DESK}{role.profile_id}/"
    desk.post(
        page + "edit/words/", {"name": "Odile Marchfield", "titles_en": "Minister", "biographies_fr": "Née au lac."}
    )
    desk.post(page + "assistants/", {"name": "Ada", "email": "ada@example.org", "language": "en"})
    desk.post(page, {"verb": "show"})
    profile = Profile.objects.get(pk=role.profile_id)
    assert (profile.titles, profile.biographies, profile.released_at is not None) == (
        {"en": "Minister"}, {"fr": "Née au lac."}, True,
    )  # fmt: skip
    assert Assistant.objects.get().named_by is not None
    assert desk.get(page + "edit/release/").status_code == 404, "nobody signs for somebody else"


@pytest.fixture
def double(enter, programme):
    """The same minister once more, by another address, in another session."""
    return enter("O. Marchfield", "minister@example.org", Session.objects.get(titles__en="Opening"), "keynote")


def test_two_profiles_become_one_with_a_trail_and_two_again(desk, client, role, double, secretary):
    speaking.confirm_role(double, by=SpeakerByLink(double.profile_id), at=double.session.changed_at)
    old = Link.objects.filter(purpose="speak").order_by("pk").last()
    page = f"{DESK}{role.profile_id}/"
    assert "O. Marchfield" in text_of(desk.get(page + "merge/"))
    desk.post(page + "merge/", {"other": double.profile_id, "reason": "One minister, two offices."})
    assert set(SessionRole.objects.filter(profile=role.profile).values_list("kind", flat=True)) == {
        "panellist",
        "keynote",
    }
    assert desk.get(f"{DESK}{double.profile_id}/").url == page
    assert "Opening" in text_of(client.get(f"/meetings/speaking/{old.token}/")), "both links lead to the one person"
    speaking.release_profile(role.profile, by=secretary, at=role.session.changed_at)
    assert client.get(f"/meetings/speakers/{double.profile.slug}/").url == f"/meetings/speakers/{role.profile.slug}/"
    assert "One minister, two offices." in text_of(desk.get(page))
    row = ProfileMerge.objects.get()
    desk.post(f"{page}merge/{row.pk}/undo/", {"reason": "They are sisters."})
    assert SessionRole.objects.get(kind="keynote").profile == double.profile
    assert client.get(f"/meetings/speakers/{double.profile.slug}/").status_code == 404
    assert [entry for entry in said(role, team=True) if "person" in entry] == [
        f"{secretary} said that this is another person than O. Marchfield.",
        f"{secretary} said that this is the same person as O. Marchfield.",
    ]


def test_what_cannot_be_merged_is_refused_and_changes_nothing(role, double, enter, secretary, now):
    same_place = enter("Odile M.", "third@example.org")
    merge = one_person.merge_profiles
    with pytest.raises(ReasonOwed):
        merge(double.profile, into=role.profile, reason=" ", by=secretary, at=now)
    with pytest.raises(Refused, match="Displaced people"):
        merge(same_place.profile, into=role.profile, reason="One.", by=secretary, at=now)
    with pytest.raises(Refused):
        merge(role.profile, into=role.profile, reason="One.", by=secretary, at=now)
    row = merge(double.profile, into=role.profile, reason="One.", by=secretary, at=now)
    assert Speaking.objects.filter(profile=double.profile).count() == 1, "one for a meeting: theirs stays behind"
    with pytest.raises(Refused):
        merge(double.profile, into=same_place.profile, reason="One.", by=secretary, at=now)
    again = enter("Once more", "minister@example.org", double.session, "speaker")
    assert again.profile == role.profile, "who writes from the other address is the same person"
    one_person.undo_profile_merge(row, reason="Two.", by=secretary, at=now)
    with pytest.raises(Refused):
        one_person.undo_profile_merge(row, reason="Two.", by=secretary, at=now)
    assert SessionRole.objects.get(pk=again.pk).profile == role.profile, "what came since stays"
