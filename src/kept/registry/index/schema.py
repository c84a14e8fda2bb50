"""What is indexed. A change here changes `fingerprint()`, and every index is built anew by itself."""

from __future__ import annotations

import hashlib

import Stemmer

from kept.pledges.facets import all_facets, all_orderings, until_registered
from kept.registry.index import columns, words

VERSION = 4  # raise it when documents are made or kept in another way though columns stay the same

# The registry's own facets; organisations are looked up by their number.
FACETS = (
    "focus", "type", "group", "country", "region", "beneficiary", "entity_type", "origin", "amount", "year", "sdg",
    "language", "status",
)  # fmt: skip


@until_registered
def facets() -> tuple[str, ...]:
    """The facets that the index can filter by, besides `organisation`: the registry's own, and what rooms bring."""
    return (*FACETS, *(facet.name for facet in all_facets() if facet.of and facet.name not in FACETS))


@until_registered
def orderings() -> tuple[str, ...]:
    """The orders that rooms bring."""
    return tuple(ordering.name for ordering in all_orderings())


@until_registered
def offered() -> tuple[str, ...]:
    """Those of them that readers may order by."""
    return tuple(ordering.name for ordering in all_orderings() if ordering.offered)


def fingerprint() -> str:
    """Names this way of indexing: an index that was made in another one is not read. Other stemmers make other stems."""
    made = [str(VERSION), Stemmer.version(), *facets(), *orderings(), *words.STEMMERS]
    made += [f"{column.name}:{column.parts}:{column.multi}" for column in columns.all_columns()]
    return hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]
