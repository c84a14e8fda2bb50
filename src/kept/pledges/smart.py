"""How specific, measurable, achievable, relevant and time-bound a promise is: advice, never a gate.

One table. Each rule has a letter, what it finds good, a test, a weight, and one sentence of advice for when the test
fails. A test answers True, False, or None where the rule has nothing to say about this pledge; the score is the
weight of what is met, of 100 parts of what applies. (The five letters: Doran, "There's a S.M.A.R.T. way to write
management's goals and objectives", 1981, in the form used for public commitments.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.pledges.content import Indicator, PledgeContent
from kept.pledges.dates import first_day, last_day

LETTERS: Mapping[str, Any] = {
    "S": _("Specific"),
    "M": _("Measurable"),
    "A": _("Achievable"),
    "R": _("Relevant"),
    "T": _("Time-bound"),
}
LONGEST_YEARS = 10  # a promise for longer than that is nobody's who makes it


class Reading:
    """A content with what the tests look for in it, found once."""

    def __init__(self, content: PledgeContent) -> None:
        self.content = content

    @cached_property
    def words(self) -> int:
        """Words of the title; in writing without spaces two signs are about one word."""
        return _count_words(self.content.title)

    @cached_property
    def promise(self) -> str:
        """Title and summary: what everybody reads."""
        return f"{self.content.title}\n{self.content.summary}".casefold()

    @cached_property
    def says_a_number(self) -> bool:
        return bool(_FIGURE.search(_YEAR.sub(" ", self.promise)))

    @cached_property
    def vague(self) -> bool:
        return any(word in f" {self.promise}" for word in VAGUE)

    @cached_property
    def measured(self) -> Indicator | None:
        return self.content.headline_indicator

    @cached_property
    def ends(self) -> bool:
        return bool(self.content.end)

    @cached_property
    def years(self) -> float | None:
        """How long it takes, in years; None where start or end is not known."""
        if not self.content.start or not self.content.end:
            return None
        try:
            return (last_day(self.content.end) - first_day(self.content.start)).days / 365.25
        except ValueError:
            return None


Test = Callable[[Reading], bool | None]


@dataclass(frozen=True)
class Rule:
    letter: str
    name: str  # for programs
    good: Any  # what is said where it is met
    test: Test
    weight: int
    advice: Any
    field: str = ""  # where in the form one puts it right


@dataclass(frozen=True)
class Result:
    """One rule, looked at: `words` is what to say about it, in the reader's language."""

    letter: str
    name: str
    met: bool
    weight: int
    words: Any
    field: str = ""


@dataclass(frozen=True)
class Smart:
    """The score from 0 to 100 and its reasons, in the order of the table."""

    score: int
    results: tuple[Result, ...]

    @property
    def advice(self) -> tuple[Result, ...]:
        """What would make it better, the weightiest first."""
        return tuple(sorted((r for r in self.results if not r.met), key=lambda r: -r.weight))

    @property
    def good(self) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.met)

    @property
    def letters(self) -> tuple[tuple[str, Any, str], ...]:
        """(letter, its word, "all" | "part" | "none") for the five letters."""
        rows = []
        for letter, word in LETTERS.items():
            of_it = [r.met for r in self.results if r.letter == letter]
            rows.append((letter, word, "all" if all(of_it) and of_it else "part" if any(of_it) else "none"))
        return tuple(rows)


def score(content: PledgeContent) -> Smart:
    """Look at a content with every rule that applies to it."""
    reading = Reading(content)
    results = []
    for rule in RULES:
        met = rule.test(reading)
        if met is not None:
            words = rule.good if met else rule.advice
            results.append(Result(rule.letter, rule.name, met, rule.weight, words, rule.field))
    whole = sum(r.weight for r in results)
    reached = sum(r.weight for r in results if r.met)
    return Smart(round(100 * reached / whole) if whole else 0, tuple(results))


# --- tests -------------------------------------------------------------------------------------------


def _title_says_it(reading: Reading) -> bool:
    return 4 <= reading.words <= 25


def _not_vague(reading: Reading) -> bool | None:
    """A vague word beside a figure or something that is counted does no harm."""
    if not reading.promise.strip():
        return False
    return not reading.vague or reading.says_a_number or bool(reading.measured and reading.measured.target)


def _named_places(reading: Reading) -> bool:
    return any(code != "world" for code in reading.content.targets)


def _for_whom(reading: Reading) -> bool:
    return bool(reading.content.beneficiaries)


def _has_target(reading: Reading) -> bool:
    return bool(reading.measured and reading.measured.target)


def _has_baseline(reading: Reading) -> bool | None:
    return bool(reading.measured.baseline) if reading.measured else None


def _has_unit(reading: Reading) -> bool | None:
    return bool(reading.measured.unit) if reading.measured else None


def _number_in_words(reading: Reading) -> bool:
    return reading.says_a_number


def _has_means(reading: Reading) -> bool | None:
    """What it is done with: money, people who take part. A rule or a voice needs neither."""
    content = reading.content
    if content.kinds and set(content.kinds) <= {"policy", "advocacy"}:
        return None
    return bool(content.amount or content.partners)


def _money_is_there(reading: Reading) -> bool | None:
    content = reading.content
    return content.money_nature != "to_be_raised" if content.amount else None


def _parts_are_said(reading: Reading) -> bool | None:
    partners = reading.content.partners
    return all(p.part.strip() for p in partners) if partners else None


def _not_too_long(reading: Reading) -> bool | None:
    return None if reading.years is None else reading.years <= LONGEST_YEARS


def _in_the_focus(reading: Reading) -> bool:
    return bool(reading.content.focus_areas and reading.content.kinds)


