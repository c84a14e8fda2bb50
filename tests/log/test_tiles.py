"""Addresses of tiles as C2SP tlog-tiles writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.log.tiles import bundle, read_tile_path, tile_path


def test_the_examples_of_the_specification():
    assert tile_path(1234067) == "x001/x234/067"
    assert tile_path(273, 112) == "273.p/112"
    assert tile_path(0) == "000"


@given(st.integers(0, 2**50), st.integers(1, 256))
def test_every_tile_has_one_address(n, width):
    assert read_tile_path(tile_path(n, width)) == (n, width)


@pytest.mark.parametrize(
    "path", ["0", "0000", "x000/000", "x001/x000", "001/000", "000.p/0", "000.p/01", "000.p/256", "000.p/999",
     "000/", "", "x001/000.p", "٠٠٠", "000\n"],
)  # fmt: skip
def test_other_spellings_are_no_address(path):
    assert read_tile_path(path) is None


def test_entries_stand_in_a_bundle_after_their_length():
    assert bundle([b"abc", b"", b"x" * 300]) == b"\x00\x03abc\x00\x00\x01\x2c" + b"x" * 300
