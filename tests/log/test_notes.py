"""Signed notes against the published example, and signatures by hand against those of a library."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.log.ed25519 import signature_is_good, signature_is_good_by_hand
from kept.log.notes import Checkpoint, Forged, VerifierKey, open_note, read_checkpoint, read_key, sign_note

# The example in the documentation of Go's package golang.org/x/mod/sumdb/note.
KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def key_pair(seed: bytes = bytes(32), name: str = "kept.example/log"):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    return private, VerifierKey(name, private.public_key().public_bytes_raw())


def test_the_published_example_opens():
    assert open_note(NOTE, read_key(KEY)).startswith("If you think cryptography")
    assert str(read_key(KEY)) == KEY


@pytest.mark.parametrize("place", range(0, len(NOTE.encode()), 7))
def test_no_byte_of_a_note_can_be_changed(place):
    data = bytearray(NOTE.encode())
    data[place] ^= 1
    try:
        note = data.decode()
    except UnicodeDecodeError:
        return
    with pytest.raises(Forged):
        open_note(note, read_key(KEY))


@pytest.mark.parametrize(
    "line", ["", "PeterNeumann", KEY.replace("c74f", "c74e"), KEY.replace("ARpc", "AhpC"), KEY[:-4]]
)
def test_a_line_that_is_no_key_is_refused(line):
    with pytest.raises(Forged):
        read_key(line)


def test_signatures_by_others_are_passed_over_but_one_has_to_be_ours():
    private, key = key_pair()
    witness, theirs = key_pair(bytes([7]) * 32, "witness.example")
    text = Checkpoint(key.name, 3, bytes(32)).text()
    cosigned = sign_note(text, key, private.sign) + sign_note(text, theirs, witness.sign).rpartition("\n\n")[2]
    assert read_checkpoint(cosigned, key) == Checkpoint(key.name, 3, bytes(32))
    assert open_note(cosigned, theirs) == text
    with pytest.raises(Forged, match="no signature by kept.example/log"):
        open_note(sign_note(text, theirs, witness.sign), key)


@pytest.mark.parametrize("lines", ["kept.example/log 03 AAAA", "kept.example/log -3 AAAA", "kept.example/log 3",
                                   "other/log 3 AAAA", "kept.example/log 3 AAAA"])  # fmt: skip
def test_a_signed_note_that_is_no_checkpoint_is_refused(lines):
    text = lines.replace(" ", "\n") + "\n"
    private, key = key_pair()
    with pytest.raises(Forged):
        read_checkpoint(sign_note(text, key, private.sign), key)


@settings(max_examples=12, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 63), st.integers(1, 255))
def test_signatures_checked_by_hand_agree_with_the_library(seed, message, place, change):
    private, key = key_pair(seed)
    good = private.sign(message)
    bad = good[:place] + bytes([good[place] ^ change]) + good[place + 1 :]
    for signature in (good, bad):
        assert signature_is_good_by_hand(key.public, signature, message) is (signature == good)
        assert signature_is_good(key.public, signature, message) is (signature == good)
    assert not signature_is_good_by_hand(key.public, good, message + b"!")


def test_the_first_vector_of_rfc_8032_holds_by_hand():
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )
    assert signature_is_good_by_hand(public, signature, b"")
    assert not signature_is_good_by_hand(public, signature[:32] + bytes(32), b"")
    assert not signature_is_good_by_hand(b"\xff" * 32, signature, b"")


def test_the_empty_log_has_a_checkpoint_too():
    private, key = key_pair()
    text = Checkpoint(key.name, 0, base64.b64decode("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")).text()
    assert text.splitlines()[1] == "0"
    assert read_checkpoint(sign_note(text, key, private.sign), key).size == 0
