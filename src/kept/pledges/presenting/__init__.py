"""A pledge as a page shows it: every figure, name and day in the reader's words, nothing looked up twice.

`present` is pure: what it needs from the database is handed in as `Surroundings`, which `surroundings_of`
reads for any number of texts in a fixed number of queries. The registry's page, the preview of a draft and the
desk all show the same `PledgeView`, with `templates/pledges/pledge_body.html`.
"""

from kept.pledges.presenting.addresses import address
from kept.pledges.presenting.presenter import present
from kept.pledges.presenting.shapes import (
    BarView,
    Fact,
    FileView,
    IndicatorView,
    LinkView,
    MoneyView,
    Named,
    PartnerView,
    PledgeView,
    Wording,
)
from kept.pledges.presenting.surroundings import Surroundings, surroundings_of
from kept.pledges.presenting.words import INSTRUMENT_NAMES, MONEY_NATURE_NAMES, rate_text, size_text

__all__ = [
    "INSTRUMENT_NAMES", "MONEY_NATURE_NAMES", "BarView", "Fact", "FileView", "IndicatorView", "LinkView", "MoneyView",
    "Named", "PartnerView", "PledgeView", "Surroundings", "Wording", "address", "present", "rate_text", "size_text",
    "surroundings_of",
]  # fmt: skip
