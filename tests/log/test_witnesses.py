"""Two logs that remember each other's checkpoints, in the formats of C2SP tlog-witness and tlog-cosignature."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from kept.base.fetching import Fetched
from kept.log import checks, keys, witnesses
from kept.log.actions import checkpoint, verifier_key
from kept.log.cosignatures import cosign, cosigned_at
from kept.log.merkle import consistency_proof
from kept.log.models import Cosignature, Entry, Head, WitnessedLog
from kept.log.notes import COSIGNATURE, Checkpoint, Forged, VerifierKey, read_key, sign_note
from kept.log.receipts import receipt
from kept.log.verify import DoesNotHold
from kept.log.witnesses import Declined, Unanswered, add_checkpoint, ask_all

from .conftest import publish
from .test_merkle import grown, memory

pytestmark = pytest.mark.django_db


class OtherLog:
    """A log of somebody else, in memory, that asks us to co-sign."""

    def __init__(self, name: str = "other.example/log") -> None:
        self.secret = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.key = VerifierKey(name, self.secret.public_key().public_bytes_raw())
        self.leaves: list[bytes] = []

    def grow(self, count: int) -> None:
        self.leaves += [f"entry {len(self.leaves) + n}".encode() for n in range(count)]

    def note(self, leaves=None) -> str:
        data = self.leaves if leaves is None else leaves
        text = Checkpoint(self.key.name, len(data), grown(data).root()).text()
        return sign_note(text, self.key, self.secret.sign)

    def request(self, old: int, note: str = "") -> bytes:
        proof = consistency_proof(old, len(self.leaves), memory(self.leaves)) if old <= len(self.leaves) else []
        lines = [f"old {old}", *(base64.b64encode(step).decode() for step in proof), "", note or self.note()]
        return "\n".join(lines).encode()


@pytest.fixture
def other(settings, tmp_path) -> OtherLog:
    other = OtherLog()
    (tmp_path / "witnesses.toml").write_text(f'[[log]]\nkey = "{other.key}"\n')
    return other


def ask(client, body: bytes):
    return client.post("/log/witness/add-checkpoint", body, content_type="text/plain")


def test_a_log_that_grows_is_co_signed_each_time(client, other):
    other.grow(3)
    first = ask(client, other.request(0))
    assert (first.status_code, first["Content-Type"]) == (200, "text/plain; charset=utf-8")
    key = read_key(client.get("/log/witness/key").content.decode(), COSIGNATURE)
    at = cosigned_at(other.note() + first.content.decode(), key)
    assert abs((datetime.now(UTC) - at).total_seconds()) < 5
    other.grow(300)
    assert ask(client, other.request(3)).status_code == 200
    assert ask(client, other.request(303)).status_code == 200  # the same once more
    assert not first.cookies
    told = json.loads(client.get("/log/witness/logs").content)["logs"]
    assert [(one["origin"], one["size"], one["checkpoint"]) for one in told] == [
        ("other.example/log", 303, other.note())
    ]


def refused(client, body: bytes) -> tuple[int, str]:
    answer = ask(client, body)
    return answer.status_code, answer.content.decode()


def test_what_the_protocol_refuses_is_refused_as_it_says(client, other):
    other.grow(5)
    assert ask(client, other.request(0)).status_code == 200
    other.grow(2)
    stale = ask(client, other.request(4))
    assert (stale.status_code, stale["Content-Type"], stale.content) == (409, "text/x.tlog.size", b"5\n")
    assert refused(client, other.request(0))[0] == 409
    assert refused(client, other.request(5, other.note().replace("\n7\n", "\n8\n")))[0] == 403
    assert refused(client, other.request(9))[0] == 400
    unknown = OtherLog("unknown.example/log")
    unknown.grow(1)
    assert refused(client, unknown.request(0))[0] == 404
    for nonsense in (
        b"",
        b"old 5",
        b"old 05\n\nx",
        b"old -1\n\nx",
        b"\xff\xfe",
        b"old 5\nAAAA\n\n" + other.note().encode(),
    ):
        assert refused(client, nonsense)[0] in (400, 404)
    assert refused(client, b"old 5\n" + b"A" * 70_000)[0] == 413
    assert refused(client, f"old 5\n\n{other.note()}".encode())[0] == 422  # no proof
    assert WitnessedLog.objects.get().size == 5
    assert client.get("/log/witness/add-checkpoint").status_code == 405


def test_another_history_is_never_co_signed(client, other):
    other.grow(5)
    ask(client, other.request(0))
    other.leaves[2] = b"another"
    assert refused(client, f"old 5\n\n{other.note()}".encode()) == (409, "5\n")  # the same size, another root
    other.grow(4)
    assert refused(client, other.request(5))[0] == 422


def test_nobody_is_co_signed_where_nothing_is_written_down(client):
    assert client.get("/log/witness/key").status_code == 404
    assert json.loads(client.get("/log/witness/logs").content) == {"logs": []}
    lonely = OtherLog()
    assert refused(client, lonely.request(0))[0] == 404


def test_a_file_that_cannot_be_read_is_said(client, tmp_path):
    for text in ("[[log", '[[log]]\nname = "x"', '[[witness]]\nkey = "x"\naddress = "y"', "log = 3"):
        (tmp_path / "witnesses.toml").write_text(text)
        assert client.get("/log/witness/logs").status_code == 503
        with pytest.raises(CommandError, match=r"witnesses\.toml"):
            call_command("witness")


# --- our own log --------------------------------------------------------------------------------------------


class Remembering:
    """A witness of ours: what `add_checkpoint` does, with a key of its own, reached without a wire."""

    def __init__(self) -> None:
        self.secret = Ed25519PrivateKey.from_private_bytes(bytes([7] * 32))
        self.key = VerifierKey("friend.example/witness", self.secret.public_key().public_bytes_raw(), COSIGNATURE)
        self.size, self.asked = 0, []

    def __call__(self, url: str, *, body: bytes, largest: int) -> Fetched:
        old, _proof, note = witnesses.read_request(body)
        self.asked.append((url, old))
        if old != self.size:
            return Fetched(409, f"{self.size}\n".encode())
        self.size = keys.size_in(note)
        text = note.rpartition("\n\n")[0] + "\n"
        return Fetched(200, cosign(text, self.key, self.secret.sign, at=timezone.now()).encode())


@pytest.fixture
def friend(monkeypatch, tmp_path) -> Remembering:
    friend = Remembering()
    monkeypatch.setattr(witnesses, "fetch", friend)
    (tmp_path / "witnesses.toml").write_text(
        f'[[witness]]\nkey = "{friend.key}"\naddress = "https://friend.example/log/witness/"\n'
    )
    return friend


def test_our_checkpoint_carries_what_a_witness_signed(client, friend):
    publish(3)
    assert len(ask_all()) == 1
    assert friend.asked == [("https://friend.example/log/witness/add-checkpoint", 0)]
    note = client.get("/log/checkpoint").content.decode()
    assert cosigned_at(note, friend.key) is not None
    assert note.startswith(checkpoint())
    assert receipt("P-00001")["checkpoint"] == note
    assert ask_all() == []  # once for each size
    publish(300)
    assert len(ask_all()) == 1
    assert friend.asked[-1][1] == 3
    checks.verify_database()


def test_a_witness_that_remembers_more_than_we_do_is_asked_again(friend):
    publish(3)
    checkpoint()
    friend.size = 2
    assert len(ask_all()) == 1
    assert [old for _url, old in friend.asked] == [0, 2]


def test_a_witness_that_saw_a_longer_log_says_that_it_was_set_back(friend):
    publish(3)
    friend.size = 9
    with pytest.raises(Unanswered, match="it saw 9 entries of this log, which has 3"):
        ask_all()


def test_an_answer_without_the_right_signature_is_no_co_signature(friend):
    publish(3)
    friend.secret = Ed25519PrivateKey.generate()
    with pytest.raises(Unanswered, match="does not hold"):
        ask_all()
    assert not Cosignature.objects.exists()


def test_every_witness_is_asked_whatever_the_others_answer(friend, tmp_path, monkeypatch):
    publish(3)
    stranger = VerifierKey("away.example/witness", bytes(32), COSIGNATURE)
    known = (tmp_path / "witnesses.toml").read_text()
    (tmp_path / "witnesses.toml").write_text(
        f'[[witness]]\nkey = "{stranger}"\naddress = "https://away.example"\n{known}'
    )
    monkeypatch.setattr(
        witnesses, "fetch", lambda url, **kw: Fetched(500, b"no") if "away" in url else friend(url, **kw)
    )
    with pytest.raises(Unanswered, match="away.example/witness: it answered 500 no"):
        ask_all()
    assert Cosignature.objects.count() == 1


def test_verify_names_a_co_signature_that_was_forged(friend):
    publish(3)
    ask_all()
    one = Cosignature.objects.get()
    blob = bytearray(base64.b64decode(one.line.split(" ")[2]))
    blob[20] ^= 1
    Cosignature.objects.update(line=f"\u2014 {friend.key.name} {base64.b64encode(blob).decode()}\n")
    with pytest.raises(DoesNotHold, match="forged: the co-signature by friend.example/witness for 3 entries"):
        checks.verify_database()
    Cosignature.objects.update(line=one.line, size=2)
    with pytest.raises(DoesNotHold, match="added: the co-signature by friend.example/witness for 2 entries"):
        checks.verify_database()


def test_two_installations_witness_each_other_through_the_same_code(client, friend, monkeypatch, tmp_path, settings):
    """Our checkpoint, sent over the wire's very bytes to the very view that answers others."""
    publish(5)
    key = verifier_key()
    (tmp_path / "witnesses.toml").write_text(f'[[log]]\nkey = "{key}"\n')
    mine = client.get("/log/witness/key").content.decode().strip()
    assert mine == str(witnesses.own_key()[0])
    (tmp_path / "witnesses.toml").write_text(
        f'[[log]]\nkey = "{key}"\n[[witness]]\nkey = "{mine}"\naddress = "http://w.example/log/witness"\n'
    )

    def wire(url, *, body, largest):
        answer = client.post(url.removeprefix("http://w.example"), body, content_type="text/plain")
        return Fetched(answer.status_code, answer.content)

    monkeypatch.setattr(witnesses, "fetch", wire)
    for _round in range(3):
        publish(130)
        assert len(ask_all()) == 1
    assert WitnessedLog.objects.get().size == Head.objects.get().size == Entry.objects.count()


