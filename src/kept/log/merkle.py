"""The Merkle tree of RFC 6962 (section 2.1; the proofs also in RFC 9162, section 2.1): hashes and proofs.

Nothing here knows Django or a database. A tree of n leaves is a list of n hashes of 32 bytes. The pure
functions below take `subtree(level, index)`, which answers the hash of the complete subtree of
2**level leaves that begins at leaf index * 2**level: from memory, a table or tiles fetched over HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

Subtree = Callable[[int, int], bytes]

EMPTY_ROOT = hashlib.sha256(b"").digest()


class BadProof(ValueError):
    """A proof does not lead where it claims to lead."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of one entry: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(n: int) -> int:
    """The largest power of two smaller than n (n > 1): how many leaves the left side holds."""
    return 1 << ((n - 1).bit_length() - 1)


class Frontier:
    """A tree that grows at its right edge, holding only the roots of its complete subtrees (O(log n)).

    `hashes` has one hash for each bit that is set in `size`, the largest subtree first.
    Raises ValueError where size and hashes do not belong together.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} complete subtrees, not {len(hashes)}")
        self.size = size
        self.hashes = list(hashes)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash; return the larger subtrees that it completed, as (level, index, hash)."""
        completed = []
        index, level = self.size, 0
        while index & 1:  # each set bit at the end is a subtree that finds its other half
            leaf = node_hash(self.hashes.pop(), leaf)
            index >>= 1
            level += 1
            completed.append((level, index, leaf))
        self.hashes.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The hash of the whole tree (32 bytes)."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def range_hash(begin: int, end: int, subtree: Subtree) -> bytes:
    """The hash over leaves begin … end-1, where `begin` is where a subtree of this width may begin."""
    width = end - begin
    if width & (width - 1) == 0:
        level = width.bit_length() - 1
        return subtree(level, begin >> level)
    k = split(width)
    return node_hash(range_hash(begin, begin + k, subtree), range_hash(begin + k, end, subtree))


def tree_root(size: int, subtree: Subtree) -> bytes:
    """The root of the first `size` leaves."""
    return range_hash(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of `size` leaves, from the bottom up.

    Raises ValueError where the tree has no such leaf. RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    proof = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            proof.append(range_hash(middle, end, subtree))
            end = middle
        else:
            proof.append(range_hash(begin, middle, subtree))
            begin = middle
    return proof[::-1]


def root_by_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes:
    """The root that `proof` claims for a tree of `size` leaves with `leaf` at `index`.

    Raises BadProof where the proof is too long or too short. RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise BadProof(f"a tree of {size} leaves has no leaf {index}")
    first, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise BadProof("the proof is too long")
        if first & 1 or first == last:
            root = node_hash(step, root)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            root = node_hash(root, step)
        first >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("the proof is too short")
    return root


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """The hashes that show that the tree of `new` leaves begins with the tree of `old` leaves.

    Empty where old is 0 or equals new. Raises ValueError where old > new. RFC 9162, section 2.1.4.1.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} leaves has no earlier state of {old}")
    if old in (0, new):
        return []
    proof = []
    begin, end = 0, new
    while old != end:
        middle = begin + split(end - begin)
        if old <= middle:
            proof.append(range_hash(middle, end, subtree))
            end = middle
        else:
            proof.append(range_hash(begin, middle, subtree))
            begin = middle
    if begin:  # the old tree is no complete subtree of its own: its last piece has to be said
        proof.append(range_hash(begin, end, subtree))
    return proof[::-1]


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Does the tree of `new` leaves extend the tree of `old` leaves? Raises BadProof where it does not.

    RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new:
        raise BadProof(f"a tree of {new} leaves has no earlier state of {old}")
    if old in (0, new):
        if proof or old_root != (new_root if old else EMPTY_ROOT):
            raise BadProof("the roots differ")
        return
    steps = list(proof)
    if old & (old - 1) == 0:  # the old tree is a complete subtree: its root begins the proof
        steps.insert(0, old_root)
    if not steps:
        raise BadProof("the proof is too short")
    first, last = old - 1, new - 1
    while first & 1:
        first >>= 1
        last >>= 1
    of_old = of_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise BadProof("the proof is too long")
        if first & 1 or first == last:
            of_old = node_hash(step, of_old)
            of_new = node_hash(step, of_new)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            of_new = node_hash(of_new, step)
        first >>= 1
        last >>= 1
    if last != 0:
        raise BadProof("the proof is too short")
    if of_old != old_root:
        raise BadProof("the proof leads to another earlier root")
    if of_new != new_root:
        raise BadProof("the proof leads to another root")
