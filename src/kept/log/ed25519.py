"""Is this Ed25519 signature good? By the package `cryptography` where it is there, else by hand (RFC 8032).

The slow way below exists so that the standalone verifier needs nothing but Python. It only ever reads
public things: no secret passes through it.
"""

from __future__ import annotations

import hashlib

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    Ed25519PublicKey = None  # type: ignore[assignment,misc]

P = 2**255 - 19  # the field
ORDER = 2**252 + 27742317777372353535851937790883648493  # of the base point
D = -121665 * pow(121666, -1, P) % P
SQRT_MINUS_ONE = pow(2, (P - 1) // 4, P)

Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z


def signature_is_good(public: bytes, signature: bytes, message: bytes) -> bool:
    """Did the owner of `public` (32 bytes) make `signature` (64 bytes) over `message`?"""
    if Ed25519PublicKey is None:
        return signature_is_good_by_hand(public, signature, message)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def signature_is_good_by_hand(public: bytes, signature: bytes, message: bytes) -> bool:
    """The same, by RFC 8032, section 5.1.7: is s*B equal to R + h*A?"""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r = decompressed(public), decompressed(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = times(s, BASE), plus(r, times(h, a))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def plus(p: Point, q: Point) -> Point:
    """The sum of two points of the curve (RFC 8032, section 5.1.4)."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n: int, p: Point) -> Point:
    """The point added to itself n times."""
    total: Point = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = plus(total, p)
        p = plus(p, p)
        n >>= 1
    return total


def decompressed(data: bytes) -> Point | None:
    """The point that 32 bytes stand for (RFC 8032, section 5.1.3), or None where they stand for none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE = decompressed((4 * pow(5, -1, P) % P).to_bytes(32, "little")) or (0, 1, 1, 0)
