"""What a person does with a mail, and what the desk shows of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kept.base import history, mail, outbox
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.base.models import MailState, OutgoingMail


@pytest.fixture
def make_mail(db):
    def make(state: str = MailState.QUEUED, **values) -> OutgoingMail:
        row = mail.queue("people/let_in", to="a@example.org", context={"organisation": "Lake Networks"})
        OutgoingMail.objects.filter(pk=row.pk).update(state=state, **values)
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def desk(client, secretary, monkeypatch):
    """A browser at the desk; that it needs a second factor is another test's matter."""
    monkeypatch.setattr("kept.people.signin.second_factor_is_owed", lambda person: False)
    client.force_login(secretary)
    return client


def test_a_held_mail_waits_until_it_is_released(make_mail, secretary, now):
    row = outbox.hold(make_mail(), by=secretary, at=now)
    assert mail.claim(now) is None
    outbox.release(row, by=secretary, at=now)
    assert mail.claim(now) == row


def test_a_mail_that_is_leaving_is_not_held_any_more(make_mail, secretary, now):
    with pytest.raises(WrongState):
        outbox.hold(make_mail(MailState.SENDING), by=secretary, at=now)


def test_a_mail_in_doubt_is_sent_again_only_by_somebody_who_knows_that_it_may_arrive_twice(make_mail, secretary, now):
    row = make_mail(MailState.UNKNOWN)
    with pytest.raises(Refused) as refused:
        outbox.send_again(row, by=secretary, at=now)
    assert refused.value.code == "may_have_been_sent"
    again = outbox.send_again(row, by=secretary, at=now, knowing=True)
    assert (again.state, again.message_id) == (MailState.QUEUED, row.message_id)


def test_a_sent_mail_is_not_sent_again(make_mail, secretary, now):
    with pytest.raises(WrongState):
        outbox.send_again(make_mail(MailState.SENT), by=secretary, at=now)


def test_a_code_is_not_sent_a_second_time(make_mail, secretary, now):
    row = make_mail(MailState.FAILED, secret=True)
    with pytest.raises(WrongState):
        outbox.send_again(row, by=secretary, at=now)
    assert outbox.possible_moves(row, secretary) == ["cancel"]


def test_a_mail_that_was_rewritten_leaves_as_it_was_rewritten_and_the_former_text_is_kept(make_mail, secretary, now):
    row = make_mail(MailState.HELD)
    changed = outbox.edit(row, "New  subject\n", "New text", by=secretary, at=now)
    assert (changed.subject, changed.text, changed.html, changed.state) == ("New subject", "New text\n", "", "held")
    [entry] = history.of("mail", row.pk)
    assert (entry.verb, entry.data["subject"]) == ("edit", row.subject)


def test_nobody_else_touches_the_outbox(make_mail, make_person, now):
    with pytest.raises(NotAllowed):
        outbox.cancel(make_mail(), by=make_person(), at=now)


def test_the_desk_lists_mails_by_state_with_their_numbers(desk, make_mail, django_assert_max_num_queries):
    for state in (MailState.FAILED, MailState.SENT, MailState.SENT):
        make_mail(state)
    with django_assert_max_num_queries(30):
        page = desk.get(reverse("base:desk_outbox"), {"state": "sent"})
    assert [row.state for row in page.context["page"].object_list] == ["sent", "sent"]
    assert {str(tab["name"]): tab["count"] for tab in page.context["tabs"]} == {"All": 3, "failed": 1, "sent": 2}


def test_the_list_of_mails_asks_the_same_number_of_questions_for_one_and_for_many(desk, make_mail, connection_queries):
    make_mail()
    one = connection_queries(lambda: desk.get(reverse("base:desk_outbox")))
    for _ in range(10):
        make_mail()
    assert connection_queries(lambda: desk.get(reverse("base:desk_outbox"))) == one


def test_the_desk_shows_a_mail_but_never_the_code_in_one(desk, make_mail):
    row = make_mail()
    assert "You belong to Lake Networks now" in desk.get(reverse("base:desk_mail", args=[row.pk])).content.decode()
    secret = mail.queue("people/sign_in_code", to="a@example.org", context={"code": "1234-5678"}, secret=True)
    page = desk.get(reverse("base:desk_mail", args=[secret.pk]))
    assert "only its reader may see" in page.content.decode()
    assert "1234" not in page.content.decode()
    assert desk.get(reverse("base:desk_mail_html", args=[secret.pk])).status_code == 404


def test_a_mails_html_is_shown_in_a_sandbox_under_its_own_policy(desk, make_mail):
    row = make_mail()
    OutgoingMail.objects.filter(pk=row.pk).update(html="<p>Hello</p><script>alert(1)</script>")
    page = desk.get(reverse("base:desk_mail_html", args=[row.pk]))
    policy = page.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    around = desk.get(reverse("base:desk_mail", args=[row.pk]))
    assert around.headers["Content-Security-Policy"].endswith("frame-src 'self'")


def test_the_button_send_again_asks_before_it_sends_what_may_have_been_sent(desk, make_mail):
    row = make_mail(MailState.UNKNOWN)
    address = reverse("base:desk_mail_act", args=[row.pk, "again"])
    assert "may have been sent already" in desk.post(address, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == MailState.UNKNOWN
    desk.post(address, {"knowing": "yes"})
    row.refresh_from_db()
    assert row.state == MailState.QUEUED


def test_the_outbox_does_not_exist_for_others(client, make_mail, make_person):
    row = make_mail()
    client.force_login(make_person())
    for name, arguments in (("desk_outbox", []), ("desk_mail", [row.pk]), ("desk_mail_html", [row.pk])):
        assert client.get(reverse(f"base:{name}", args=arguments)).status_code == 404
