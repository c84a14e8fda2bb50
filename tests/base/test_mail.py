"""Mail leaves once: queued once, one Message-ID, and where nobody knows, a person decides."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import close_old_connections, connections, transaction
from django.utils import timezone

from kept.base import mail
from kept.base.installation import installation
from kept.base.models import MailState, OutgoingMail
from tests.base.smtp import MailServer


@pytest.fixture
def server(settings):
    """A real mail server on this machine, which the settings name."""
    with MailServer() as running:
        threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 5
        yield running
        running.shutdown()


def code(to: str = "reader@example.org", **more):
    return mail.queue("people/sign_in_code", to=to, context={"code": "1234-5678"}, **more)


def state(row: OutgoingMail) -> str:
    row.refresh_from_db()
    return row.state


def test_a_mail_is_written_in_its_readers_language_with_text_and_html(db):
    row = mail.queue("people/let_in", to="a@example.org", language="ar", context={"organisation": "Lake & Co"})
    assert "Lake & Co" in row.subject + row.text
    assert 'lang="ar" dir="rtl"' in row.html
    assert "Lake &amp; Co" in row.html
    assert "/ar/" in row.text


def test_the_same_key_is_queued_once(db):
    assert code(key="one") is not None
    assert code(key="one") is None
    assert OutgoingMail.objects.count() == 1


def test_a_mail_is_lost_together_with_what_caused_it(db):
    with pytest.raises(RuntimeError), transaction.atomic():
        code()
        raise RuntimeError
    assert not OutgoingMail.objects.exists()


def test_a_closed_account_gets_no_mail(make_person):
    person = make_person()
    person.is_active = False
    assert code(person=person) is None


def test_a_mail_arrives_once_with_its_own_message_id_and_language(db, server):
    row = mail.queue("people/let_in", to="a@example.org", language="fr", context={"organisation": "Lac"})
    assert mail.send_due() == 1
    assert mail.send_due() == 0
    [arrived] = server.taken
    assert arrived["Message-ID"] == f"<{row.message_id}@{mail.own_host()}>"
    assert arrived["Content-Language"] == "fr"
    assert {part.get_content_type() for part in arrived.iter_parts()} == {"text/plain", "text/html"}
    assert state(row) == MailState.SENT


def test_a_refusal_for_now_is_tried_again_later_with_the_same_message_id(db, server):
    row, now = code(), timezone.now()
    server.refuse["reader@example.org"] = "450 come back later"
    mail.send_due(now)
    assert state(row) == MailState.QUEUED
    assert row.send_after == now + timedelta(minutes=1)
    assert "450" in row.error
    server.refuse.clear()
    assert mail.send_due(now + timedelta(seconds=59)) == 0
    assert mail.send_due(now + timedelta(minutes=2)) == 1
    assert server.taken[0]["Message-ID"].startswith(f"<{row.message_id}@")


def test_an_address_that_is_refused_for_good_fails_at_once_and_is_noted_at_its_person(server, make_person):
    person = make_person("gone@example.org")
    row = mail.queue("people/let_in", to=person.email, person=person, context={"organisation": "Lac"})
    server.refuse["gone@example.org"] = "550 no such mailbox"
    mail.send_due()
    person.refresh_from_db()
    assert (state(row), row.attempts, person.bounced_at is not None) == (MailState.FAILED, 1, True)


def test_a_server_that_nobody_reaches_leaves_the_mail_waiting(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row = code()
    mail.send_due()
    assert state(row) == MailState.QUEUED


def test_after_the_last_attempt_a_person_decides(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row, now = mail.queue("people/let_in", to="a@example.org", context={"organisation": "Lac"}), timezone.now()
    for _attempt in range(mail.ATTEMPTS):
        assert state(row) == MailState.QUEUED
        mail.send_due(now)
        now += timedelta(hours=5)
    assert state(row) == MailState.FAILED


def test_a_connection_that_breaks_after_the_mail_was_handed_over_leaves_it_in_doubt(db, server):
    row = code()
    server.hangs_up = True
    mail.send_due()
    assert state(row) == MailState.UNKNOWN
    server.hangs_up = False
    assert mail.send_due(timezone.now() + timedelta(days=1)) == 0  # nobody sends it a second time by itself


def test_a_server_that_hangs_up_between_two_mails_puts_no_other_mail_in_doubt(db, server):
    first, second = code("a@example.org"), code("b@example.org")
    server.hangs_up = True
    mail.send_due()
    assert [state(first), state(second)] == [MailState.UNKNOWN, MailState.UNKNOWN]
    assert len(server.taken) == 2  # each was handed over on a connection that worked


def test_a_killed_worker_leaves_the_one_mail_it_was_sending_in_doubt_and_no_other(db, server):
    first, second = code("a@example.org"), code("b@example.org")
    assert mail.claim(timezone.now()) == first  # … and here the worker is killed
    later = timezone.now() + mail.LEASE + timedelta(seconds=1)
    assert mail.send_due(later) == 1
    assert [state(first), state(second)] == [MailState.UNKNOWN, MailState.SENT]
    assert [each["To"] for each in server.taken] == ["b@example.org"]


def test_a_mail_that_is_being_sent_is_nobody_elses(db):
    code()
    assert mail.claim(timezone.now()) is not None
    assert mail.claim(timezone.now()) is None


def test_a_code_leaves_at_once_and_is_no_longer_written_anywhere(db, server, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        row = code(secret=True)
        mail.send_at_once(row)
    assert "1234-5678" in server.taken[0].get_body(("plain",)).get_content()
    assert (state(row), row.text, row.html) == (MailState.SENT, "", "")
    assert "1234" not in row.subject


def test_a_code_that_could_not_leave_at_once_is_left_to_the_worker(db, settings, django_capture_on_commit_callbacks):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        row = code(secret=True)
        mail.send_at_once(row)
    assert state(row) == MailState.QUEUED


def test_of_a_demonstration_no_mail_leaves_the_machine(db, server, settings):
    row = installation()
    row.demonstration = True
    row.save()
    code()
    assert mail.send_due() == 1
    assert server.taken == []
    assert len(list((settings.KEPT_DATA / "outbox").iterdir())) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_sends_each_mail(server):
    for number in range(12):
        code(f"reader{number}@example.org")
    sent = []

    def work() -> None:
        try:
            sent.append(mail.send_due())
        finally:
            close_old_connections()
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(sent) == 12
    assert sorted(each["To"] for each in server.taken) == sorted(f"reader{n}@example.org" for n in range(12))
