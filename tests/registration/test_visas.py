"""Letters in support of visas: who may ask, who sees a passport, numbers, the paper and the page behind its code."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
import zipfile
from datetime import UTC, date, datetime, timedelta

import pypdfium2
import pytest
import zxingcpp
from django.apps import apps
from django.db import connection
from hypothesis import given, settings, strategies

from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.base.sealing import CannotOpen, seal, unseal
from kept.registration import actions, visas
from kept.registration.addresses import own_link
from kept.registration.models import Registration, VisaLetter, VisaOfficer, VisaRequest
from kept.registration.passports import Passport, passport_of
from kept.registration.permissions import Holder
from kept.registration.visa_forms import PassportForm
from kept.site.backup import back_up

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PASSPORT = Passport(
    name="QWZETA PASSPORTNAME", number="QWX7654321", nationality="BDI", born=date(1971, 3, 9), issued=date(2022, 5, 4),
    expires=date(2037, 5, 3),
)  # fmt: skip
TYPED = PASSPORT.as_json() | {"language": "fr"}


@pytest.fixture
def officer(make_person):
    return make_person("visa@example.org", staff=True, name="Vera Desk")


@pytest.fixture
def desk(meeting, officer, secretary):
    """A meeting that gives letters, with one person at its visa desk."""
    values = {
        "letters_until": NOW + timedelta(days=10),
        "signed_by": "Ines Acorn",
        "signed_as": "Head",
        "erase_after_days": 9,
    }
    actions.arrange_visa_desk(meeting, values, officers=[officer], by=secretary, at=NOW)
    meeting.refresh_from_db()
    return meeting


@pytest.fixture
def ask():
    def go(registration: Registration, passport: Passport = PASSPORT, *, at: datetime = NOW, by=None, language="en"):
        return actions.ask_for_letter(
            registration, passport, language=language, by=by or Holder(registration.pk), at=at
        )

    return go


def address(registration: Registration) -> str:
    return f"/meetings/registration/{own_link(registration, at=datetime.now(UTC)).token}/"


def test_who_is_confirmed_for_the_room_asks_until_the_last_day_and_nobody_for_them(
    desk, register, ask, secretary, officer
):
    ada, online, bao = register(), register(mode="remote"), register()
    waits = register()
    assert (ada.state, waits.state) == ("confirmed", "waitlisted")
    assert ask(ada).state == "asked"
    for one in (online, waits):
        with pytest.raises(Refused, match="confirmed for the room"):
            ask(one)
    with pytest.raises(Refused, match="until the day"):
        ask(bao, at=NOW + timedelta(days=10))
    for foreign in (Holder(ada.pk), secretary, officer):
        with pytest.raises(NotAllowed):
            ask(bao, by=foreign)


def test_a_meeting_without_a_last_day_gives_no_letters(meeting, register, ask, client):
    ada = register()
    with pytest.raises(Refused):
        ask(ada)
    assert client.get(address(ada) + "visa/").status_code == 404
    assert "visa/" not in client.get(address(ada)).content.decode()


def test_the_visa_desk_alone_sees_a_passport_and_each_look_is_written_down(
    desk, register, ask, secretary, officer, sign_in, client
):
    ada = register()
    ask(ada)
    page = f"/desk/meetings/{desk.slug}/visas/{ada.key}/"
    listed = sign_in(secretary).get(f"/desk/meetings/{desk.slug}/visas/").content.decode()
    assert (ada.name in listed, "Vera Desk" in listed, "QWX" in listed) == (True, True, False)
    for does in ("look", "paper", "issue"):
        assert sign_in(secretary).post(page + "do/", {"do": does}).status_code == 404
    assert sign_in(secretary).get(page).status_code == 404
    with pytest.raises(NotAllowed):
        actions.look_at_passport(ada, by=secretary, at=NOW)
    at_desk = sign_in(officer)
    assert "QWX" not in at_desk.get(page).content.decode()
    shown = at_desk.post(page + "do/", {"do": "look"})
    assert ("QWX7654321" in shown.content.decode(), "no-store" in shown.headers["Cache-Control"]) == (True, True)
    for reads in (
        client.get(address(ada) + "visa/"),
        at_desk.get(f"/desk/meetings/{desk.slug}/registrations/of/{ada.key}/"),
    ):
        assert "Vera Desk" in reads.content.decode()
    assert "looked at the passport" in reads.content.decode()
    assert client.get(address(ada) + "data.json").json()["visa"]["looks"][0]["by_name"] == "Vera Desk"


def test_at_the_desk_sit_people_of_the_secretariat_until_they_are_taken_off(
    desk, officer, secretary, make_person, register, ask
):
    values = {"letters_until": desk.letters_until, "signed_by": "", "signed_as": "", "erase_after_days": 30}
    with pytest.raises(Refused, match="secretariat alone"):
        actions.arrange_visa_desk(desk, values, officers=[make_person("x@example.org")], by=secretary, at=NOW)
    with pytest.raises(Refused, match="30 days"):
        actions.arrange_visa_desk(desk, values | {"erase_after_days": 31}, officers=[], by=secretary, at=NOW)
    with pytest.raises(NotAllowed):
        actions.arrange_visa_desk(desk, values, officers=[], by=make_person("y@example.org"), at=NOW)
    ada = register()
    ask(ada)
    actions.arrange_visa_desk(desk, values, officers=[secretary], by=secretary, at=NOW)
    assert list(VisaOfficer.objects.values_list("person", flat=True)) == [secretary.pk]
    with pytest.raises(NotAllowed):
        actions.issue_letter(ada, by=officer, at=NOW)


def test_a_letter_is_sent_back_with_a_reason_put_right_and_issued_and_a_new_passport_voids_it(
    desk, register, ask, officer
):
    ada = register()
    ask(ada)
    with pytest.raises(ReasonOwed):
        actions.return_request(ada, by=officer, at=NOW, reason=" ")
    actions.return_request(ada, by=officer, at=NOW, reason="Number QWX7654321 is not whole")
    with pytest.raises(WrongState):
        actions.issue_letter(ada, by=officer, at=NOW)
    mails = OutgoingMail.objects.filter(kind="registration/visa_returned")
    assert ["QWX" in mail.text + mail.html for mail in mails] == [False]
    ask(ada)
    first = actions.issue_letter(ada, by=officer, at=NOW)
    with pytest.raises(WrongState):
        actions.issue_letter(ada, by=officer, at=NOW)
    ask(ada)
    first.refresh_from_db()
    second = actions.issue_letter(ada, by=officer, at=NOW)
    year = NOW.year
    assert (first.number, first.void_at, second.number, second.void_at) == (f"{year}/0001", NOW, f"{year}/0002", None)
    ready = OutgoingMail.objects.filter(kind="registration/visa_ready").order_by("pk").last()
    assert (second.number in ready.text, "QW" in ready.text + ready.subject) == (True, False)


def test_numbers_run_by_the_year_without_a_gap(desk, register, ask, officer, pools, monkeypatch):
    pools["room"].bookable = 9
    pools["room"].save()
    people = [register() for _n in range(4)]
    for one in people:
        ask(one)
    real, numbers = VisaLetter.objects.create, []

    def breaks(**values):
        raise RuntimeError("the machine stops")

    for n, one in enumerate(people):
        if n == 2:
            monkeypatch.setattr(VisaLetter.objects, "create", breaks)
            with pytest.raises(RuntimeError):
                actions.issue_letter(one, by=officer, at=NOW)
            monkeypatch.setattr(VisaLetter.objects, "create", real)
        when = NOW if n < 3 else NOW.replace(year=NOW.year + 1)
        numbers.append(actions.issue_letter(one, by=officer, at=when).number)
    assert numbers == [f"{NOW.year}/0001", f"{NOW.year}/0002", f"{NOW.year}/0003", f"{NOW.year + 1}/0001"]


@pytest.mark.parametrize("leaves", ["cancel", "switch", "take_request_back", "void_letter"])
def test_whoever_does_not_come_has_no_letter_and_their_passport_is_gone_at_once(
    leaves, desk, register, ask, officer, client
):
    ada = register()
    ask(ada)
    letter = actions.issue_letter(ada, by=officer, at=NOW)
    page = f"/meetings/visa-letter/{letter.code}/"
    assert "is good" in client.get(page).content.decode()
    {
        "cancel": lambda: actions.cancel(ada, by=Holder(ada.pk), at=NOW),
        "switch": lambda: actions.switch(ada, "remote", by=Holder(ada.pk), at=NOW),
        "take_request_back": lambda: actions.take_request_back(ada, by=Holder(ada.pk), at=NOW),
        "void_letter": lambda: actions.void_letter(ada, by=officer, at=NOW, reason="A mistake"),
    }[leaves]()
    request = VisaRequest.objects.get()
    assert (request.state, bytes(request.sealed), passport_of(request)) == ("ended", b"", None)
    assert "is void" in client.get(page).content.decode()
    assert client.post(address(ada) + "visa/letter/").headers.get("Content-Type") != "application/pdf"


@pytest.mark.parametrize("language", ["en", "ar", "zh-hans"])
def test_the_code_on_the_paper_leads_to_a_page_with_number_and_validity_only(
    language, desk, register, ask, officer, client, settings, time_machine
):
    ada = register(organisation_name="Qworganisation")
    ask(ada, language=language)
    letter = actions.issue_letter(ada, by=officer, at=NOW)
    body = client.post(address(ada) + "visa/letter/").content
    sheet = pypdfium2.PdfDocument(body)
    assert len(sheet) == 1
    text = sheet[0].get_textpage().get_text_range()
    said = ("QWX7654321", letter.number, "Acorn", "PASSPORTNAME") if language != "ar" else ("Acorn", "PASSPORTNAME")
    assert [word for word in said if word not in text] == []  # from the right the reader of PDFs turns figures round
    [code] = [one.text for one in zxingcpp.read_barcodes(sheet[0].render(scale=3).to_pil())]
    assert code == visas.address_of(letter) == f"{settings.KEPT_BASE_URL}/meetings/visa-letter/{letter.code}/"
    page = client.get(code.removeprefix(settings.KEPT_BASE_URL))
    shown = page.content.decode()
    assert (page.status_code, page.cookies, letter.number in shown, "is good" in shown) == (200, {}, True, True)
    hidden = (
        ada.given_name,
        ada.family_name,
        ada.email,
        "QW",
        "Qworganisation",
        "BDI",
        "Burundi",
        "1971",
        "Annual Meeting",
    )
    assert [word for word in hidden if word in shown] == []
    assert client.get("/meetings/visa-letter/22222222222222222222/").status_code == 404
    time_machine.move_to(desk.ends_at + timedelta(minutes=1))
    assert "The meeting is over" in client.get(f"/meetings/visa-letter/{letter.code}/").content.decode()


def test_whoever_lost_the_key_sends_the_requests_back(desk, register, ask, officer, sign_in):
    ada = register()
    ask(ada)
    at_desk, page = sign_in(officer), f"/desk/meetings/{desk.slug}/visas/{ada.key}/"
    VisaRequest.objects.update(sealed=seal("{}", purpose="passport data", about="another row"))
    shown = at_desk.get(page).content.decode()
    assert ("cannot be read any more" in shown, 'value="return"' in shown, 'value="issue"' in shown) == (
        True,
        True,
        False,
    )
    at_desk.post(page + "do/", {"do": "return", "reason": "Please give it again"})
    assert VisaRequest.objects.get().state == "returned"


def test_the_clock_forgets_the_passport_first_then_number_and_name(desk, register, ask, officer, client):
    ada = register()
    ask(ada)
    letter = actions.issue_letter(ada, by=officer, at=NOW)
    actions.forget_due(desk.ends_at + timedelta(days=8))
    assert passport_of(VisaRequest.objects.get()) == PASSPORT
    actions.forget_due(desk.ends_at + timedelta(days=9))
    assert passport_of(VisaRequest.objects.get()) is None
    letter.refresh_from_db()
    assert (letter.name, letter.void_at) == (PASSPORT.name, None)
    page = client.get(address(ada)).content.decode()
    assert ("Number of the letter for your visa" in page, "as PDF" in page) == (True, False)
    actions.forget_due(desk.ends_at + timedelta(days=366))
    assert (VisaLetter.objects.count(), VisaRequest.objects.count()) == (0, 0)


def test_what_is_sealed_opens_with_the_key_of_this_installation_for_its_own_row_alone(settings):
    kept = seal("QWX7654321", purpose="passport data", about="a")
    assert (b"QWX" in kept, unseal(kept, purpose="passport data", about="a")) == (False, "QWX7654321")
    for other in ({"about": "b"}, {"purpose": "something else"}):
        with pytest.raises(CannotOpen):
            unseal(kept, **({"purpose": "passport data", "about": "a"} | other))
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key"
    with pytest.raises(CannotOpen):
        unseal(kept, purpose="passport data", about="a")
    settings.SECRET_KEY_FALLBACKS = [old]
    assert unseal(kept, purpose="passport data", about="a") == "QWX7654321"


@settings(max_examples=15)
@given(text=strategies.text(max_size=200), about=strategies.text(max_size=30))
def test_every_text_comes_back_as_it_was(text, about):
    assert unseal(seal(text, purpose="p", about=about), purpose="p", about=about) == text


def test_a_passport_that_cannot_be_right_is_refused_beside_its_field(desk, register):
    ada, today = register(), date(2026, 11, 27)
    wrong = {
        "born": "2026-11-27",
        "issued": "2026-11-28",
        "expires": str(desk.ends_on - timedelta(days=1)),
        "number": "=1+1",
    }
    form = PassportForm(TYPED | wrong, registration=ada, known=None, language="en", today=today)
    assert sorted(form.errors) == ["born", "expires", "issued", "number"]
    assert PassportForm(TYPED, registration=ada, known=None, language="en", today=today).is_valid()


def test_until_the_last_day_for_letters_those_who_need_a_visa_come_first_within_a_priority_and_afterwards_not(
    desk, register, make_category, pools
):
    for cut_off, first in ((NOW + timedelta(days=10), "needs"), (NOW - timedelta(days=1), "came")):
        type(desk).objects.filter(pk=desk.pk).update(letters_until=cut_off)
        Registration.objects.all().delete()
        pools["room"].refresh_from_db()
        type(pools["room"]).objects.filter(pk=pools["room"].pk).update(bookable=1, taken=0, waiting=0, protocol_taken=0)
        category = make_category(f"c-{first}", priority=5, modes=["in_person"])
        higher = make_category(f"h-{first}", priority=1, modes=["in_person"])
        holder, came, needs = register(category), register(category), register(category, needs_visa=True)
        minister = register(higher)
        actions.cancel(holder, by=Holder(holder.pk), at=NOW)
        minister.refresh_from_db()
        assert minister.state == "offered"
        actions.cancel(minister, by=Holder(minister.pk), at=NOW)
        states = {
            name: Registration.objects.get(pk=one.pk).state for name, one in {"came": came, "needs": needs}.items()
        }
        assert states == {first: "offered", ({"came", "needs"} - {first}).pop(): "waitlisted"}


def test_the_rule_is_printed_where_one_joins(desk, make_category, client):
    make_category()
    assert (
        "those who said that they need a visa; then who came first"
        in client.get(f"/meetings/{desk.slug}/register/").content.decode()
    )


# --- nobody reads it --------------------------------------------------------------------------------


def readable(thing: object) -> bytes:
    """A value of a row as somebody would find it who has the database."""
    if isinstance(thing, (bytes, memoryview)):
        return bytes(thing)
    return (thing if isinstance(thing, str) else json.dumps(thing, default=str, ensure_ascii=False)).encode()


def unpacked(body: bytes) -> bytes:
    """A file with, where it is a zip, everything in it."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return body + b"".join(archive.read(name) for name in archive.namelist())


