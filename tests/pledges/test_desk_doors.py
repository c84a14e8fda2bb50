"""Who gets in: every address of the desk, for a reader, a focal point, staff; and what a GET may not do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kept.base.events import announce
from kept.pledges import actions, desk_urls
from kept.pledges.models import Attachment, Message, Pledge

POST_ONLY = {
    "desk_decide", "desk_assign", "desk_look", "desk_say", "desk_letter", "desk_ask",
}  # fmt: skip
PAGES = {
    "desk_queue", "desk_revisions", "desk_with_pledger", "desk_accepted", "desk_going_out", "desk_declined", "desk_all",
    "desk_pledge", "desk_open", "desk_several", "desk_delist", "desk_correct_rate", "desk_redact",
    "desk_translations", "desk_translate", "desk_terms", "desk_new_term", "desk_term",
    "desk_not_converted",
}  # fmt: skip


@pytest.fixture
def addresses(make_pledge, secretary, now) -> dict[str, str]:
    """An address of each name, for one published pledge that is translated."""
    pledge = make_pledge("published", title="A promise that nobody else may read")
    translation = actions.ask_translation(pledge, "fr", by=secretary, at=now)
    parts = {
        "desk_open": ["all", pledge.address],
        "desk_redact": [pledge.address, 1],
        "desk_translate": [translation.pk],
        "desk_new_term": ["focus"],
        "desk_term": ["focus", "access"],
    }
    with_pledge = {"desk_pledge", "desk_delist", "desk_correct_rate"} | POST_ONLY
    return {
        name: reverse(f"pledges:{name}", args=parts.get(name, [pledge.address] if name in with_pledge else []))
        for name in PAGES | POST_ONLY
    }


def test_every_address_of_the_desk_is_in_this_test():
    names = {pattern.name for pattern in desk_urls.urlpatterns}
    assert {
        name for name in names if not name.startswith("desk_import")
    } == PAGES | POST_ONLY  # imports: test_import_desk


def answers(client, addresses, names) -> dict:
    """What each address answers, asked in its own way."""
    return {n: client.post(addresses[n]) if n in POST_ONLY else client.get(addresses[n]) for n in sorted(names)}


def test_a_reader_is_asked_to_sign_in(client, addresses):
    found = answers(client, addresses, PAGES | POST_ONLY)
    login = (302, reverse("account_login"))
    assert {n: (a.status_code, a["Location"].split("?")[0]) for n, a in found.items()} == dict.fromkeys(found, login)


def test_a_focal_point_finds_nothing(client, focal_point, addresses):
    client.force_login(focal_point)
    found = answers(client, addresses, PAGES | POST_ONLY)
    assert {n: a.status_code for n, a in found.items()} == dict.fromkeys(found, 404)
    assert [n for n, a in found.items() if "A promise that nobody else may read" in a.content.decode()] == []


def test_staff_see_a_page_that_no_cache_keeps(desk, addresses):
    found = answers(desk, addresses, PAGES)
    opened = dict.fromkeys(found, 200) | {"desk_several": 302}
    assert {n: a.status_code for n, a in found.items()} == opened
    assert [n for n, a in found.items() if "no-store" not in a["Cache-Control"]] == []


def test_opening_an_address_that_does_something_does_nothing(desk, addresses):
    assert {n: desk.get(addresses[n]).status_code for n in POST_ONLY} == dict.fromkeys(POST_ONLY, 405)


def test_a_form_without_its_token_is_refused(secretary, addresses):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(secretary)
    assert {strict.post(addresses[n]).status_code for n in POST_ONLY} <= {302, 403}


def test_staff_without_a_second_factor_see_no_desk(client, secretary, addresses):
    client.force_login(secretary)
    assert client.get(addresses["desk_queue"]).status_code == 302


# By mail and by letter ---------------------------------------------------------------------------------


def received(pledge, person, text="Signed on 3 November.", **more):
    """What base/inbound.py announces for an answer."""
    announce("mail.received", **{"kind": "pledge", "subject_id": pledge.pk, "person_id": person.pk, "text": text,
                                 "sender": person.email, **more})  # fmt: skip


def test_an_answer_by_mail_and_a_message_on_the_page_are_one_thread(desk, make_pledge, focal_point, secretary, now):
    pledge = make_pledge("submitted")
    actions.add_message(pledge, "Is the loan signed?", by=secretary, at=now)
    received(pledge, focal_point, at=now + timedelta(minutes=1))
    talk = desk.get(reverse("pledges:desk_pledge", args=[pledge.address])).context["talk"]
    assert [(each.text, each.ours, each.by_mail) for each in talk] == [
        ("Is the loan signed?", True, False),
        ("Signed on 3 November.", False, True),
    ]


def test_who_may_no_longer_write_is_heard_by_the_secretariat_alone(make_pledge, make_person, now):
    pledge = make_pledge("submitted")
    received(pledge, make_person("gone@example.org"), at=now)
    message = Message.objects.get()
    assert (message.internal, message.by_name) == (True, "gone@example.org")


def test_a_mail_about_something_else_is_left_alone(make_pledge, focal_point, now):
    pledge = make_pledge("submitted")
    received(pledge, focal_point, at=now, kind="meeting")
    received(pledge, focal_point, at=now, text="  ")
    assert not Message.objects.exists()


@pytest.fixture
def on_behalf(make_pledge, secretary, now):
    pledge = make_pledge("draft", by=secretary)
    Pledge.objects.filter(pk=pledge.pk).update(on_behalf=True)
    return actions.submit(pledge, by=secretary, at=now)


def test_the_letter_is_attached_on_the_desk_and_the_checklist_says_so(desk, on_behalf):
    url = reverse("pledges:desk_letter", args=[on_behalf.address])
    desk.post(url, {"file": SimpleUploadedFile("letter.pdf", b"MZ no pdf at all")})
    assert not Attachment.objects.exists()
    desk.post(
        url, {"file": SimpleUploadedFile("letter.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")}
    )
    page = desk.get(reverse("pledges:desk_pledge", args=[on_behalf.address]))
    assert [letter.name for letter in page.context["letters"]] == ["letter.pdf"]
    assert page.context["checks"][0].words == "A signed letter is attached"


def test_the_link_to_confirm_is_sent_from_the_desk_and_history_says_to_whom(desk, on_behalf):
    url = reverse("pledges:desk_ask", args=[on_behalf.address])
    desk.post(url, {"email": "not an address", "language": "fr"})
    desk.post(url, {"email": "owner@example.org", "language": "fr"})
    page = desk.get(reverse("pledges:desk_pledge", args=[on_behalf.address]))
    assert page.context["told"][0]["title"] == "Sana Secretary sent the link to confirm to owner@example.org."
