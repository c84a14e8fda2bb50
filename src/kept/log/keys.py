"""What lies beside the data and outside of every backup: the log's key, its last checkpoint, the erasures.

`KEPT_DATA/keys/` is readable by its owner alone. A restored database meets here what was published since:
that is how a log notices that it was set back (docs/log.md).
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import fcntl
import json
import os
import re
import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from kept.log.notes import COSIGNATURE, VerifierKey

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,150}")


class KeyUnusable(RuntimeError):
    """The log cannot be signed: its key is missing, unreadable or another one."""


def name_at_first_start() -> str:
    """The log's name: `LOG_NAME`, else a made one. Raises ValueError for a name that no note can carry."""
    return right_name(settings.LOG_NAME or f"kept-{secrets.token_hex(6)}/log")


def right_name(name: str) -> str:
    """`name`, where a log may have it. Raises ValueError."""
    if not NAME.fullmatch(name):
        raise ValueError(f"A log cannot be called {name!r}: use letters, digits, dots, hyphens and slashes.")
    return name


def folder() -> Path:
    """`KEPT_DATA/keys`, made where it is not there. What packs a backup leaves it out."""
    path = Path(settings.KEPT_DATA) / "keys"
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def signing_key(*, make: bool) -> Ed25519PrivateKey:
    """The log's key: `LOG_KEY` (32 bytes in base64, or the path of a file with them), else `keys/log.key`.

    The file is made where it is not there and `make` says so (the log was never signed). Raises KeyUnusable.
    """
    given = settings.LOG_KEY
    if given and not Path(given).is_file():
        return Ed25519PrivateKey.from_private_bytes(seed(given, "LOG_KEY"))
    path = Path(given) if given else folder() / "log.key"
    if make and not path.exists():
        with contextlib.suppress(FileExistsError):  # another process was first: its key is the log's
            write_once(path, base64.b64encode(secrets.token_bytes(32)).decode() + "\n")
    try:
        return Ed25519PrivateKey.from_private_bytes(seed(path.read_text(), str(path)))
    except FileNotFoundError:
        raise KeyUnusable(
            f"This log was signed before, and its key is not there ({path}). Bring the key back, or begin a new "
            "log: kept log-restart."
        ) from None


def witness_key(name: str) -> tuple[VerifierKey, Ed25519PrivateKey]:
    """The key with which this installation co-signs other logs, never its own: `keys/witness.key`, name and secret.

    Made at first use under `name`; the name never changes after that. Raises KeyUnusable.
    """
    path = folder() / "witness.key"
    if not path.exists():
        with contextlib.suppress(FileExistsError):
            write_once(path, f"{right_name(name)}\n{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    known, _, secret = path.read_text(encoding="utf-8").partition("\n")
    key = Ed25519PrivateKey.from_private_bytes(seed(secret, str(path)))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(known, public, COSIGNATURE), key


def seed(text: str, source: str) -> bytes:
    """The 32 secret bytes of an Ed25519 key. Raises KeyUnusable, without showing them."""
    try:
        found = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != 32:
        raise KeyUnusable(f"{source} holds no key: 32 bytes in base64, or the path of a file with them.")
    return found


def public_key(key: Ed25519PrivateKey, origin: str) -> VerifierKey:
    """The public half, for the log of that name."""
    return VerifierKey(origin, key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def write_once(path: Path, text: str) -> None:
    """Make a file that appears whole and never replaces another. Raises FileExistsError."""
    made = written_beside(path, text)
    try:
        os.link(made, path)
    finally:
        made.unlink()


def write_over(path: Path, text: str) -> None:
    """Replace a file's content at once: a reader sees the old or the new."""
    written_beside(path, text).replace(path)


def written_beside(path: Path, text: str) -> Path:
    """A file of mode 600 in the same folder, its bytes safely on the disk."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One process at a time changes what lies in the folder."""
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def checkpoint_file(origin: str) -> Path:
    """Where the last checkpoint of the log of that name lies: `keys/last-checkpoint-<name>`."""
    return folder() / f"last-checkpoint-{origin.replace('/', '_')}"


def last_checkpoint(origin: str) -> str:
    """The newest note that was signed for this log from here; empty where there was none."""
    try:
        return checkpoint_file(origin).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def size_in(note: str) -> int:
    """How many entries a checkpoint speaks of (its second line); 0 for none."""
    lines = note.split("\n")
    return int(lines[1]) if len(lines) > 2 and lines[1].isdecimal() else 0


def remember_checkpoint(origin: str, note: str) -> None:
    """Keep a signed note as the last one, unless a newer one is there already."""
    with alone():
        if size_in(last_checkpoint(origin)) <= size_in(note):
            write_over(checkpoint_file(origin), note)


def remember_erasure(erasure: dict) -> None:
    """Add one line to the list of erasures, which a restore replays."""
    with alone(), (folder() / "erasures").open("a", encoding="utf-8") as file:
        file.write(json.dumps(erasure, ensure_ascii=False, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def erasures() -> list[dict]:
    """Every document that was redacted here, oldest first."""
    try:
        lines = (folder() / "erasures").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line]
