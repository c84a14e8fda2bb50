"""Silence moves by the calendar alone, with notice and a right of reply."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kept.progress.silence import Asking, State, notice_day, reporting_on
from kept.progress.statuses import Reporting

ASKED, DUE = date(2026, 1, 10), date(2026, 3, 1)
ASKING = Asking(ASKED, DUE)


def on(day: date, asking: Asking = ASKING, **more) -> Reporting:
    return reporting_on(day, [asking], **more).reporting


def test_a_pledge_that_no_round_asked_about_is_not_due_yet():
    assert reporting_on(DUE, []) == State(Reporting.NOT_YET_DUE, None)


def test_it_goes_from_due_to_overdue_to_silent_by_the_calendar():
    told = replace(ASKING, notice=notice_day(DUE))
    days = [DUE, DUE + timedelta(days=1), DUE + timedelta(days=59), DUE + timedelta(days=60)]
    assert [on(day, told) for day in days] == [
        Reporting.DUE, Reporting.OVERDUE, Reporting.OVERDUE, Reporting.SILENT,
    ]  # fmt: skip


def test_nobody_is_called_silent_without_fourteen_days_notice():
    late = replace(ASKING, notice=DUE + timedelta(days=100))
    assert on(DUE + timedelta(days=400)) == Reporting.OVERDUE
    assert on(DUE + timedelta(days=113), late) == Reporting.OVERDUE
    assert on(DUE + timedelta(days=114), late) == Reporting.SILENT


def test_a_reply_holds_silence_off_for_thirty_days_at_most():
    told = replace(ASKING, notice=notice_day(DUE))
    replied = replace(told, reply=DUE + timedelta(days=59), reply_until=DUE + timedelta(days=300))
    assert on(DUE + timedelta(days=89), replied) == Reporting.OVERDUE
    assert on(DUE + timedelta(days=90), replied) == Reporting.SILENT


def test_an_answer_ends_it_whenever_it_comes():
    assert on(DUE + timedelta(days=200), replace(ASKING, answered=DUE + timedelta(days=199))) == Reporting.CURRENT


def test_a_report_that_was_sent_back_and_left_so_is_no_answer_after_fourteen_days():
    back = replace(ASKING, answered=date(2026, 2, 1), sent_back=date(2026, 3, 10))
    assert [on(date(2026, 3, 24), back), on(date(2026, 3, 25), back)] == [Reporting.CURRENT, Reporting.OVERDUE]


def test_where_nobody_is_there_it_is_unreachable_and_not_silent():
    assert on(DUE + timedelta(days=300), replace(ASKING, unreachable=ASKED)) == Reporting.UNREACHABLE


def test_a_documented_end_closes_reporting_for_ever():
    assert on(DUE + timedelta(days=5000), closed_on=date(2025, 1, 1)) == Reporting.CLOSED


def test_the_newest_round_counts():
    former = replace(ASKING, asked=date(2025, 1, 10), due=date(2025, 3, 1), answered=date(2025, 2, 1))
    assert reporting_on(ASKED, [ASKING, former]).reporting == Reporting.DUE


some_days = st.none() | st.dates(date(2025, 6, 1), date(2026, 12, 31))
askings = st.builds(
    Asking, st.dates(date(2025, 6, 1), date(2026, 6, 1)), st.dates(date(2026, 6, 2), date(2026, 9, 1)),
    some_days, some_days, some_days, some_days, some_days, some_days,
)  # fmt: skip


@given(askings, st.dates(date(2025, 6, 1), date(2027, 6, 1)))
def test_between_two_days_that_are_named_nothing_moves(asking, today):
    """What happened lies in the past; from then on the calendar alone moves the state, on the days it names."""
    known = Asking(
        asking.asked, asking.due, *(day if day is not None and day <= today else None for day in
        (asking.answered, asking.sent_back, asking.unreachable, asking.notice, asking.reply)), asking.reply_until,
    )  # fmt: skip
    state = reporting_on(today, [known])
    if state.reporting == Reporting.OVERDUE and known.notice is None:
        return  # until a notice is sent nothing becomes public
    last = (state.next_day or today + timedelta(days=1000)) - timedelta(days=1)
    assert reporting_on(last, [known]).reporting == state.reporting
    if state.next_day is not None:
        assert reporting_on(state.next_day, [known]).reporting != state.reporting
