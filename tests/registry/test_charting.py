"""The charts of the counter: scales, steps and labels that do not lie."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from kept.registry.chart import HEIGHT, chart, nice
from kept.registry.charting import charts
from kept.registry.queries import Month


@pytest.mark.parametrize(
    ("value", "top"),
    [("1", "1"), ("1.01", "2"), ("36.78", "40"), ("85e9", "1e11"), ("0.3", "0.4"), ("999", "1000"), ("5", "5")],
)
def test_a_scale_ends_with_a_round_figure_above_its_largest_value(value, top):
    assert nice(Decimal(value)) == Decimal(top)


def test_a_sum_stays_until_it_moves():
    drawn = chart([(2024, 12, Decimal(1)), (2025, 1, Decimal(1)), (2025, 2, Decimal(2))])
    assert drawn is not None
    assert drawn.line.count("V") == 1
    assert [mark.value for mark in drawn.years] == [2025]
    assert drawn.rungs[0].at == str(drawn.floor)
    assert all(0 <= int(mark.at) <= HEIGHT for mark in drawn.rungs)


def test_one_month_is_no_line():
    assert chart([(2025, 1, Decimal(1))]) is None


@pytest.mark.parametrize(
    ("language", "labels"),
    [
        ("en", ["0", "25 bn", "50 bn", "75 bn", "100 bn"]),
        ("ar", ["٠", "٢٥ مليار", "٥٠ مليار", "٧٥ مليار", "١٠٠ مليار"]),
        ("zh-hans", ["0", "250亿", "500亿", "750亿", "1,000亿"]),
        ("es", ["0", "25.000 M", "50.000 M", "75.000 M", "100.000 M"]),
    ],
)
def test_labels_are_whole_figures_without_their_currency(language, labels):
    from datetime import date

    months = [Month(date(2024, 12, 1), 3, Decimal("5e9")), Month(date(2025, 1, 1), 4, Decimal("85e9"))]
    with translation.override(language):
        money = charts(months)[0]
    assert [label.replace("\u00a0", " ") for _at, label in money.rungs] == labels
