"""The two charts of the counter's page: money and pledges over the months, with their sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kept.base import formats
from kept.registry.chart import Chart, chart
from kept.registry.queries import Month

_ENDING_ZEROS = re.compile(r"[.,٫][0٠]{1,2}(?![0-9٠-٩])")  # 75.00 bn on a scale is 75 bn; 1,000 stays


@dataclass(frozen=True)
class Drawing:
    """A chart, the sentence that it shows, its labels in the reader's words."""

    key: str
    title: str
    chart: Chart
    rungs: list[tuple[str, str]]  # height, label
    years: list[tuple[str, str]]


def charts(months: list[Month]) -> list[Drawing]:
    """Money and pledges, where there are two months at least."""
    language = get_language() or "en"
    if len(months) < 2:
        return []
    first, last = months[0], months[-1]
    since = formats.format_date(first.iso, language)
    drawings = []
    if last.amount_usd:
        title = _("%(amount)s promised since %(month)s") % {
            "amount": formats.format_money_short(last.amount_usd, "USD", language), "month": since
        }  # fmt: skip
        drawings.append(_drawing("amount", title, [(m.first, m.amount_usd) for m in months], language))
    title = ngettext("%(count)s pledge since %(month)s", "%(count)s pledges since %(month)s", last.pledges) % {
        "count": formats.format_number(last.pledges, language), "month": since
    }  # fmt: skip
    drawings.append(_drawing("pledges", title, [(m.first, Decimal(m.pledges)) for m in months], language))
    return [drawing for drawing in drawings if drawing is not None]


def _drawing(key: str, title: str, points, language: str) -> Drawing | None:
    drawn = chart([(day.year, day.month, value) for day, value in points])
    if drawn is None:
        return None

    def label(value: Decimal) -> str:
        if key == "amount":
            return _ENDING_ZEROS.sub("", _without_currency(value, language))
        return formats.format_decimal(value.normalize(), language)

    return Drawing(
        key=key,
        title=title,
        chart=drawn,
        rungs=[(mark.at, label(Decimal(mark.value))) for mark in drawn.rungs],
        years=[(mark.at, formats.digits(str(mark.value), language)) for mark in drawn.years],
    )


def _without_currency(value: Decimal, language: str) -> str:
    """75.00 bn: the currency stands in the chart's sentence, and a scale has little room."""
    nothing, zero = formats.format_money(Decimal(0), "USD", language), formats.format_number(0, language)
    return formats.format_money_short(value, "USD", language).removesuffix(nothing.removeprefix(zero))
