"""Signed notes and checkpoints (C2SP signed-note and tlog-checkpoint): what the log says of itself, signed.

kept-0123456789ab/log                          the log's name (origin)
845                                            how many entries
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=   the root hash over them

— kept-0123456789ab/log Az3grl…                key id and Ed25519 signature
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from kept.log.ed25519 import signature_is_good

ED25519 = b"\x01"  # the kinds of keys that a line can describe: a log's own, a witness's
COSIGNATURE = b"\x04"


class Forged(ValueError):
    """A note is not what its author wrote, or was written by somebody else."""


@dataclass(frozen=True)
class VerifierKey:
    """The public half of a log's key, or of a witness's, with its name."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature says which key made it."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        """The key as one line: name+id+key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"


def read_key(line: str, kind: bytes = ED25519) -> VerifierKey:
    """The key that a line `name+id+key` describes. Raises Forged where it does not hold its own id."""
    name, _, rest = line.strip().partition("+")
    key_id, _, key = rest.partition("+")
    data = from_base64(key)
    found = VerifierKey(name, data[1:], kind)
    if not name or data[:1] != kind or len(data) != 33 or found.id.hex() != key_id:
        raise Forged(f"this line is no public key of a {'witness' if kind == COSIGNATURE else 'log'}")
    return found


def from_base64(text: str) -> bytes:
    """Decode strictly. Raises Forged."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Forged("this is not base64") from None


def sign_note(text: str, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """The note: `text` (which ends with a newline) and its signature by the owner of `key`."""
    signature = base64.b64encode(key.id + sign(text.encode())).decode()
    return f"{text}\n\u2014 {key.name} {signature}\n"


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a note that `key` signed. Signatures by others are passed over.

    Raises Forged where there is no signature by `key`, or a bad one.
    """
    text, separator, lines = note.rpartition("\n\n")
    if not separator or not lines.endswith("\n"):
        raise Forged("this is no signed note")
    text += "\n"
    signed = False
    for line in lines[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        if dash != "\u2014":
            raise Forged("a line below the text is no signature")
        blob = from_base64(signature)
        if name == key.name and blob[:4] == key.id:
            if not signature_is_good(key.public, blob[4:], text.encode()):
                raise Forged(f"the signature by {name} does not hold")
            signed = True
    if not signed:
        raise Forged(f"there is no signature by {key.name} with the key {key.id.hex()}")
    return text


@dataclass(frozen=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, the root hash over them."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """The checkpoint in a note that `key` signed for its own log. Raises Forged."""
    lines = open_note(note, key).split("\n")
    if len(lines) < 4 or not re.fullmatch(r"0|[1-9][0-9]*", lines[1]):
        raise Forged("the note is no checkpoint")
    if lines[0] != key.name:
        raise Forged(f"the checkpoint is of {lines[0]}, the key of {key.name}")
    root = from_base64(lines[2])
    if len(root) != 32:
        raise Forged("the checkpoint's root is no hash")
    return Checkpoint(lines[0], int(lines[1]), root)
