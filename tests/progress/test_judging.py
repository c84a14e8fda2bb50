"""The published table: every fact finds one row; kept begins at documented; no order changes anything."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.progress.judging import (
    TABLE,
    Dates,
    Evidence,
    Figure,
    Milestone,
    Promise,
    Verdict,
    Word,
    judge,
    latest,
    level_shown,
    look_up,
    next_day,
)
from kept.progress.statuses import Level, Reason, Said, Stands

END = date(2024, 12, 31)
PROMISE = Promise(Decimal(200), Decimal(0), date(2022, 1, 1), END, END)
MID = date(2023, 6, 30)


def fig(value: int, on: date = MID, supported: int | None = None) -> Figure:
    level = Level.DOCUMENTED if supported is not None and supported >= value else Level.SELF_REPORTED
    return Figure(Decimal(value), on, None if supported is None else Decimal(supported), level)


def word(said: Said, on: date = MID, **more) -> Word:
    return Word(said, on, **more)


def stands(*figures: Figure, said: Said | None = Said.ON_TRACK, today: date = MID, promise: Promise = PROMISE) -> tuple:
    verdict = judge(promise, word(said) if said else None, figures, today=today)
    return verdict.standing, verdict.reason


def test_every_combination_of_what_is_said_shown_and_dated_has_a_row():
    combinations = product([None, *Said], Evidence, Dates)
    assert {look_up(*each).standing for each in combinations} == set(Stands)


def test_every_row_of_the_table_is_the_first_for_something():
    used = {id(look_up(*each)) for each in product([None, *Said], Evidence, Dates)}
    assert [row for row in TABLE if id(row) not in used] == []


def test_no_row_says_kept_below_documented():
    kept = {Stands.KEPT, Stands.KEPT_LATE}
    assert {tuple(row.evidence) for row in TABLE if row.standing in kept} == {(Evidence.IN_TIME,), (Evidence.TOO_LATE,)}


def test_a_target_reached_by_its_owners_word_is_said_to_be_kept_and_not_kept():
    assert stands(fig(200)) == (Stands.UNJUDGED, Reason.SAID_TO_BE_KEPT)


def test_documents_for_a_part_do_not_make_the_whole_kept():
    assert stands(fig(200, supported=150)) == (Stands.UNJUDGED, Reason.SAID_TO_BE_KEPT)


def test_a_documented_target_in_time_is_kept():
    assert stands(fig(200, supported=200)) == (Stands.KEPT, Reason.REACHED_IN_TIME)


def test_beside_a_kept_promise_stands_the_level_of_what_reached_the_target():
    more = fig(250, supported=210)  # documents reach the target, not all of what is said
    verdict = judge(PROMISE, word(Said.ON_TRACK), [more], today=MID)
    assert (verdict.standing, more.level, level_shown(verdict, more, None)) == (
        Stands.KEPT, Level.SELF_REPORTED, Level.DOCUMENTED,
    )  # fmt: skip
    late = judge(PROMISE, word(Said.DELAYED), [fig(20)], today=MID)
    assert level_shown(late, fig(20), None) == Level.SELF_REPORTED


def test_a_documented_target_after_the_first_date_is_kept_late():
    late = date(2025, 2, 1)
    assert stands(fig(200, late, 200), today=late) == (Stands.KEPT_LATE, Reason.REACHED_LATE)


def test_on_time_is_judged_against_the_first_date_and_the_revised_stands_beside():
    revised = Promise(Decimal(200), Decimal(0), PROMISE.start, date(2026, 12, 31), date(2026, 12, 31))
    first = Promise(Decimal(200), Decimal(0), PROMISE.start, END, date(2026, 12, 31))
    found = judge(first, word(Said.ON_TRACK), [fig(120)], today=date(2025, 3, 1), now=revised)
    assert found == Verdict(Stands.LATE, Reason.DATE_PASSED, False, Stands.ON_TRACK)


def test_a_later_easier_target_does_not_make_a_pledge_kept():
    easier = Promise(Decimal(100), Decimal(0), PROMISE.start, END, END)
    found = judge(PROMISE, word(Said.COMPLETED), [fig(100, supported=100)], today=MID, now=easier)
    assert (found.standing, found.revised) == (Stands.PARTLY_KEPT, Stands.KEPT)


def test_nothing_is_interpolated_between_milestones():
    steps = Promise(Decimal(200), Decimal(0), PROMISE.start, END, END, (Milestone(date(2023, 12, 31), Decimal(100)),))
    assert stands(fig(1), promise=steps) == (Stands.ON_TRACK, Reason.NO_DATE_MISSED)
    after = date(2024, 2, 1)
    assert stands(fig(99), promise=steps, today=after) == (Stands.UNJUDGED, Reason.NO_FIGURE_SINCE)
    assert stands(fig(99, after), promise=steps, today=after) == (Stands.LATE, Reason.MILESTONE_MISSED)
    assert stands(fig(100, after), promise=steps, today=after) == (Stands.ON_TRACK, Reason.NO_DATE_MISSED)


@pytest.mark.parametrize(
    ("said", "figures", "day", "expected"),
    [
        (None, [], MID, (Stands.UNJUDGED, Reason.NOTHING_REPORTED)),
        (None, [], date(2030, 1, 1), (Stands.UNJUDGED, Reason.NOTHING_REPORTED)),
        (Said.ON_TRACK, [], MID, (Stands.UNJUDGED, Reason.NO_FIGURE)),
        (Said.AT_RISK, [fig(10)], MID, (Stands.ON_TRACK, Reason.NO_DATE_MISSED)),
        (Said.DELAYED, [fig(10)], MID, (Stands.LATE, Reason.OWNER_SAYS_DELAYED)),
        (Said.NOT_STARTED, [], date(2021, 6, 1), (Stands.NOT_STARTED, Reason.NOT_BEGUN)),
        (Said.NOT_STARTED, [], MID, (Stands.LATE, Reason.START_PASSED)),
        (Said.DISCONTINUED, [fig(150)], MID, (Stands.GIVEN_UP, Reason.OWNER_GAVE_UP)),
        (Said.COMPLETED, [fig(150)], MID, (Stands.PARTLY_KEPT, Reason.ENDED_HALF_WAY)),
        (Said.COMPLETED, [fig(99)], MID, (Stands.NOT_KEPT, Reason.ENDED_BELOW)),
        (Said.ON_TRACK, [fig(150)], date(2025, 1, 1), (Stands.LATE, Reason.DATE_PASSED)),
        (Said.ON_TRACK, [fig(150)], date(2026, 1, 1), (Stands.PARTLY_KEPT, Reason.ENDED_HALF_WAY)),
        (Said.ON_TRACK, [fig(20)], date(2026, 1, 1), (Stands.NOT_KEPT, Reason.ENDED_BELOW)),
    ],
)
def test_the_table_reads_as_published(said, figures, day, expected):
    assert stands(*figures, said=said, today=day) == expected


def test_what_counts_nothing_cannot_be_judged_and_says_so_until_documents_show_it_done():
    policy = Promise(None, None, None, END, END)
    assert stands(promise=policy) == (Stands.UNJUDGED, Reason.NO_TARGET)
    said = word(Said.COMPLETED, completed_on=date(2024, 5, 1))
    assert judge(policy, said, [], today=MID).reason == Reason.SAID_TO_BE_KEPT
    shown = word(Said.COMPLETED, completed_on=date(2024, 5, 1), level=Level.DOCUMENTED)
    assert judge(policy, shown, [], today=MID).standing == Stands.KEPT


def test_a_pledge_without_a_date_says_so():
    undated = Promise(Decimal(200), Decimal(0))
    assert stands(fig(120), promise=undated) == (Stands.UNJUDGED, Reason.NO_DATE)


def test_a_documented_end_never_decays():
    assert stands(fig(200, MID, 200), fig(10, date(2024, 1, 1)), today=date(2031, 1, 1))[0] == Stands.KEPT


def test_less_is_more_where_the_target_lies_below_the_baseline():
    falling = Promise(Decimal(20), Decimal(100), PROMISE.start, END, END)
    assert stands(fig(25, supported=25), promise=falling)[0] == Stands.ON_TRACK
    assert stands(Figure(Decimal(15), MID, Decimal(15), Level.DOCUMENTED), promise=falling)[0] == Stands.KEPT


days = st.dates(date(2021, 1, 1), date(2027, 12, 31))
values = st.integers(-10, 400).map(Decimal)
figures = st.builds(Figure, values, days, st.none() | values, st.sampled_from(Level))
words = st.builds(Word, st.sampled_from(Said), days, st.none() | days, st.sampled_from(Level))


@given(st.lists(figures, max_size=6), st.lists(words, max_size=5), days, st.randoms())
def test_no_order_of_reports_changes_a_standing(found, said, today, random):
    straight = judge(PROMISE, latest(said), found, today=today)
    random.shuffle(found)
    random.shuffle(said)
    assert judge(PROMISE, latest(said), found, today=today) == straight


@given(st.lists(figures, max_size=4), st.none() | words, days)
def test_between_the_days_that_are_named_nothing_moves(found, said, today):
    upcoming = next_day(PROMISE, None, today)
    last = (upcoming or today + timedelta(days=2)) - timedelta(days=1)
    assert judge(PROMISE, said, found, today=last) == judge(PROMISE, said, found, today=today)
