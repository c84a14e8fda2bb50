"""Counting in passes over the index, at the same time where there is more than one core.

A pass goes once over the pledges that a query finds and counts the keys of some columns. The index works outside of
Python's lock, so that passes in threads do not wait for each other.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from tantivy import Query, Searcher

from kept.registry.index.asking import every, term
from kept.registry.index.columns import Column

MOST_KEYS = 2**31 - 1  # of one column: every one is told
Buckets = list[dict[str, Any]]  # [{"key", "doc_count", …}]

_pool: tuple[int, ThreadPoolExecutor] | None = None


def beside(function: Callable[..., Any], *args: Any) -> Future:
    """Have something worked out in another thread. It must not touch the database."""
    global _pool
    if _pool is None or _pool[0] != os.getpid():  # threads do not outlive a fork
        _pool = (os.getpid(), ThreadPoolExecutor(max(2, min(4, os.cpu_count() or 1)), thread_name_prefix="index"))
    return _pool[1].submit(function, *args)


class Counted:
    """What some passes over one query found: `result()` waits for them."""

    def __init__(self, pending: Iterable[Future]) -> None:
        self._pending = list(pending)
        self._found: dict[str, Buckets] | None = None

    def result(self) -> dict[str, Buckets]:
        """{column or field: its keys with their numbers}."""
        if self._found is None:
            self._found = {name: one["buckets"] for each in self._pending for name, one in each.result().items()}
        return self._found


def count_under(searcher: Searcher, query: Query, columns: Collection[Column], *, sums: bool = False) -> Counted:
    """Begin to count the pledges of a query under the keys of some columns; with `sums` money and organisations too.

    Columns of some pledges only (`Column.among`) are counted among these.
    """
    asked: dict[str, dict[str, Any]] = {"": {}}
    for column in columns:
        asked.setdefault(column.among, {})[column.name] = all_of(column.name)
    pending = []
    if sums:
        asked[""]["c_money"] = all_of("c_money") | {"aggs": {"cents": {"sum": {"field": "cents"}}}}
        pending.append(beside(searcher.aggregate, query, {name: all_of(name) for name in ("lead", "partner")}))
    for among, some in asked.items():
        if some:
            narrower = every([query, term("has", among)]) if among else query
            pending.append(beside(searcher.aggregate, narrower, some))
    return Counted(pending)


def all_of(name: str) -> dict[str, Any]:
    """Every key of a column."""
    return {"terms": {"field": name, "size": MOST_KEYS, "segment_size": MOST_KEYS}}
