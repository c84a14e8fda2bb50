"""Advice on a promise: each rule alone, the score, and that it never depends on anything but the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges import smart
from kept.pledges.content import Indicator, Partner, PledgeContent

POSTS = Indicator(name="Health posts", unit="posts", baseline="12", target="214", by="2027-12")
GOOD = PledgeContent(
    title="Fibre to 214 health posts in the Lake provinces",
    summary="Every public health post in five provinces is connected by December 2027.",
    description="Nurses send pictures by motorcycle today, and a diagnosis takes nine days. " * 4,
    focus_areas=("access",),
    kinds=("programme",),
    beneficiaries=("rural-communities",),
    targets=("BDI",),
    sdgs=("3",),
    amount="18400000",
    currency="USD",
    money_nature="new",
    start="2026-01",
    end="2027-12",
    indicators=(POSTS,),
)


def met(content: PledgeContent) -> dict[str, bool]:
    return {r.name: r.met for r in smart.score(content).results}


def test_a_good_promise_scores_a_hundred():
    assert smart.score(GOOD).score == 100
    assert smart.score(GOOD).advice == ()


def test_nothing_scores_nothing_and_gets_advice_for_everything_that_applies():
    result = smart.score(PledgeContent())
    assert result.score == 0
    assert {r.name for r in result.advice} >= {"title", "target", "end", "places", "means"}


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("title", {"title": "Connectivity"}),
        ("plain", {"title": "We strengthen digital inclusion", "summary": "", "indicators": ()}),
        ("places", {"targets": ("world",)}),
        ("places", {"targets": ()}),
        ("people", {"beneficiaries": ()}),
        ("target", {"indicators": (Indicator(name="Health posts", unit="posts"),)}),
        ("baseline", {"indicators": (Indicator(name="Health posts", unit="posts", target="214"),)}),
        ("unit", {"indicators": (Indicator(name="Health posts", target="214"),)}),
        ("number", {"title": "Fibre to health posts in the Lake provinces", "summary": "Health posts are connected."}),
        ("means", {"amount": "", "partners": ()}),
        ("money", {"money_nature": "to_be_raised"}),
        ("parts", {"partners": (Partner(1, "digs"), Partner(2, " "))}),
        ("length", {"end": "2045"}),
        ("focus", {"focus_areas": ()}),
        ("goal", {"sdgs": ()}),
        ("why", {"description": "It is needed."}),
        ("end", {"end": ""}),
        ("month", {"end": "2027"}),
        ("start", {"start": ""}),
        ("by", {"indicators": (Indicator(name="Health posts", unit="posts", baseline="0", target="214"),)}),
    ],
)
def test_each_rule_is_met_by_the_good_promise_and_missed_where_its_thing_is_missing(rule, changes):
    missed = smart.score(GOOD.with_(**changes))
    assert met(GOOD).get(rule, True) is True
    assert met(GOOD.with_(**changes))[rule] is False
    assert missed.score < 100
    assert str(next(r for r in missed.advice if r.name == rule).words)


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("baseline", {"indicators": ()}),
        ("unit", {"indicators": ()}),
        ("by", {"indicators": ()}),
        ("money", {"amount": ""}),
        ("parts", {"partners": ()}),
        ("length", {"start": ""}),
        ("month", {"end": ""}),
        ("means", {"kinds": ("policy",), "amount": ""}),
        ("means", {"kinds": ("advocacy", "policy"), "amount": ""}),
    ],
)
def test_a_rule_that_has_nothing_to_say_is_silent(rule, changes):
    assert rule not in met(GOOD.with_(**changes))


@pytest.mark.parametrize(
    "title",
    [
        "We promote digital skills of young people",
        "Renforcer les compétences numériques des jeunes",
        "Fortalecer las competencias digitales de la juventud",
        "تعزيز المهارات الرقمية للشباب",
        "Поддержать цифровые навыки молодёжи",
        "加强青年的数字技能",
    ],
)
def test_words_that_can_mean_anything_are_noticed_in_six_languages(title):
    content = GOOD.with_(title=title, summary="", indicators=())
    assert met(content)["plain"] is False
    assert met(content.with_(summary="10,000 people finish a first course."))["plain"] is True


@pytest.mark.parametrize("title", ["An unsupported claim about schools", "Impromptu lessons in every village"])
def test_a_vague_word_inside_another_is_none(title):
    assert met(GOOD.with_(title=title, summary="", indicators=()))["plain"] is True


@pytest.mark.parametrize(
    ("words", "is_figure"),
    [
        ("214 posts", True),
        ("٢١٤ مركزاً", True),
        ("Every public health post", True),
        ("chaque école", True),
        ("каждая школа", True),
        ("所有学校", True),
        ("By 2027", False),
        ("Agenda 2030", False),
        ("بحلول ٢٠٢٧", False),
        ("Many posts", False),
    ],
)
def test_a_year_is_no_figure_and_every_one_is(words, is_figure):
    assert met(GOOD.with_(title=words, summary=""))["number"] is is_figure


@pytest.mark.parametrize(
    ("title", "long_enough"),
    [
        ("Fibre to schools", False),
        ("Fibre to 214 schools", True),
        ("ألياف إلى ٢١٤ مدرسة", True),
        ("学校光纤", False),
        ("为二百一十四所学校接入光纤", True),
    ],
)
def test_a_title_is_counted_in_words_also_where_nobody_puts_spaces(title, long_enough):
    assert met(GOOD.with_(title=title))["title"] is long_enough


def test_the_letters_say_what_is_there_wholly_partly_not_at_all():
    letters = {letter: how for letter, _word, how in smart.score(GOOD.with_(end="", start="", sdgs=())).letters}
    assert letters == {"S": "all", "M": "all", "A": "all", "R": "part", "T": "part"}


def test_advice_comes_with_the_weightiest_first():
    weights = [r.weight for r in smart.score(PledgeContent()).advice]
    assert weights == sorted(weights, reverse=True)


texts = st.text(max_size=60)
dates = st.sampled_from(["", "2024", "2026-03", "2027-12-31"])


@given(title=texts, summary=texts, description=texts, start=dates, end=dates, unit=texts, target=texts)
def test_whatever_is_written_gives_a_score_between_nothing_and_a_hundred(**written):
    indicator = Indicator(name="x", unit=written.pop("unit"), target=written.pop("target"))
    result = smart.score(PledgeContent(**written, indicators=(indicator,)))
    assert 0 <= result.score <= 100
    assert result == smart.score(PledgeContent(**written, indicators=(indicator,)))


def test_every_rule_has_a_letter_a_weight_and_two_sentences():
    for rule in smart.RULES:
        assert rule.letter in smart.LETTERS
        assert rule.weight > 0
        assert str(rule.good).endswith(".")
        assert str(rule.advice).endswith(".")
    assert len({rule.name for rule in smart.RULES}) == len(smart.RULES)
