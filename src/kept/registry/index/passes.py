"""Counting in passes over the index, at the same time where that pays.

A pass goes once over the pledges that a query finds and counts the keys of some columns. The index works outside of
Python's lock, so that long passes in threads do not wait for each other; short ones would wait for the lock instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

from tantivy import FieldType, Query, Searcher

from kept.registry.index.asking import every, term
from kept.registry.index.columns import Column
from kept.registry.index.schema import schema

MOST_KEYS = 2**31 - 1  # of one column: every one is told
ORGANISATIONS = ("lead", "partner")
WORTH_A_THREAD = 20_000  # pledges
Buckets = list[dict[str, Any]]  # [{"key", "doc_count", …}]

_pool: tuple[int, ThreadPoolExecutor] | None = None


def _beside(function: Callable[..., Any], *args: Any) -> Future:
    """Have something worked out in another thread. It must not touch the database."""
    global _pool
    if _pool is None or _pool[0] != os.getpid():  # threads do not outlive a fork
        _pool = (os.getpid(), ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 1)), thread_name_prefix="index"))
    return _pool[1].submit(function, *args)


class Counted:
    """What some passes over one query find: `result()` waits for them, or makes them now."""

    def __init__(self, passes: Iterable[Callable[[], dict[str, Any]]]) -> None:
        self._passes = list(passes)
        self._found: dict[str, Buckets] | None = None

    def result(self) -> dict[str, Buckets]:
        """{column or field: its keys with their numbers}."""
        if self._found is None:
            self._found = {name: one["buckets"] for each in self._passes for name, one in each().items()}
        return self._found


def count_under(
    searcher: Searcher,
    query: Query,
    columns: Collection[Column],
    *,
    most: int,
    money: bool = False,
    organisations: bool = False,
) -> Counted:
    """Begin to count the pledges of a query under the keys of some columns; with `money` and `organisations` those too.

    `most`: not more pledges than that are found, as far as one can tell. Columns of some pledges only
    (`Column.among`) are counted among these.
    """
    asked: dict[str, dict[str, Any]] = {}
    for column in columns:
        asked.setdefault(column.among, {})[column.name] = all_of(column.name)
    if money:
        asked[""]["c_money"] = all_of("c_money") | {"aggs": {"cents": {"sum": {"field": "cents"}}}}
    calls = []
    for among, some in asked.items():
        narrowed = every([query, term("has", among)]) if among else query
        calls += [partial(searcher.aggregate, narrowed, piece) for piece in _halves(some, most)]
    if organisations:
        calls += [partial(every_key, searcher, query, name) for name in ORGANISATIONS]
    if most > WORTH_A_THREAD:
        return Counted([_beside(call).result for call in calls])
    return Counted(calls)


def _halves(asked: dict[str, Any], most: int) -> list[dict[str, Any]]:
    """Where threads are worth it, so much for each of two as is about the same."""
    if most <= WORTH_A_THREAD or len(asked) < 4:
        return [asked]
    names = sorted(asked)
    return [{name: asked[name] for name in some} for some in (names[::2], names[1::2])]


def every_key(searcher: Searcher, query: Query, name: str) -> dict[str, Any]:
    """Every key of a field of whole numbers, in as many goes as it takes: the index tells 65,000 keys at once."""
    try:
        return searcher.aggregate(query, {name: all_of(name)})
    except ValueError as error:
        if "bucket limit" not in str(error):
            raise
    ends = searcher.aggregate(query, {"least": {"min": {"field": name}}, "most": {"max": {"field": name}}})
    least, most = int(ends["least"]["value"]), int(ends["most"]["value"])
    middle = (least + most) // 2
    parts = [
        Query.range_query(schema(), name, FieldType.Unsigned, lower_bound=least, upper_bound=middle),
        Query.range_query(schema(), name, FieldType.Unsigned, lower_bound=middle + 1, upper_bound=most),
    ]
    found = [every_key(searcher, every([query, part]), name) for part in parts]
    return {name: {"buckets": [bucket for one in found for bucket in one[name]["buckets"]]}}


def all_of(name: str) -> dict[str, Any]:
    """Every key of a column."""
    return {"terms": {"field": name, "size": MOST_KEYS, "segment_size": MOST_KEYS}}
