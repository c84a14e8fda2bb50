"""Witnesses (C2SP tlog-witness): others who remember our checkpoints, and whose checkpoints we remember.

Who they are stands in `KEPT_DATA/witnesses.toml` (docs/log.md):

    [[witness]]                 # co-signs our log
    key = "name+id+key"
    address = "https://registry.example/log/witness"

    [[log]]                     # co-signed by us
    key = "name+id+key"

`ask_all` is the worker's duty: it sends the newest checkpoint to every witness that has not co-signed it, with the
proof that the log only grew. `add_checkpoint` is the other side: what is asked of us when we are the witness.
"""

from __future__ import annotations

import base64
import logging
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kept.base.fetching import NotFetched, fetch
from kept.log import keys
from kept.log.actions import checkpoint, locked_head
from kept.log.cosignatures import cosign, cosigned_at
from kept.log.merkle import BadProof, check_consistency, consistency_proof
from kept.log.models import Cosignature, WitnessedLog
from kept.log.notes import COSIGNATURE, ED25519, Forged, VerifierKey, open_note, read_checkpoint, read_key
from kept.log.queries import StoredTree

log = logging.getLogger(__name__)

MOST_STEPS = 63
LARGEST_REQUEST = 65_536
OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)


class BadFile(ValueError):
    """`witnesses.toml` cannot be read: the message says where."""


class Unanswered(RuntimeError):
    """Witnesses did not co-sign: the message says which, and why."""


@dataclass(frozen=True)
class Witness:
    """One that co-signs our log: its key, and the address before `/add-checkpoint`."""

    key: VerifierKey
    address: str


def file() -> Path:
    """Where it is written down."""
    return Path(settings.KEPT_DATA) / "witnesses.toml"


def written_down() -> tuple[list[Witness], dict[str, list[VerifierKey]]]:
    """(witnesses of our log, {name of a log that we co-sign: its keys}). Raises BadFile."""
    try:
        content = tomllib.loads(file().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], {}
    except (OSError, ValueError) as error:
        raise BadFile(f"{file()}: {error}") from None
    try:
        witnesses = [
            Witness(read_key(each["key"], COSIGNATURE), each["address"].rstrip("/"))
            for each in content.get("witness", [])
        ]
        watched: dict[str, list[VerifierKey]] = {}
        for each in content.get("log", []):
            key = read_key(each["key"], ED25519)
            watched.setdefault(key.name, []).append(key)
    except (Forged, KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"{file()}: every [[witness]] has a key and an address, every [[log]] a key ({error})") from None
    return witnesses, watched


# --- our log, co-signed by others -------------------------------------------------------------------------


def cosigned(note: str) -> str:
    """Our checkpoint with the lines of all who co-signed it."""
    lines = Cosignature.objects.filter(origin=note.partition("\n")[0], size=keys.size_in(note))
    return note + "".join(lines.values_list("line", flat=True))


def ask_all(now: datetime | None = None) -> list[str]:
    """Have the newest checkpoint co-signed by every witness that has not done so; returns sentences of what was done.

    Each is asked, whatever the others answer. Raises Unanswered at the end where one did not co-sign, BadFile.
    """
    witnesses, _watched = written_down()
    if not witnesses:
        return []
    note, done, problems = checkpoint(), [], []
    for witness in witnesses:
        try:
            at = ask(witness, note)
            if at:
                done.append(f"{witness.key.name} co-signed {keys.size_in(note)} entries at {at:%Y-%m-%d %H:%M:%S} UTC.")
        except (NotFetched, Forged, Unanswered) as problem:
            problems.append(f"{witness.key.name}: {problem}")
    if problems:
        log.warning("Not co-signed: %s", "; ".join(problems))
        raise Unanswered("; ".join([*done, *problems]))
    return done


def ask(witness: Witness, note: str) -> datetime | None:
    """Have one witness co-sign a note; None where it had. Raises NotFetched, Forged, Unanswered."""
    origin, size = note.partition("\n")[0], keys.size_in(note)
    mine = Cosignature.objects.filter(origin=origin, witness=str(witness.key))
    if mine.filter(size=size).exists():
        return None
    old = mine.order_by("-size").values_list("size", flat=True).first() or 0
    answer = post(witness, note, old, size)
    if answer.status == 409 and answer.text.strip().isdecimal() and int(answer.text) != old:
        old = int(answer.text)  # it remembers more than we do, or less
        if old > size:
            raise Unanswered(f"it saw {old} entries of this log, which has {size}: was the log set back?")
        answer = post(witness, note, old, size)
    if answer.status != 200:
        raise Unanswered(f"it answered {answer.status} {answer.text[:200].strip()}")
    lines = [line + "\n" for line in answer.text.split("\n") if line.startswith(f"\u2014 {witness.key.name} ")]
    for line in lines:
        at = cosigned_at(note + line, witness.key)
        if at is not None:
            Cosignature.objects.get_or_create(
                origin=origin, size=size, witness=str(witness.key), defaults={"line": line, "at": at}
            )
            return at
    raise Unanswered("its answer holds no co-signature by the key that is written down")


