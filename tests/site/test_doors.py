"""Somebody else's draft is not there: not by any address, not in a list, a count, a feed, a search, a look-alike."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from kept.base.models import OutgoingMail
from kept.meetings import actions as meeting_actions
from kept.meetings.models import Document, DocumentFile, SessionPledge
from kept.people.actions import make_link
from kept.people.models import Membership, Organisation, Person
from kept.pledges import actions
from kept.pledges.models import Attachment, Message, Partnership, Pledge, Revision, Translation
from kept.registration.models import Category, Registration
from kept.registry import page_cache
from tests.meetings import making
from tests.site.doors import Door, content_of, doors

CANARY = b"qwyjibo"  # in every text that is not public here
PUBLIC_LISTS = (
    "/", "/pledges/", "/pledges/?sort=newest", "/pledges/?q=bridge", "/pledges/?q=agency", "/organisations/",
    "/organisations/?q=agency", "/counter/", "/data/", "/embed/counter/", "/pledges/feed.atom", "/pledges/export.csv",
    "/data/dictionary.json", "/pledges/export.csv-metadata.json",
    "/api/v1/pledges", "/api/v1/pledges?q=bridge", "/api/v1/counter", "/api/v1/progress",
    "/api/v1/organisations", "/api/v1/organisations?q=agency", "/ar/", "/ar/pledges/", "/meetings/",
    "/log/checkpoint", "/log/tile/0/0.p/1",
    "/pledges/?view=map", "/pledges/?view=map&measure=people", "/countries/", "/countries/TUV/", "/regions/", "/regions/061/",
    "/groups/", "/groups/sids/", "/focus/", "/focus/access/", "/sdgs/", "/sdgs/4/", "/pledges/compare/?ref=P-00001&ref=P-00002",
    "/organisations/compare/?slug=hidden-agency", "/pledges/export.geojson",
)  # fmt: skip
WITH_THE_HOUR = ("/pledges/export.json", "/pledges/export.xml")  # files that say when they were made
SIGNED_OUT = ("account_logout",)  # what ends the visit itself


@pytest.fixture
def secret(make_organisation, make_member, make_pledge, secretary, now):
    """An organisation that nobody knows: pledges written, sent, held back until announced; a file, talk, mail, links."""
    hidden = make_organisation(
        "Qwyjibo Agency", country="TUV", website="https://qwyjibo.example", abbreviation="QWYJIBO"
    )
    Organisation.objects.filter(pk=hidden.pk).update(slug="hidden-agency", description="qwyjibo")
    owner = make_member(hidden, email="qwyjibo@example.org")
    states = ("draft", "submitted", "embargoed")
    made = [
        make_pledge(state, by=owner, lead=hidden, title=f"Qwyjibo bridge {number}", summary="The qwyjibo is a bridge.")
        for number, state in enumerate(states, 1)
    ]
    for pledge in made:
        Pledge.objects.filter(pk=pledge.pk).update(contact_name="Qwyjibo Contact", contact_email="qwyjibo@example.net")
        kept = default_storage.save("pledges/2026/03/a.txt", ContentFile(b"qwyjibo in a file"))
        Attachment.objects.create(
            pledge=pledge, file=kept, name="qwyjibo.txt", media_type="text/plain", size=17, sha256="0" * 64
        )
        actions.add_message(pledge, "qwyjibo, says the secretariat", by=secretary, at=now)
        make_link("confirm_pledge", pledge.pk, at=now, days=9, email="qwyjibo@example.net")
    hidden_meeting(made[-1], secretary, now)
    return made


def hidden_meeting(pledge: Pledge, secretary: Person, now) -> None:
    """A meeting that was not announced, with a session, somebody in it, a document, and an embargoed pledge."""
    text = {"en": "Qwyjibo"}
    meeting = making.meeting("hidden-meeting", by=secretary, at=now, state="draft", names=text, ledes=text)
    room = making.room(meeting, "Qwyjibo Room")
    session = making.session(meeting, "Qwyjibo", "14:00", by=secretary, at=now, where=room)
    session.code = "qwyjib"
    session.save()
    making.speaks(making.speaker("Qwyjibo Speaker", by=secretary, at=now), session, by=secretary, at=now)
    meeting_actions.release(meeting, {}, by=secretary, at=now)
    SessionPledge.objects.create(session=session, pledge=pledge, purpose="announce")
    category = Category.objects.create(meeting=meeting, code="delegate", names=text, modes=["remote"])
    Registration.objects.create(meeting=meeting, category=category, mode="remote", email="qwyjibo@example.com",
                                given_name="Qwyjibo", state="confirmed")  # fmt: skip
    document = Document.objects.create(meeting=meeting, titles=text, public_from=now)
    kept = default_storage.save("meetings/documents/a.txt", ContentFile(b"qwyjibo in a document"))
    DocumentFile.objects.create(
        document=document,
        file=kept,
        name="qwyjibo.txt",
        media_type="text/plain",
        size=21,
        sha256="0" * 64,
        language="fr",
    )


@pytest.fixture
def public(make_pledge):
    """What everybody may see: one pledge, by another organisation."""
    return make_pledge("published", title="A public promise")


@pytest.fixture(params=["anonymous", "reader", "stranger"])
def visitor(request, client, make_person, make_member, make_organisation, now):
    """Nobody; somebody with an account; the focal point of another organisation."""
    if request.param == "reader":
        client.force_login(make_person("reader@example.org"))
    elif request.param == "stranger":
        client.force_login(make_member(make_organisation("Neighbour Works"), email="stranger@example.org"))
    client.visitor = request.param
    return client


def values_of(secret: list[Pledge]) -> dict[str, list]:
    """What the values in addresses may be, for somebody who guesses well."""
    numbers = set()
    for model in (Attachment, Membership, Organisation, Person, OutgoingMail, Partnership, Translation, Message):
        numbers |= set(model.objects.values_list("pk", flat=True)[:12])
    hidden = secret[0].lead_id
    return {
        "address": [pledge.key for pledge in secret], "reference": [*(p.key for p in secret), "P-00002"],
        "pk": sorted(numbers)[:8], "organisation": [hidden, "hidden-agency"],
        "other": [hidden], "slug": ["hidden-agency", "hidden-meeting"],
        "tab": ["all"],
        "n": [1], "step": ["who", "what", "money", "with", "check"], "token": ["no-such-token"], "stream": ["x"], "language": ["fr"],
        "name": ["x"], "code": ["BDI", "061", "sids", "qwyjib", "delegate"], "goal": [4],
        "taxonomy": ["focus"], "level": [0], "rest": ["nothing"],
        "uidb36": ["a"], "key": ["b"], "path": ["0.p/1"], "generation": [1], "provider": ["x"], "batch": [1], "row": [1],
        "number": [1], "year": [2026], "month": ["2026-11"], "version": [1], "delivery": [1],
        "verb": ["pause", "test", "end", "answer", "correct", "close"],
        "move": ["cancel", "switch"], "part": ["rooms"],
        "day": ["2026-11-26"], "role": [1], "what": ["replace", "protocol"], "merge": [1], "guest": [1], "ending": ["csv.gz", "ttl"],
    }  # fmt: skip


def state() -> dict[str, list]:
    """Everything of the pledges that somebody could have changed."""
    return {
        model.__name__: list(model.objects.order_by("pk").values())
        for model in (Pledge, Revision, Message, Attachment, Partnership, Translation, Membership, Organisation)
    }


def has_pledge(door: Door) -> bool:
    return "address" in door.values or "reference" in door.values


@pytest.mark.any_database
@pytest.mark.django_db
def test_somebody_elses_draft_is_not_there_by_any_door(visitor, secret, public):
    """Every address of the house that takes the draft's id, or a number that may be one of its parts, GET and POST."""
    known, before = values_of(secret), state()
    untried, leaks, there = [], [], []
    for door in doors():
        if not door.values or door.name in SIGNED_OUT:
            continue
        addresses = door.addresses(known)
        if not addresses:
            untried.append(door.name)
        for address in addresses:
            for ask in (visitor.get, visitor.post):
                response = ask(address)
                body = content_of(response)
                if CANARY in body.lower():
                    leaks.append(f"{ask.__name__} {address} ({door.name})")
                asked_to_sign_in = response.status_code == 302 and "/accounts/login/" in response.url
                if response.status_code == 401 and address.startswith("/api/"):
                    continue  # whatever stands there: a token is asked for first
                if has_pledge(door) and response.status_code not in (404, 405, 410) and not (
                    asked_to_sign_in and visitor.visitor == "anonymous"
                ):  # fmt: skip
                    there.append(f"{ask.__name__} {address} answers {response.status_code}")
    assert leaks == []
    assert there == []
    assert untried == [], "these doors were not tried: give their values above"
    assert state() == before


