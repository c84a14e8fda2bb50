"""Pages for those who doubt, quote and cite: the check, the counter's reasons, the day it was, the speech, the frame."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from kept.log.models import Head
from kept.pledges import counting
from kept.pledges.actions.revising import revise_record
from kept.registry import movements, queries
from tests.registry.test_pages import PREFIXES, read, words

pytestmark = pytest.mark.django_db
PAGES = ["/check/", "/check/?pledge=P-00001", "/counter/speech/", "/embed/", "/counter/2023-05/"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_six_languages_and_sets_no_cookie(client, public_record, page):
    for prefix in PREFIXES:
        response = client.get(prefix + page)
        assert (response.status_code, len(response.cookies)) == (200, 0)
        html = response.content.decode()
        assert html.count("<h1") == 1
        assert not re.search(r"<script(?![^>]*\b(src|type)=)|\sstyle=|<form[^>]*post", html)


# Check a pledge ------------------------------------------------------------------------------------------------


def test_every_pledge_leads_to_its_check(client, public_record):
    html = read(client, "/pledges/P-00003/")
    assert 'href="/check/?pledge=P-00003"' in html
    assert 'href="/pledges/P-00003/receipt.json"' in html
    text = words(read(client, "/check/?pledge=P-00003"))
    assert f"Check P-00003 {public_record[2].title}" in text
    assert "This check was done by a script that this very site sent you." in text


@pytest.mark.parametrize("typed", ["p-3", "https://example.org/fr/pledges/P-00003/", " P-00003 "])
def test_a_reference_is_understood_however_it_is_typed(client, public_record, typed):
    assert "Check P-00003" in words(client.get("/check/", {"pledge": typed}).content.decode())


@pytest.mark.parametrize("typed", ["P-99999", "school", "P-0", "P-999999999"])
def test_a_pledge_that_is_not_there_is_said(client, public_record, typed):
    assert "No such pledge was published" in words(client.get("/check/", {"pledge": typed}).content.decode())


def test_without_javascript_the_page_says_how_to_check_by_hand(client, public_record):
    html = read(client, "/check/?pledge=P-00003")
    for address in ("/pledges/P-00003/receipt.json", "/log/verify.py", "/log/key", "/log/checkpoint"):
        assert f'href="{address}"' in html
        assert client.get(address).status_code == 200


# Why the counter moved -----------------------------------------------------------------------------------------


def test_every_month_is_explained_to_the_cent_by_its_pledges(public_record):
    months = queries.history(datetime.now(UTC).date())
    before = (0, Decimal(0))
    for month in months:
        moves = movements.of_month(month.first)
        assert (moves.before, moves.after) == (before, (month.pledges, month.amount_usd))
        assert sum(one.pledges for one in moves.movements) == moves.pledges
        assert sum((one.amount_usd for one in moves.movements), Decimal(0)) + moves.others_usd == moves.amount_usd
        before = moves.after


def test_a_month_with_more_pledges_than_a_page_says_what_the_others_add(public_record):
    first = movements.of_month(date(2022, 3, 1))
    assert first.others == 0
    whole, cut = movements.of_month(date(2022, 3, 1)), movements.of_month(date(2022, 3, 1), most=1)
    assert len(cut.movements) == 1
    assert cut.others == len(whole.movements) - 1
    assert cut.movements[0].amount_usd + cut.others_usd == whole.amount_usd


def test_a_pledge_that_was_taken_back_moves_the_counter_down(make_pledge, now):
    pledge = make_pledge("published", amount="5000000", currency="USD", money_nature="new", kinds=("financial",))
    before = movements.of_month(now.date().replace(day=1)).movements
    assert [(one.what, one.pledges, one.amount_usd) for one in before] == [
        ("pledge.published", 1, Decimal("5000000.00"))
    ]
    from django.db import transaction

    with transaction.atomic():
        revise_record(pledge, pledge.current, at=now, event="pledge.withdrawn", reason="It was a mistake.")
    moves = movements.of_month(now.date().replace(day=1))
    assert moves.amount_usd == 0  # both in one month: nothing moved in the end


def test_the_counters_page_names_the_largest_pledges_behind_each_jump(client, public_record):
    months = queries.history(datetime.now(UTC).date())
    html = read(client, "/counter/")
    for moves in movements.jumps(months, until=datetime.now(UTC).date()):
        assert f'href="/counter/{moves.iso}/"' in html
        assert moves.movements[0].reference in html


@pytest.mark.parametrize("month", ["1999-01", "2023-13", "2023-00", "2999-01", "0000-01"])
def test_a_month_without_a_counter_is_not_there(client, public_record, month):
    assert client.get(f"/counter/{month}/").status_code == 404


def test_the_history_is_a_file_with_the_figures_of_the_page(client, public_record):
    rows = list(csv.DictReader(io.StringIO(read(client, "/counter/history.csv"))))
    months = queries.history(datetime.now(UTC).date())
    assert [(row["month"], row["pledges"], row["amount_usd"]) for row in rows] == [
        (month.iso, str(month.pledges), f"{month.amount_usd:.2f}") for month in months
    ]
    assert sum(Decimal(row["amount_usd_change"]) for row in rows) == months[-1].amount_usd


# A figure with its day ------------------------------------------------------------------------------------------


def test_a_figure_to_quote_carries_its_day_and_the_logs_size(client, public_record):
    size, counter = Head.objects.get().size, counting.counter()
    text = words(read(client, "/counter/"))
    assert f"counted {counter.pledges} pledges and {counter.amount_usd:,} USD promised." in text
    assert f"The public log had {size} entries." in text
    assert f"kept verify --figure {counter.as_of.isoformat()}@{size}" in text
    then = words(read(client, "/counter/?as_of=2023-12-31"))
    assert f"kept verify --figure 2023-12-31@{size}" in then
    assert f"On 31 December 2023, Partner2Connect counted {counting.counter(date(2023, 12, 31)).pledges}" in then or (
        f"counted {counting.counter(date(2023, 12, 31)).pledges} pledges" in then
    )


def test_a_pledge_is_shown_as_it_was_on_a_day(client, make_pledge, now):
    pledge = make_pledge("published", title="Forty schools get fibre")
    from django.db import transaction

    earlier = now - timedelta(days=400)
    type(pledge.current).objects.filter(pk=pledge.current_id).update(valid_from=earlier, published_at=earlier)
    pledge.refresh_from_db()
    with transaction.atomic():
        revise_record(pledge, pledge.current, at=now, event="pledge.withdrawn", reason="It was a mistake.")
    day = (now - timedelta(days=30)).date()
    text = words(read(client, f"/pledges/P-00001/?as_of={day}"))
    assert "As it was on" in text
    assert "taken back" not in text
    assert "The pledge as it stands now" in text
    today = words(read(client, f"/pledges/P-00001/?as_of={now.date()}"))
    assert "It was taken back or replaced by then, and did not count." in today
    for wrong in ("2001-01-01", "soon", "2999-01-01", "0000-99-99"):
        assert client.get(f"/pledges/P-00001/?as_of={wrong}").status_code == 404
    assert 'name="as_of"' in read(client, "/pledges/P-00001/")


# The speech -----------------------------------------------------------------------------------------------------


def test_the_speech_sheet_has_the_counters_figures_each_with_what_it_leaves_out(client, public_record):
    counter = counting.counter()
    text = words(read(client, "/counter/speech/"))
    assert f"{counter.pledges} pledges A pledge of several organisations counts once. 5 that were taken back" in text
    assert f"{counter.organisations} organisations that pledge" in text
    assert f"{counter.countries_reached} countries reached {counter.countries_named}" in text
    assert f"{counter.pledges_without_amount} pledges name no amount." in text
    assert "never “mobilised”" in text
    then = counting.counter(date(2023, 12, 31))
    assert f"{then.pledges} pledges" in words(read(client, "/counter/speech/?as_of=2023-12-31"))
    assert "is no day" in words(read(client, "/counter/speech/?as_of=soon"))


# The frame ------------------------------------------------------------------------------------------------------


def test_the_builder_gives_the_line_for_what_was_picked(client, public_record, settings):
    html = read(client, "/embed/?language=ar&theme=dark&size=l")
    line = f'<iframe src="{settings.KEPT_BASE_URL}/ar/embed/counter/?theme=dark&size=l" title='
    assert line in html
    assert 'width="760" height="440"' in html
    assert "frame-src 'self'" in client.get("/embed/")["Content-Security-Policy"]
    assert client.get("/embed/")["X-Frame-Options"] == "DENY"
    strange = read(client, "/embed/?language=xx&theme=pink&size=huge")
    assert "/embed/counter/?size=m" in strange


@pytest.mark.parametrize("size", ["s", "m", "l"])
def test_the_frame_may_stand_in_any_page_and_follows_nobody(client, public_record, size):
    for theme in ("", "light", "dark"):
        response = client.get("/fr/embed/counter/", {"theme": theme, "size": size})
        assert "frame-ancestors *" in response["Content-Security-Policy"]
        assert "X-Frame-Options" not in response
        assert not response.cookies
        html = response.content.decode()
        assert f"embed-{size}" in html
        assert (f'data-theme="{theme}"' in html) == bool(theme)
        assert "<script" not in html


def test_pages_cost_a_fixed_number_of_queries(client, public_record, django_assert_max_num_queries):
    for page, most in (
        ("/check/?pledge=P-00003", 12),
        ("/counter/", 60),
        ("/counter/speech/", 24),
        ("/counter/2023-05/", 16),
    ):
        with django_assert_max_num_queries(most):
            client.get(page + ("&" if "?" in page else "?") + "x=1")
    assert reverse("registry:check") == "/check/"
