"""A pledge in silence moves by the calendar alone; what was so on any past day can be asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kept.base.models import OutgoingMail
from kept.progress import actions, restate, retracing, silence
from kept.progress.models import Asked, SilenceNotice, Standing

pytestmark = pytest.mark.django_db


def reporting(pledge) -> str:
    return Standing.objects.at().get(pledge=pledge).reporting


def test_silence_comes_by_the_calendar_after_a_notice(make_pledge, make_round, later):
    pledge = make_pledge("published")
    make_round(deadline=30)
    seen = []
    for day in (30, 31, 76, 89, 90):
        actions.notify_due(later(day))
        restate.restate_due(later(day))
        seen.append(reporting(pledge))
    assert seen == ["due", "overdue", "overdue", "overdue", "silent"]
    assert OutgoingMail.objects.filter(kind="progress/silence").count() == 1


def test_the_right_of_reply_holds_it_off_and_stands_beside(make_pledge, make_round, later, focal_point, today):
    pledge = make_pledge("published")
    make_round(deadline=30)
    actions.notify_due(later(76))
    actions.reply_to_notice(
        Asked.objects.get(), "We count in May.", until=today + timedelta(days=100), by=focal_point, at=later(80)
    )
    seen = []
    for day in (95, 100, 101):
        restate.restate_due(later(day))
        seen.append(reporting(pledge))
    assert (seen, SilenceNotice.objects.get().reply) == (["overdue", "overdue", "silent"], "We count in May.")


def test_readers_see_the_reply_of_an_owner_beside_its_silence(
    client, make_pledge, make_round, later, focal_point, today
):
    make_pledge("published")
    make_round(deadline=30)
    actions.notify_due(later(76))
    until = today + timedelta(days=100)
    actions.reply_to_notice(Asked.objects.get(), "We count in May.", until=until, by=focal_point, at=later(80))
    restate.restate_due(later(101))
    page = client.get("/pledges/P-00001/").content.decode()
    assert ("Nothing heard" in page, "We count in May." in page) == (True, True)


def test_an_answer_is_current_again_at_once(make_pledge, make_round, make_report, later):
    pledge = make_pledge("published")
    make_round(deadline=30)
    actions.notify_due(later(76))
    restate.restate_due(later(95))
    make_report(pledge, "submitted", at=later(96))
    restate.restate([pledge.pk], at=later(96))
    assert reporting(pledge) == "current"


def test_the_last_answer_stands_beside_while_an_owner_is_silent(make_pledge, make_round, make_report, later, secretary):
    pledge = make_pledge("published")
    make_round("2025", deadline=10)
    make_report(pledge, "accepted", value="81")
    make_round("2026", deadline=20)
    actions.notify_due(later(70))
    restate.restate_due(later(90))
    row = Standing.objects.at().get()
    assert (row.reporting, row.said, row.value, row.said_on is not None) == ("silent", "on_track", 81, True)


def test_documented_completion_closes_reporting(make_pledge, make_round, make_report, later):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted", value="214", said="completed", completed_on="2026-01-01", supported="214")
    restate.restate_due(later(4000))
    row = Standing.objects.at().get(pledge=pledge)
    assert (row.standing, row.level, row.reporting) == ("kept", "documented", "closed")


def test_the_same_day_is_derived_again_without_a_change(make_pledge, make_round, later):
    pledge = make_pledge("published")
    make_round()
    assert restate.restate([pledge.pk], at=later(5)) == []


def test_any_past_instant_can_be_asked_for(make_pledge, make_round, later):
    make_pledge("published")
    make_round(deadline=30)
    restate.restate_due(later(31))
    assert [Standing.objects.at(later(day)).get().reporting for day in (1, 32)] == ["due", "overdue"]


def test_a_whole_chunk_is_restated_in_a_fixed_number_of_queries(make_pledge, make_round, later, connection_queries):
    one = make_pledge("published")
    others = [make_pledge("published") for _ in range(3)]
    make_round(deadline=30)
    first = connection_queries(lambda: restate.restate([one.pk], at=later(31)))
    assert connection_queries(lambda: restate.restate([p.pk for p in others], at=later(31))) == first


def test_a_past_that_is_retraced_is_the_one_that_the_calendar_made_day_by_day(
    make_pledge, make_round, make_report, later
):
    """What came with its past (a demonstration, a registry that moved) answers `as_of` as if it had been here."""
    pledge = make_pledge("published")
    make_round(deadline=30)
    lived = {}
    for day in range(30, 130, 5):
        actions.notify_due(later(day))
        if day == 105:
            restate.restate([make_report(pledge, "submitted", at=later(day)).pledge_id], at=later(day))
        restate.restate_due(later(day))
        lived[day] = reporting(pledge)
    rows = retracing.retrace(restate.facts_of([pledge.pk])[0], later(130))
    retraced = {day: next(r.reporting for r in reversed(rows) if r.valid_from <= later(day)) for day in lived}
    assert retraced == lived
    assert list(dict.fromkeys(lived.values())) == ["due", "overdue", "silent", "current"]


def test_the_page_of_a_silent_pledge_says_so_in_the_days_of_the_rule_and_the_pages_digits(
    client, make_pledge, make_round, later
):
    pledge = make_pledge("published")
    make_round(deadline=30)
    actions.notify_due(later(76))
    restate.restate_due(later(90))
    address = f"/pledges/{pledge.reference}/"
    assert f"at least {silence.SILENT_AFTER.days} days before" in client.get(address).content.decode()
    said = client.get(f"/ar{address}").content.decode()
    assert "٦٠ يوماً" in said and "١٤ يوماً" in said
