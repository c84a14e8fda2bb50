"""Appending, redacting, signing: what the log promises, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from kept.base import events
from kept.log import keys, queries
from kept.log.actions import (
    BackDated,
    LogForked,
    NewEntry,
    NoSuchDocument,
    after_restore,
    checkpoint,
    document_bytes,
    new_salt,
    open_head,
    redact,
    reference_for,
    restart,
    verifier_key,
)
from kept.log.canonical import NotCanonical, canonical_json
from kept.log.merkle import consistency_proof, tree_root
from kept.log.models import Change, Document, Entry, Head, SignedCheckpoint
from kept.log.notes import read_checkpoint, read_key
from kept.log.queries import StoredTree

from .conftest import append, publish
from .test_merkle import naive

pytestmark = pytest.mark.django_db


def set_back(size: int) -> None:
    """Make the database what it was at an earlier size, as a restore does."""
    was = Head.objects.get(pk=1)
    leaves = [bytes(each) for each in Entry.objects.filter(index__lt=size).values_list("data", flat=True)]
    Entry.objects.filter(index__gte=size).delete()
    Document.objects.filter(index__gte=size).delete()
    SignedCheckpoint.objects.filter(size__gt=size).delete()
    from .test_merkle import grown

    was.size, was.frontier, was.last_number = size, [each.hex() for each in grown(leaves).hashes], size
    was.save()


def test_the_first_references_and_places_are_one_and_nought():
    assert publish() == ["P-00001"]
    assert list(Entry.objects.values_list("index", "reference", "revision")) == [(0, "P-00001", 1)]


def test_an_entry_is_canonical_json_of_five_keys_and_names_its_documents_hash():
    publish()
    entry, document = Entry.objects.get(), Document.objects.get()
    content = json.loads(entry.data)
    assert canonical_json(content) == entry.data
    assert content == {
        "at": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
        "reference": "P-00001",
        "revision": 1,
        "sha256": hashlib.sha256(document.data).hexdigest(),
        "type": "pledge.published",
    }


def test_a_document_is_canonical_composed_and_salted():
    one, two = (document_bytes({"title": "E\u0301coles", "amount": "12.00"}, new_salt()) for _ in "12")
    content = json.loads(one)
    assert content["title"] == "Écoles"
    assert len(base64.b64decode(content.pop("salt"))) == 16
    assert canonical_json(json.loads(one)) == one
    assert one != two


def test_a_document_with_a_float_in_it_is_refused():
    with pytest.raises(NotCanonical):
        document_bytes({"amount": 1.5}, new_salt())


def test_numbers_changes_and_entries_are_lost_together_with_their_transaction():
    publish(2)
    with pytest.raises(RuntimeError, match="undone"), transaction.atomic():
        publish(3)
        raise RuntimeError("undone")
    with pytest.raises(RuntimeError, match="inside"), transaction.atomic(), open_head() as head:
        head.changed("pledge", "P-00003")
        raise RuntimeError("inside")
    assert publish() == ["P-00003"]
    assert (queries.size(), queries.last_change(), Change.objects.count()) == (3, 3, 3)


def test_a_block_that_raises_writes_nothing_even_if_the_transaction_goes_on():
    with transaction.atomic():  # noqa: SIM117  (the transaction goes on after the refusal)
        with pytest.raises(LookupError), open_head() as head:
            head.take_number()
            head.append(NewEntry("pledge.published", "P-00001", 1, document_bytes({}, new_salt())))
            raise LookupError
    assert publish() == ["P-00001"]


def test_the_head_is_opened_in_a_transaction_and_once_at_a_time():
    with transaction.atomic(), pytest.raises(RuntimeError, match="a second time"), open_head() as outer:
        outer.changed("pledge", "P-00001")
        with open_head() as inner:
            inner.changed("pledge", "P-00001")


@pytest.mark.django_db(transaction=True)
def test_outside_of_a_transaction_the_head_stays_shut():
    with pytest.raises(RuntimeError, match="atomic"), open_head():
        pass


def test_a_number_without_its_publication_is_refused():
    with pytest.raises(RuntimeError, match="leaves a gap"), transaction.atomic(), open_head() as head:
        head.take_number()


def test_changes_are_numbered_in_their_order():
    publish(2)
    with transaction.atomic(), open_head() as head:
        assert head.changed("organisation", 7) == 3
    rows = queries.changes_since(1).values_list("number", "subject", "key")
    assert list(rows) == [(2, "pledge", "P-00002"), (3, "organisation", "7")]


def test_the_logs_time_is_the_clocks():
    publish()
    document = document_bytes({}, new_salt())
    for at in (datetime(2023, 12, 12, 14, tzinfo=UTC), timezone.now() + timedelta(hours=1)):
        with pytest.raises(BackDated), transaction.atomic(), open_head() as head:
            head.append(NewEntry("pledge.revised", "P-00001", 2, document), at=at)


def test_the_logs_time_never_runs_back():
    publish()
    later = timezone.now() + timedelta(minutes=5)
    Head.objects.update(last_at=later.replace(microsecond=0))
    publish()
    assert Entry.objects.get(index=1).at == later.replace(microsecond=0)


def test_a_document_that_is_not_what_its_hash_says_is_refused():
    with pytest.raises(ValueError, match="the document's hash"):
        NewEntry("pledge.published", "P-00001", 1, b"{}", sha256="0" * 64)
    with pytest.raises(ValueError, match="by its hash"):
        NewEntry("document.redacted", "P-00001", 1)
    with pytest.raises(ValueError, match="do not go together"):
        NewEntry("pledge.published", "P-00001", 1, sha256="0" * 64)


def test_a_revision_enters_the_log_once():
    publish()
    append("pledge.revised", "P-00001", 2)
    with pytest.raises(IntegrityError), transaction.atomic():
        append("pledge.withdrawn", "P-00001", 2)
    assert queries.size() == 2


@tries(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_batches_of_any_size_give_the_root_of_the_naive_recursion(sizes):
    with transaction.atomic():
        for count in sizes:
            publish(count)
        total = sum(sizes)
        data = [bytes(each) for each in Entry.objects.values_list("data", flat=True)]
        assert Head.objects.get().tree().root() == naive(data) == tree_root(total, StoredTree().subtree)
        for old in {1, total // 2, total - 1}:
            expected = consistency_proof(old, total, lambda level, i: naive(data[i << level : (i + 1) << level]))
            assert consistency_proof(old, total, StoredTree().subtree) == expected
        transaction.set_rollback(True)


def test_nothing_can_be_proved_about_what_is_not_there():
    publish(3)
    with pytest.raises(LookupError):
        StoredTree().subtree(2, 0)


# --- fifty at once -------------------------------------------------------------------------------------


@pytest.fixture
def database_with_threads(transactional_db, tmp_path, django_db_blocker):
    """A database that threads can share: SQLite needs a file for it, since the tests' own is in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    known = connections.settings["default"]
    connections.settings["default"] = {**known, "NAME": str(tmp_path / "threads.sqlite3")}

    def lay_out():
        with connection.schema_editor() as editor:
            for model in (Head, Entry, Document, Change, SignedCheckpoint, queries.Node):
                editor.create_model(model)
        connection.close()

    in_threads(lay_out, 1)
    yield
    connections.settings["default"] = known


