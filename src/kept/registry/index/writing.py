"""Bringing an index from one state to a later one: what the changes since then touched is made anew.

A document is taken out and put in again, so that a change that is applied twice does no harm; and it is made of
the record as it is now, so that a later change that was not read yet does none either.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence

import tantivy

from kept.log.models import Change, Entry
from kept.log.queries import changes_since
from kept.people.models import Organisation
from kept.pledges import facets
from kept.pledges.models import Revision, RevisionPartner
from kept.registry.facets import same_organisations
from kept.registry.index.documents import Maker
from kept.registry.index.reading import State, state_of_database
from kept.registry.index.records import BATCH
from kept.registry.index.schema import schema

AT_ONCE = 5000  # changes in one commit
REFERENCE = re.compile(r"P-(\d+)")


class NotThisDatabase(Exception):
    """The changes since then are not all there, or the index is of another database: it has to be built anew."""


def bring_up(writer: tantivy.IndexWriter, state: State, *, made_at: int = 0) -> bool:
    """Apply every change that is committed after `state`. Each commit is a whole: words, figures and change number.

    Returns whether a text was removed by law after the log had `made_at` entries: its words are found no more, but
    leave the files only when the index is built anew. Raises NotThisDatabase.
    """
    if state != state_of_database(state.change):
        raise NotThisDatabase
    removed = False
    while changes := list(changes_since(state.change)[:AT_ONCE]):
        if changes[0].number != state.change + 1:
            raise NotThisDatabase
        state = state_of_database(changes[-1].number)
        put(writer, sorted(touched(changes)), numbers_in(changes))
        commit(writer, state)
        removed = removed or _has_removed_text(changes, made_at)
    return removed


def commit(writer: tantivy.IndexWriter, state: State) -> None:
    """Write down how far the index is, together with everything that was put in."""
    writer.delete_documents_by_query(tantivy.Query.term_query(schema(), "about", "state", "basic"))
    writer.add_json(json.dumps({"about": "state", "state": state.text()}))
    writer.commit()


def put(writer: tantivy.IndexWriter, keys: Sequence[int], gone: Iterable[int] = ()) -> None:
    """Take out the pledges of these revisions and of the numbers in `gone`; put in what is public of them now."""
    maker, gone = Maker(), set(gone)
    for some in _pieces(keys, BATCH):
        made = list(maker.documents(some))
        numbers = [number for number, _text in made]
        _take_out(writer, numbers)
        gone.difference_update(numbers)
        for _number, text in made:
            writer.add_json(text)
    for numbers in _pieces(sorted(gone), BATCH):
        _take_out(writer, numbers)


def _take_out(writer: tantivy.IndexWriter, numbers: Sequence[int]) -> None:
    # By a query: deleting by a term takes numbers for signed ones, and finds nothing.
    if numbers:
        writer.delete_documents_by_query(tantivy.Query.term_set_query(schema(), "number", list(numbers)))


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
