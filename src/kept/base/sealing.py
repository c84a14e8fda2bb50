"""What only this installation may read: sealed with a key that follows from SECRET_KEY and lies in no database or backup.

AES-256-GCM (NIST SP 800-38D), a key for each purpose by HKDF-SHA256 (RFC 5869). A sealed text belongs to the row it
was made for (`about`): put into another row it cannot be opened.
"""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

NONCE = 12  # bytes, by chance for each text


class CannotOpen(Exception):
    """It was sealed by another installation or for another row, or SECRET_KEY is a new one."""


def seal(text: str, *, purpose: str, about: str) -> bytes:
    """The text, unreadable without SECRET_KEY: a nonce, then ciphertext with its tag."""
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key(settings.SECRET_KEY, purpose)).encrypt(nonce, text.encode(), about.encode())


def unseal(sealed: bytes, *, purpose: str, about: str) -> str:
    """What was sealed, also with a key of SECRET_KEY_FALLBACKS. Raises CannotOpen."""
    body = bytes(sealed)
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return AESGCM(_key(secret, purpose)).decrypt(body[:NONCE], body[NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    raise CannotOpen(purpose)


def _key(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"kept {purpose}".encode()).derive(secret.encode())
