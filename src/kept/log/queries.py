"""What is read from the log: subtrees, tiles, bundles, documents, the change sequence."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from kept.log.merkle import Frontier
from kept.log.models import Change, Document, Entry, Head, Node
from kept.log.tiles import WIDTH, bundle


def size() -> int:
    """How many entries the log has: a figure that is quoted carries this number."""
    return Head.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def last_change() -> int:
    """The number of the last change that is committed: what is kept in memory is fresh up to here."""
    with connection.cursor() as cursor:  # asked for every page that lies in memory: without what a query set costs
        cursor.execute("SELECT change FROM log_head WHERE id = 1")
        row = cursor.fetchone()
    return row[0] if row else 0


def changes_since(number: int) -> QuerySet[Change]:
    """The changes after that number, in their order; take a slice of it."""
    return Change.objects.filter(number__gt=number).order_by("number")


def tile_hashes(level: int, n: int, width: int = WIDTH) -> list[bytes]:
    """The first `width` hashes of a tile, fewer where the log has fewer. `level` counts tiles, as in their address.

    Hashes of entries are noted with the entry, those of complete subtrees when they become complete.
    """
    within = {"index__gte": n * WIDTH, "index__lt": n * WIDTH + width}
    if level == 0:
        leaves = Entry.objects.filter(**within).order_by("index").values_list("leaf", flat=True)
        return [bytes(each) for each in leaves]
    nodes = Node.objects.filter(level=8 * level, **within).order_by("index").values_list("hash", flat=True)
    return [bytes(each) for each in nodes]


class StoredTree:
    """The log's tree as the database has it, for proofs: a few tiles are read for each, and kept."""

    def __init__(self) -> None:
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """The hash of a complete subtree of 2**level leaves. Raises LookupError where the database lacks it."""
        step = level % 8
        begin = index << step  # in hashes of the tile's level
        place = (level // 8, begin // WIDTH)
        if place not in self._tiles:
            self._tiles[place] = tile_hashes(*place)
        hashes = self._tiles[place][begin % WIDTH : begin % WIDTH + (1 << step)]
        if len(hashes) != 1 << step:
            raise LookupError(f"The log has no subtree {index} of level {level}.")
        tree = Frontier()
        for each in hashes:
            tree.append(each)
        return tree.root()


def tile(level: int, n: int, width: int) -> bytes | None:
    """A tile as it is served: its hashes one after the other. None where the log has no tile of that width."""
    hashes = tile_hashes(level, n, width)
    return b"".join(hashes) if len(hashes) == width else None


def entry_bundle(n: int, width: int) -> bytes | None:
    """The entries of a tile of level 0 as they are served; None where the log has fewer."""
    within = Entry.objects.filter(index__gte=n * WIDTH, index__lt=n * WIDTH + width).order_by("index")
    entries = [bytes(each) for each in within.values_list("data", flat=True)]
    return bundle(entries) if len(entries) == width else None


def entry_of(reference: str, revision: int, language: str = "") -> Entry | None:
    """The entry that brought this document."""
    return Entry.objects.filter(reference=reference, revision=revision, language=language, brings_document=True).first()


def latest_entry(reference: str) -> Entry | None:
    """The entry of the latest revision of a pledge (withdrawn and replaced ones included), or of a report of it."""
    found = Entry.objects.filter(reference=reference, brings_document=True, language="")
    return found.order_by("-revision").first()


def document_behind(entry: Entry) -> Document:
    """The document of an entry; its `data` is None where it was redacted. Raises Document.DoesNotExist."""
    return Document.objects.get(pk=entry.pk)
