"""Who says yes: a focal point, the secretariat, never oneself, never silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.registration import actions
from kept.registration.models import Approval, Category, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def lake(make_organisation):
    return make_organisation("Lake Networks", country="CHE")


@pytest.fixture
def focal(make_member, lake):
    return make_member(lake, email="focal@example.org")


@pytest.fixture
def asked(make_category, register, lake, focal):
    """Somebody who waits for the yes of Lake Networks."""
    return register(make_category(approval=Approval.ORGANISATION), organisation=lake)


def test_a_focal_point_confirms_then_the_secretariat_decides(asked, focal, secretary, now):
    assert asked.state == "pending_focal_point"
    assert OutgoingMail.objects.filter(kind="registration/is_this_yours", to="focal@example.org").count() == 1
    assert actions.approve_for_organisation(asked, by=focal, at=now).state == "pending_secretariat"
    assert actions.approve(asked, by=secretary, at=now).state == "confirmed"


def test_silence_goes_to_the_secretariat_and_never_approves(asked, now):
    assert actions.escalate_silence(now + timedelta(days=6)) == 1
    asked.refresh_from_db()
    assert asked.state == "pending_secretariat"


def test_a_focal_point_who_stays_silent_is_asked_once_more_and_an_answer_stops_it(asked, focal, now):
    mails = OutgoingMail.objects.filter(kind="registration/is_this_yours").order_by("pk")
    days = [actions.remind_approvers(now + timedelta(days=day)) for day in (1, 2, 3, 4)]
    assert (days, mails.count()) == ([0, 1, 0, 0], 2)
    assert "Still waiting for you" in mails.last().subject
    assert "If nobody answers by" in mails.last().text
    actions.escalate_silence(now + timedelta(days=5))
    asked.refresh_from_db()
    assert (asked.state, actions.remind_approvers(now + timedelta(days=9))) == ("pending_secretariat", 0)


def test_the_mail_leads_to_a_page_about_one_with_one_button(client, asked, focal, make_member, make_organisation, now):
    text = OutgoingMail.objects.get(kind="registration/is_this_yours", to=focal.email).text
    page = f"/my/delegations/{asked.key}/"
    assert page in text
    client.force_login(make_member(make_organisation("Hill Radio"), email="hill@example.org"))
    assert client.get(page).status_code == 404
    client.force_login(focal)
    seen = client.get(page).content.decode()
    assert [words in seen for words in (asked.name, asked.email, "Yes, one of ours", "If nobody answers by")] == [
        True
    ] * 4
    assert client.post(f"{page}confirm/").status_code == 302
    after = client.get(page).content.decode()
    assert ("Yes, one of ours" in after, "Nobody waits for you here any more." in after) == (False, True)


def test_the_secretariat_is_asked_once_a_day_for_all_who_wait(asked, focal, register, secretary, meeting, now):
    mails = OutgoingMail.objects.filter(kind="registration/secretariat_waits").order_by("pk")
    morning = meeting.starts_at.replace(hour=9) - timedelta(days=10)
    assert (actions.ask_secretariat(morning), mails.count()) == (0, 0)  # the focal point has not answered
    actions.approve_for_organisation(asked, by=focal, at=now)
    assert (actions.ask_secretariat(morning.replace(hour=3)), mails.count()) == (0, 0)  # it is night there
    actions.ask_secretariat(morning)
    actions.ask_secretariat(morning + timedelta(hours=1))
    other = register(asked.category, organisation=asked.organisation)
    actions.approve_for_organisation(other, by=focal, at=now)
    actions.ask_secretariat(morning + timedelta(days=1))
    assert [mail.to for mail in mails] == [secretary.email] * 2
    assert f"/registrations/of/{asked.key}/" in mails[0].text
    assert mails[1].subject.startswith("2 registrations wait for your yes")
    assert "/registrations/?state=pending_secretariat" in mails[1].text
    asked.refresh_from_db()
    assert asked.state == "pending_secretariat"  # silence approves nobody
    type(meeting).objects.update(status="cancelled")
    assert actions.ask_secretariat(morning + timedelta(days=2)) == 0


def test_who_has_answered_is_not_reminded_nor_whoever_is_asked_for_a_meeting_that_is_off(
    asked, focal, register, lake, meeting, now
):
    other = register(asked.category, organisation=lake)
    actions.approve_for_organisation(asked, by=focal, at=now)
    assert actions.remind_approvers(meeting.starts_at) == 0
    type(meeting).objects.update(status="cancelled")
    assert actions.remind_approvers(now + timedelta(days=3)) == 0
    type(meeting).objects.update(status="registration_open")
    assert actions.remind_approvers(now + timedelta(days=3)) == 1
    other.refresh_from_db()
    assert other.state == "pending_focal_point"  # a reminder approves nobody


def test_where_nobody_else_speaks_for_the_organisation_the_secretariat_is_asked(
    make_category, register, make_organisation, make_member
):
    category, alone = make_category(approval=Approval.ORGANISATION), make_organisation("Hill Radio")
    make_member(alone, email="only@example.org")
    states = [
        register(category, organisation=make_organisation("Stone House")).state,
        register(category, organisation=alone, email="only@example.org").state,
        register(category, organisation=alone).state,
    ]
    assert states == ["pending_secretariat", "pending_secretariat", "pending_focal_point"]


def test_an_approver_proves_who_they_are(client, asked, focal):
    for address in ("", f"{asked.key}/confirm/"):
        answer = client.post(f"/my/delegations/{address}") if address else client.get("/my/delegations/")
        assert (answer.status_code, "/sign-in/" in answer.url or "/login/" in answer.url) == (302, True)
    asked.refresh_from_db()
    assert asked.state == "pending_focal_point"


def test_nobody_confirms_oneself(asked, focal, now):
    asked.person = focal
    asked.save()
    with pytest.raises(NotAllowed):
        actions.approve_for_organisation(asked, by=focal, at=now)


def test_the_focal_point_of_another_organisation_may_not(asked, make_organisation, make_member, now):
    stranger = make_member(make_organisation("Neighbour Works"), email="stranger@example.org")
    with pytest.raises(NotAllowed):
        actions.approve_for_organisation(asked, by=stranger, at=now)


def test_a_closed_category_takes_nobody_new_and_keeps_who_is_in_it(register, secretary, now):
    one = register()
    category = Category.objects.get()
    actions.close_category(category, closed=True, by=secretary, at=now)
    one.refresh_from_db()
    assert actions.save_draft(one, {"diet": "nuts"}, version=one.version, by=secretary, at=now).diet == "nuts"
    assert actions.switch(one, "remote", by=secretary, at=now).state == "confirmed"
    with pytest.raises(Refused):
        actions.start(one.meeting, Category.objects.get(), email="late@example.org", mode="remote", by=None, at=now)


def test_what_has_ended_is_not_answered_any_more(register, meeting, secretary, now):
    one = register()
    question = Question.objects.create(meeting=meeting, code="why", texts={"en": "Why?"})
    actions.cancel(one, by=secretary, at=now)
    with pytest.raises(Refused):
        actions.answer(one, {question: "because"}, by=secretary, at=now)
