"""Speakers answer by a personal link, without an account; the team sees who said what and what is missing."""

from __future__ import annotations

import io
import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation
from PIL import Image

from kept.base import history
from kept.base.lifecycle import NotAllowed
from kept.base.models import MailState, OutgoingMail
from kept.meetings import privacy
from kept.meetings.actions import inviting, speaking
from kept.meetings.models import (
    Availability,
    Profile,
    ProfilePrivate,
    RecordingRelease,
    RoleState,
    Session,
    SessionRole,
    Speaking,
)
from kept.meetings.permissions import SpeakerByLink
from kept.people.models import Link
from kept.registry import page_cache
from tests.meetings.test_canary import surfaces
from tests.meetings.test_pages import text_of

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting/speakers/"


@pytest.fixture
def panel(programme):
    return Session.objects.get(titles__en="Displaced people")


@pytest.fixture
def role(panel, secretary, now):
    """Somebody planned for the panel, who reads French."""
    return inviting.enter_speaker(
        panel, "panellist", name="Odile Marchfield", email="odile@example.org", language="fr", remote=False,
        by=secretary, at=now,
    )  # fmt: skip


@pytest.fixture
def page(role, programme, secretary, now):
    """The address of her own page, as the mail leads to it."""
    inviting.invite(programme, role.profile, by=secretary, at=now)
    return f"/meetings/speaking/{Link.objects.get(purpose='speak').token}/"


def state(role: SessionRole) -> str:
    return SessionRole.objects.get(pk=role.pk).state


def face(width: int, height: int) -> SimpleUploadedFile:
    """A picture: its left half red, its right half blue."""
    made = Image.new("RGB", (width, height), "blue")
    made.paste("red", (0, 0, width // 2, height))
    out = io.BytesIO()
    made.save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), content_type="image/png")


def test_the_desk_enters_and_invites_by_a_mail_that_waits(desk, programme, panel):
    desk.post(DESK + "new/", {
        "session": panel.pk, "kind": "moderator", "name": "Odile Marchfield", "email": "odile@example.org",
        "language": "ru",
    })  # fmt: skip
    role = SessionRole.objects.get(profile__name="Odile Marchfield")
    assert (role.kind, role.state) == ("moderator", RoleState.PLANNED)
    desk.post(DESK, {"verb": "invite", "who": [role.profile_id]})
    desk.post(DESK, {"verb": "invite", "who": [role.profile_id]})
    mail = OutgoingMail.objects.get(kind="meetings/invitation")
    assert (mail.to, mail.language, mail.state) == ("odile@example.org", "ru", MailState.HELD)
    assert f"/ru/l/{Link.objects.get(purpose='speak').token}/" in mail.text
    assert (state(role), "Odile Marchfield" in text_of(desk.get(DESK))) == (RoleState.INVITED, True)


def test_who_has_an_address_that_is_known_gets_no_second_profile(role, panel, secretary, now):
    words = {"name": "O. Marchfield", "language": "fr", "remote": True, "by": secretary, "at": now}
    again = inviting.enter_speaker(panel, "keynote", email="Odile@Example.org", **words)
    assert (again.profile, Profile.objects.filter(name__contains="Marchfield").count()) == (role.profile, 1)


def test_a_sessions_form_names_its_people_and_adds_one_more(desk, role, panel):
    address = f"/desk/meetings/annual-meeting/programme/{panel.code}/"
    body = desk.get(address).content.decode()
    add = f"{DESK}new/?session={panel.code}"
    assert (f'href="{DESK}{role.profile_id}/"' in body, add in body) == (True, True)
    assert desk.get(add).context["form"]["session"].value() == panel.pk
    who = {"name": "Ines Fairbank", "email": "ines@example.org", "language": "en", "kind": "moderator"}
    assert desk.post(add, who | {"session": panel.pk}).headers["Location"] == address
    named = {one["name"]: str(one["kind"]) for one in desk.get(address).context["people"]}
    assert {"Odile Marchfield": "panellist", "Ines Fairbank": "moderator"}.items() <= named.items()


def test_opening_the_link_changes_nothing_and_one_click_leads_to_the_page(client, page, role):
    token = Link.objects.get(purpose="speak").token
    assert "Annual Meeting" in text_of(client.get(f"/l/{token}/"))
    assert client.post(f"/l/{token}/").url == page
    assert "Displaced people" in text_of(client.get(page))
    assert state(role) == RoleState.INVITED


def test_yes_and_no_without_an_account(client, page, role):
    client.post(page, {"verb": "confirm", "role": role.pk})
    assert state(role) == RoleState.CONFIRMED
    client.post(page, {"verb": "decline", "role": role.pk})
    assert state(role) == RoleState.DECLINED
    verbs = [(e.verb, e.by) for e in history.of("session", role.session_id) if "role" in e.data]
    assert verbs[-2:] == [("confirm_role", None), ("decline_role", None)]


