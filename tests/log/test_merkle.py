"""The tree against the published vectors, the naive recursion of the RFC, and somebody else's program."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from kept.log.merkle import (
    EMPTY_ROOT,
    BadProof,
    Frontier,
    check_consistency,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_by_inclusion,
    tree_root,
)

# The test vectors of Google's Certificate Transparency code (merkle tree tests), used by every CT log.
INPUTS = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
A, B, C, D, E, F = (
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
)
leaves_of = st.lists(st.binary(max_size=8), min_size=1, max_size=70)


def naive(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    k = max(2**i for i in range(20) if 2**i < len(leaves))
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def memory(leaves: list[bytes]):
    """subtree() over leaves in memory, by the naive recursion."""
    return lambda level, index: naive(leaves[index << level : (index + 1) << level])


def grown(leaves: list[bytes]) -> Frontier:
    tree = Frontier()
    for each in leaves:
        tree.append(leaf_hash(each))
    return tree


def test_an_empty_tree_has_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == tree_root(0, memory([]))


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_published_vectors(size):
    assert grown(INPUTS[:size]).root().hex() == ROOTS[size - 1]
    assert tree_root(size, memory(INPUTS)).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [(0, 1, []), (0, 8, [A, B, C]), (5, 8, [D, E, ROOTS[3]]), (2, 3, [ROOTS[1]]), (1, 5, [ROOTS[0], B, D])],
)
def test_inclusion_proofs_are_those_of_the_published_vectors(index, size, proof):
    assert [each.hex() for each in inclusion_proof(index, size, memory(INPUTS))] == proof


@pytest.mark.parametrize(
    ("old", "new", "proof"), [(1, 1, []), (1, 8, [A, B, C]), (6, 8, [F, E, ROOTS[3]]), (2, 5, [B, D])]
)
def test_consistency_proofs_are_those_of_the_published_vectors(old, new, proof):
    assert [each.hex() for each in consistency_proof(old, new, memory(INPUTS))] == proof


@given(leaves_of)
def test_a_tree_that_grew_has_the_root_of_the_naive_recursion(leaves):
    assert grown(leaves).root() == naive(leaves)


@given(leaves_of)
def test_completed_subtrees_are_reported_when_they_complete(leaves):
    tree, completed = Frontier(), {}
    for each in leaves:
        completed |= {(level, index): root for level, index, root in tree.append(leaf_hash(each))}
    levels = range(1, len(leaves).bit_length())
    assert completed == {(n, i): memory(leaves)(n, i) for n in levels for i in range(len(leaves) >> n)}


@given(leaves_of, st.data())
def test_a_tree_that_was_put_away_grows_on_as_if_nothing_had_been(leaves, data):
    cut = data.draw(st.integers(0, len(leaves)))
    early = grown(leaves[:cut])
    later = Frontier(early.size, early.hashes)
    for each in leaves[cut:]:
        later.append(leaf_hash(each))
    assert later.root() == naive(leaves)


@given(leaves_of, st.data())
def test_every_leaf_can_be_proved_and_no_other_in_its_place(leaves, data):
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, memory(leaves))
    root = naive(leaves[:size])
    assert root_by_inclusion(index, size, leaf_hash(leaves[index]), proof) == root
    assert root_by_inclusion(index, size, leaf_hash(leaves[index] + b"!"), proof) != root
    with pytest.raises(BadProof):
        root_by_inclusion(index, size, leaf_hash(leaves[index]), [*proof, root])
    if proof:
        with pytest.raises(BadProof):
            root_by_inclusion(index, size, leaf_hash(leaves[index]), proof[:-1])


@given(leaves_of, st.data())
def test_every_earlier_state_can_be_proved_and_no_other(leaves, data):
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(0, new))
    proof = consistency_proof(old, new, memory(leaves))
    before, after = naive(leaves[:old]), naive(leaves[:new])
    check_consistency(old, new, before, after, proof)
    other = leaf_hash(b"another log")
    with pytest.raises(BadProof):
        check_consistency(old, new, other, after, proof)
    if 0 < old < new:
        with pytest.raises(BadProof):
            check_consistency(old, new, before, other, proof)
        with pytest.raises(BadProof):
            check_consistency(old, new, before, after, proof[:-1])
        with pytest.raises(BadProof):
            check_consistency(old, new, before, after, [*proof, other])


@given(leaves_of, st.data())
def test_somebody_elses_program_finds_the_same_roots_and_paths(leaves, data):
    oracle = InmemoryTree(algorithm="sha256")
    oracle.append_entries(leaves)
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    assert oracle.get_root(size) == tree_root(size, memory(leaves))
    theirs = oracle.prove_inclusion(index + 1, size)
    assert theirs.path == [leaf_hash(leaves[index]), *inclusion_proof(index, size, memory(leaves))]


def test_a_proof_for_a_place_beyond_the_tree_is_refused():
    with pytest.raises(ValueError, match="has no leaf 8"):
        inclusion_proof(8, 8, memory(INPUTS))
    with pytest.raises(BadProof):
        root_by_inclusion(8, 8, leaf_hash(b""), [])
    with pytest.raises(ValueError, match="no earlier state of 9"):
        consistency_proof(9, 8, memory(INPUTS))


def test_hashes_that_do_not_belong_to_the_size_are_refused():
    with pytest.raises(ValueError, match="has 2 complete subtrees, not 1"):
        Frontier(3, [leaf_hash(b"")])
