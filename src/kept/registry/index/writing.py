"""Bringing an index from one state to a later one: what the changes since then touched is made anew.

A document is taken out and put in again, so that a change that is applied twice does no harm; and it is made of
the record as it is now, so that a later change that was not read yet does none either.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from kept.log.models import Change, Entry
from kept.log.queries import changes_since
from kept.people.models import Organisation
from kept.pledges import facets
from kept.pledges.models import Revision, RevisionPartner
from kept.registry.facets import same_organisations
from kept.registry.index import arrays
from kept.registry.index.documents import Maker
from kept.registry.index.filling import Filling
from kept.registry.index.merging import merged
from kept.registry.index.reading import CONTENTS, Reading, State, opened, state_of_database
from kept.registry.index.records import BATCH
from kept.registry.index.segment import Part, Segment

AT_ONCE = 5000  # changes in one commit
NEAR = 8  # segments are put together where one is not so many times as large as the next
SMALL = 500  # rows of a segment that stands alone only beside a large one
LARGE = 100_000  # rows of a segment that is not put together while others wait for it
WORN = 0.3  # of all rows outside of the first segment, or gone from it
REFERENCE = re.compile(r"P-(\d+)")


class NotThisDatabase(Exception):
    """The changes since then are not all there, or the index is of another database: it has to be built anew."""


def bring_up(path: Path, reading: Reading, *, made_at: int = 0) -> tuple[Reading, bool]:
    """Apply every change that is committed after `reading`. Each step is a whole: words, figures and change number.

    Returns the index as it is then, and whether a text was removed by law after the log had `made_at` entries: its
    words are found no more, but leave the files only when the index is built anew. Raises NotThisDatabase.
    """
    if reading.state != state_of_database(reading.state.change):
        raise NotThisDatabase
    removed = False
    while changes := list(changes_since(reading.state.change)[:AT_ONCE]):
        if changes[0].number != reading.state.change + 1:
            raise NotThisDatabase
        state = state_of_database(changes[-1].number)
        reading = put(path, reading, state, sorted(touched(changes)), numbers_in(changes))
        removed = removed or _has_removed_text(changes, made_at)
    return reading, removed


def put(path: Path, reading: Reading, state: State, keys: Sequence[int], gone: Iterable[int] = ()) -> Reading:
    """Take out the pledges of these revisions and of the numbers in `gone`; put in what is public of them now."""
    maker, filling, numbers = Maker(), Filling(), set(gone)
    for some in _pieces(keys, BATCH):
        made = maker.documents(some)
        numbers.update(made.figures["number"])
        filling.add(made)
    segments = [_without(one, numbers) for one in reading.segments] if numbers else list(reading.segments)
    if filling.size:
        segments.append(_new(path, filling.arrays()))
    segments = _fewer(path, [one for one in segments if one.number_alive])
    return commit(path, segments, state)


def commit(path: Path, segments: Sequence[Segment], state: State) -> Reading:
    """From now on these segments are read: one step, for all that was written. Others are thrown away."""
    told = []
    for one in segments:
        name = one.gone_name
        if not name and len(one.gone):
            name = f"{_name()}.gone"
            arrays.write(path / name, {"rows": one.gone})
        told.append([one.part.name, name])
    beside = path / f"{CONTENTS}.new"
    beside.write_text(json.dumps({"state": state.text(), "segments": told}))
    beside.replace(path / CONTENTS)
    named = {name for pair in told for name in pair}
    for file in (*path.glob("*.seg"), *path.glob("*.gone")):
        if file.name not in named:
            file.unlink(missing_ok=True)
    return opened(path)


def _new(path: Path, made: Mapping[str, np.ndarray]) -> Segment:
    name = f"{_name()}.seg"
    arrays.write(path / name, made)
    return Segment(Part(path / name), np.zeros(0, np.int32))


def _name() -> str:
    return secrets.token_hex(8)


def _without(segment: Segment, numbers: set[int]) -> Segment:
    """The segment without these pledges."""
    held = segment.arrays["number"]
    here = np.isin(held, np.fromiter(numbers, np.int64, len(numbers))) & segment.alive
    if not here.any():
        return segment
    return Segment(segment.part, np.flatnonzero(~segment.alive | here).astype(np.int32))


def _fewer(path: Path, segments: list[Segment]) -> list[Segment]:
    """Put the last ones together as long as they are of one size, so that questions meet few of them.

    A large one is left alone: it is put together with the others when the index is built anew.
    """
    while len(segments) > 1 and (segments[-1].size * NEAR > segments[-2].size or segments[-1].size < SMALL):
        if segments[-2].size > LARGE:
            break
        segments[-2:] = [_new(path, merged(segments[-2:]))]
    return segments


def is_worn(reading: Reading) -> bool:
    """Whether so much was put in or taken out beside the large segment that it is worth building anew."""
    whole = sum(one.size for one in reading.segments)
    first = reading.segments[0] if reading.segments else None
    return first is not None and whole > LARGE and whole - first.number_alive > whole * WORN


def _pieces(values: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]


# What a change touches ---------------------------------------------------------------------------------------


def touched(changes: Iterable[Change]) -> set[int]:
    """The valid public revisions that these changes touch."""
    by_subject: dict[str, dict[str, None]] = {}
    for change in changes:
        by_subject.setdefault(change.subject, {})[change.key] = None
    found: set[int] = set()
    for subject, keys in by_subject.items():
        for some in _pieces(list(keys), 500):
            found.update(facets.touched(subject, some))
    return found


def numbers_in(changes: Iterable[Change]) -> set[int]:
    """The numbers of the pledges that changed themselves."""
    found = (REFERENCE.fullmatch(change.key) for change in changes if change.subject == "pledge")
    return {int(match[1]) for match in found if match}


def _of_pledges(references: Sequence[str]) -> Iterable[int]:
    numbers = [int(match[1]) for match in map(REFERENCE.fullmatch, references) if match]
    return Revision.objects.public().filter(pledge__number__in=numbers).order_by().values_list("pk", flat=True)


def _of_organisations(slugs: Sequence[str]) -> Iterable[int]:
    """Their names and seats stand in every pledge that they or those merged into them lead or take part in."""
    ids = same_organisations(Organisation.objects.filter(slug__in=slugs).values_list("pk", flat=True))
    public = Revision.objects.public().order_by()
    yield from public.filter(lead__in=ids).values_list("pk", flat=True).iterator()
    partners = RevisionPartner.objects.filter(organisation__in=ids, revision__in=public.values("pk")).order_by()
    yield from partners.values_list("revision", flat=True).iterator()


facets.touched_by("pledge", _of_pledges)
facets.touched_by("organisation", _of_organisations)


def _has_removed_text(changes: Iterable[Change], since: int) -> bool:
    references = [change.key for change in changes if change.subject == "pledge"]
    redactions = Entry.objects.filter(type="document.redacted", index__gte=since)
    return any(redactions.filter(reference__in=some).exists() for some in _pieces(references, 500))
