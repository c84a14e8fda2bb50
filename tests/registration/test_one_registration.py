"""The desk's page of one registration, and the list as a spreadsheet."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from kept.base.models import HistoryEntry, OutgoingMail
from kept.registration import actions
from kept.registration.permissions import Holder

pytestmark = pytest.mark.django_db
LIST = "/desk/meetings/annual-meeting/registrations/"
NOW = datetime.now(UTC)


def test_what_happened_stands_on_its_page_with_notes_that_no_history_repeats(desk, register):
    one = register(given_name="Ada", family_name="Acorn")
    address = f"{LIST}of/{one.key}/"
    assert desk.post(f"{address}do/", {"do": "note", "text": "Comes with a dog."}).status_code == 302
    desk.post(f"{address}do/", {"do": "note", "text": " "})
    page = desk.get(address)
    assert [line["title"] for line in page.context["story"]] == [
        "A note",
        "confirmed",
        "to be confirmed by mail",
        "Begun",
    ]
    assert page.content.count(b"Comes with a dog.") == one.notes.count() == 1
    assert not HistoryEntry.objects.filter(data__icontains="dog").exists()
    desk.post(f"{address}do/", {"do": "reject", "reason": ""})
    desk.post(f"{address}do/", {"do": "reject", "reason": "Registered twice."})
    assert "not admitted: Registered twice." in " ".join(desk.get(address).content.decode().split())


def test_who_may_be_registered_twice_is_named(desk, register):
    one = register(given_name="Ada", family_name="Acorn")
    other = register(given_name="Acorn", family_name="Ada", email="ada@example.org")
    register(given_name="Bao", family_name="Acorn")
    assert [twin.pk for twin in desk.get(f"{LIST}of/{one.key}/").context["twins"]] == [other.pk]


def test_a_seat_past_the_line_owes_its_reason(desk, register, make_category, pools):
    minister = make_category("minister", protocol=True)
    actions.change_pool(pools["room"], bookable=2, protocol_reserve=1, by=None, at=NOW)
    delegate = make_category()
    register(delegate)
    waits = register(delegate)
    assert waits.state == "waitlisted"
    address = f"{LIST}of/{waits.key}/do/"
    desk.post(address, {"do": "seat", "reason": ""})
    waits.refresh_from_db()
    assert waits.state == "waitlisted"
    desk.post(address, {"do": "seat", "reason": "Speaks in the panel."})
    waits.refresh_from_db()
    assert (waits.state, minister.registrations.count()) == ("confirmed", 0)


def test_the_list_goes_out_as_it_is_narrowed_down_with_answers_and_without_needs(
    desk, register, meeting, make_category
):
    category = make_category()
    question = actions.ask(
        meeting, "dinner", {"texts": {"en": "Dinner?"}, "kind": "yes_no"}, categories=[], by=None, at=NOW
    )
    one = register(category, family_name="Acorn", given_name="=1+1", diet="no fish", accessibility="a ramp")
    actions.answer(one, {question: "yes"}, by=Holder(one.pk), at=NOW)
    register(category, family_name="Mallow")
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{LIST}registrations.xlsx", {"q": "acorn"}).content))
    head, *rows = list(book.active.values)
    said = dict(zip(head, rows[0], strict=True))
    assert (len(rows), said["Given name"], said["Dinner?"], said["State"]) == (1, "=1+1", "yes", "confirmed")
    assert not {"no fish", "a ramp"} & {str(cell) for cell in rows[0]}
    assert book.active["A2"].data_type == "s"


def test_nobody_else_sees_it(client, focal_point, register):
    one = register()
    client.force_login(focal_point)
    for address in (f"{LIST}of/{one.key}/", f"{LIST}registrations.xlsx"):
        assert client.get(address).status_code == 404


def test_a_mail_goes_to_who_is_in_the_list_in_their_language(desk, register):
    register(email="fr@example.org", language="fr")
    register(email="ru@example.org", language="ru")
    actions.cancel(register(email="gone@example.org"), by=None, at=NOW)
    said = {"subjects_en": "Bring a coat & boots", "bodies_en": "It is <cold>.", "subjects_fr": "Prenez un manteau",
            "bodies_fr": "Il fait froid."}  # fmt: skip
    assert desk.post(f"{LIST}write/", {"subjects_en": "Only this"}).status_code == 422
    assert desk.post(f"{LIST}write/?q=example.org", said).status_code == 302
    letters = OutgoingMail.objects.filter(kind="registration/letter").order_by("to")
    assert [(one.to, one.subject) for one in letters] == [
        ("fr@example.org", "Prenez un manteau"), ("ru@example.org", "Bring a coat & boots")
    ]  # fmt: skip
    assert ("It is <cold>." in letters[1].text, "<cold>" in letters[1].html, "/l/" in letters[1].text) == (
        True,
        False,
        True,
    )
    nobody = desk.post(f"{LIST}write/?state=rejected", said)
    assert b"Nobody of this selection" in nobody.content
