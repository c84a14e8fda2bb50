"""How a pledge is counted, and how the counter is: sentences beside figures, so that nobody has to believe them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kept.base import formats
from kept.log import queries as log
from kept.log.models import Cosignature, SignedCheckpoint
from kept.pledges.models import Pledge, Revision, RevisionPlace, Status
from kept.pledges.presenting import PledgeView

RATES = {
    "ecb": gettext_lazy(
        "One %(currency)s was %(rate)s USD on %(day)s, the reference rate of the European Central Bank."
    ),
    "euro_fixed": gettext_lazy(
        "One %(currency)s was %(rate)s USD on %(day)s: the fixed factor to the euro, then the reference rate of the "
        "European Central Bank."
    ),
    "entered": gettext_lazy("One %(currency)s was %(rate)s USD on %(day)s, a rate that the secretariat entered."),
    "year_average": gettext_lazy(
        "Only the year is known: one %(currency)s was %(rate)s USD on average in %(year)s, by the reference rates of "
        "the European Central Bank."
    ),
    "file": gettext_lazy("The amount in USD is the one that the source gives; Kept did not convert it."),
}


def how_counted(view: PledgeView, revision: Revision, language: str) -> list[str]:
    """How this pledge enters the counter, as whole sentences."""
    if revision.record_status == Status.WITHDRAWN:
        return [_("It was taken back and counts no more.")]
    if revision.record_status == Status.SUPERSEDED:
        return [_("It was replaced by another pledge and counts no more.")]
    said = [
        _("It counts as one pledge, however many organisations take part.")
        if view.partners
        else _("It counts as one pledge.")
    ]
    said += _money(view, revision, language)
    said += _places(revision, view.day, language)
    return said


def _money(view: PledgeView, revision: Revision, language: str) -> list[str]:
    if revision.amount_usd is None:
        if revision.amount is None:
            return [_("It names no amount, so it adds nothing to the sum.")]
        return [_("There is no rate for its amount: it stands outside the sum and is counted as not converted.")]
    said = [
        _("It adds %(amount)s to the sum: announced, which is not the same as spent.")
        % {"amount": formats.format_money(revision.amount_usd, "USD", language)}
    ]
    if revision.rate_kind in RATES and (revision.currency != "USD" or revision.rate_kind == "file"):
        on = revision.rate_day or view.day
        said.append(
            str(RATES[revision.rate_kind])
            % {
                "currency": revision.currency,
                "rate": formats.format_decimal(revision.rate, language) if revision.rate is not None else "",
                "day": formats.format_date(on, language),
                "year": formats.digits(str(on.year), language),
            }
        )
    return said


def _places(revision: Revision, day: date, language: str) -> list[str]:
    places = RevisionPlace.objects.filter(revision=revision, kind="country")
    covered = places.filter(named=False).count()
    if not covered:
        return []
    return [
        ngettext(
            "%(count)s country counts as covered by a region or group, as it was on %(day)s.",
            "%(count)s countries count as covered by a region or group, as these were on %(day)s.",
            covered,
        )
        % {"count": formats.format_number(covered, language), "day": formats.format_date(day, language)}
    ]


@dataclass(frozen=True)
class Seal:
    """Where a text stands in the public log. `place` counts from 1."""

    place: int
    size: int
    entered: object
    signed: object
    witnesses: tuple[str, ...] = ()  # others who co-signed a checkpoint that covers it


def seal_of(pledge: Pledge, revision: Revision) -> Seal | None:
    """The log's entry behind a public text."""
    entry = log.entry_of(pledge.reference, revision.n or 0)
    if entry is None:
        return None
    signed = SignedCheckpoint.objects.order_by("-size").values_list("at", flat=True).first()
    names = Cosignature.objects.filter(size__gt=entry.index).order_by("witness").values_list("witness", flat=True)
    witnesses = tuple(dict.fromkeys(name.partition("+")[0] for name in names.distinct()[:12]))
    return Seal(place=entry.index + 1, size=log.size(), entered=entry.at, signed=signed, witnesses=witnesses)