SECRETS = (b"qwx7654321", b"1971-03-09", b"1971, 3, 9", b"2022-05-04", b"2037-05-03", b"09031971", b"7654321")


@pytest.mark.django_db(transaction=True)
def test_passport_data_is_unreadable_everywhere(
    desk, register, client, sign_in, officer, secretary, caplog, tmp_path, settings
):
    """Typed by its owner, looked at, issued; then looked for in the database, its file, mails, logs, backup and exports."""
    caplog.set_level(logging.DEBUG)
    settings.DEBUG = True  # so that the database's log writes every statement with its values
    ada = register()
    mine = address(ada)
    assert client.post(mine + "visa/", TYPED | {"number": "??"}).status_code == 422
    assert client.post(mine + "visa/", TYPED).status_code == 302
    sign_in(officer).post(f"/desk/meetings/{desk.slug}/visas/{ada.key}/do/", {"do": "look"})
    sign_in(officer).post(f"/desk/meetings/{desk.slug}/visas/{ada.key}/do/", {"do": "issue"})
    assert VisaRequest.objects.get().state == "issued"
    settings.DEBUG = False
    found = {}
    for model in apps.get_models(include_auto_created=True):
        found[model._meta.label] = b" ".join(
            readable(value) for row in model._default_manager.values_list() for value in row
        )
    assert isinstance(connection.connection, sqlite3.Connection) or connection.vendor == "postgresql"
    if connection.vendor == "sqlite":
        found["the file of the database"] = connection.connection.serialize()
    found["mails"] = "".join(f"{m.subject}{m.text}{m.html}" for m in OutgoingMail.objects.all()).encode()
    found["logs"] = caplog.text.encode()
    back_up(tmp_path / "kept.zip", at=datetime.now(UTC))
    found["backup"] = unpacked((tmp_path / "kept.zip").read_bytes())
    desk_pages = [
        f"/desk/meetings/{desk.slug}/registrations/registrations.xlsx", f"/desk/meetings/{desk.slug}/registrations/",
        f"/desk/meetings/{desk.slug}/registrations/of/{ada.key}/", f"/desk/meetings/{desk.slug}/visas/",
        f"/desk/meetings/{desk.slug}/visas/{ada.key}/", f"/desk/meetings/{desk.slug}/entrance/{ada.key}/",
    ]  # fmt: skip
    at_desk = sign_in(officer)
    for page in (*desk_pages, "/data/", "/pledges/export.json", "/log/checkpoint", f"/api/v1/meetings/{desk.slug}"):
        answer = at_desk.get(page)
        assert answer.status_code == 200, page
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        found[page] = unpacked(body)
    for kind in ("guards", "catering", "protocol"):
        _made, token = actions.make_list(desk, kind, "Night", by=secretary, at=datetime.now(UTC))
        found[kind] = client.get(f"/meetings/list/{token}/").content
    assert {where: word for where, text in found.items() for word in SECRETS if word in text.lower()} == {}
    names = {where for where, text in found.items() if b"qwzeta" in text.lower()} - {
        "the file of the database",
        "backup",
    }
    assert names == {"registration.VisaLetter"}  # the letter's number and name stay a year; its passport does not
    own = client.get(mine + "data.json").json()["visa"]
    assert (own["passport"], own["state"]) == (PASSPORT.as_json(), "issued")