def _serves_a_goal(reading: Reading) -> bool:
    return bool(reading.content.sdgs)


def _says_why(reading: Reading) -> bool:
    return _count_words(reading.content.description) >= 40


def _has_end(reading: Reading) -> bool:
    return reading.ends


def _end_to_the_month(reading: Reading) -> bool | None:
    return len(reading.content.end) >= 7 if reading.ends else None


def _has_start(reading: Reading) -> bool:
    return bool(reading.content.start)


def _measured_by(reading: Reading) -> bool | None:
    indicators = [i for i in reading.content.indicators if i.target]
    return any(i.by for i in indicators) if indicators else None


RULES: tuple[Rule, ...] = (
    Rule("S", "title", _("The title says what will be done."), _title_says_it, 8,
         _("Say in the title what you will do, for whom and where, in one sentence."), "title"),
    Rule("S", "plain", _("It says what will happen, not only what it is good for."), _not_vague, 8,
         _("Words like “support” or “strengthen” can mean anything. Say what will be there afterwards."), "summary"),
    Rule("S", "places", _("It names the places."), _named_places, 6,
         _("Name the countries, regions or groups where it happens."), "targets"),
    Rule("S", "people", _("It says for whom."), _for_whom, 5,
         _("Say for whom it is made."), "beneficiaries"),
    Rule("M", "target", _("It says how many."), _has_target, 14,
         _("Choose something that can be counted, and say how many there will be."), "indicators"),
    Rule("M", "baseline", _("It says how many there are today."), _has_baseline, 7,
         _("Say how many there are today, so that the difference can be seen."), "indicators"),
    Rule("M", "unit", _("It says what is counted."), _has_unit, 3,
         _("Say what is counted: schools, people, kilometres."), "indicators"),
    Rule("M", "number", _("Title or summary give a figure."), _number_in_words, 6,
         _("Give the most important figure in the title or the summary."), "title"),
    Rule("A", "means", _("It says with what it will be done."), _has_means, 9,
         _("Say with what it will be done: an amount, or partners who take part."), "amount"),
    Rule("A", "money", _("The money is there."), _money_is_there, 4,
         _("The money has still to be raised. Say in the description from whom, and what happens without it."),
         "money_nature"),
    Rule("A", "parts", _("Each partner's part is said."), _parts_are_said, 4,
         _("Say what each partner does."), "partners"),
    Rule("A", "length", _("It can be done in the time."), _not_too_long, 3,
         _("Ten years are long. Promise the first part, with an end that you will see."), "end"),
    Rule("R", "focus", _("It belongs to a focus area."), _in_the_focus, 5,
         _("Choose the focus area and the kind of contribution."), "focus_areas"),
    Rule("R", "goal", _("It serves a goal that the world has agreed on."), _serves_a_goal, 3,
         _("Say which Sustainable Development Goal it serves."), "sdgs"),
    Rule("R", "why", _("It says why it is needed."), _says_why, 4,
         _("Say in the description why it is needed and how it will be done, in a few sentences."), "description"),
    Rule("T", "end", _("It says by when."), _has_end, 12,
         _("Say by when it will be done."), "end"),
    Rule("T", "month", _("The end is known to the month."), _end_to_the_month, 4,
         _("Name the month in which it ends, not only the year."), "end"),
    Rule("T", "start", _("It says when it begins."), _has_start, 4,
         _("Say when it begins."), "start"),
    Rule("T", "by", _("What is counted has a date."), _measured_by, 5,
         _("Give what is counted a date of its own."), "indicators"),
)  # fmt: skip

# --- words -------------------------------------------------------------------------------------------

# Beginnings of words that promise nothing by themselves, in the six languages. Each begins after a space, so that
# "unsupported" is not "support"; Chinese and its neighbours write without spaces.
_VAGUE_WORDS = (
    "support", "strengthen", "promot", "enhanc", "foster", "facilitat", "contribut", "encourag", "empower",
    "rais awareness", "raise awareness", "raising awareness", "work towards", "committed to", "strive",
    "soutenir", "soutien", "renforc", "promouvoir", "favoris", "encourag", "contribuer", "sensibilis", "œuvrer",
    "apoy", "fortalec", "promov", "foment", "contribuir", "facilit", "impuls", "sensibiliz",
    "دعم", "تعزيز", "تشجيع", "المساهمة", "الإسهام", "تمكين", "توعية", "ندعم", "نعزز", "نشجع",
    "поддерж", "укреп", "содейств", "способств", "поощр", "развива", "продвиг",
)  # fmt: skip
_VAGUE_SIGNS = ("支持", "加强", "促进", "推动", "推进", "增强", "鼓励", "助力", "提升")
VAGUE = (*(f" {word}" for word in _VAGUE_WORDS), *(f"\n{word}" for word in _VAGUE_WORDS), *_VAGUE_SIGNS)

_FIGURE = re.compile(
    r"\d|[一二三四五六七八九十百千万亿]{2,}|"
    r"(?<!\w)(all|every|each|half|tous|toutes|chaque|todos|todas|cada|mitad|moitié|все|каждый|каждая|каждое|половин\w*|"
    r"كل|جميع|نصف)(?!\w)|所有|每[个所名座家]|一半"
)
_YEAR = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)|(?<!\d)(١٩|٢٠)[٠-٩]{2}(?!\d)")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W_]+(?:['’.,-][^\W_]+)*")


def _count_words(text: str) -> int:
    signs = len(_SIGN.findall(text))
    return len(_WORD.findall(_SIGN.sub(" ", text))) + (signs + 1) // 2
