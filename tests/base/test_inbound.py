"""Mail that comes in: bounces of what we sent, and answers whose address we made. Nothing else is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.base import events, inbound, mail
from kept.base.models import MailState, OutgoingMail, ReceivedMail

BOUNCE = """From: MAILER-DAEMON@mx.example.net
To: no-reply@example.org
Subject: Undelivered Mail Returned to Sender
Message-ID: <b1@mx.example.net>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

It could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; gone@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--B
Content-Type: text/rfc822-headers

Message-ID: <{message_id}@{host}>
To: gone@example.org

--B--
"""

ANSWER = """From: Fatou <focal@example.org>
To: {to}
Subject: Re: Say how many
Message-ID: <a1@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
{more}
It is 214 posts.

On Tue, 24 Nov 2026 at 10:00, Kept wrote:
> Say how many.
"""


@pytest.fixture(autouse=True)
def _receiving(settings):
    settings.REPLY_TO = "replies@coalition.example"


@pytest.fixture
def heard(monkeypatch):
    """What was announced as received."""
    received = []
    monkeypatch.setitem(events._listeners, "mail.received", [lambda **payload: received.append(payload)])
    return received


def sent_to(person) -> OutgoingMail:
    row = mail.queue("people/let_in", to=person.email, person=person, context={"organisation": "Lac"})
    OutgoingMail.objects.filter(pk=row.pk).update(state=MailState.SENT)
    return row


def bounce(row: OutgoingMail | None, action: str = "failed", status: str = "5.1.1") -> bytes:
    number = row.message_id if row else "0" * 32
    return BOUNCE.format(message_id=number, host=mail.own_host(), action=action, status=status).encode()


def answer(to: str, more: str = "") -> bytes:
    return ANSWER.format(to=to, more=more).encode()


def test_a_bounce_of_a_mail_that_we_sent_is_noted_at_the_mail_and_its_person(make_person, now):
    person = make_person("gone@example.org")
    row = sent_to(person)
    assert inbound.receive(bounce(row), at=now) == "bounce"
    person.refresh_from_db()
    row.refresh_from_db()
    assert (person.bounced_at, row.state) == (now, MailState.FAILED)
    assert "no such mailbox" in row.error


def test_a_bounce_that_somebody_made_up_changes_nothing(make_person, now):
    person = make_person("gone@example.org")
    inbound.receive(bounce(None), at=now)
    person.refresh_from_db()
    assert person.bounced_at is None


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.7"), ("failed", "4.2.2"), ("delivered", "2.0.0")])
def test_a_report_that_is_not_the_end_is_no_bounce(make_person, now, action, status):
    person = make_person("gone@example.org")
    assert inbound.receive(bounce(sent_to(person), action, status), at=now) == "unknown"
    person.refresh_from_db()
    assert person.bounced_at is None


def test_an_answer_goes_to_its_conversation_without_what_it_answers(db, now, heard):
    to = inbound.reply_address("pledge", 831, 7)
    assert inbound.receive(answer(to), at=now) == "reply"
    [payload] = heard
    assert (payload["kind"], payload["subject_id"], payload["person_id"]) == ("pledge", 831, 7)
    assert payload["text"] == "It is 214 posts."


def test_a_mail_that_comes_twice_is_heard_once(db, now, heard):
    to = inbound.reply_address("pledge", 831, 7)
    inbound.receive(answer(to), at=now)
    assert inbound.receive(answer(to), at=now) == "seen"
    assert len(heard) == ReceivedMail.objects.count() == 1


def test_an_answer_to_an_address_that_was_tampered_with_is_not_believed(db, now, heard):
    to = inbound.reply_address("pledge", 831, 7).replace(".831.", ".832.")
    assert inbound.receive(answer(to), at=now) == "unknown"
    assert heard == []


def test_an_out_of_office_note_is_no_answer(db, now, heard):
    to = inbound.reply_address("pledge", 831, 7)
    assert inbound.receive(answer(to, "Auto-Submitted: auto-replied\n"), at=now) == "unknown"


def test_an_address_survives_mail_programs_that_write_it_in_capitals():
    to = inbound.reply_address("pledge", 831, 7)
    assert inbound.addressed(to.upper()) == inbound.Addressed("pledge", 831, 7)
    assert len(to.partition("@")[0]) <= 64  # RFC 5321


def test_without_an_address_for_answers_none_is_given(settings):
    settings.REPLY_TO = ""
    assert inbound.reply_address("pledge", 831, 7) == ""


@given(st.binary(max_size=2000))
def test_no_bytes_at_all_break_the_reading_of_mail(raw):
    from email import message_from_bytes, policy

    mail = message_from_bytes(raw, policy=policy.default)
    inbound.failed_addresses(mail)
    assert isinstance(inbound.answer(mail), str)


def test_an_answer_in_html_is_read_as_text_without_its_scripts(db, now, heard):
    raw = (
        f"From: a@example.org\nTo: {inbound.reply_address('pledge', 1, 2)}\nMessage-ID: <h@x>\nMIME-Version: 1.0\n"
        "Content-Type: text/html; charset=utf-8\n\n<style>p{}</style><p>Yes &amp; no</p><script>x()</script>"
        "<blockquote>quoted</blockquote>"
    )
    inbound.receive(raw.encode(), at=now)
    assert heard[0]["text"] == "Yes & no"