def in_threads(work, count: int) -> None:
    """Run `work` that often at once; raise the first thing that went wrong."""
    wrong: list[BaseException] = []

    def run():
        try:
            work()
        except BaseException as error:  # noqa: BLE001  (told below)
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if wrong:
        raise wrong[0]


def test_fifty_publications_at_once_get_fifty_consecutive_references_places_and_changes(database_with_threads):
    found: dict[str, list] = {"entries": [], "changes": [], "head": []}
    in_threads(publish, 50)

    def read():
        found["entries"] = list(Entry.objects.values_list("index", "reference"))
        found["changes"] = list(Change.objects.values_list("number", flat=True))
        found["head"] = list(Head.objects.values_list("size", "last_number", "change"))

    in_threads(read, 1)
    assert found["entries"] == [(i, reference_for(i + 1)) for i in range(50)]
    assert found["changes"] == list(range(1, 51))
    assert found["head"] == [(50, 50, 50)]


def test_those_who_sign_at_once_sign_the_same(database_with_threads):
    notes: list[str] = []
    in_threads(lambda: publish(5), 1)
    in_threads(lambda: notes.append(checkpoint()), 8)
    assert len(notes) == 8
    assert len(set(notes)) == 1


def test_signing_while_others_publish_never_contradicts_itself(database_with_threads):
    notes: list[str] = []

    def work():
        publish()
        notes.append(checkpoint())

    in_threads(work, 12)
    by_size = {keys.size_in(note): note for note in notes}
    assert len(by_size) == len(set(notes))
    origin = notes[0].split("\n")[0]
    assert keys.size_in(keys.last_checkpoint(origin)) == 12


