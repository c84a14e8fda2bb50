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

from tantivy import Query, Searcher

from kept.registry.index.asking import every, term
from kept.registry.index.columns import Column

MOST_KEYS = 2**31 - 1  # of one column: every one is told
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
    searcher: Searcher, query: Query, columns: Collection[Column], *, most: int, sums: bool = False
) -> Counted:
    """Begin to count the pledges of a query under the keys of some columns; with `sums` money and organisations too.

    `most`: not more pledges than that are found, as far as one can tell. Columns of some pledges only
    (`Column.among`) are counted among these.
    """
    asked: dict[str, dict[str, Any]] = {"": {}}
    for column in columns:
        asked.setdefault(column.among, {})[column.name] = all_of(column.name)
    parts = [(every([query, term("has", among)]) if among else query, some) for among, some in asked.items() if some]
    if sums:
        asked[""]["c_money"] = all_of("c_money") | {"aggs": {"cents": {"sum": {"field": "cents"}}}}
        parts.append((query, {name: all_of(name) for name in ("lead", "partner")}))
    if most > WORTH_A_THREAD:
        return Counted([_beside(searcher.aggregate, *part).result for part in parts])
    return Counted([partial(searcher.aggregate, *part) for part in parts])


def all_of(name: str) -> dict[str, Any]:
    """Every key of a column."""
    return {"terms": {"field": name, "size": MOST_KEYS, "segment_size": MOST_KEYS}}