@pytest.mark.django_db
def test_no_list_count_feed_or_search_knows_of_a_draft(visitor, secret, public):
    for address in (*PUBLIC_LISTS, *WITH_THE_HOUR):
        assert CANARY not in content_of(visitor.get(address)).lower(), address


@pytest.mark.django_db
def test_public_pages_are_the_same_with_and_without_drafts(client, public, request):
    """Not a figure moves, not a facet, not an ETag: whoever compares two visits learns nothing."""

    def look() -> dict[str, tuple]:
        page_cache.memory.forget()
        return {a: (content_of(r := client.get(a)), r.headers.get("ETag"), r.status_code) for a in PUBLIC_LISTS}

    look()
    before = look()
    request.getfixturevalue("secret")
    after = look()
    assert [address for address in PUBLIC_LISTS if before[address] != after[address]] == []


@pytest.mark.django_db
def test_a_look_alike_is_never_somebody_elses_draft(client, secret, public, make_member, make_organisation, now):
    """Whoever writes the same title learns nothing about who wrote it first."""
    neighbour = make_organisation("Neighbour Works")
    stranger = make_member(neighbour, email="stranger@example.org")
    client.force_login(stranger)
    content = secret[0].working.content
    from kept.pledges.content import PledgeContent

    same = PledgeContent.from_json(content).with_(
        lead=neighbour.pk, title="A bridge 1", summary="The thing is a bridge."
    )
    mine = actions.create_draft(by=stranger, at=now, lead=neighbour, content=same)
    for step in ("who", "what", "with", "check"):
        body = client.get(reverse("pledges:write", args=[mine.key, step])).content
        assert CANARY not in body.lower(), step
    partners = client.get(reverse("pledges:partners"), {"q": "agency", "partner": "agency"})
    assert CANARY not in content_of(partners).lower()


