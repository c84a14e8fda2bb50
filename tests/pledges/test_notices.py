"""Mails about what happens to a pledge: to whom, in which language, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from kept.base.events import announce
from kept.base.languages import CODES
from kept.base.models import OutgoingMail
from kept.people.models import Role
from kept.pledges import actions
from kept.pledges.content import Partner


def mails(kind: str = "") -> list[tuple[str, str]]:
    """(kind, to) of what was queued, in order."""
    found = OutgoingMail.objects.filter(kind__startswith=f"pledges/{kind}").order_by("id")
    return [(mail.kind.removeprefix("pledges/"), mail.to) for mail in found]


def text(kind: str) -> str:
    mail = OutgoingMail.objects.filter(kind=f"pledges/{kind}").latest("id")
    assert mail.subject
    assert mail.html
    return f"{mail.subject}\n{mail.text}"


def test_the_owner_is_told_at_every_turn(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("submitted")
    actions.request_changes(pledge, by=secretary, at=now, reason="Say how many.")
    actions.submit(pledge, by=focal_point, at=now + timedelta(seconds=1), consent=True)
    actions.schedule(pledge, by=secretary, at=now + timedelta(seconds=2))
    actions.publish_due(now + timedelta(days=1))
    kinds = [kind for kind, to in mails() if to == "focal@example.org"]
    assert kinds == ["received", "changes_requested", "received", "published"]
    assert "Say how many." in text("changes_requested")
    assert "P-00001" in text("published")


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("declined", lambda p, by, at: actions.decline(p, by=by, at=at, reason="Not a promise.")),
        ("accepted", lambda p, by, at: actions.accept(p, by=by, at=at, announcement="Annual Meeting")),
        ("accepted", lambda p, by, at: actions.accept(p, by=by, at=at, publish_at=at + timedelta(days=3))),
    ],
)
def test_a_decision_reaches_its_owner_with_its_reason(make_pledge, secretary, now, kind, what):
    what(make_pledge("submitted"), secretary, now)
    assert ("Not a promise." if kind == "declined" else "It is published") in text(kind)


def test_a_changed_text_has_mails_of_its_own(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("published")
    actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"title": "Fibre to 300 posts"}, by=focal_point, at=now, base_version=9)
    actions.submit_revision(pledge, by=focal_point, at=now)
    actions.request_revision_changes(pledge, by=secretary, at=now, reason="Why 300?")
    actions.submit_revision(pledge, by=focal_point, at=now + timedelta(seconds=1))
    actions.accept_revision(pledge, by=secretary, at=now)
    kinds = [kind for kind, to in mails() if to == "focal@example.org"][-4:]
    assert kinds == ["change_received", "changes_requested", "change_received", "revised"]


def test_a_refused_change_says_why(make_pledge, secretary, focal_point, now):
    pledge = make_pledge("published")
    actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"title": "Nothing at all"}, by=focal_point, at=now, base_version=9)
    actions.submit_revision(pledge, by=focal_point, at=now)
    actions.refuse_revision(pledge, by=secretary, at=now, reason="It is less than before.")
    assert "It is less than before." in text("revision_refused")


def test_each_reader_is_written_to_in_their_own_language(make_pledge, make_member, organisation, secretary, now):
    reader = make_member(organisation, Role.CONTRIBUTOR, email="amina@example.org")
    reader.language = "ar"
    reader.save()
    make_pledge("submitted")
    mail = OutgoingMail.objects.get(to="amina@example.org")
    assert mail.language == "ar"
    assert "/ar/my/pledges/" in mail.text
    assert 'dir="rtl"' in mail.html


def test_a_viewer_and_one_who_left_get_nothing(make_pledge, make_member, organisation):
    make_member(organisation, Role.VIEWER, email="viewer@example.org")
    make_member(organisation, Role.FOCAL_POINT, email="left@example.org").memberships.update(state="ended")
    make_pledge("submitted")
    assert {to for _kind, to in mails()} == {"focal@example.org"}


def test_the_staff_get_no_mail_but_the_colleague_who_has_it(make_pledge, secretary, colleague, focal_point, now):
    pledge = make_pledge("submitted")
    assert all(to == "focal@example.org" for _kind, to in mails())
    actions.assign(pledge, to=colleague, by=secretary, at=now)
    actions.request_changes(pledge, by=colleague, at=now, reason="Say how many.")
    actions.submit(pledge, by=focal_point, at=now + timedelta(seconds=1), consent=True)
    assert [m for m in mails() if m[1] == colleague.email] == [("is_back", colleague.email)]
    assert "/desk/pledges/" in text("is_back")


def test_the_same_event_twice_is_one_mail(make_pledge, secretary, now):
    pledge = make_pledge("published")
    for _ in range(3):
        announce("pledge.published", pledge=pledge, by=secretary, at=now)
    assert mails("published") == [("published", "focal@example.org")]


def test_a_mail_that_belongs_to_what_did_not_happen_is_not_queued(make_pledge, secretary, now):
    from django.db import transaction

    pledge = make_pledge("submitted")
    before = OutgoingMail.objects.count()
    with pytest.raises(RuntimeError), transaction.atomic():
        actions.decline(pledge, by=secretary, at=now, reason="No.")
        raise RuntimeError
    assert OutgoingMail.objects.count() == before


def test_messages_that_follow_each_other_bring_one_mail_to_the_other_side(make_pledge, secretary, focal_point):
    pledge = make_pledge("submitted")
    at = timezone.now().replace(minute=1, second=0)
    for second in range(3):
        actions.add_message(pledge, f"Question {second}", by=secretary, at=at + timedelta(seconds=second))
    assert mails("message") == [("message", "focal@example.org")]
    actions.add_message(pledge, "Much later", by=secretary, at=at + timedelta(hours=2))
    assert len(mails("message")) == 2
    actions.add_message(pledge, "An answer", by=focal_point, at=at)
    assert len(mails("message")) == 2  # nobody of the staff has it


def test_a_note_for_colleagues_leaves_the_house_in_no_mail(make_pledge, secretary, now):
    pledge = make_pledge("submitted")
    actions.add_message(pledge, "Do we trust them?", by=secretary, at=now, internal=True)
    assert not OutgoingMail.objects.filter(text__contains="trust").exists()


def test_a_published_pledge_that_is_taken_back_is_told_to_partners_who_said_yes(
    make_pledge, make_organisation, make_member, focal_point, secretary, now
):
    yes, no = make_organisation("Uhuru Fibre"), make_organisation("Lake Radio")
    make_member(yes, email="yes@example.org")
    make_member(no, email="no@example.org")
    pledge = make_pledge("published", partners=(Partner(yes.pk), Partner(no.pk)))
    actions.answer_partnership(pledge, yes, confirm=True, by=None, at=now, proven=True)
    actions.withdraw(pledge, by=focal_point, at=now, reason="The money went elsewhere.")
    assert mails("withdrawn") == [("withdrawn", "yes@example.org")]
    assert "The money went elsewhere." in text("withdrawn")


def test_who_is_delisted_reads_that_and_why(make_pledge, secretary, now):
    actions.withdraw(make_pledge("published"), by=secretary, at=now, reason="It is an advertisement.", delist=True)
    assert "breaks the rules" in text("withdrawn")
    assert "It is an advertisement." in text("withdrawn")


def test_partners_are_asked_and_their_answer_is_told(make_pledge, make_organisation, make_member, now):
    partner = make_organisation("Uhuru Fibre")
    speaker = make_member(partner, email="uhuru@example.org")
    make_member(partner, Role.CONTRIBUTOR, email="writer@example.org")
    pledge = make_pledge("submitted", partners=(Partner(partner.pk),))
    assert mails("partner_asked") == [("partner_asked", "uhuru@example.org")]
    actions.answer_partnership(pledge, partner, confirm=True, by=speaker, at=now)
    assert mails("partner_answered") == [("partner_answered", "focal@example.org")]
    assert "Uhuru Fibre takes part in your pledge" in text("partner_answered")


def test_what_is_replaced_is_told_with_both_numbers(make_pledge, secretary, now):
    old, new = make_pledge("published"), make_pledge("published")
    actions.supersede(old, successor=new, by=secretary, at=now)
    assert f"{old.reference} is replaced by {new.reference}" in text("superseded")


@pytest.mark.parametrize("language", CODES)
def test_every_mail_can_be_written_in_every_language(language, db):
    from pathlib import Path

    import kept.pledges
    from kept.base import mail

    folder = Path(kept.pledges.__file__).parent / "templates" / "pledges" / "mail"
    words = {
        "title": "Fibre <b>", "reason": "Why & what", "reference": "P-00001", "successor": "P-00002", "writer": "Sana",
        "text": "A question", "lead": "Lake Networks", "partner": "Uhuru", "confirmed": True, "until": "",
        "announcement": "Meeting", "name": "Odile", "no_url": "http://x/l/1/", "action": "Go", "action_url": "http://x/",
    }  # fmt: skip
    for template in sorted(folder.glob("*.txt")):
        subject, text, html = mail.written(f"pledges/{template.stem}", language, words)
        assert subject.strip()
        assert "Fibre <b>" in text
        assert "Fibre &lt;b&gt;" in html
        assert "{{" not in text + html
