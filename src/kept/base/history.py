"""Every action that matters leaves an entry: who, when, what, from, to, why."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from kept.base.bulk import insert_rows
from kept.base.models import HistoryEntry


def entry(
    kind: str,
    subject_id: int,
    verb: str,
    *,
    by: Any,
    at: datetime,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    public: bool = False,
    data: dict | None = None,
) -> HistoryEntry:
    """An unsaved history entry (imports save thousands at once); `record` saves one."""
    return HistoryEntry(
        subject_kind=kind,
        subject_id=subject_id,
        verb=verb,
        by=by,
        by_name=str(by) if by is not None else "",
        at=at,
        from_state=from_state,
        to_state=to_state,
        reason=reason.strip(),
        public=public,
        data=data or {},
    )


def record(kind: str, subject_id: int, verb: str, **details: Any) -> HistoryEntry:
    """Save one history entry; keywords as in `entry`."""
    made = entry(kind, subject_id, verb, **details)
    made.save(force_insert=True)
    return made


def record_many(
    kind: str,
    verb: str,
    subjects: Iterable[tuple[int, dict]],
    *,
    by: Any,
    at: datetime,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
    public: bool = False,
) -> None:
    """The same thing that happened to many, each with its own data: (subject's id, data)."""
    about = (by.pk if by is not None else None, str(by) if by is not None else "", verb, str(from_state), str(to_state))
    when = connection.ops.adapt_datetimefield_value(at)
    columns = ("subject_kind", "subject_id", "at", "by_id", "by_name", "verb", "from_state", "to_state", "reason",
               "data", "public")  # fmt: skip
    rows = [
        (kind, pk, when, *about, reason.strip(), json.dumps(data, ensure_ascii=False), public) for pk, data in subjects
    ]
    insert_rows(HistoryEntry, columns, rows)


def of(kind: str, subject_id: int, *, public_only: bool = False) -> QuerySet[HistoryEntry]:
    """The history of one subject, oldest first."""
    entries = HistoryEntry.objects.filter(subject_kind=kind, subject_id=subject_id).select_related("by")
    return entries.filter(public=True) if public_only else entries


def forget_words(kind: str, subject_ids: Collection[int], *, people: Collection[int] = ()) -> None:
    """Take reasons out of the history of persons who are erased, and their own names (`people`: their accounts).

    That something happened, and when, stays.
    """
    entries = HistoryEntry.objects.filter(subject_kind=kind, subject_id__in=subject_ids)
    entries.exclude(reason="").update(reason="")
    entries.filter(by__in=people).update(by=None, by_name="")
