"""What witnesses say (C2SP tlog-cosignature): "I saw this log at this size, and it only grew since I saw it last."

A co-signature is one more line below a checkpoint. Whoever knows the witness's key sees that somebody else remembers the
log: who keeps the log can no longer show one history to some and another to others without the witness noticing.

    — witness.example/w1 jWbPPwAAAABkGFDL…    key id, eight bytes of time (seconds since 1970), Ed25519 signature
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime

from kept.log.ed25519 import signature_is_good
from kept.log.notes import COSIGNATURE, Forged, VerifierKey, from_base64


def signed_text(text: str, time: int) -> bytes:
    """The bytes that a witness signs: a header, the time, the checkpoint's text."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosign(text: str, key: VerifierKey, sign: Callable[[bytes], bytes], *, at: datetime) -> str:
    """The line (with its end) that the witness with this key adds below a checkpoint."""
    time = int(at.timestamp())
    blob = key.id + time.to_bytes(8, "big") + sign(signed_text(text, time))
    return f"\u2014 {key.name} {base64.b64encode(blob).decode()}\n"


def cosigned_at(note: str, key: VerifierKey) -> datetime | None:
    """When the witness with this key co-signed the note; None where it did not. Raises Forged for a bad signature."""
    text, separator, lines = note.rpartition("\n\n")
    if key.kind != COSIGNATURE:
        raise Forged(f"{key.name} is no witness's key")
    for line in lines.split("\n") if separator else []:
        dash, _, rest = line.partition(" ")
        name, _, signature = rest.partition(" ")
        if dash != "\u2014" or name != key.name:
            continue
        blob = from_base64(signature)
        if blob[:4] != key.id:
            continue
        time = int.from_bytes(blob[4:12], "big")
        if len(blob) != 76 or not signature_is_good(key.public, blob[12:], signed_text(text + "\n", time)):
            raise Forged(f"the co-signature by {name} does not hold")
        return datetime.fromtimestamp(min(time, 253402300799), UTC)
    return None
