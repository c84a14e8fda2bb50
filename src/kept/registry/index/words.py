"""Words: the one normaliser of documents and questions, in every script.

A word is found by itself however it is written: case, accents, full-width forms, Arabic letter forms and vowel
signs, Arabic digits do not matter. Scripts that put no spaces between words (Chinese, Japanese, Thai …) are cut into
characters and overlapping pairs, so that any piece of a text finds it.

Sources: Unicode Standard Annex 15 (NFKD) and Unicode's case folding; the Arabic letter forms are those that
Lucene's ArabicNormalizer makes one (alef with hamza or madda, teh marbuta, alef maksura, tatweel, harakat).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

import Stemmer

LONGEST = 80  # characters; what is longer is two words
MOST_WORDS = 60  # of one question

# Left out: accents (but the breve of й, which is a letter of its own), vowel signs and marks of Arabic, Hebrew and
# Syriac, tatweel, soft hyphens, joiners, marks of direction.
_LEFT_OUT = re.compile(
    "(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u08d3-\u08e1\u08e3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f"
    "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]"
)
_FORMS = {
    "آ": "ا", "أ": "ا", "إ": "ا", "ٱ": "ا", "ة": "ه", "ى": "ي", "ی": "ي", "ې": "ي", "ک": "ك", "ۀ": "ه", "ھ": "ه", "ہ": "ه",
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n",
    "ё": "е",
}  # fmt: skip
_FORM = re.compile(f"[{''.join(_FORMS)}]")
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")

# Written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u1000-\u1049\u1050-\u109f\u1780-\u17d3\u2e80-\u2fd5\u3005-\u3007"
    "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Signs that belong to words and are no letters to Python: vowels of Indic scripts, Thaana, N'Ko, Tibetan.
_SIGNS = "\u07a6-\u07b0\u07eb-\u07f3\u0900-\u0963\u0966-\u0dff\u0f18\u0f19\u0f35-\u0f39\u0f3e-\u0f84\u0f8d-\u0fbc"
_WORD = f"(?:[^\\W_{_UNSPACED}]|[{_SIGNS}]){{1,{LONGEST}}}"
_TOKEN = re.compile(f"[{_UNSPACED}]+|{_WORD}")
_ONE_WORD = re.compile(_WORD)
_RUN = re.compile(f"[{_UNSPACED}]")
# Everything that may become a character of such a script when it is normalised (㈱, half-width kana), and more.
_MAY_BE_RUN = re.compile("[\u0e01-\u10ff\u1780-\u17ff\u2e80-\U0010ffff]")

# Stemmers of these languages; of the others a word is found by itself and by its beginning.
STEMMERS = {
    "ar": "arabic", "de": "german", "en": "english", "es": "spanish", "fr": "french", "it": "italian",
    "pt": "portuguese", "ru": "russian",
}  # fmt: skip


def normalise(text: str) -> str:
    """The text in plain letters: what is left decides whether two spellings are one. Doing it twice changes nothing."""
    if text.isascii():
        return text.lower()
    while (plain := _plainer(text)) != text:
        text = plain
    return text


def _plainer(text: str) -> str:
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    text = _LEFT_OUT.sub("", text)
    if _FORM.search(text):
        text = _FORM.sub(lambda found: _FORMS[found[0]], text)
    if _FOREIGN_DIGIT.search(text):
        text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text)
    return unicodedata.normalize("NFC", text)


def tokens(text: str) -> list[str]:
    """The words of a text in their order; a run without spaces as character, pair, character, pair, … ."""
    return " ".join(words_of_pieces(text.split())).split()


def words_of_pieces(pieces: Sequence[str]) -> list[str]:
    """The words of each of these pieces of a text, which have no spaces in them; with a space between, "" for none."""
    return _words.all_of(pieces)


class Known:
    """What was worked out for a word, for the next time: the same words come again and again.

    Words have no spaces in them; those that are new are worked out together.
    """

    MOST = 600_000  # of a builder; who answers questions meets a few

    def __init__(self, work_out: Callable[[list[str]], Iterable[str]]) -> None:
        self._work_out = work_out
        self._known: dict[str, str] = {}

    def all_of(self, words: Sequence[str]) -> list[str]:
        """What was worked out, for each of these words."""
        known = self._known
        found = list(map(known.get, words))
        if None not in found:
            return found
        if len(known) >= self.MOST:
            known.clear()
        new = [word for word in dict.fromkeys(words) if word not in known]
        known.update(zip(new, self._work_out(new), strict=True))
        found = list(map(known.get, words))
        for word in new:
            if len(word) > LONGEST:
                del known[word]  # will not come again
        return found


def _words_in(pieces: list[str]) -> list[str]:
    """Line breaks are between them, which change nothing and are changed by nothing that is done to a text."""
    return [_words_of(plain) for plain in normalise("\n".join(pieces)).split("\n")]


def _words_of(plain: str) -> str:
    if _ONE_WORD.fullmatch(plain):
        return plain
    found: list[str] = []
    for token in _TOKEN.findall(plain):
        found += _cut(token) if is_run(token) else (token,)
    return " ".join(found)


_words = Known(_words_in)


def runs(text: str) -> list[str]:
    """The parts of a text that put no spaces between words."""
    return [run for some in runs_of_pieces(text.split()).values() for run in some]


def runs_of_pieces(pieces: Sequence[str]) -> dict[int, list[str]]:
    """{place of a piece: its parts that put no spaces between words}, of those pieces that have some."""
    may = ((n, piece) for n, piece in enumerate(pieces) if not piece.isascii() and _MAY_BE_RUN.search(piece))
    found = ((n, [token for token in _TOKEN.findall(normalise(piece)) if is_run(token)]) for n, piece in may)
    return {n: some for n, some in found if some}


def is_run(token: str) -> bool:
    """Whether it is of a script that puts no spaces between words."""
    return bool(_RUN.match(token))


def _cut(run: str) -> list[str]:
    """ "数字化" as 数, 数字, 字, 字化, 化: pairs stand two places apart."""
    cut = [run[0]]
    for first, second in zip(run, run[1:], strict=False):
        cut += [first + second, second]
    return cut


def stems_of_pieces(pieces: Sequence[str], language: str) -> list[str]:
    """The stems of the words of each of these pieces, with spaces between."""
    return _stems_in(language).all_of(pieces)


@lru_cache(maxsize=len(STEMMERS))
def _stems_in(language: str) -> Known:
    stemmed = stemmer(language)

    def work_out(pieces: list[str]) -> Iterator[str]:
        written = [_TOKEN.findall(piece) for piece in _as_written("\n".join(pieces)).split("\n")]
        stems = iter(stemmed(list(chain.from_iterable(written))))
        return (" ".join(islice(stems, len(some))) for some in written)

    return Known(work_out)


def as_written(text: str) -> list[str]:
    """Words as a stemmer reads them: with accents, Arabic letters in the form that was written."""
    return _TOKEN.findall(_as_written(text))


def _as_written(text: str) -> str:
    if text.isascii():
        return text.lower()
    return _LEFT_OUT.sub("", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()))


@dataclass(frozen=True)
class Piece:
    """A word of a question, also as it was typed; or a run without spaces: its pairs and how far each is from the first."""

    text: str
    typed: str
    cut: tuple[tuple[int, str], ...] = ()

    @property
    def may_begin(self) -> bool:
        """Whether longer words that begin with it are meant too: from two letters on, and never for a run."""
        return not self.cut and len(self.text) > 1 and not is_run(self.text)


def pieces(q: str) -> list[Piece]:
    """What a question asks for, each once, in its order; at most MOST_WORDS."""
    plain, written = _TOKEN.findall(normalise(q)), as_written(q)
    if len(written) != len(plain):
        written = plain
    found: dict[str, Piece] = {}
    for token, typed in zip(plain, written, strict=True):
        if len(token) > 1 and is_run(token):
            pairs = [first + second for first, second in zip(token, token[1:], strict=False)]
            found.setdefault(token, Piece(token, token, tuple((2 * at, pair) for at, pair in enumerate(pairs))))
        else:
            found.setdefault(token, Piece(token, typed))
    return list(found.values())[:MOST_WORDS]


def stems(piece: Piece, language: str) -> set[str]:
    """The stems of a word in a language, with and without its accents."""
    return {stem for found in _stems_in(language).all_of((piece.text, piece.typed)) for stem in found.split()}


@lru_cache(maxsize=len(STEMMERS))
def stemmer(language: str) -> Callable[[list[str]], list[str]]:
    """What makes the stem of each of these words in a language (Snowball's), without accents: the index and the
    questions use the same."""
    made, one_at_a_time = Stemmer.Stemmer(STEMMERS[language], 0), threading.Lock()

    def stemmed(some: list[str]) -> list[str]:
        with one_at_a_time:
            return normalise("\n".join(made.stemWords(some))).split("\n") if some else []

    return stemmed