def test_the_verifier_in_one_file_asks_for_the_witness_one_trusts(friend, tmp_path):
    import subprocess
    import sys

    from kept.log.copies import write_copy
    from kept.log.standalone import source

    publish(2)
    ask_all()
    write_copy(tmp_path / "x.json")
    (tmp_path / "verify.py").write_text(source())

    def run(key) -> tuple[int, str]:
        words = [sys.executable, "-I", "-S", "verify.py", "--witness", str(key), "x.json"]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]

    assert run(friend.key)[0] == 0
    assert run(friend.key)[1].startswith("co-signed: friend.example/witness, 20")
    stranger = VerifierKey("friend.example/witness", bytes(32), COSIGNATURE)
    assert run(stranger) == (
        1, f"does not hold: missing: the co-signature by friend.example/witness with the key {stranger.id.hex()}"
    )  # fmt: skip


# --- the format ---------------------------------------------------------------------------------------------


def test_a_co_signature_is_laid_out_as_the_specification_says():
    """C2SP tlog-cosignature: key id over name, newline, 0x04, key; eight bytes of time; what is signed has a header."""
    secret = Ed25519PrivateKey.from_private_bytes(bytes([1] * 32))
    key = VerifierKey("witness.example/w1", secret.public_key().public_bytes_raw(), COSIGNATURE)
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = cosign(text, key, secret.sign, at=datetime.fromtimestamp(1679315147, UTC))
    dash, name, blob = line.rstrip("\n").split(" ")
    data = base64.b64decode(blob)
    assert (dash, name, data[:4], int.from_bytes(data[4:12], "big")) == ("\u2014", key.name, key.id, 1679315147)
    secret.public_key().verify(data[12:], b"cosignature/v1\ntime 1679315147\n" + text.encode())
    note = f"{text}\n\u2014 example.com/behind-the-sofa AAAA\n{line}"
    assert cosigned_at(note, key) == datetime(2023, 3, 20, 12, 25, 47, tzinfo=UTC)
    with pytest.raises(Forged):
        cosigned_at(note.replace("20852163", "20852164"), key)
    with pytest.raises(Forged):
        read_key(str(key))  # a witness's key is no log's key


def test_the_name_of_the_witness_stays_when_the_log_begins_anew(client, other):
    other.grow(1)
    ask(client, other.request(0))
    before = witnesses.own_key()[0]
    Head.objects.update(origin="new.example/log")
    assert witnesses.own_key()[0] == before


def test_declined_says_why():
    with pytest.raises(Declined, match="no request"):
        add_checkpoint(b"old x\n\n", at=timezone.now())
