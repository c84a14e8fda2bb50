"""Canonical JSON against the examples of RFC 8785, and what our documents may not hold."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.log.canonical import NotCanonical, canonical_json, in_nfc, read_canonical

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def test_keys_are_sorted_as_in_the_example_of_rfc_8785_section_3_2_3():
    example = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical_json(example)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_text_and_literals_are_written_as_in_the_example_of_rfc_8785_section_3_2_2():
    example = json.loads(
        r'{"string": "\u20ac$\u000F\u000aA\u0027\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}'
    )
    expected = (
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c75303030665c6e"
        "4127425c225c5c5c5c5c222f227d"
    )
    assert canonical_json(example).hex() == expected


@pytest.mark.parametrize(
    "value",
    [1.0, 0.5, float("nan"), 2**53, -(2**53), {1: "x"}, {"x": object()}, b"x", {"x": {1, 2}}, "\ud800", {"\ud800": 1}],
)
def test_what_programs_do_not_agree_on_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical_json(value)


def test_the_largest_safe_numbers_are_written():
    assert canonical_json([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"


@given(values)
def test_what_was_written_is_read_back(value):
    assert read_canonical(canonical_json(value)) == value


@given(values)
def test_the_order_in_which_keys_were_given_does_not_matter(value):
    def turned(value):
        if isinstance(value, dict):
            return {key: turned(item) for key, item in reversed(value.items())}
        return [turned(item) for item in value] if isinstance(value, list) else value

    assert canonical_json(turned(value)) == canonical_json(value)


@pytest.mark.parametrize(
    "data",
    [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'"\\u00e9"', b"1.0", b"1e3", b"-0",
     b"01", b"NaN", b"\xff", b"", b"[" * 99999],
)  # fmt: skip
def test_other_spellings_are_not_canonical(data):
    with pytest.raises(NotCanonical):
        read_canonical(data)


@given(values)
def test_composed_text_stays_composed(value):
    try:
        composed = in_nfc(value)
    except NotCanonical:
        return  # two keys fell together
    assert in_nfc(composed) == composed
    assert unicodedata.is_normalized("NFC", canonical_json(composed).decode())


def test_keys_that_fall_together_are_refused():
    with pytest.raises(NotCanonical):
        in_nfc({"é": 1, "e\u0301": 2})