def test_nobody_answers_for_somebody_else(client, page, role):
    other = SessionRole.objects.exclude(profile=role.profile).first()
    assert client.post(page, {"verb": "decline", "role": other.pk}).status_code == 404
    assert client.post(page, {"verb": "promote"}).status_code == 404
    assert client.get(page + "nothing/").status_code == 404
    assert state(other) == RoleState.CONFIRMED


def test_a_link_that_was_closed_answers_no_more(client, desk, page, role, programme):
    desk.post(f"{DESK}{role.profile_id}/", {"verb": "close_link"})
    assert [client.get(page + step).status_code for step in ("", "words/", "picture")] == [404, 404, 404]


def test_name_title_and_biography_in_several_languages(client, page, role):
    client.post(page + "words/", {
        "name": "Odile Marchfield", "name_native": "أوديل", "name_spoken": "oh-DEEL", "family_name": "MARCHFIELD",
        "given_name": "Odile", "form_of_address": "H.E. Ms", "organisation_name": "Lake Networks",
        "titles_fr": "Ministre", "titles_en": "Minister", "biographies_ar": "وزيرة", "biographies_en": "A minister.",
    })  # fmt: skip
    profile = Profile.objects.get(pk=role.profile_id)
    assert profile.titles == {"en": "Minister", "fr": "Ministre"}
    assert profile.biographies == {"en": "A minister.", "ar": "وزيرة"}
    assert (profile.name_native, profile.family_name, profile.form_of_address) == ("أوديل", "MARCHFIELD", "H.E. Ms")


