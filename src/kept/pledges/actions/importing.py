"""What a person does with a file of pledges on the desk, step by step, and who does the long work.

uploaded → checking → checked → running → done → undoing → undone
              ↑__________|  (another mapping, corrected rows)

A step that takes long is asked for here (`AT_WORK`), and done by the worker (`do_the_work`), which holds it by a
lease in the batch's row: killed, it is taken up again by the next.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.people import actions as people
from kept.people.models import Organisation
from kept.pledges.actions.import_chunks import LEASE
from kept.pledges.actions.import_running import run_check, run_import, run_undo
from kept.pledges.importing.by_hand import ByHand, Words, with_new_terms, with_words
from kept.pledges.importing.mapping import Mapping, MappingError
from kept.pledges.importing.mapping_files import read as read_mapping
from kept.pledges.importing.readers import open_source
from kept.pledges.importing.rows import bind
from kept.pledges.importing.sources import Expectation, Source, UnusableFile
from kept.pledges.models import AT_WORK, BatchState, ImportBatch, ImportMapping, Pledge, Status
from kept.pledges.permissions import may_import_pledges

__all__ = [
    "ask_check", "ask_import", "ask_undo", "choose_mapping", "do_the_work", "forget_batch", "forget_mapping", "opened",
    "receive_file", "run_check", "run_import", "run_undo", "same_organisations", "save_mapping",
    "teach",
]  # fmt: skip

log = logging.getLogger(__name__)
LARGEST = 50 * 2**20  # bytes of a file
NOT_YET = (BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED)


def must_import(by: Any) -> None:
    """Raises NotAllowed."""
    if not may_import_pledges(by):
        raise NotAllowed(_("You may not do this."))


def locked_batch(batch: ImportBatch, *states: str) -> ImportBatch:
    """The batch, read anew and locked. Raises WrongState where it is in another state by now."""
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if fresh.state not in states:
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    return fresh


# --- a file, and what its columns are ----------------------------------------------------------------


def receive_file(upload: Any, *, by: Any, at: datetime, mapping: Mapping | None = None) -> ImportBatch:
    """Keep an uploaded file (Django's UploadedFile), which a mapping may help to read.

    Raises NotAllowed, and Refused where it is too large or no table.
    """
    must_import(by)
    if upload.size > LARGEST:
        raise Refused(_("This file is larger than 50 MB. Make it smaller, or import it on the server."))
    digest = hashlib.sha256()
    for block in upload.chunks():
        digest.update(block)
    name = Path(upload.name or "").name[:300] or "file"
    with transaction.atomic():
        batch = ImportBatch(file_name=name, sha256=digest.hexdigest(), made_by=by, made_at=at)
        batch.file.save(f"{digest.hexdigest()[:16]}{Path(name).suffix.lower()[:10]}", File(upload), save=False)
        batch.save()
        history.record("import", batch.pk, "upload", by=by, at=at, data={"file": name})
    try:
        with opened(batch, mapping) as source:
            ImportBatch.objects.filter(pk=batch.pk).update(rows_total=source.total)
    except UnusableFile as error:
        forget_batch(batch, by=by, at=at)
        raise Refused(error.message) from None
    return batch


@contextmanager
def local_file(batch: ImportBatch) -> Iterator[Path]:
    """The batch's file as one of this machine; fetched where it lies in a storage elsewhere."""
    try:
        path = Path(batch.file.path)
    except NotImplementedError:
        with NamedTemporaryFile(suffix=Path(batch.file.name).suffix) as copy:
            with batch.file.open("rb") as file:
                for block in file.chunks():
                    copy.write(block)
            copy.flush()
            yield Path(copy.name)
        return
    yield path


@contextmanager
def opened(batch: ImportBatch, mapping: Expectation | None = None) -> Iterator[Source]:
    """The batch's file, opened for reading. Raises UnusableFile."""
    if not batch.file:
        raise UnusableFile(_("The file is not kept here: it was imported on the server."))
    with local_file(batch) as path:
        if not path.exists():
            raise UnusableFile(_("The file is not there any more. Upload it again."))
        yield open_source(path, mapping, name=batch.file_name)


def mapping_of(batch: ImportBatch) -> Mapping:
    """The mapping that was chosen. Raises MappingError."""
    return read_mapping(batch.mapping, name=batch.mapping_name)


def source_of(batch: ImportBatch, mapping: Mapping) -> AbstractContextManager[Source]:
    """Opened as it was when its columns were mapped: by hand, or with what the mapping says about the file."""
    return opened(batch, ByHand(mapping.layout) if batch.columns else mapping)


def choose_mapping(
    batch: ImportBatch, mapping: Mapping, *, columns: MappingType[str, str] | None = None, by: Any, at: datetime
) -> ImportBatch:
    """Say what the columns are: by a mapping, or by hand (`columns`: {column: field}).

    Raises NotAllowed, WrongState, Refused where the mapping does not fit the file.
    """
    must_import(by)
    try:
        with opened(batch, ByHand(mapping.layout) if columns else mapping) as source:
            bind(mapping, source)
            total = source.total
    except UnusableFile as error:
        raise Refused(error.message) from None
    with transaction.atomic():
        batch = locked_batch(batch, *NOT_YET)
        if batch.pledges.exists():
            raise WrongState(_("Some of it was imported already. Undo the import instead."))
        batch.mapping_name, batch.mapping = mapping.name[:100], mapping.data
        batch.columns, batch.rows_total = dict(columns or {}), total
        batch.state, batch.error = BatchState.UPLOADED, ""
        batch.save()
    return batch


def save_mapping(name: str, data: MappingType[str, Any], *, by: Any, at: datetime) -> ImportMapping:
    """Keep a mapping under a name, for the next file of the same kind. Raises NotAllowed, Refused."""
    must_import(by)
    name = " ".join("".join(sign for sign in name if sign.isprintable()).split())[:100]  # no NUL: PostgreSQL takes none
    if not name:
        raise Refused(_("Give the mapping a name."))
    try:
        read_mapping(data, name=name)
    except MappingError as error:
        raise Refused(error.message) from None
    with transaction.atomic():
        row, _new = ImportMapping.objects.update_or_create(
            name=name, defaults={"data": dict(data), "made_by": by, "made_at": at}
        )
        history.record("import_mapping", row.pk, "save", by=by, at=at, data={"name": name})
    return row


def teach(
    batch: ImportBatch, words: Words, *, new_terms: MappingType[str, bool] | None = None, by: Any, at: datetime
) -> ImportBatch:
    """Say what words of the file mean ({field: {word: meaning}}, "" for nothing), and of which lists new values are made.

    The rows have to be checked again. Raises NotAllowed, WrongState, Refused.
    """
    data = with_new_terms(with_words(batch.mapping, words), new_terms or {})
    try:
        mapping = read_mapping(data, name=batch.mapping_name)
    except MappingError as error:
        raise Refused(error.message) from None
    return choose_mapping(batch, mapping, columns=batch.columns, by=by, at=at)


def same_organisations(
    batch: ImportBatch, chosen: MappingType[str, MappingType[str, Any]], *, by: Any, at: datetime
) -> ImportBatch:
    """Say that names of the file mean organisations that are there ({name: {"id"}}), or other names of it ({"name"}).

    The first is remembered with the organisation, for every later file; the second with the mapping. All rows are checked
    again. Raises NotAllowed, WrongState, Refused.
    """
    must_import(by)
    there = Organisation.objects.in_bulk([one["id"] for one in chosen.values() if "id" in one])
    with transaction.atomic():
        locked_batch(batch, *NOT_YET)
        for name, one in chosen.items():
            if "id" in one and one["id"] in there:
                people.note_other_name(there[one["id"]].root, name, by=by, at=at, source=batch.file_name)
    alike = {name: one["name"] for name, one in chosen.items() if "id" not in one}
    if alike:
        batch = teach(batch, {"lead": alike}, by=by, at=at)
    return ask_check(batch, by=by, at=at)


def forget_mapping(mapping: ImportMapping, *, by: Any, at: datetime) -> None:
    """Throw a saved mapping away; imports that used it keep their own copy. Raises NotAllowed."""
    must_import(by)
    with transaction.atomic():
        history.record("import_mapping", mapping.pk, "forget", by=by, at=at, data={"name": mapping.name})
        mapping.delete()


def forget_batch(batch: ImportBatch, *, by: Any, at: datetime) -> None:
    """Throw an uploaded file away before anything of it was imported. Raises NotAllowed, WrongState."""
    must_import(by)
    with transaction.atomic():
        batch = locked_batch(batch, *NOT_YET)
        if batch.pledges.exists():
            raise WrongState(_("Some of it was imported already. Undo the import instead."))
        history.record("import", batch.pk, "forget", by=by, at=at, data={"file": batch.file_name})
        file, storage = batch.file.name, batch.file.storage
        batch.delete()
        if file:
            transaction.on_commit(lambda: storage.delete(file))


# --- long work: asked for, then done -----------------------------------------------------------------


def ask_check(batch: ImportBatch, *, by: Any, at: datetime) -> ImportBatch:
    """Have every row looked up, as an import would. Raises NotAllowed, WrongState."""
    return _ask(batch, NOT_YET, BatchState.CHECKING, "check", by=by, at=at)


def ask_import(
    batch: ImportBatch, *, by: Any, at: datetime, publish: bool = False, update: bool = False
) -> ImportBatch:
    """Have it imported: to review, or published at once. Raises NotAllowed, WrongState."""
    return _ask(
        batch, (BatchState.CHECKED, BatchState.FAILED), BatchState.RUNNING, "start", by=by, at=at, publish=publish,
        update=update,
    )  # fmt: skip


def ask_undo(batch: ImportBatch, *, by: Any, at: datetime, reason: str) -> ImportBatch:
    """Have an import undone; published pledges are withdrawn, in the open. Raises NotAllowed, WrongState, ReasonOwed."""
    if not reason.strip():
        raise ReasonOwed(_("Say why. The reason is kept with the decision."))
    states = (BatchState.DONE, BatchState.FAILED)
    if is_left(batch, at):
        states = (*states, BatchState.RUNNING)
    return _ask(batch, states, BatchState.UNDOING, "ask_undo", by=by, at=at, reason=reason)


def is_left(batch: ImportBatch, now: datetime) -> bool:
    """Whether it is an import of the command on the server that was ended before its time: nobody here goes on with it."""
    dead = batch.lease_until is None or batch.lease_until < now
    return batch.state == BatchState.RUNNING and not batch.file and dead


def _ask(
    batch: ImportBatch, states: tuple[str, ...], state: str, verb: str, *, by: Any, at: datetime, reason: str = "",
    **changes: bool,
) -> ImportBatch:  # fmt: skip
    must_import(by)
    with transaction.atomic():
        batch = locked_batch(batch, *states)
        if not batch.mapping:
            raise Refused(_("Say first what the columns are."))
        before = batch.state
        batch.state, batch.asked_by, batch.reason, batch.error = state, by, reason.strip(), ""
        batch.lease_until, batch.rows_done = None, 0
        for name, value in changes.items():
            setattr(batch, name, value)
        batch.save()
        wake()
        history.record(
            "import", batch.pk, verb, by=by, at=at, from_state=before, to_state=state, reason=reason, data=dict(changes)
        )
    return batch


def wake() -> None:
    """Tell the worker that there is something to do. Where it does not hear it, it looks for itself (`look_for_imports`)."""
    from kept.pledges.tasks import do_imports

    do_imports.enqueue()


def waiting(now: datetime) -> Any:
    """Batches with work that nobody does: asked for, or left by a worker that died."""
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    elsewhere = Q(file="") & ~Q(state=BatchState.UNDOING)  # the command on the server does it, and goes on with it
    return ImportBatch.objects.filter(free, state__in=AT_WORK).exclude(elsewhere).order_by("pk")


def do_the_work(batch: ImportBatch) -> bool:
    """Do what was asked for, to its end; False where somebody else does it. What cannot be done is said in the batch."""
    now = timezone.now()
    if not waiting(now).filter(pk=batch.pk, state=batch.state).update(lease_until=now + LEASE):
        return False
    batch.refresh_from_db()
    by = batch.asked_by
    with translation.override(by.language if by else "en"):
        try:
            if batch.state == BatchState.UNDOING:
                run_undo(batch, by=by, reason=batch.reason)
            else:
                mapping = mapping_of(batch)
                with source_of(batch, mapping) as source:
                    (run_check if batch.state == BatchState.CHECKING else run_import)(batch, source, mapping, by=by)
        except (UnusableFile, MappingError) as error:
            _stop(batch, error.message)
        except Exception:
            log.exception("The work on import %s stopped.", batch.pk)
            _stop(batch, _("Something went wrong on our side. What was imported is safe; go on, or undo it."))
    return True


def _stop(batch: ImportBatch, why: str) -> None:
    """A person has to look at it."""
    ImportBatch.objects.filter(pk=batch.pk).update(
        state=BatchState.FAILED, error=why, lease_until=None, finished_at=timezone.now()
    )


def undone_means(batch: ImportBatch) -> tuple[int, int]:
    """What an undo would do: (pledges thrown away, published pledges withdrawn)."""
    made = Pledge.objects.filter(batch=batch)
    published = made.filter(status=Status.PUBLISHED).count()
    return made.filter(number=None).exclude(status=Status.DISCARDED).count(), published
