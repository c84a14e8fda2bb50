"""The fields of the index. A change here changes `fingerprint()`, and every index is built anew by itself."""

from __future__ import annotations

import hashlib

import tantivy

from kept.pledges.facets import all_facets, all_orderings, until_registered
from kept.registry.index import columns, words

VERSION = 1  # raise it when documents are made in another way though the fields stay the same

# What a filter looks a pledge up by: (field of the index ← facet). Organisations are looked up by their number.
FACETS = (
    "focus", "type", "group", "country", "region", "beneficiary", "entity_type", "origin", "amount", "year", "sdg",
    "language", "status",
)  # fmt: skip
FIRST, LAST = "\x02", "\x03"  # stand around the words of a title: all of it is found as a phrase with them

UNSIGNED = {  # name: looked up by it
    "number": True,  # of the reference
    "key": False,  # of the revision
    "newest": False,  # instant of publication and number in one: see documents.newest
    "cents": True,  # US dollars, announced
    "cents_high": False,  # the same in two parts, for sums that are too large for a float
    "cents_low": False,
    "ends": True,  # the last day, as an ordinal
    "lead": False,  # the organisation that stands for the lead
    "partner": False,  # those that stand for the confirmed partners, each with where it sits (documents.SEAT_BITS)
    "people": False,
}


@until_registered
def facets() -> tuple[str, ...]:
    """The facets that the index can filter by, besides `organisation`: the registry's own, and what rooms bring."""
    return (*FACETS, *(facet.name for facet in all_facets() if facet.of and facet.name not in FACETS))


@until_registered
def orderings() -> tuple[str, ...]:
    """The orders that rooms bring: a field each, of the same name with `o_` before it."""
    return tuple(ordering.name for ordering in all_orderings())


@until_registered
def schema() -> tantivy.Schema:
    """All fields. Nothing of a pledge's text is stored, only where its words stand."""
    builder = tantivy.SchemaBuilder()
    for name, is_looked_up in UNSIGNED.items():
        builder.add_unsigned_field(name, indexed=is_looked_up, fast=True)
    for name in orderings():
        builder.add_unsigned_field(f"o_{name}", indexed=True, fast=True)
    builder.add_unsigned_field("organisation", indexed=True)
    for facet in facets():
        builder.add_text_field(f"f_{facet}", tokenizer_name="raw", index_option="basic")
    for name in ("named", "has", "tells", "stemmed", "about"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for column in columns.all_columns():
        builder.add_text_field(column.name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in ("title", "words"):
        builder.add_text_field(name, tokenizer_name="kept", index_option="position")
    for language in words.STEMMERS:
        builder.add_text_field(f"stem_{language}", tokenizer_name="kept", index_option="basic")
    builder.add_text_field("state", stored=True, tokenizer_name="raw", index_option="basic")
    return builder.build()


def prepare(index: tantivy.Index) -> tantivy.Index:
    """Teach an index that was opened how texts are cut, and have it read anew only when told to."""
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("kept", whitespace)
    index.config_reader("manual")
    return index


def fingerprint() -> str:
    """Names this way of indexing: an index that was made in another one is not read."""
    made = [str(VERSION), tantivy.__version__, *facets(), *UNSIGNED, *orderings(), *words.STEMMERS]
    made += [f"{column.name}:{column.parts}:{column.multi}" for column in columns.all_columns()]
    return hashlib.sha256("\n".join(made).encode()).hexdigest()[:16]
