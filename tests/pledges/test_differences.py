"""What changed between two texts, in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges.content import Indicator, Link, Partner, PledgeContent
from kept.pledges.differences import field_differences, word_diff

OLD = PledgeContent(title="Connect 180 schools", targets=("BDI",), end="2023-12", amount="1200000", currency="USD")


def test_words_that_stay_are_not_marked():
    assert word_diff("Connect 180 schools by 2023.", "Connect 212 schools by 2024.") == [
        ("same", "Connect "),
        ("removed", "180"),
        ("added", "212"),
        ("same", " schools by "),
        ("removed", "2023"),
        ("added", "2024"),
        ("same", "."),
    ]


@given(old=st.text(max_size=80), new=st.text(max_size=80))
def test_both_wordings_can_be_read_out_of_the_difference(old, new):
    pieces = word_diff(old, new)
    assert "".join(text for op, text in pieces if op != "added") == old
    assert "".join(text for op, text in pieces if op != "removed") == new


@pytest.mark.django_db
def test_only_what_changed_is_told_in_the_order_of_the_form():
    new = OLD.with_(end="2024-06", title="Connect 212 schools", targets=("BDI", "ldc"))
    told = field_differences(OLD, new, "en")
    assert [(one.field, one.before, one.after) for one in told] == [
        ("title", "Connect 180 schools", "Connect 212 schools"),
        ("targets", "Burundi", "Burundi\nLeast developed countries"),
        ("end", "December 2023", "June 2024"),
    ]
    assert field_differences(OLD, OLD, "en") == []


@pytest.mark.django_db
def test_names_figures_and_days_are_the_readers_texts_stay_the_writers():
    new = OLD.with_(title="Connecter 212 écoles", language="fr", end="2024-06", amount="1300000.5")
    told = {one.field: one for one in field_differences(OLD, new, "fr")}
    assert told["end"].after == "juin 2024"
    assert told["amount"].after.replace("\u202f", " ").replace("\xa0", " ") == "1 300 000,50 USD"
    assert told["title"].language == "fr"
    assert told["language"].after == "Français"


def test_partners_links_and_indicators_are_told_line_by_line(make_organisation):
    partner = make_organisation("Uhuru Fibre")
    new = OLD.with_(
        partners=(Partner(partner.pk, "lays the cable"),),
        links=(Link("https://example.org/plan", "The plan"),),
        indicators=(Indicator("Schools", "schools", "12", "212", "2024-06"), Indicator("Girls", "", "", "30000")),
    )
    told = {one.field: one.after for one in field_differences(OLD, new, "en")}
    assert told == {
        "partners": "Uhuru Fibre: lays the cable",
        "links": "The plan https://example.org/plan",
        "indicators": "Schools · 12 → 212 schools · June 2024\nGirls · 30,000",
    }
