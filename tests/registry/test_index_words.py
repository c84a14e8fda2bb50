"""Words: however a text writes them, they are found by themselves."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.registry.index import words
from kept.registry.index.texts import Texts
from kept.registry.index.vocabulary import Numbering, Terms

TEXTS = st.text(max_size=60) | st.text(
    alphabet="aeéèÅßİıøŒñйёЁЙшЩأإآةىيكـًٌٍَُِّْ٠٢٩۴数字化教育デジタルｶﾞガ한국ไทยเก็บहिन्दी \n-'’_.,%１２ＡＢ\u200d\u00ad",
    max_size=60,
)


@given(TEXTS)
def test_what_is_normalised_is_normal(text):
    assert words.normalise(words.normalise(text)) == words.normalise(text)


@given(TEXTS)
def test_words_are_the_words_of_the_normal_text(text):
    assert words.tokens(text) == words.tokens(words.normalise(text))


@given(TEXTS, TEXTS)
def test_a_space_parts_words(one, other):
    assert words.tokens(f"{one} {other}") == words.tokens(one) + words.tokens(other)


def forms(text: str) -> list[str]:
    """The same text as others would type it."""
    made = [text.upper(), text.lower(), text.title(), text.swapcase()]
    return [unicodedata.normalize(form, one) for one in (text, *made) for form in ("NFC", "NFD", "NFKC", "NFKD")]


@given(st.text(alphabet="abcxyzéèêëçñüöäåšžčőàâîôûÉÀÇŠ 0123456789-", max_size=40))
def test_case_and_accents_do_not_matter(text):
    wanted = words.tokens(text)
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    for form in (*forms(text), bare):
        assert words.tokens(form) == wanted, form


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("مَدْرَسَةٌ", "مدرسه"), ("إفريقيا", "افريقيا"), ("آسيا", "اسيا"), ("كتـــاب", "كتاب"), ("على", "علي"), ("کتاب", "كتاب"),
        ("٢٠٢٤", "2024"), ("۱۲", "12"), ("Ёлка", "елка"), ("Straße", "STRASSE"), ("Łódź", "lodz"), ("Øresund", "oresund"),
        ("ŒUVRE", "oeuvre"), ("İstanbul", "istanbul"), ("ＡＢＣ", "abc"), ("ｶﾞｯｺｳ", "ガッコウ"), ("co\u00adoperation", "cooperation"),
        ("São Tomé", "sao tome"), ("ﬁbre", "fibre"), ("हिन्दी", "हिन्दी"), ("Việt Nam", "viet nam"),
    ],
)  # fmt: skip
def test_spellings_that_are_one(written, typed):
    assert words.tokens(written) == words.tokens(typed)


@pytest.mark.parametrize(("one", "other"), [("мой", "мои"), ("Niger", "Nigeria"), ("ガ", "カ"), ("5g", "5 g")])
def test_spellings_that_are_two(one, other):
    assert words.tokens(one) != words.tokens(other)


def test_a_run_without_spaces_is_characters_and_overlapping_pairs():
    assert words.tokens("5G数字化") == ["5g", "数", "数字", "字", "字化", "化"]
    assert words.tokens("字") == ["字"]


@given(st.text(alphabet="数字化教育网络学校", min_size=1, max_size=12), st.data())
def test_any_piece_of_a_run_stands_in_it_pair_by_pair(run, data):
    start = data.draw(st.integers(0, len(run) - 1))
    asked = run[start : start + data.draw(st.integers(1, len(run) - start))]
    (piece,) = words.pieces(asked)
    stands = words.tokens(run)
    wanted = piece.cut or ((0, piece.text),)
    assert any(
        all(at + place < len(stands) and stands[at + place] == pair for place, pair in wanted)
        for at in range(len(stands))
    )


def test_a_question_has_each_word_once_and_not_too_many():
    assert [piece.text for piece in words.pieces("School, SCHOOL school écoles")] == ["school", "ecoles"]
    assert len(words.pieces(" ".join(f"w{n}" for n in range(500)))) == words.MOST_WORDS


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("en", "connected", "connecting"), ("fr", "écoles", "ecole"), ("es", "escuelas", "escuela"), ("ru", "школы", "школами"),
     ("ar", "المدرسة", "مدرسة"), ("pt", "conectadas", "conectados")],
)  # fmt: skip
def test_forms_of_a_word_have_one_stem(language, one, other):
    (first,), (second,) = words.pieces(one), words.pieces(other)
    assert words.stems(first, language) & words.stems(second, language)


@given(st.text(alphabet="abcdefghiéèçñ ", max_size=40), st.sampled_from(sorted(words.STEMMERS)))
def test_every_stem_of_a_text_is_a_word_of_it_or_is_written_beside_it(text, language):
    written = Texts()
    written.add(written.titles, 0, [text], [language])
    terms = Numbering()
    made, pairs = written.arrays(1, terms)
    beside = {term for term, number in terms.items() for numbers, _rows in pairs if number in numbers}
    for piece in words.pieces(text):
        for stem in words.stemmer(language)(words.as_written(piece.typed)):
            assert f"s{language} {stem}" in beside or Terms(made, "w").number_of(stem) is not None


@given(st.lists(st.text(alphabet="aéßİ數字化ｶﾞ㈱ـآٱى٣ẞﬁ'-\u0306и", min_size=1, max_size=6), max_size=6))
def test_words_that_are_worked_out_together_are_what_they_are_alone(some):
    text = " ".join(some)
    assert words.tokens(text) == [token for word in some for token in words.tokens(word)]
    assert words.runs(text) == [
        token for word in some for token in words._TOKEN.findall(words.normalise(word)) if words.is_run(token)
    ]
    for language in words.STEMMERS:
        alone = [words.as_written(word) for word in some]
        together = words.stemmer(language)([word for written in alone for word in written])
        assert together == [stem for written in alone for stem in words.stemmer(language)(written)]
