"""Badges: six scripts, every format, codes read back by somebody else's library; a second one is asked about first."""

from __future__ import annotations

from datetime import UTC, datetime

import pypdfium2
import pytest
import zxingcpp

from kept.base.lifecycle import Refused
from kept.registration import actions, badges
from kept.registration.codes import badge_code, fingerprint, key_in
from kept.registration.models import BadgePrint, State
from kept.registration.setup_forms import COLOURS

pytestmark = pytest.mark.django_db
DESK = "/desk/meetings/annual-meeting"
NAMES = (
    ("Zoë", "Núñez", ""), ("Anna", "Ivanova", "Анна Иванова"), ("Eleni", "Papadopoulou", "Ελένη Παπαδοπούλου"),
    ("Layla", "Hassan", "ليلى حسن"), ("Xiaoming", "Wang", "王小明"), ("Kamala", "Devi", "कमला देवी"),
    ("Alexandrina Maximiliana", "Wolfeschlegelsteinhausenbergerdorff-Papadopoulos", ""),
)  # fmt: skip


def read(made: bytes) -> tuple[list[str], str, int]:
    """The codes, the text and the number of pages of a PDF, as others see them."""
    document = pypdfium2.PdfDocument(made)
    codes = [one.text for page in document for one in zxingcpp.read_barcodes(page.render(scale=2.5).to_pil())]
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return sorted(codes), text, len(document)


@pytest.mark.parametrize(("form", "pages"), [("a6", 7), ("card", 7), ("a6-sheet", 2), ("card-sheet", 1)])
def test_every_format_has_everybodys_name_and_a_code_that_others_read(register, meeting, pools, form, pages):
    pools["room"].bookable = 20
    pools["room"].save()
    people = [register(given_name=given, family_name=family, name_native=own) for given, family, own in NAMES]
    codes, text, number = read(badges.pdf(meeting, people, form, language="ar", at=datetime.now(UTC)))
    assert (codes, number) == (sorted(badge_code(one.key) for one in people), pages)
    assert [word for word in ("Ivanova", "Hassan", "Wang", "Devi") if word not in text] == []
    assert fingerprint(key_in(codes[0])) in {fingerprint(one.key) for one in people}


def test_every_colour_of_a_category_has_its_ink():
    assert {name for name, _words in COLOURS} == set(badges.COLOURS)


def test_a_second_badge_is_asked_about_first_and_both_are_in_the_log(desk, register, secretary):
    ada = register()
    address, said = f"{DESK}/entrance/{ada.key}/badge/", {"form": "card", "language": "en"}
    first = desk.post(address, said)
    assert (first.headers["Content-Type"], first.content[:5]) == ("application/pdf", b"%PDF-")
    asked = desk.post(address, said)
    assert (asked.status_code, b"A badge was printed already." in asked.content) == (409, True)
    assert BadgePrint.objects.count() == 1
    assert desk.post(address, said | {"again": "on"}).status_code == 200
    assert [(one.by, one.form) for one in BadgePrint.objects.all()] == [(secretary, "card")] * 2


def test_many_are_those_who_have_none_yet_in_one_file(desk, register, meeting):
    seated, waiting = [register() for _n in range(2)], register()
    register(mode="remote")
    made = desk.post(f"{DESK}/badges/", {"category": "", "form": "card-sheet", "language": "fr"})
    assert read(made.content)[0] == sorted(badge_code(one.key) for one in seated)
    none = desk.post(f"{DESK}/badges/", {"category": "", "form": "card-sheet", "language": "fr"})
    assert (none.status_code, b"Badges are for people who are confirmed for the room." in none.content) == (422, True)
    assert desk.post(f"{DESK}/badges/", {"form": "a6", "language": "en", "again": "on"}).content[:5] == b"%PDF-"
    assert not BadgePrint.objects.filter(registration=waiting).exists()


def test_nameplates_are_a_sheet_each_with_the_name_twice_for_those_who_sit(desk, register, make_category):
    minister = make_category("head")
    register(minister, given_name="Layla", family_name="Hassan", name_native="ليلى حسن", title="Minister")
    register(minister, mode="remote")
    register(make_category("guest"))
    made = desk.post(f"{DESK}/badges/nameplates/", {"category": minister.pk})
    _codes, text, pages = read(made.content)
    assert (made.headers["Content-Type"], pages, text.count("Hassan"), text.count("Minister")) == (
        "application/pdf",
        1,
        2,
        2,
    )
    assert desk.post(f"{DESK}/badges/nameplates/", {"category": 0}).status_code == 302


def test_who_is_provisional_or_not_confirmed_gets_no_badge(register, make_category, meeting, secretary):
    now = datetime.now(UTC)
    values = {"given_name": "Bao", "family_name": "Walk", "organisation_name": "Hill Radio", "country": "CHE"}
    made = actions.walk_in(make_category(), values, email="bao@example.org", by=secretary, at=now)
    with pytest.raises(Refused):
        actions.print_badges(meeting, [made.registration.pk], "a6", language="en", by=secretary, at=now)
    actions.see_document(made, "passport", by=secretary, at=now)
    actions.agree_to(made, by=secretary, at=now)
    assert (
        actions.print_badges(meeting, [made.registration.pk], "a6", language="en", by=secretary, at=now)[:5] == b"%PDF-"
    )


def test_a_name_is_put_right_at_the_desk_and_phones_hear_of_it(desk, register, entrance):
    from kept.registration.guests import changes_for

    ada, now = register(given_name="Ada", family_name="Akorn"), datetime.now(UTC)
    desk.post(f"{DESK}/entrance/{ada.key}/", {"do": "names", "given_name": "Ada", "family_name": "Acorn"})
    ada.refresh_from_db()
    lines, again = changes_for(entrance, now, datetime.now(UTC))
    assert (ada.name, ada.state, [one["name"] for one in lines], again) == (
        "Ada Acorn", State.CONFIRMED, ["Ada Acorn"], False
    )  # fmt: skip
