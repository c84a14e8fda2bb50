"""From a round to the record: asked, answered, asked back, accepted, public, each with its mail and its entry."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.base.models import OutgoingMail
from kept.log.checks import verify_database
from kept.log.models import Document, Entry
from kept.log.verify import DoesNotHold
from kept.progress import actions, restate
from kept.progress.content import ReportContent, Value
from kept.progress.models import Asked, IndicatorValue, Letter, Report, ReportState, Round, Standing

pytestmark = pytest.mark.django_db


def stands(pledge) -> tuple:
    row = Standing.objects.at().get(pledge=pledge)
    return row.said, row.level, row.standing, row.reporting


def mails(kind: str) -> list[str]:
    return list(OutgoingMail.objects.filter(kind=f"progress/{kind}").values_list("to", flat=True))


def test_a_published_pledge_stands_somewhere_from_the_first_moment(make_pledge):
    assert stands(make_pledge("published")) == ("", "self_reported", "unjudged", "not_yet_due")


def test_a_draft_stands_nowhere(make_pledge):
    make_pledge("draft")
    make_pledge("embargoed")
    assert Standing.objects.count() == 0


def test_opening_a_round_asks_each_focal_point_once_for_all_their_pledges(make_pledge, make_round, focal_point, now):
    pledges = [make_pledge("published"), make_pledge("published")]
    make_round()
    actions.ask_due(now)
    assert mails("asked") == [focal_point.email]
    assert [a.pledge for a in Letter.objects.get().asked.order_by("pledge__number")] == pledges
    assert stands(pledges[0])[3] == "due"


def test_the_mails_link_leads_to_the_form(make_pledge, make_round):
    make_pledge("published")
    make_round()
    assert f"/report/{Letter.objects.get().token}/" in OutgoingMail.objects.get(kind="progress/asked").text


def test_an_owner_without_anybody_is_unreachable_and_not_silent(make_pledge, make_round, focal_point):
    pledge = make_pledge("published")
    focal_point.is_active = False
    focal_point.save()
    pledge.contact_email = ""
    pledge.save()
    make_round()
    assert stands(pledge)[3] == "unreachable"


def test_the_contact_of_a_pledge_is_asked_where_nobody_speaks_for_its_owner(make_pledge, make_round, focal_point):
    pledge = make_pledge("published")
    focal_point.is_active = False
    focal_point.save()
    make_round()
    assert mails("asked") == [pledge.contact_email]


def test_a_mail_that_comes_back_makes_the_owner_unreachable(make_pledge, make_round, focal_point, now):
    from kept.base.events import announce

    pledge = make_pledge("published")
    make_round()
    announce("mail.bounced", email=focal_point.email, at=now, reason="550", mail=None)
    assert stands(pledge)[3] == "unreachable"


def test_reminders_go_out_by_plan_each_once_and_stop_with_an_answer(
    make_pledge, make_round, make_report, later, focal_point
):
    pledge = make_pledge("published")
    make_round(deadline=30)
    sent = []
    for day in (10, 16, 16.5, 27, 31):
        sent.append(actions.remind_due(later(day)))
    make_report(pledge, "submitted")
    sent.append(actions.remind_due(later(44)))
    assert sent == [0, 1, 0, 1, 1, 0]


def test_of_reminders_that_were_missed_only_the_last_is_sent(make_pledge, make_round, later):
    make_pledge("published")
    make_round(deadline=30)
    assert [actions.remind_due(later(45)), actions.remind_due(later(46))] == [1, 0]


def test_extending_moves_the_day_and_the_reminders(make_pledge, make_round, later, secretary, now, today):
    pledge = make_pledge("published")
    make_round(deadline=30)
    asked = actions.extend(Asked.objects.get(), today + timedelta(days=60), by=secretary, at=now, reason="Elections")
    restate.restate([pledge.pk], at=later(40))
    assert (asked.due, stands(pledge)[3]) == (today + timedelta(days=60), "due")


def test_handing_over_gives_another_person_a_link_of_their_own(make_pledge, make_round, focal_point, now):
    pledge = make_pledge("published")
    make_round()
    letter = actions.hand_over(Asked.objects.get(), email="Deputy@Example.org", by=focal_point, at=now)
    report = actions.begin(Asked.objects.get(), by=letter, at=now)
    assert (mails("handed_over"), report.pledge) == (["deputy@example.org"], pledge)


def test_a_link_writes_its_own_pledges_and_no_others(make_pledge, make_round, make_organisation, make_member, now):
    make_pledge("published")
    other = make_organisation("Other Networks")
    someone = make_member(other, email="someone@example.org")
    make_pledge("published", by=someone, lead=other)
    make_round()
    letter = Letter.objects.get(email="someone@example.org")
    theirs = Asked.objects.exclude(organisation=other).get()
    with pytest.raises(NotAllowed):
        actions.begin(theirs, by=letter, at=now)


def test_a_report_begins_with_what_is_known(make_pledge, make_round, make_report, focal_point, now, today):
    pledge = make_pledge("published")
    make_round("2025")
    make_report(pledge, "accepted", value="40")
    make_round("2026")
    asked = Asked.objects.get(round__slug="2026")
    content = ReportContent.from_json(actions.begin(asked, by=focal_point, at=now).content)
    assert content.values == (Value("Health posts connected", "40", today.isoformat(), "Our own register"),)


def test_what_two_people_write_at_once_is_kept_from_both(make_pledge, make_round, make_report, focal_point, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "draft")
    seen = report.version
    actions.save_fields(report, {"lessons": "One."}, by=focal_point, at=now, base_version=seen)
    saved = actions.save_fields(
        report, {"lessons": "Two.", "difficulties": "None."}, by=focal_point, at=now, base_version=seen
    )
    content = ReportContent.from_json(Report.objects.get(pk=report.pk).content)
    assert saved.conflicts == {"lessons": ("One.", "Two.")}
    assert (content.lessons, content.difficulties) == ("One.", "None.")


def test_what_cannot_be_right_is_asked_and_nothing_passes_silently(
    make_pledge, make_round, make_report, focal_point, now
):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "draft", value="900")
    with pytest.raises(actions.Incomplete) as refused:
        actions.send(report, by=focal_point, at=now)
    assert [q.key for q in refused.value.questions] == ["far_above:Health posts connected"]
    why = (("far_above:Health posts connected", "The ministry added its own."),)
    actions.save_fields(report, {"explanations": why}, by=focal_point, at=now, base_version=report.version)
    assert actions.send(report, by=focal_point, at=now).state == ReportState.SUBMITTED


def test_a_reason_is_owed_for_what_is_late(make_pledge, make_round, make_report, focal_point, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "draft", said="delayed")
    with pytest.raises(actions.Incomplete) as refused:
        actions.send(report, by=focal_point, at=now)
    assert [p.field for p in refused.value.problems] == ["said_reason"]


def test_asked_back_with_a_reason_then_sent_again(make_pledge, make_round, make_report, secretary, focal_point, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    with pytest.raises(ReasonOwed):
        actions.ask_back(report, by=secretary, at=now, reason=" ")
    report = actions.ask_back(report, by=secretary, at=now, reason="Which register?")
    assert [m.text for m in report.messages.all()] == ["Which register?"]
    assert mails("asked_back") == [focal_point.email]
    assert actions.send(report, by=focal_point, at=now).state == ReportState.SUBMITTED


def test_nobody_decides_on_what_their_own_organisation_sent(
    make_pledge, make_round, make_report, secretary, organisation, now
):
    from kept.people.models import Membership, MembershipState

    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    Membership.objects.create(person=secretary, organisation=organisation, role="viewer", state=MembershipState.ACTIVE)
    secretary.__dict__.pop("_roles", None)
    with pytest.raises(NotAllowed):
        actions.accept(report, by=secretary, at=now)


def test_accepted_figures_enter_the_log_and_move_the_standing_by_exactly_that(make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    before = Entry.objects.count()
    report = make_report(pledge, "accepted", value="81", supported="64")
    entry = Entry.objects.get(index=before)
    document = json.loads(bytes(Document.objects.get(index=before).data))
    assert (Entry.objects.count(), entry.type, entry.reference) == (before + 1, "report.accepted", "P-00001-R1")
    assert document["values"] == [
        {
            "name": "Health posts connected", "unit": "posts", "counting": "cumulative", "headline": True,
            "baseline": "0.0000", "target": "214.0000", "value": "81.0000", "on": report.values.get().on.isoformat(),
            "source": "Our own register", "level": "self_reported", "supported": "64.0000", "verified": None,
        }
    ]  # fmt: skip
    assert stands(pledge) == ("on_track", "self_reported", "on_track", "current")
    verify_database()


def test_no_contact_stands_in_the_document(make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted")
    data = bytes(Document.objects.order_by("-index").first().data)
    assert b"@" not in data


def test_whoever_changes_a_figure_in_the_database_is_found(make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted")
    IndicatorValue.objects.update(value=Decimal(200))
    with pytest.raises(DoesNotHold, match="P-00001-R1: values"):
        verify_database()


def test_whoever_changes_a_standing_in_the_database_is_found(make_pledge, make_round, make_report):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted")
    Standing.objects.filter(valid_to=None).update(standing="kept")
    with pytest.raises(DoesNotHold, match="P-00001: standing"):
        verify_database()


def test_accepted_in_part_leaves_a_figure_out_and_says_why(make_pledge, make_round, make_report, secretary, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    with pytest.raises(Refused):
        actions.accept(report, by=secretary, at=now, left_out=["values:Health posts connected"])
    report = actions.accept(
        report, by=secretary, at=now, left_out=["values:Health posts connected"], reason="No source."
    )
    assert (report.in_part, list(report.values.all()), stands(pledge)[2]) == (True, [], "unjudged")


def test_a_level_needs_a_document_that_was_seen(make_pledge, make_round, make_report, secretary, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "submitted")
    with pytest.raises(Refused):
        actions.accept(report, by=secretary, at=now, supported={"Health posts connected": Decimal(81)})


def test_what_a_round_found_is_embargoed_until_its_day(make_pledge, make_round, make_report, later, secretary):
    pledge = make_pledge("published")
    round_ = make_round(deadline=10, publishes_in=20)
    before = Entry.objects.count()
    report = make_report(pledge, "accepted")
    held = (report.state, Entry.objects.count() - before, stands(pledge)[0], Report.objects.public().count())
    assert held == (ReportState.ACCEPTED, 0, "", 0)
    actions.publish_due_rounds(later(19))
    assert Report.objects.public().count() == 0
    actions.publish_due_rounds(later(20))
    round_ = Round.objects.get(pk=round_.pk)
    assert (Report.objects.public().count(), Entry.objects.count() - before) == (1, 1)
    assert (round_.state, round_.checkpoint.splitlines()[1]) == ("published", str(Entry.objects.count()))
    assert (round_.figures["asked"], round_.figures["answered"], round_.figures["pledges"]) == (1, 1, 1)


def test_nothing_changed_keeps_the_old_dates_and_is_not_taken_twice(
    make_pledge, make_round, make_report, focal_point, secretary, later
):
    pledge = make_pledge("published")
    make_round("2024")
    with pytest.raises(Refused):
        actions.nothing_changed(Asked.objects.get(), by=focal_point, at=later(0))
    first = make_report(pledge, "accepted")
    make_round("2025")
    second = Asked.objects.get(round__slug="2025")
    report = actions.nothing_changed(second, by=focal_point, at=later(0))
    actions.accept(report, by=secretary, at=later(0))
    assert report.values.get().on == first.values.get().on
    make_round("2026")
    with pytest.raises(Refused):
        actions.nothing_changed(Asked.objects.get(round__slug="2026"), by=focal_point, at=later(0))


def test_nothing_changed_is_not_taken_after_the_end(make_pledge, make_round, make_report, focal_point, later):
    pledge = make_pledge("published", end="2026-12")
    make_round("2025")
    make_report(pledge, "accepted")
    make_round("2026")
    with pytest.raises(Refused):
        actions.nothing_changed(Asked.objects.get(round__slug="2026"), by=focal_point, at=later(400))


def test_a_corrected_report_takes_the_place_of_the_former_which_stays(
    make_pledge, make_round, make_report, focal_point, secretary, now, posts
):
    pledge = make_pledge("published")
    make_round()
    former = make_report(pledge, "accepted", value="81")
    report = actions.begin_correction(former, by=focal_point, at=now)
    actions.save_fields(report, {"values": posts("90").values}, by=focal_point, at=now, base_version=report.version)
    report = actions.accept(actions.send(report, by=focal_point, at=now), by=secretary, at=now)
    former.refresh_from_db()
    assert (former.state, former.corrected_by, report.reference) == (ReportState.PUBLISHED, report, "P-00001-R2")
    assert Standing.objects.at().get().value == Decimal(90)
    verify_database()


def test_a_published_report_cannot_be_written_in(make_pledge, make_round, make_report, focal_point, now):
    pledge = make_pledge("published")
    make_round()
    report = make_report(pledge, "accepted")
    with pytest.raises(WrongState):
        actions.save_fields(report, {"lessons": "x"}, by=focal_point, at=now, base_version=1)


def test_taking_a_pledge_back_improves_no_rate(make_pledge):
    pledge = make_pledge("withdrawn")
    row = Standing.objects.at().get(pledge=pledge)
    assert (row.counts, row.reporting, row.ends) == (True, "closed", True)
