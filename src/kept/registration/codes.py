"""What stands in the square code of a badge, and what phones at the door keep of it.

A badge says the key of its registration (96 random bits), in capitals, so that the code stays small. A phone keeps
fingerprints alone: whoever finds one can make no badge of them.
"""

from __future__ import annotations

import hashlib
import re
import secrets

KEY = re.compile(r"[0-9a-f]{24}")


def badge_code(key: str) -> str:
    """The text of a badge's square code."""
    return f"KEPT:{key.upper()}"


def key_in(text: str) -> str | None:
    """The key that a scanned text names; None where it is no code of ours."""
    plain = text.strip().lower().removeprefix("kept:")
    return plain if KEY.fullmatch(plain) else None


def fingerprint(key: str) -> str:
    """What phones know a badge by: 16 characters of the SHA-256 of its key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def token_hash(token: str) -> str:
    """What is kept of a token that is shown once: tokens are long and random, so a plain hash does."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_token() -> str:
    return secrets.token_urlsafe(24)


def new_nonce() -> str:
    return secrets.token_hex(12)
