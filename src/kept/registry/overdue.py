"""Who owes most reports, by name: only where the coalition says in its settings that readers are told."""

from __future__ import annotations

import heapq
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import formats
from kept.base.installation import installation
from kept.people.models import Organisation
from kept.progress.statuses import Reporting
from kept.registry import outcome
from kept.registry.implementing import LOOKS, Asked, Chart, Piece, Row

OWED = (Reporting.OVERDUE.value, Reporting.SILENT.value)
SHOWN = 10
KEY, TITLE = "overdue", gettext_lazy("Most overdue")


def chart(asked: Asked) -> Chart | None:
    """The ten organisations of whose pledges most reports are owed; None where none is, or nobody is named."""
    if not installation().names_overdue:
        return None
    owed = outcome.leads_of(asked.counted.choosing("reporting", OWED))
    first = heapq.nsmallest(SHOWN, owed, key=lambda pk: (-owed[pk], pk))
    if not first:
        return None
    known, whole = Organisation.objects.in_bulk(first), outcome.leads_of(asked.counted)
    rows = []
    for pk in first:
        url = asked.url(organisation=(known[pk].slug,), reporting=OWED)
        share = Decimal(owed[pk]) / whole[pk] * 100
        piece = Piece(owed[pk], share, Decimal(0), LOOKS[Reporting.OVERDUE], url)
        rows.append(Row(known[pk].slug, known[pk].name_in(asked.language), owed[pk], url, (piece,)))
    sentence = _("%(name)s owes most: reports on %(number)s of its pledges, %(share)s of all that it leads.") % {
        "name": rows[0].name, "number": formats.format_number(rows[0].count, asked.language),
        "share": asked.percent(rows[0].count, whole[first[0]]),
    }  # fmt: skip
    return Chart(KEY, str(TITLE), sentence, tuple(rows))