# --- signing -------------------------------------------------------------------------------------------


def test_a_checkpoint_states_the_name_the_size_and_the_root():
    publish(3)
    note = checkpoint()
    signed = read_checkpoint(note, read_key(verifier_key()))
    data = [bytes(each) for each in Entry.objects.values_list("data", flat=True)]
    assert (signed.origin, signed.size, signed.root) == (Head.objects.get().origin, 3, naive(data))
    assert keys.last_checkpoint(signed.origin) == note


def test_the_log_is_signed_once_for_each_size():
    publish()
    first = checkpoint()
    assert checkpoint() == first
    publish()
    assert checkpoint() != first
    assert list(SignedCheckpoint.objects.values_list("size", flat=True)) == [1, 2]


def test_an_empty_log_can_be_signed():
    assert keys.size_in(checkpoint()) == 0


def test_the_name_is_fixed_at_first_start(settings):
    settings.LOG_NAME = "pledges.example.org/log"
    publish()
    settings.LOG_NAME = "elsewhere.example.org/log"
    publish()
    assert checkpoint().startswith("pledges.example.org/log\n")


@pytest.mark.parametrize("name", ["a b", "a+b", "é", "/log", "a\nb", "a_b"])
def test_a_name_that_no_note_can_carry_is_refused(settings, name):
    settings.LOG_NAME = name
    with pytest.raises(ValueError, match="cannot be called"):
        publish()


def test_the_key_is_made_once_and_only_its_owner_may_read_it(settings):
    publish()
    key = verifier_key()
    path = Path(settings.KEPT_DATA) / "keys" / "log.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert base64.b64encode(base64.b64decode(path.read_text().strip())).decode() not in key
    publish()
    checkpoint()
    assert verifier_key() == key


def test_the_key_may_be_given_as_text_or_as_a_file(settings, tmp_path):
    secret = base64.b64encode(bytes(range(32))).decode()
    settings.LOG_KEY = secret
    publish()
    key = verifier_key()
    path = tmp_path / "elsewhere.key"
    path.write_text(secret + "\n")
    settings.LOG_KEY = str(path)
    publish()
    checkpoint()
    assert verifier_key() == key
    assert not (tmp_path / "keys" / "log.key").exists()


@pytest.mark.parametrize("given", ["short", "AAAA", "/nowhere/log.key"])
def test_a_key_that_is_none_is_refused_without_showing_it(settings, given):
    settings.LOG_KEY = given
    publish()
    with pytest.raises(keys.KeyUnusable, match="LOG_KEY holds no key"):
        checkpoint()


def test_a_log_that_was_signed_is_never_signed_with_another_key(settings):
    publish()
    checkpoint()
    publish()
    (Path(settings.KEPT_DATA) / "keys" / "log.key").unlink()
    with pytest.raises(keys.KeyUnusable, match="its key is not there"):
        checkpoint()
    settings.LOG_KEY = base64.b64encode(bytes(32)).decode()
    with pytest.raises(keys.KeyUnusable, match="the key at hand is"):
        checkpoint()


@pytest.mark.django_db(transaction=True)
def test_what_is_not_committed_is_not_signed():
    with transaction.atomic():
        publish()
        with pytest.raises(RuntimeError, match="durable"):
            checkpoint()


# --- set back ------------------------------------------------------------------------------------------


def test_a_log_that_was_set_back_does_not_sign_again():
    publish(3)
    checkpoint()
    set_back(2)
    with pytest.raises(LogForked, match="3 entries were published and signed, the database has 2"):
        checkpoint()


def test_a_log_that_went_on_after_being_set_back_does_not_sign_again():
    publish(3)
    checkpoint()
    set_back(2)
    publish(2)
    with pytest.raises(LogForked, match="not the one that was signed at 3 entries"):
        checkpoint()


def test_the_checkpoint_beside_the_key_is_enough_to_notice():
    publish(3)
    checkpoint()
    set_back(2)
    SignedCheckpoint.objects.all().delete()
    with pytest.raises(LogForked):
        checkpoint()


def test_an_entry_that_was_changed_behind_what_was_signed_stops_the_signing():
    publish(3)
    checkpoint()
    Entry.objects.filter(index=1).update(leaf=bytes(32))
    publish()
    with pytest.raises(LogForked, match="`kept verify` names"):
        checkpoint()


