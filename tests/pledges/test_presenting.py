"""A pledge as a page shows it, in the reader's words."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext

from kept.pledges import actions
from kept.pledges.content import Indicator, Link, Partner
from kept.pledges.models import Translation, TranslationState
from kept.pledges.presenting import present, surroundings_of


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


def facts(view) -> dict[str, str]:
    return {fact.name: plain(", ".join(v.name for v in fact.values)) for fact in view.facts}


@pytest.fixture
def pledge(make_pledge, make_organisation):
    partner = make_organisation("Uhuru Fibre", country="KEN", names={"fr": "Fibre Uhuru"})
    return make_pledge(
        "published", amount="1200000", currency="EUR", money_nature="new", instrument="grant", people_expected=30000,
        beneficiaries=("women-and-girls",), sdgs=("4", "9.c"), partners=(Partner(partner.pk, "digs"),),
        announced="2022-06-09", occasion="Kigali", links=(Link("https://example.org/plan"),),
    )  # fmt: skip


def test_facts_are_in_the_words_of_the_reader(pledge):
    english, french = present(pledge, pledge.current, "en"), present(pledge, pledge.current, "fr")
    assert facts(english) == {
        "lead": "Lake Networks",
        "where": "Burundi",
        "for_whom": "Women and girls",
        "people": "30,000",
        "money": "1.2 M EUR, new money, grant",
        "kind": "Programme, Access, SDG 4, SDG 9.c",
        "by_when": "December 2027, from 2026",
    }
    assert facts(french)["for_whom"] == "Femmes et filles"
    assert facts(french)["people"] == "30 000"
    assert "Fibre Uhuru" in next(f.note for f in french.facts if f.name == "lead")


def test_the_amount_says_at_whose_rate_it_was_converted(pledge):
    money = present(pledge, pledge.current, "en").money
    assert plain(money.rate_text) == "1.3 M USD at the rate of 9 June 2022"
    assert money.usd == pledge.current.amount_usd


def test_a_missing_rate_is_said(make_pledge):
    pledge = make_pledge("published", amount="5000000", currency="BIF", money_nature="new")
    money = present(pledge, pledge.current, "en").money
    assert (money.usd, money.rate_text) == (None, "Not converted to US dollars: there is no rate for that day.")


def test_the_bar_measures_one_thing(make_pledge):
    def label(**changes) -> str:
        pledge = make_pledge("draft", **changes)
        return plain(present(pledge, pledge.working, "en").bar.label)

    assert label() == "Promised: 214 posts by December 2027."
    rows = (Indicator("Schools", "", "", "12"), Indicator("Girls", "girls", "", "9", "2026", headline=True))
    assert label(indicators=rows) == "Promised: 9 girls by 2026."
    assert (
        label(indicators=(), amount="5000000", currency="USD", money_nature="new")
        == "Promised: 5.0 M USD by December 2027."
    )
    assert label(indicators=()) == "Promised for December 2027."
    assert label(indicators=(), end="") == "Promised, without a date."


def test_a_pledge_that_was_taken_back_says_so(make_pledge):
    pledge = make_pledge("withdrawn")
    assert present(pledge, pledge.current, "en").bar.state == "withdrawn"


def test_the_line_above_the_title(pledge, now):
    kicker = present(pledge, pledge.current, "en").kicker
    assert kicker.startswith("P-00001 · announced 9 June 2022, Kigali · published ")


def test_the_first_end_stands_beside_the_revised_one(make_pledge, focal_point, secretary, now):
    pledge = make_pledge("published")
    actions.begin_revision(pledge, by=focal_point, at=now)
    actions.save_fields(pledge, {"end": "2028-06"}, by=focal_point, at=now, base_version=9)
    actions.submit_revision(pledge, by=focal_point, at=now)
    pledge = actions.accept_revision(pledge, by=secretary, at=now)
    by_when = next(f for f in present(pledge, pledge.current, "en").facts if f.name == "by_when")
    assert (by_when.values[0].name, by_when.note) == ("June 2028, from 2026", "first: December 2027")


def test_a_link_that_is_no_web_address_is_text(make_pledge):
    pledge = make_pledge("draft", links=(Link("https://example.org/plan"), Link("javascript:alert(1)", "X")))
    links = present(pledge, pledge.working, "en").links
    assert [(link.url, link.label) for link in links] == [("https://example.org/plan", "example.org"), ("", "X")]


def test_a_checked_translation_is_shown_with_the_original_beside_it(pledge):
    Translation.objects.create(
        pledge=pledge, n=1, language="fr", title="La fibre", summary="Chaque poste", state=TranslationState.PUBLISHED,
        written_by_name="Odile", checked_by_name="Paul",
    )  # fmt: skip
    french, english = present(pledge, pledge.current, "fr"), present(pledge, pledge.current, "en")
    assert (french.wording.title, french.original.title) == ("La fibre", pledge.title)
    assert "Odile" in french.translated_by
    assert "Paul" in french.translated_by
    assert (english.wording.title, english.original) == (pledge.title, None)


def test_a_translation_that_nobody_checked_is_not_shown(pledge):
    Translation.objects.create(pledge=pledge, n=1, language="fr", title="Brouillon", state=TranslationState.WRITTEN)
    assert present(pledge, pledge.current, "fr").wording.title == pledge.title


def test_many_are_shown_with_as_few_queries_as_one(make_pledge, make_organisation):
    def asked(pledges) -> int:
        with CaptureQueriesContext(connection) as found:
            texts = [p.current for p in pledges]
            around = surroundings_of(texts, "fr")
            for pledge, text in zip(pledges, texts, strict=True):
                present(pledge, text, "fr", around=around)
        return len(found)

    partners = [Partner(make_organisation(f"Partner {n}").pk) for n in range(6)]
    pledges = [make_pledge("published", partners=(partner,)) for partner in partners]
    asked(pledges[:1])
    assert asked(pledges) == asked(pledges[:1]) <= 5


def test_a_draft_is_shown_as_it_will_be(make_pledge):
    pledge = make_pledge("draft", amount="1200000", currency="EUR", money_nature="new", announced="2022-06-09")
    view = present(pledge, pledge.working, "en", today=date(2026, 11, 24))
    assert not view.is_public
    assert plain(view.money.rate_text) == "1.3 M USD at the rate of 9 June 2022"


def test_an_empty_draft_can_be_shown(make_person, now):
    pledge = actions.create_draft(by=make_person(), at=now)
    view = present(pledge, pledge.working, "ar")
    html = render_to_string("pledges/pledge_body.html", {"view": view})
    assert "<h1>" in html
    assert view.facts == ()


def test_what_people_write_is_text_on_the_page(make_pledge):
    evil = "<img src=x onerror=alert(1)>"
    pledge = make_pledge(
        "draft", title=evil, summary=evil, description=evil, occasion=evil,
        indicators=(Indicator(evil, evil, "", "1"),), links=(Link("https://example.org/", evil),),
    )  # fmt: skip
    view = present(pledge, pledge.working, "en")
    for part in ("text", "facts"):
        assert "<img" not in render_to_string("pledges/pledge_body.html", {"view": view, "part": part})
