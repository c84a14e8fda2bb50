"""`kept verify` finds whatever was done to the database or to an exported file, and names it."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.log import checks, keys
from kept.log.actions import checkpoint, redact, restart, verifier_key
from kept.log.canonical import canonical_json
from kept.log.copies import log_section, read_copy, write_copy
from kept.log.merkle import leaf_hash
from kept.log.models import Change, Document, Entry, Head, Node, SignedCheckpoint
from kept.log.notes import Checkpoint, VerifierKey, read_key, sign_note
from kept.log.receipts import receipt
from kept.log.standalone import source
from kept.log.verify import DoesNotHold, Row, check_copy, check_receipt

from .conftest import append, publish
from .test_merkle import grown

pytestmark = pytest.mark.django_db


def verify(*words: str) -> tuple[int, str]:
    """Run `kept verify`: its exit code and what it said."""
    out = StringIO()
    try:
        call_command("verify", *words, stdout=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def log() -> None:
    """Six pledges: one revised, one translated, one withdrawn, one redacted; signed twice on the way."""
    publish(4)
    append("pledge.revised", "P-00002", 2)
    checkpoint()
    append("translation.published", "P-00002", 2, language="fr")
    publish(2)
    append("pledge.withdrawn", "P-00004", 2)
    redact("P-00003", 1, reason="Names a child.", by="Sana", at=timezone.now())
    checkpoint()


def test_an_untouched_registry_holds_and_the_redacted_stand_apart(log):
    code, said = verify()
    assert code == 0
    assert said.splitlines()[0].startswith("holds: 10 entries, 8 documents, root ")
    assert said.splitlines()[1:] == ["redacted: P-00003 revision 1", f"key: {verifier_key()}"]


def test_a_log_without_entries_or_signatures_holds():
    assert verify()[0] == 0
    publish()
    assert "not signed yet" in verify()[1]


def change_entry(index: int, *, twice: bool = False, **values: object) -> None:
    """Rewrite an entry as somebody would who knows the tables: bytes, leaf, columns (where these may stand twice)."""
    entry = Entry.objects.get(index=index)
    content = json.loads(entry.data) | values
    data = canonical_json(content)
    columns = {} if twice else {name: content[name] for name in ("reference", "revision", "type", "sha256")}
    Entry.objects.filter(index=index).update(data=data, leaf=leaf_hash(data), **columns)


def change_document_and_entry() -> None:
    data = canonical_json(json.loads(Document.objects.get(index=0).data) | {"title": "Fibre for 2 schools"})
    Document.objects.filter(index=0).update(data=data)
    change_entry(0, sha256=hashlib.sha256(data).hexdigest())


def exchange(model, one: int, two: int) -> None:
    """Let two rows change places."""
    for old, new in ((one, 999), (two, one), (999, two)):
        model.objects.filter(index=old).update(index=new)


def exchange_rows() -> None:
    exchange(Entry, 0, 1)
    exchange(Document, 0, 1)


def exchange_bytes() -> None:
    one, two = Entry.objects.get(index=0), Entry.objects.get(index=1)
    Entry.objects.filter(index=0).update(data=two.data)
    Entry.objects.filter(index=1).update(data=one.data)


def take_out_and_close_up() -> None:
    Entry.objects.filter(index=1).delete()
    Document.objects.filter(index=1).delete()
    for index in range(2, 10):
        Entry.objects.filter(index=index).update(index=index - 1)
        Document.objects.filter(index=index).update(index=index - 1)


def rewrite_history() -> None:
    """All that the database holds, but without the key: the entries, their hashes, the head."""
    change_document_and_entry()
    data = [bytes(each) for each in Entry.objects.values_list("data", flat=True)]
    Head.objects.update(frontier=[each.hex() for each in grown(data).hashes])


def sign_anew_with_another_key() -> None:
    rewrite_history()
    head = Head.objects.get()
    private = Ed25519PrivateKey.generate()
    key = VerifierKey(head.origin, private.public_key().public_bytes_raw())
    note = sign_note(Checkpoint(head.origin, head.size, head.tree().root()).text(), key, private.sign)
    SignedCheckpoint.objects.all().delete()
    SignedCheckpoint.objects.create(origin=head.origin, size=head.size, note=note)
    Head.objects.update(verifier_key=str(key))


def change_note() -> None:
    one = SignedCheckpoint.objects.first()
    SignedCheckpoint.objects.filter(pk=one.pk).update(note=one.note.replace("\n5\n", "\n4\n"))


def cut_off_the_end() -> None:
    data = [bytes(each) for each in Entry.objects.filter(index__lt=4).values_list("data", flat=True)]
    for model in (Entry, Document):
        model.objects.filter(index__gte=4).delete()
    SignedCheckpoint.objects.all().delete()
    Head.objects.update(size=4, last_number=4, frontier=[each.hex() for each in grown(data).hashes])


TAMPERINGS: list[tuple[Callable[[], object], str]] = [
    (lambda: Document.objects.filter(index=0).update(data=b"{}"), "changed: the document of P-00001 revision 1"),
    (lambda: Document.objects.filter(index=2).update(data=b"{}"), "changed: the document of P-00003 revision 1"),
    (lambda: Document.objects.filter(index=0).delete(), "missing: the document of P-00001 revision 1"),
    (lambda: Document.objects.filter(index=0).update(data=None), "missing: the document of P-00001 revision 1"),
    (lambda: Document.objects.create(index=9, data=b"{}"), "added: the document at place 9"),
    (lambda: Entry.objects.filter(index=3).update(data=b"{}"), "changed: entry 3: its bytes"),
    (lambda: Entry.objects.filter(index=3).update(leaf=bytes(32)), "changed: entry 3: its bytes"),
    (lambda: Entry.objects.filter(index=3).update(sha256="0" * 64), "changed: entry 3: the table's columns"),
    (lambda: Entry.objects.filter(index=3).update(brings_document=False), "changed: entry 3: the table's columns"),
    (lambda: Entry.objects.filter(index=5).update(language="ar"), "changed: entry 5: the translation"),
    (lambda: change_entry(3, extra=1), "changed: entry 3 does not have the form"),
    (lambda: change_entry(3, reference="P-00009"), "missing: P-00004: P-00009 stands in its place"),
    (lambda: change_entry(3, twice=True, reference="P-00001"), "added: P-00001 was published twice"),
    (lambda: change_entry(4, revision=3), "missing: P-00002 revision 2"),
    (lambda: change_entry(4, twice=True, revision=1), "added: P-00002 revision 1 a second time"),
    (lambda: change_entry(4, reference="P-00009", revision=1), "added: P-00009 revision 1, though"),
    (lambda: change_entry(0, revision=2), "added: P-00001 revision 2 is no first publication"),
    (lambda: change_entry(9, sha256="0" * 64), "changed: something among the entries 5 to 9"),
    (change_document_and_entry, "changed: something among the entries 0 to 4"),
    (rewrite_history, "changed: something among the entries 0 to 4"),
    (exchange_rows, "reordered: what belongs at place 0 stands at place 1"),
    (exchange_bytes, "reordered: what belongs at place 0 stands at place 1"),
    (lambda: Entry.objects.filter(index=1).delete(), "missing: entry 1"),
    (take_out_and_close_up, "missing: P-00002: P-00003 stands in its place"),
    (lambda: Entry.objects.filter(index=9).delete(), "missing: entry 9: the head counts 10"),
    (cut_off_the_end, "missing: a checkpoint of 10 entries was signed, there are 4"),
    (lambda: Entry.objects.filter(index=9).update(index=12), "missing: entry 9: the head counts 10"),
    (lambda: Head.objects.update(size=9), "changed: the head's hashes"),
    (lambda: Head.objects.update(frontier=[]), "changed: the head's hashes"),
    (lambda: Head.objects.update(last_number=7), "changed: the head gave 7 references, 6 were published"),
    (lambda: Head.objects.all().delete(), "missing: the head of the log"),
    (lambda: Change.objects.filter(number=2).delete(), "missing: change numbers: 6 were given, 5 are there"),
    (change_note, "forged: the checkpoint: the signature"),
    (lambda: SignedCheckpoint.objects.filter(size=5).update(size=6), "forged: the checkpoint of 6 entries speaks of 5"),
    (sign_anew_with_another_key, "forged: the database names the key"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "named"), TAMPERINGS)
def test_what_was_done_to_the_database_is_named(log, tamper, named):
    tamper()
    code, said = verify()
    assert code == 1
    assert said.startswith(f"does not hold: {named}")
    assert said.count("\n") == 1


def test_an_entry_beyond_the_head_is_named(log):
    Entry.objects.create(
        index=10, at=timezone.now(), type="pledge.published", reference="P-00007", revision=1, sha256="0" * 64,
        data=b"{}", leaf=leaf_hash(b"{}"),
    )  # fmt: skip
    assert "added: entry 10: it stands beyond the head" in verify()[1]


def test_a_changed_tile_of_a_long_log_narrows_the_search():
    publish(600)
    change_entry(300, at="2020-01-01T00:00:00Z")
    assert "reordered: entry 300" in verify()[1]
    entry = Entry.objects.get(index=300)
    later = json.loads(Entry.objects.get(index=301).data)["at"]
    change_entry(300, at=later, sha256="0" * 64)
    document = Document.objects.get(index=300)
    changed = canonical_json(json.loads(document.data) | {"title": "Other"})
    Document.objects.filter(index=300).update(data=changed)
    change_entry(300, at=f"{entry.at:%Y-%m-%dT%H:%M:%SZ}", sha256=hashlib.sha256(changed).hexdigest())
    assert "changed: something among the entries 256 to 511" in verify()[1]


def test_a_missing_subtree_hash_is_named():
    publish(600)
    Node.objects.first().delete()
    assert "missing: hashes of complete subtrees" in verify()[1]


def test_later_rooms_add_checks_of_their_own(log, monkeypatch):
    monkeypatch.setattr(checks, "_checks", [])

    @checks.register_check
    def counter_follows(findings):
        if findings.published != 7:
            raise DoesNotHold("changed", f"the counter says 7, {findings.published} were published")

    assert "changed: the counter says 7, 6 were published" in verify()[1]


# --- an older checkpoint ---------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path) -> Path:
    """A checkpoint that a journalist kept."""
    publish(3)
    path = tmp_path / "kept-by-a-journalist"
    path.write_text(checkpoint())
    return path


def test_the_log_only_grew_since_an_older_checkpoint(older):
    publish(300)
    code, said = verify("--checkpoint", str(older))
    assert (code, said.splitlines()[0]) == (0, "extends: kept-by-a-journalist")


def test_a_history_that_was_rewritten_and_signed_anew_is_found_by_an_older_checkpoint(older, settings, tmp_path):
    SignedCheckpoint.objects.all().delete()
    keys.checkpoint_file(Head.objects.get().origin).unlink()
    change_document_and_entry()
    data = [bytes(each) for each in Entry.objects.values_list("data", flat=True)]
    Head.objects.update(frontier=[each.hex() for each in grown(data).hashes])
    checkpoint()
    assert verify()[0] == 0  # with the key in hand, everything inside can be made to agree
    code, said = verify("--checkpoint", str(older))
    assert (code, said.split(":")[0]) == (1, "does not hold")
    assert "two different roots were signed for 3 entries" in said


def test_a_checkpoint_of_somebody_else_is_forged(older):
    private = Ed25519PrivateKey.generate()
    key = VerifierKey(Head.objects.get().origin, private.public_key().public_bytes_raw())
    older.write_text(sign_note(Checkpoint(key.name, 3, bytes(32)).text(), key, private.sign))
    assert "forged: the checkpoint: there is no signature by" in verify("--checkpoint", str(older))[1]


def test_a_checkpoint_of_the_logs_former_name_still_counts(older):
    restart(reason="The disk was lost.")
    checkpoint()
    assert verify("--checkpoint", str(older))[0] == 0


def test_a_checkpoint_for_a_log_that_was_never_signed_is_forged(tmp_path):
    publish()
    (tmp_path / "some").write_text("kept\n1\nAAAA\n\n\u2014 kept AAAA\n")
    assert "never signed" in verify("--checkpoint", str(tmp_path / "some"))[1]


# --- an exported file -------------------------------------------------------------------------------------


@pytest.fixture
def export(log, tmp_path) -> Path:
    path = tmp_path / "export.json"
    write_copy(path)
    return path


def standalone(tmp_path: Path, *words: str) -> tuple[int, str]:
    """Run the one-file verifier with Python alone: no site packages, no environment."""
    program = tmp_path / "verify.py"
    program.write_text(source())
    done = subprocess.run([sys.executable, "-I", "-S", program, *words], capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_an_exported_file_holds_by_itself_here_and_with_python_alone(export, tmp_path):
    code, said = verify(str(export))
    assert code == 0
    assert said == verify()[1]
    assert standalone(tmp_path, str(export)) == (0, said)


def test_an_export_of_pledges_may_carry_the_log(log, tmp_path):
    path = tmp_path / "export.json"
    path.write_text('{"pledges": [{"amount": 1.5}], "log": ' + "".join(log_section()) + "}")
    assert verify(str(path)) == verify()


def test_entries_after_the_checkpoint_are_not_exported_unsigned(log, tmp_path):
    publish()
    write_copy(tmp_path / "export.json")
    assert verify(str(tmp_path / "export.json"))[1].startswith("holds: 11 entries")


def delete(name: str) -> Callable[[dict], None]:
    return lambda log: log.pop(name)


def set_document(log: dict, index: int, data: bytes) -> None:
    log["entries"][index]["document"] = base64.b64encode(data).decode()


def set_entry(log: dict, index: int, data: bytes) -> None:
    log["entries"][index] |= {"entry": base64.b64encode(data).decode(), "leaf": None}


EXPORT_TAMPERINGS: list[tuple[Callable[[dict], object], str]] = [
    (lambda log: set_document(log, 0, b"{}"), "changed: the document of P-00001 revision 1"),
    (lambda log: log["entries"][0].update(document=None), "missing: the document of P-00001 revision 1"),
    (lambda log: log["entries"][0].update(entry="!"), "changed: entry 0 of the copy cannot be read"),
    (lambda log: log["entries"].insert(0, "x"), "changed: entry 0 of the copy cannot be read"),
    (lambda log: set_entry(log, 3, b"{}"), "changed: entry 3 does not have the form"),
    (lambda log: log["entries"].pop(1), "missing: P-00002: P-00003 stands in its place"),
    (lambda log: log["entries"].pop(), "missing: a checkpoint of 10 entries was signed, there are 9"),
    (lambda log: log["entries"].append(log["entries"][-1]), "added: entry 10 stands beyond"),
    (lambda log: log["entries"].insert(1, log["entries"][0]), "added: P-00001 was published twice"),
    (lambda log: log["entries"].insert(0, log["entries"].pop(3)), "reordered: what belongs at place 0 stands at"),
    (lambda log: log.update(checkpoint=log["checkpoint"].replace("\n10\n", "\n9\n")), "forged: the checkpoint"),
    (lambda log: log.update(checkpoint=""), "forged: the checkpoint: this is no signed note"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "named"), EXPORT_TAMPERINGS)
def test_what_was_done_to_an_export_is_named(export, tamper, named):
    content = json.loads(export.read_text())
    tamper(content["log"])
    export.write_text(json.dumps(content))
    code, said = verify(str(export))
    assert (code, said[: len(named) + 15]) == (1, f"does not hold: {named}")


def test_the_first_problem_counts_even_where_the_rest_cannot_be_read(export):
    content = json.loads(export.read_text())
    set_document(content["log"], 0, b"{}")
    del content["log"]["entries"][2]
    content["log"]["entries"][7] = None
    export.write_text(json.dumps(content))
    assert "changed: the document of P-00001" in verify(str(export))[1]
    del content["log"]["entries"][0]
    export.write_text(json.dumps(content))
    assert "missing: P-00001: P-00002 stands in its place" in verify(str(export))[1]


def test_the_one_file_verifier_names_it_too(export, tmp_path):
    content = json.loads(export.read_text())
    set_document(content["log"], 0, b"{}")
    export.write_text(json.dumps(content))
    assert standalone(tmp_path, str(export)) == (1, verify(str(export))[1])


def test_the_one_file_verifier_believes_the_key_that_one_knows(export, tmp_path):
    stranger = VerifierKey("kept.example/log", bytes(32))
    code, said = standalone(tmp_path, "--key", str(stranger), str(export))
    assert (code, said[:23]) == (1, "does not hold: forged: ")
    assert standalone(tmp_path, "--key", verifier_key(), str(export))[0] == 0


def test_the_one_file_verifier_takes_an_older_checkpoint_and_says_how_it_is_called(export, tmp_path):
    older = tmp_path / "older"
    older.write_text(SignedCheckpoint.objects.first().note)
    assert standalone(tmp_path, "--checkpoint", str(older), str(export))[0] == 0
    older.write_text(older.read_text().replace("\n5\n", "\n4\n"))
    assert standalone(tmp_path, "--checkpoint", str(older), str(export))[0] == 1
    program = tmp_path / "verify.py"
    done = subprocess.run([sys.executable, "-I", "-S", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr.split()[0]) == (2, "verify.py")


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"log": {"key": 1}}', '{"log": [1, 2'])
def test_a_file_that_holds_no_log_is_refused(tmp_path, content):
    path = tmp_path / "export.json"
    path.write_text(content)
    assert verify(str(path))[0] == 1
    assert standalone(tmp_path, str(path))[0] == 1


# --- any byte -----------------------------------------------------------------------------------------------


def made_copy() -> tuple[list[Row], str, VerifierKey]:
    """A small log in memory, signed."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(32))
    key = VerifierKey("kept.example/log", private.public_key().public_bytes_raw())
    rows = []
    for number in range(1, 8):
        about = {"reference": f"P-{number:05d}", "revision": 1}
        document = canonical_json({**about, "title": "Écoles", "salt": "AAAA"})
        sha256 = hashlib.sha256(document).hexdigest()
        entry = {**about, "at": "2026-01-01T00:00:00Z", "sha256": sha256, "type": "pledge.published"}
        rows.append(Row(number - 1, canonical_json(entry), document))
    root = grown([row.data for row in rows]).root()
    return rows, sign_note(Checkpoint(key.name, len(rows), root).text(), key, private.sign), key


