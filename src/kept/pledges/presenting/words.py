"""How kinds of money, a rate and a file's size read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats

MONEY_NATURE_NAMES = {
    "new": gettext_lazy("new money"),
    "existing": gettext_lazy("existing money"),
    "in_kind": gettext_lazy("value in kind"),
    "to_be_raised": gettext_lazy("still to be raised"),
}
INSTRUMENT_NAMES = {
    "grant": gettext_lazy("grant"),
    "loan": gettext_lazy("loan"),
    "own_investment": gettext_lazy("own investment"),
}


def rate_text(usd_text: str, kind: str, rate_day: date | None, day: date, language: str) -> str:
    """What stands beside an amount in another currency: the dollars and whose rate, or that there is none."""
    on = rate_day or day
    words = {"usd": usd_text, "day": formats.format_date(on, language), "year": formats.digits(str(on.year), language)}
    if kind == "none" or not usd_text:
        return _("Not converted to US dollars: there is no rate for that day.")
    if kind == "file":
        return _("%(usd)s, as the source says") % words
    if kind == "year_average":
        return _("%(usd)s at the average rate of %(year)s") % words
    return _("%(usd)s at the rate of %(day)s") % words


def size_text(size: int, language: str) -> str:
    """A file's size as people say it: "340 kB", "2.4 MB"."""
    if size < 10**6:
        return _("%(size)s kB") % {"size": formats.format_number(max(1, round(size / 1000)), language)}
    megabytes = Decimal(size) / 10**6
    return _("%(size)s MB") % {"size": formats.format_decimal(megabytes, language, 1)}
