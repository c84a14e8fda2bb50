"""Canonical JSON (RFC 8785, the JSON Canonicalization Scheme): one value has one spelling in bytes.

Our documents keep to the part on which every programming language agrees: text, whole numbers below
2**53, true, false, null, lists and objects. Amounts are text. A float is refused, never rounded.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Any

WRITER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))
SAFE = 2**53 - 1  # the largest whole number that every JSON reader keeps (RFC 7493, section 2.2)


class NotCanonical(ValueError):
    """This value has no place in a canonical document, or these bytes are not its canonical spelling."""


def canonical_json(value: Any) -> bytes:
    """The one spelling of `value`: keys sorted by UTF-16 code units, no spaces, UTF-8.

    Python's own JSON writer escapes text exactly as RFC 8785, section 3.2.2.2 wants it.
    Raises NotCanonical for floats, whole numbers of 2**53 and more, lone surrogates, keys that are no text.
    """
    try:
        return WRITER.encode(in_order(value)).encode()
    except UnicodeEncodeError:
        raise NotCanonical("a text holds half a character (a lone surrogate)") from None


def in_order(value: Any) -> Any:
    """The same value with the keys of every object sorted (RFC 8785, section 3.2.3)."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int:
        if -SAFE <= value <= SAFE:
            return value
        raise NotCanonical(f"{value} is beyond 2**53: write it as text")
    if kind is dict:
        if not {*map(type, value)} <= {str}:
            raise NotCanonical("a key of an object has to be text")
        order = None if all(map(str.isascii, value)) else lambda key: key.encode("utf-16-be", "surrogatepass")
        items = ((key, value[key]) for key in sorted(value, key=order))
        return {key: item if type(item) is str else in_order(item) for key, item in items}
    if kind is list or kind is tuple:
        return [in_order(item) for item in value]
    if isinstance(value, str):
        return str.__str__(value)
    raise NotCanonical(f"{kind.__name__} has no canonical form: use text, whole numbers, lists and objects")


def in_nfc(value: Any) -> Any:
    """The same value with every text in Unicode's composed form (NFC): é is one character, not two.

    Raises NotCanonical where two keys of an object become the same.
    """
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        composed = {in_nfc(key): in_nfc(item) for key, item in value.items()}
        if len(composed) != len(value):
            raise NotCanonical("two keys of an object are the same text")
        return composed
    if isinstance(value, list | tuple):
        return [in_nfc(item) for item in value]
    return value


def read_canonical(data: bytes) -> Any:
    """The value of canonical bytes. Raises NotCanonical where they are not the canonical spelling of it."""
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}") from None
    if canonical_json(value) != data:
        raise NotCanonical("JSON, but not in canonical form")
    return value