@pytest.mark.parametrize(("focal_x", "colour"), [(0, "red"), (100, "blue")])
def test_a_picture_is_drawn_anew_and_cropped_around_its_focal_point(client, page, role, focal_x, colour):
    given = {"focal_x": focal_x, "focal_y": 50, "picture_credit": "Photo: R. Tern"}
    client.post(page + "picture/", {"file_picture": face(2000, 900), **given})
    profile = Profile.objects.get(pk=role.profile_id)
    with profile.picture.open("rb") as opened, Image.open(opened) as image:
        red, _green, blue = image.convert("RGB").getpixel((320, 320))
        assert (image.format, image.size) == ("JPEG", (640, 640))
    assert (red > 200, blue > 200) == (colour == "red", colour == "blue")
    assert profile.picture_credit == "Photo: R. Tern"
    assert client.get(page + "picture/").status_code == 200
    assert client.get(f"/meetings/speakers/{profile.slug}/picture").status_code == 404
    own = client.get(page + "picture")
    assert (own.headers["Content-Type"], own.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")


def test_no_picture_is_refused_with_a_word(client, page, role):
    sent = {"file_picture": SimpleUploadedFile("x.png", b"<svg>"), "focal_x": 50, "focal_y": 50}
    assert client.post(page + "picture/", sent).status_code == 200
    assert not Profile.objects.get(pk=role.profile_id).picture


def test_what_the_team_must_know(client, page, role, programme):
    client.post(page + "practical/", {
        "phone": "+41 22 730 5111", "rank": "Minister", "languages": ["fr", "ar"], "access_needs": "A ramp",
        "travel_needs": "A visa", "stand_in_name": "Rory Tern", "stand_in_phone": "+41 22 730 5112", "language": "ar",
        "from_2026-12-15": "14:00", "until_2026-12-15": "15:30",
    })  # fmt: skip
    private, row = ProfilePrivate.objects.get(profile=role.profile), Speaking.objects.get(profile=role.profile)
    assert (private.phone, private.rank, private.access_needs) == ("+41 22 730 5111", "Minister", "A ramp")
    assert (row.stand_in_name, row.stand_in_phone, row.language) == ("Rory Tern", "+41 22 730 5112", "ar")
    hours = Availability.objects.values_list("day", "starts", "ends")
    assert list(hours) == [(date(2026, 12, 15), time(14), time(15, 30))]
    assert Profile.objects.get(pk=role.profile_id).languages == ["fr", "ar"]
    before = client.post(
        page + "practical/", {"from_2026-12-15": "15:00", "until_2026-12-15": "14:00", "language": "fr"}
    )
    assert (before.status_code, Availability.objects.get().ends) == (200, time(15, 30))


def test_a_release_keeps_the_words_that_were_read_and_can_be_taken_back(client, page, role):
    client.post("/fr" + page + "release/", {"recording": "on", "signed_name": "Odile Marchfield"})
    signed = RecordingRelease.objects.get()
    assert (signed.recording, signed.photographs, signed.language, signed.revoked_at) == (True, False, "fr", None)
    assert (signed.text_version, signed.text[:10]) == (speaking.TEXT_VERSION, "J’accepte ")
    assert signed.signed_at <= timezone.now()
    client.post(page + "release/", {"verb": "revoke"})
    assert RecordingRelease.objects.get().revoked_at is not None
    client.post(page + "release/", {"signed_name": "Odile Marchfield"})
    assert RecordingRelease.objects.count() == 1


def test_nobody_signs_for_somebody_else(role, programme, secretary, now):
    with pytest.raises(NotAllowed):
        speaking.sign_release(
            programme, role.profile, text="x", language="en", recording=True, photographs=True, signed_name="x",
            by=secretary, at=now,
        )  # fmt: skip


def test_the_page_says_who_sees_what(client, page):
    text = text_of(client.get(page))
    assert "Nobody but the team sees your profile." in text
    assert [name for name in privacy.seen_by(privacy.Who.EVERYONE) + privacy.seen_by(privacy.Who.TEAM)
            if name not in text] == []  # fmt: skip


CANARIES = {
    "everyone": {
        "name": "Qwone", "name_native": "Qwtwo", "titles": {"en": "Qwthree"}, "organisation_name": "Qwfour",
        "biographies": {"en": "Qwfive"}, "picture_credit": "Qwsix",
    },
    "team": {"name_spoken": "Zzone", "form_of_address": "Zztwo"},
    "private": {"rank": "Zzthree", "email": "zzfour@example.org", "phone": "Zzfive", "access_needs": "Zzsix",
                "travel_needs": "Zzseven", "note": "Zzeight"},
    "meeting": {"stand_in_name": "Zznine", "stand_in_phone": "Zzten"},
}  # fmt: skip


def test_each_field_is_seen_by_whom_the_table_says_and_nothing_before_it_is_shown(client, page, role, programme):
    """Every field of privacy.TABLE that is a text is filled with a word of its own, and looked for everywhere."""
    holder = SpeakerByLink(role.profile_id)
    at = timezone.now()
    speaking.save_profile(role.profile, CANARIES["everyone"] | CANARIES["team"], by=holder, at=at)
    ProfilePrivate.objects.filter(profile=role.profile).update(**CANARIES["private"])
    Speaking.objects.filter(profile=role.profile).update(**CANARIES["meeting"])
    client.post(
        page + "picture/", {"file_picture": face(80, 80), "focal_x": 50, "focal_y": 50, "picture_credit": "Qwsix"}
    )
    speaking.confirm_role(role, by=holder, at=at)
    addresses = [*surfaces(role.session.code), f"/meetings/speakers/{role.profile.slug}/", "/sitemap.xml"]

    def words() -> set[str]:
        page_cache.memory.forget()
        return {w for a in addresses for w in re.findall(r"(?:qw|zz)[a-z]+", client.get(a).content.decode().lower())}

    assert words() == set()
    speaking.release_profile(role.profile, by=holder, at=timezone.now())
    assert words() == {"qwone", "qwtwo", "qwthree", "qwfour", "qwfive", "qwsix"}
    filled = {f"Profile.{n}" for n in CANARIES["everyone"]} | {"Profile.picture", "Profile.country"}
    assert {f.where for f in privacy.TABLE if f.who == privacy.Who.EVERYONE} == filled
    speaking.hide_profile(role.profile, by=holder, at=timezone.now())
    assert words() == set()


def test_the_table_knows_every_field_that_is_kept_of_a_person(programme):
    """A field that is added is put into the table, or said here to be no word about a person."""
    no_words = {"id", "key", "slug", "person", "managed", "given_name", "family_name", "organisation", "focal_x",
                "focal_y", "released_at", "invented", "merged_into", "changed_at", "profile", "original",
                "meeting", "language", "invited_at", "reminders", "reminded_at", "presentation_reminders"}  # fmt: skip
    kept = {f"{m.__name__}.{f.name}" for m in (Profile, ProfilePrivate, Speaking) for f in m._meta.fields
            if f.name not in no_words}  # fmt: skip
    assert kept == {field.where for field in privacy.TABLE if "." in field.where}


def test_the_desk_sees_what_is_missing_and_reminds(desk, page, role):
    text = text_of(desk.get(DESK))
    assert "Title · Biography · Picture · Telephone for the worst case · Recording and photographs" in text
    desk.post(DESK, {"verb": "remind", "who": [role.profile_id]})
    mail = OutgoingMail.objects.get(kind="meetings/reminder")
    assert (mail.language, mail.state, Speaking.objects.get(profile=role.profile).reminders) == (
        "fr",
        MailState.HELD,
        1,
    )
    assert Link.objects.filter(purpose="speak").count() == 1, "the same link is good again"


def test_the_desk_reads_a_mail_before_it_is_written_and_decides_for_a_managed_profile(desk, role):
    address = f"{DESK}{role.profile_id}/"
    assert "Displaced people" in text_of(desk.get(address))
    desk.post(address, {"verb": "confirm", "role": role.pk})
    assert state(role) == RoleState.CONFIRMED
    desk.post(address, {"verb": "withdraw", "role": role.pk})
    assert state(role) == RoleState.WITHDRAWN
    assert not OutgoingMail.objects.filter(kind__startswith="meetings/").exists()


def test_the_handbook_has_the_table_as_it_is_enforced():
    lines = (Path(__file__).parents[2] / "docs" / "meetings.md").read_text().splitlines()
    with translation.override("en"):
        rows = [f"| {f.name} | `{f.where}` | {f.who.label} |" for f in privacy.TABLE]
    assert [row for row in rows if row not in lines] == []


def test_the_list_costs_as_many_queries_for_ten_as_for_one(
    desk, role, panel, secretary, now, django_assert_max_num_queries
):
    for number in range(9):
        inviting.enter_speaker(panel, "panellist", name=f"Person {number}", email=f"p{number}@example.org",
                               language="en", remote=False, by=secretary, at=now)  # fmt: skip
    with django_assert_max_num_queries(25):
        desk.get(DESK)


def test_strangers_find_no_list(client, sign_in, make_person, role):
    assert sign_in(make_person()).get(DESK).status_code == 404


def test_a_link_lives_until_some_weeks_after_the_meeting(page, programme):
    link = Link.objects.get(purpose="speak")
    assert link.expires_at - programme.ends_at >= timedelta(days=60) - timedelta(minutes=1)


def after(days: float, role: SessionRole) -> list[str]:
    """The mails that wait so many days after the invitation left, when the plan has been looked at."""
    inviting.remind_by_plan(timezone.now() + timedelta(days=days))
    reminders = OutgoingMail.objects.filter(kind="meetings/reminder").order_by("pk")
    return list(reminders.values_list("state", flat=True))


@pytest.fixture
def left(page):
    """The invitation has left."""
    OutgoingMail.objects.filter(kind="meetings/invitation").update(state=MailState.SENT, sent_at=timezone.now())
    return page


def test_nobody_is_reminded_of_a_mail_that_still_waits(page, role):
    assert after(8, role) == []


def test_reminders_come_by_plan_each_once_and_end_with_the_plan(left, role, monkeypatch):
    monkeypatch.setattr(inviting, "PLAN", (3, 6))
    assert [len(after(days, role)) for days in (2, 3, 3.5, 7, 7.5, 9)] == [0, 1, 1, 2, 2, 2]


def test_where_the_worker_was_away_one_reminder_leaves(left, role, monkeypatch):
    monkeypatch.setattr(inviting, "PLAN", (1, 2, 3))
    assert [after(4, role), after(4.1, role)] == [[MailState.QUEUED], [MailState.QUEUED]]


@pytest.mark.parametrize("answer", ["confirm", "decline"])
def test_an_answer_stops_the_reminders_and_those_that_wait(client, left, role, monkeypatch, answer):
    monkeypatch.setattr(inviting, "PLAN", (1, 2))
    assert after(1, role) == [MailState.QUEUED]
    client.post(left, {"verb": answer, "role": role.pk})
    assert after(2, role) == [MailState.CANCELLED]


def test_a_substitute_takes_the_place_and_the_history_stays(desk, client, page, role):
    client.post(page, {"verb": "confirm", "role": role.pk})
    desk.post(f"{DESK}{role.profile_id}/{role.pk}/replace/", {
        "name": "Rory Tern", "email": "rory@example.org", "language": "es",
    })  # fmt: skip
    new = SessionRole.objects.get(substitute_for=role)
    assert (state(role), new.state, new.kind, new.position) == ("replaced", "planned", role.kind, role.position)
    verbs = [e.verb for e in history.of("session", role.session_id) if e.data.get("role") in (role.pk, new.pk)]
    assert verbs == ["give_role", "invite_role", "confirm_role", "replace_role", "give_role"]
    assert "instead of Odile Marchfield" in text_of(desk.get(f"{DESK}{new.profile_id}/"))
    assert client.post(page, {"verb": "confirm", "role": role.pk}).status_code == 302
    assert state(role) == RoleState.REPLACED


def test_order_and_title_are_set_by_hand(desk, role):
    desk.post(f"{DESK}{role.profile_id}/{role.pk}/protocol/", {
        "position": 0, "organisation_name": "Republic of Lakes", "titles_en": "President", "remote": "on",
    })  # fmt: skip
    role.refresh_from_db()
    assert (role.position, role.title_in("en"), role.organisation_in("en"), role.remote) == (
        0, "President", "Republic of Lakes", True,
    )  # fmt: skip