def test_a_new_log_has_a_new_name_keeps_every_entry_and_says_what_became_of_the_old():
    publish(3)
    last, old = checkpoint(), Head.objects.get().origin
    set_back(2)
    new = restart(reason="The disk was lost.")
    assert new == f"{old}-2"
    note = checkpoint()
    assert note.startswith(f"{new}\n3\n")
    told = json.loads(Document.objects.get(index=2).data)
    told.pop("salt")
    assert told == {
        "reference": "log",
        "revision": 2,
        "origin": new,
        "previous_origin": old,
        "previous_checkpoint": last,
        "reason": "The disk was lost.",
    }
    assert restart(reason="Again.") == f"{old}-3"


def test_a_new_log_cannot_take_the_name_of_an_old_one():
    publish()
    checkpoint()
    old = Head.objects.get().origin
    with pytest.raises(ValueError, match="name of an earlier log"):
        restart(reason="…", name=old)
    restart(reason="…")
    with pytest.raises(ValueError, match="name of an earlier log"):
        restart(reason="…", name=old)


def test_a_restore_of_the_newest_state_goes_on():
    publish(2)
    checkpoint()
    old = Head.objects.get().origin
    assert after_restore(at=timezone.now()) == []
    assert Head.objects.get().origin == old


def test_a_restore_of_an_earlier_state_begins_a_new_log():
    publish(3)
    checkpoint()
    set_back(2)
    (sentence,) = after_restore(at=timezone.now())
    assert "A new log begins" in sentence
    assert "the database has 2" in sentence
    checkpoint()


def test_a_restore_without_what_lies_beside_the_key_begins_a_new_log(settings, tmp_path):
    publish(2)
    checkpoint()
    settings.KEPT_DATA = tmp_path / "another-machine"
    (sentence,) = after_restore(at=timezone.now())
    assert "nothing tells whether the old log had gone on" in sentence
    checkpoint()


def test_an_empty_database_has_nothing_to_restore():
    assert after_restore(at=timezone.now()) == []


# --- redaction -----------------------------------------------------------------------------------------


def test_a_redacted_document_is_gone_and_its_entry_stays(django_capture_on_commit_callbacks):
    publish(2)
    entry = Entry.objects.get(index=0)
    with django_capture_on_commit_callbacks(execute=True):
        assert redact("P-00001", 1, reason="Names a child.", by="Sana", at=timezone.now()) == 1
    document = Document.objects.get(index=0)
    assert (document.data, document.redaction_reason, document.redacted_by) == (None, "Names a child.", "Sana")
    assert Entry.objects.get(index=0).data == entry.data
    told = json.loads(Entry.objects.get(index=2).data)
    assert (told["type"], told["reference"], told["revision"], told["sha256"]) == (
        "document.redacted",
        "P-00001",
        1,
        entry.sha256,
    )


def test_all_languages_of_a_revision_are_redacted_unless_one_is_named():
    publish()
    append("translation.published", "P-00001", 1, language="fr")
    append("translation.published", "P-00001", 1, language="ar")
    assert redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now(), language="ar") == 1
    assert redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now()) == 2
    assert not Document.objects.filter(data__isnull=False).exists()


def test_a_redaction_needs_a_reason_and_something_to_blank():
    publish()
    with pytest.raises(ValueError, match="needs its reason"):
        redact("P-00001", 1, reason="  ", by="Sana", at=timezone.now())
    with pytest.raises(NoSuchDocument):
        redact("P-00001", 2, reason="Law.", by="Sana", at=timezone.now())
    redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now())
    with pytest.raises(NoSuchDocument):
        redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now())


def test_a_redaction_is_announced(monkeypatch):
    heard = []
    monkeypatch.setattr(events, "announce", lambda name, **what: heard.append((name, what["reference"])))
    publish()
    redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now())
    assert heard == [("document.redacted", "P-00001")]


def test_an_erasure_is_replayed_after_a_restore(django_capture_on_commit_callbacks):
    publish(2)
    checkpoint()
    text = Document.objects.get(index=0).data
    with django_capture_on_commit_callbacks(execute=True):
        redact("P-00001", 1, reason="Law.", by="Sana", at=timezone.now())
    checkpoint()
    set_back(2)
    Document.objects.filter(index=0).update(data=text, redacted_at=None, redaction_reason="", redacted_by="")
    Head.objects.update(last_at=timezone.now() + timedelta(minutes=1))  # the restore comes later
    done = after_restore(at=timezone.now())
    assert done[0] == "Redacted again: P-00001 revision 1."
    assert "A new log begins" in done[1]
    assert Document.objects.get(index=0).data is None
