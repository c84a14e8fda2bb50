"""Who sees what of a participant, and until when; what one takes away, and how one goes."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client

from kept.base.models import HistoryEntry, OutgoingMail
from kept.people.models import Link
from kept.registration import actions, privacy
from kept.registration.addresses import own_link
from kept.registration.models import Answer, Credential, Note, Question, Registration, Seat, WalkIn
from kept.registration.permissions import Holder
from kept.registration.purposes import address_of
from tests.registration.test_phones import OWN, Phone

pytestmark = pytest.mark.django_db
# A word of its own in every field that is a text.
WORDS = {
    "given_name": "Qwgiven", "family_name": "Qwfamily", "name_native": "Qwnative", "badge_name": "Qwbadge", "title": "Qwtitle",
    "form_of_address": "Qwform", "accessibility": "Qwaccess", "diet": "Qwdiet", "phone": "Qwphone",
}  # fmt: skip
MORE = {"Credential.issuer": "Qwissuer", "Note.text": "Qwnote", "Registration.email": "qwmail"}
PLACE = {word.lower(): f"Registration.{name}" for name, word in WORDS.items()}
PLACE |= {word.lower(): where for where, word in MORE.items()}


def holder(registration: Registration) -> Holder:
    return Holder(registration.pk)


@pytest.fixture
def participant(register, make_category, secretary, lake_networks, its_focal_point):
    """Somebody of Lake Networks with a word in every field, who waits for their focal point."""
    made = register(
        make_category(approval="organisation"), organisation=lake_networks, organisation_name="",
        email="qwmail@example.org", country="BDI", residence="TCD", needs_visa=True, gender="woman",
        languages=["fr"], time_zone="Africa/Bujumbura", **WORDS,
    )  # fmt: skip
    Note.objects.create(registration=made, by=secretary, at=datetime.now(UTC), text="Qwnote")
    Credential.objects.create(
        registration=made, kind="press_card", issuer="Qwissuer", seen_by=secretary, seen_at=datetime.now(UTC)
    )
    WalkIn.objects.create(registration=made, made_at=datetime.now(UTC), document="passport")
    question = Question.objects.create(meeting=made.meeting, code="topic", texts={"en": "Topic?"}, erase_after_days=90)
    Answer.objects.create(registration=made, question=question, value="Qwanswer")
    return made


@pytest.fixture
def lake_networks(make_organisation):
    return make_organisation("Lake Networks")


@pytest.fixture
def its_focal_point(make_member, lake_networks):
    return make_member(lake_networks, "focal_point")


def places_in(text: str) -> set[str]:
    return {PLACE[word] for word in re.findall(r"qw[a-z]+", text.lower()) if word in PLACE}


def test_nobody_sees_more_than_the_table_says(
    sign_in, client, participant, its_focal_point, secretary, entrance, make_person
):
    slug, now = participant.meeting.slug, datetime.now(UTC)
    for_focal = places_in(sign_in(its_focal_point).get("/my/delegations/").content.decode())
    assert {"Registration.given_name", "Registration.title"} <= for_focal <= privacy.seen_by(privacy.Who.ORGANISATION)
    actions.approve_for_organisation(participant, by=its_focal_point, at=now)
    desk = sign_in(secretary)
    pages = [f"/desk/meetings/{slug}/registrations/", f"/desk/meetings/{slug}/entrance/{participant.key}/"]
    assert places_in("".join(desk.get(page).content.decode() for page in pages)) <= privacy.seen_by(privacy.Who.TEAM)
    _device, link = actions.add_device(entrance.gates.get(), "Left", by=secretary, at=now)
    listed = json.dumps(Phone(client, link, OWN.format(1)).list().json())
    assert "qwfamily" in listed.lower() or "qwbadge" in listed.lower()
    assert places_in(listed) <= privacy.seen_by(privacy.Who.DOOR)
    for kind, who in (("guards", privacy.Who.DOOR), ("catering", privacy.Who.LISTS), ("protocol", privacy.Who.LISTS)):
        _made, token = actions.make_list(participant.meeting, kind, "Night shift", by=secretary, at=now)
        told = Client().get(f"/meetings/list/{token}/").content.decode()
        assert places_in(told) <= privacy.seen_by(who)
    for stranger in (None, make_person("stranger@example.org")):
        there = sign_in(stranger) if stranger else Client()
        open_to_all = [
            "/",
            f"/meetings/{slug}/",
            f"/meetings/{slug}/register/",
            f"/api/v1/meetings/{slug}",
            "/my/delegations/",
        ]
        assert places_in("".join(there.get(page).content.decode() for page in [*open_to_all, *pages])) == set()


def test_the_table_knows_every_field_that_is_kept_of_a_participant():
    """A field that is added is put into the table, or said there to be no word about a person."""
    about = [
        model for model in apps.get_app_config("registration").get_models()
        if model is Registration or any(f.related_model is Registration and f.name == "registration" for f in model._meta.fields)
    ]  # fmt: skip
    assert {model.__name__ for model in about} == set(privacy.PLAIN)
    known = {field.where for field in privacy.TABLE}
    for model in about:
        kept = {f.name for f in model._meta.concrete_fields} - set(privacy.PLAIN[model.__name__].split())
        assert {f"{model.__name__}.{name}" for name in kept} <= known, model
    assert known <= {f"{m.__name__}.{f.name}" for m in about for f in m._meta.concrete_fields}


def test_the_handbook_has_the_table():
    handbook = (Path(__file__).parents[2] / "docs" / "registration.md").read_text()
    for field in privacy.TABLE:
        who = ", ".join(one.value for one in field.who)
        assert f"| {field.name} | `{field.where}` | {who} | {field.days or 'stays'} |" in handbook, field.where


def test_the_clock_forgets_field_by_field_and_the_figures_stay(participant):
    end = participant.meeting.ends_at
    queued = OutgoingMail.objects.filter(subject_kind="registration").count()
    actions.forget_due(end + timedelta(days=29))
    participant.refresh_from_db()
    assert (participant.diet, participant.phone, Note.objects.count()) == ("Qwdiet", "Qwphone", 1)
    actions.forget_due(end + timedelta(days=31))
    participant.refresh_from_db()
    gone = (participant.diet, participant.phone, participant.residence, participant.needs_visa, participant.languages)
    assert gone == ("", "", "", False, [])
    assert (Note.objects.count(), Credential.objects.get().issuer, WalkIn.objects.get().document) == (0, "", "")
    assert (participant.name, Answer.objects.count()) == ("Qwgiven Qwfamily", 1)
    actions.forget_due(end + timedelta(days=91))
    assert Answer.objects.count() == 0
    assert queued > 0
    assert actions.forget_due(end + timedelta(days=366)) == 1
    assert actions.forget_due(end + timedelta(days=367)) == 0
    participant.refresh_from_db()
    assert (participant.name, participant.organisation, participant.email) == (
        "",
        None,
        f"{participant.key}@erased.invalid",
    )
    assert (participant.country, participant.gender, participant.category.code) == ("BDI", "woman", "delegate")
    left = "".join(
        str(row) for model in (Registration, OutgoingMail, HistoryEntry, Link) for row in model.objects.values()
    )
    assert "qw" not in left.lower()


def test_whoever_asks_is_erased_at_once_and_their_seat_goes_on(client, register, make_category, pools):
    pools["room"].bookable = 1
    pools["room"].save()
    make_category(modes=("in_person",))
    first, second = register(family_name="Qwfamily"), register()
    address = address_of(own_link(first, at=datetime.now(UTC)))
    taken = client.get(address + "data.json").json()
    assert taken["registration"]["family_name"] == "Qwfamily"
    assert [seat["state"] for seat in taken["seats"]] == ["held"]
    page = client.get(address).content.decode()
    assert "Kept until" in page
    assert client.get(address + "erase/").status_code == 405
    client.post(address + "erase/")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, first.name, first.erased_at is not None) == ("cancelled", "", True)
    assert second.state in ("offered", "confirmed")
    assert Seat.objects.filter(registration=first).exclude(state="released").count() == 0
    assert client.get(address).status_code == 404


def test_what_was_begun_and_never_sent_goes_after_a_month(meeting, make_category):
    now = datetime.now(UTC)
    draft = actions.start(meeting, make_category(), email="qw@example.org", mode="remote", by=None, at=now)
    own_link(draft, at=now)
    actions.forget_due(now + timedelta(days=29))
    assert Registration.objects.filter(pk=draft.pk).exists()
    actions.forget_due(now + timedelta(days=31))
    assert not Registration.objects.filter(pk=draft.pk).exists()
    assert not Link.objects.filter(email="qw@example.org").exists()