ROWS, NOTE, KEY = made_copy()


def test_the_made_copy_holds():
    assert check_copy(ROWS, NOTE, KEY).documents == 7


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6), st.sampled_from(["data", "document"]), st.integers(0), st.integers(1, 255))
def test_no_byte_of_an_entry_or_a_document_can_be_changed_unseen(place, part, position, change):
    row = ROWS[place]
    data = bytearray(getattr(row, part))
    data[position % len(data)] ^= change
    changed = Row(row.index, bytes(data), row.document) if part == "data" else Row(row.index, row.data, bytes(data))
    with pytest.raises(DoesNotHold):
        check_copy([*ROWS[:place], changed, *ROWS[place + 1 :]], NOTE, KEY)


@given(st.permutations(range(7)), st.integers(0, 7))
def test_no_order_but_one_and_no_fewer_entries_hold(order, count):
    rows = [Row(i, ROWS[j].data, ROWS[j].document) for i, j in enumerate(order[:count])]
    if list(order[:count]) == list(range(7)):
        check_copy(rows, NOTE, KEY)
    else:
        with pytest.raises(DoesNotHold):
            check_copy(rows, NOTE, KEY)


# --- receipts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["P-00001", "P-00002", "P-00004", "P-00300"])
def test_a_receipt_is_enough_to_check_the_latest_revision(log, reference, tmp_path):
    publish(400)
    found = receipt(reference)
    key = read_key(verifier_key())
    assert check_receipt(found, key).size == 410
    assert found["revision"] == (2 if reference in ("P-00002", "P-00004") else 1)
    assert json.loads(base64.b64decode(found["document"]))["reference"] == reference
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(found))
    assert verify(str(path))[0] == 0
    if reference == "P-00300":
        assert standalone(tmp_path, "--key", str(key), str(path))[0] == 0


def test_every_part_of_a_receipt_counts(log):
    found, key = receipt("P-00002"), read_key(verifier_key())
    other = receipt("P-00001")
    for part in ("document", "entry", "index", "proof", "reference"):
        with pytest.raises(DoesNotHold):
            check_receipt(found | {part: other[part]}, key)
    for part in found:
        with pytest.raises(DoesNotHold):
            check_receipt({name: value for name, value in found.items() if name != part}, key)
    with pytest.raises(DoesNotHold, match="forged"):
        check_receipt(found | {"checkpoint": NOTE}, key)
    with pytest.raises(DoesNotHold, match="too long"):
        check_receipt(found | {"proof": [*found["proof"], *other["proof"]]}, key)


def test_a_receipt_names_what_is_wrong_on_the_command_line(log, tmp_path):
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(receipt("P-00002") | {"proof": []}))
    assert verify(str(path)) == (1, "does not hold: changed: the proof: the proof is too short\n")


def test_nobody_gets_a_receipt_for_what_was_never_published(log):
    assert receipt("P-00999") is None


def test_copies_are_read_in_pieces(export):
    copy = read_copy(export)
    rows = copy.rows()
    assert next(rows).index == 0
    assert [row.index for row in rows] == list(range(1, 10))