def post(witness: Witness, note: str, old: int, size: int):
    """Send a checkpoint with the proof that it extends the `old` first entries. Raises NotFetched."""
    proof = consistency_proof(old, size, StoredTree().subtree)
    steps = "".join(base64.b64encode(step).decode() + "\n" for step in proof)
    body = f"old {old}\n{steps}\n{note}".encode()
    return fetch(f"{witness.address}/add-checkpoint", body=body, largest=LARGEST_REQUEST)


# --- other logs, co-signed by us --------------------------------------------------------------------------


class Declined(Exception):
    """A checkpoint that is not co-signed: `status` and `text` as the protocol wants them."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


def own_key() -> tuple[VerifierKey, object]:
    """The key with which we co-sign: public and secret. Raises KeyUnusable."""
    if not (keys.folder() / "witness.key").exists():
        with transaction.atomic():
            name = locked_head().origin
        return keys.witness_key(name.removesuffix("/log") + "/witness")
    return keys.witness_key("")


def add_checkpoint(body: bytes, *, at: datetime) -> str:
    """Co-sign a checkpoint of a log that we watch: the line for its note. Raises Declined, KeyUnusable, BadFile.

    What was checked and what is remembered are one transaction: two at once cannot make us go back.
    """
    old, proof, note = read_request(body)
    origin = note.partition("\n")[0]
    known = written_down()[1].get(origin)
    if not known:
        raise Declined(404, "This log is not known here.")
    signed, text = signed_by_any(note, known)
    if old > signed.size:
        raise Declined(400, "The old size is larger than the checkpoint's.")
    public, secret = own_key()
    with transaction.atomic():
        WitnessedLog.objects.get_or_create(origin=origin, defaults={"root": b"", "note": ""})
        last = WitnessedLog.objects.select_for_update().get(pk=origin)
        if last.size != old:
            raise Declined(409, f"{last.size}\n")
        if old == signed.size and last.note and bytes(last.root) != signed.root:
            log.error("Two checkpoints of %s at %s entries, signed with its key: it forked.", origin, old)
            raise Declined(409, f"{last.size}\n")
        try:
            check_consistency(old, signed.size, bytes(last.root) if old else EMPTY, signed.root, proof)
        except BadProof as error:
            log.error("A checkpoint of %s, signed with its key, does not extend %s entries: %s.", origin, old, error)
            raise Declined(422, f"The proof does not hold: {error}.") from None
        last.size, last.root, last.note, last.at = signed.size, signed.root, note, at
        last.save()
    return cosign(text, public, secret.sign, at=at)  # type: ignore[attr-defined]


EMPTY = bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")  # the root of no entries


def signed_by_any(note: str, known: list[VerifierKey]):
    """(checkpoint, its text) of a note that one of these keys signed. Raises Declined."""
    for key in known:
        try:
            return read_checkpoint(note, key), open_note(note, key)
        except Forged:
            continue
    raise Declined(403, "No signature by a key of this log.")


def read_request(body: bytes) -> tuple[int, list[bytes], str]:
    """(old size, proof, note) of a request. Raises Declined."""
    try:
        head, separator, note = body.decode("utf-8").partition("\n\n")
        first, *steps = head.split("\n")
        match = OLD.fullmatch(first)
        proof = [base64.b64decode(step, validate=True) for step in steps]
    except ValueError:
        raise Declined(400, "This is no request of a log.") from None
    if not match or not separator or len(proof) > MOST_STEPS or any(len(step) != 32 for step in proof):
        raise Declined(400, "This is no request of a log.")
    return int(match[1]), proof, note


def watched_now() -> list[dict]:
    """What we remember of each log that we co-sign, as `/log/witness/logs` says it. Raises BadFile."""
    remembered = WitnessedLog.objects.in_bulk()
    return [
        {
            "origin": origin,
            "keys": [str(key) for key in known],
            "size": remembered[origin].size if origin in remembered else None,
            "checkpoint": remembered[origin].note if origin in remembered else None,
            "at": remembered[origin].at.isoformat() if origin in remembered else None,
        }
        for origin, known in sorted(written_down()[1].items())
    ]


def seen_by(origin: str, size: int) -> list[tuple[str, datetime]]:
    """(name, when) of every witness that co-signed a checkpoint of ours, the newest statement of each, `size` at most."""
    found: dict[str, datetime] = {}
    for name, at in Cosignature.objects.filter(origin=origin, size__lte=size).values_list("witness", "at"):
        short = name.partition("+")[0]
        found[short] = max(at, found.get(short, at))
    return sorted(found.items())


def duty(now: datetime) -> None:
    """What the worker does every minute."""
    ask_all(now or timezone.now())