@pytest.mark.django_db
def test_an_organisation_without_a_public_pledge_is_not_offered_to_strangers(visitor, secret, public):
    """Its name is no secret of state, but that it prepares a pledge is."""
    for name in ("people:find", "people:organisation_search"):
        response = visitor.get(reverse(name), {"q": "agency"})
        assert CANARY not in content_of(response).lower(), name
    assert visitor.get("/organisations/hidden-agency/").status_code == 404


@pytest.mark.django_db
def test_staff_without_their_second_factor_are_no_staff(client, secret, secretary):
    """Outside the demonstration the desk opens with the second factor alone; so does every draft."""
    client.force_login(secretary)
    for name in ("pledges:desk_pledge", "pledges:mine", "pledges:preview"):
        response = client.get(reverse(name, args=[secret[0].key]))
        assert CANARY not in content_of(response).lower(), name
        assert response.status_code in (302, 404), name


@pytest.mark.django_db
def test_a_mail_about_a_draft_reaches_its_people_and_nobody_else(secret, public):
    insiders = {"qwyjibo@example.org", "qwyjibo@example.net", "secretary@example.org"}
    told = OutgoingMail.objects.filter(text__icontains="qwyjibo").values_list("to", flat=True)
    assert set(told) <= insiders
    assert set(told), "there were mails to look at"


@pytest.mark.django_db
def test_a_link_works_only_until_its_day(client, secret, now):
    link = make_link("confirm_pledge", secret[0].pk, at=now - timedelta(days=30), days=9, email="qwyjibo@example.net")
    response = client.get(reverse("people:link", args=[link.token]))
    assert response.status_code == 410
    assert CANARY not in response.content.lower()
