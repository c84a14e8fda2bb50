"""Examples to start from: complete in every language, good advice's own pupils, never taken for a promise."""

from __future__ import annotations

from datetime import date

import pytest

from kept.base.languages import CODES
from kept.pledges import rules, smart
from kept.pledges.examples import content_of, examples, is_still_an_example

TODAY = date(2026, 11, 24)
SLUGS = [e.slug for e in examples("en")]


@pytest.mark.parametrize("language", CODES)
@pytest.mark.parametrize("slug", SLUGS)
def test_an_example_lacks_only_who_and_where(slug, language):
    content = content_of(slug, language, TODAY)
    assert {p.field for p in rules.problems(content)} == {"lead", "targets"}
    assert smart.score(content.with_(targets=("BDI",))).score >= 85


@pytest.mark.django_db
def test_there_is_an_example_of_every_kind():
    from kept.pledges import taxonomies

    assert {kind for e in examples("en") for kind in e.kinds} == {t.slug for t in taxonomies.terms("kind")}


def test_no_example_is_over_before_it_begins():
    for slug in SLUGS:
        assert content_of(slug, "en", TODAY).end > "2027"


def test_an_example_that_nobody_changed_is_noticed_in_any_language():
    content = content_of(SLUGS[0], "ar", TODAY)
    assert is_still_an_example(content)
    assert not is_still_an_example(content.with_(title="Fibre to 214 health posts"))
    assert not is_still_an_example(content.with_(title=""))


def test_there_is_no_example_of_another_name():
    assert content_of("nothing", "en", TODAY) is None
