"""What other rooms bring: facets and orders of their own, answered in SQL, of past days, and out of the index."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import product

import pytest
from django.db import transaction
from django.db.models import F, Q
from django.http import QueryDict

from kept.log.actions import open_head
from kept.pledges import facets
from kept.pledges.actions.publishing import record_of
from kept.pledges.models import Revision
from kept.pledges.record import put_on_record
from kept.registry import listing, search
from kept.registry.index import answering, building, schema
from kept.registry.index.reading import reader
from kept.registry.selection import Selection
from tests.registry.conftest import put, varied

pytestmark = pytest.mark.django_db
CURRENCIES = {"USD": "Dollars", "EUR": "Euros", "XYZ": "Shells", "CHF": "Francs"}
NATURES = {"new": "New money", "existing": "Known before", "in_kind": "In kind", "to_be_raised": "To be raised"}


def select(text: str = "") -> Selection:
    return Selection.from_query(QueryDict(text))


def public(at: datetime | None):
    """A table with one row for each pledge that is true for a time: the record itself."""
    return Revision.objects.public(at)


def people(keys):
    known = Revision.objects.filter(pk__in=list(keys), people_expected__isnull=False)
    return dict(known.values_list("pk", "people_expected"))


@pytest.fixture
def brought(monkeypatch):
    """Two facets that share a column, and an order."""
    monkeypatch.setattr(facets, "_facets", facets._facets)
    monkeypatch.setattr(facets, "_orderings", facets._orderings)
    monkeypatch.setattr(facets, "_subjects", dict(facets._subjects))
    facets.register(facets.of_table("currency", "Currency", CURRENCIES, public, value="currency", column="money"))
    facets.register(facets.of_table("nature", "Money", NATURES, public, value="money_nature", column="money", place=5))
    facets.register_ordering(facets.Ordering("people", "Most people", lambda at: F("people_expected"), people))


@pytest.fixture
def record(brought, organisations, indexed):
    pledges = put(varied(organisations, 40))
    indexed()
    return pledges


def same(selection: Selection, size: int = 7) -> None:
    ours, theirs = answering.answer(selection, size), search.answer_in_sql(selection, size)
    assert ours.facets == theirs.facets
    assert (ours.count, ours.keys, ours.sums) == (theirs.count, theirs.keys, theirs.sums)
    every = [key for piece in answering.keys(selection, chunk=3) for key in piece]
    assert every == [key for piece in search.keys_in_sql(selection) for key in piece]


def test_facets_and_orders_of_other_rooms_are_answered_like_the_own_ones(record):
    questions = ("", "currency=USD", "currency=USD&currency=XYZ&nature=new", "nature=in_kind&focus=access&country=BDI")
    for text, sort in product(questions, ("", "people", "largest")):
        same(select(f"{text}&sort={sort}"))
    found = answering.answer(select("nature=new"))
    assert found.count == found.facets["nature"]["new"] == sum(found.facets["currency"].values()) > 0
    assert set(found.facets["currency"]) == set(CURRENCIES)  # a short list is told with its zeros
    assert list(found.facets)[0] == "nature"  # in the place that it asked for


def test_they_are_named_to_readers_and_what_does_not_exist_is_a_problem(record):
    asked = select("currency=USD&sort=people")
    shown = {one["title"]: one["values"] for one in listing.filters(asked, search.answer(asked).facets, "en")}
    assert [value["label"] for value in shown["Currency"] if value["selected"]] == ["Dollars"]
    assert [one["name"] for one in listing.sorts(asked) if one["current"]] == ["Most people"]
    assert [problem.name for problem in select("currency=usd").problems] == ["currency"]


def test_an_order_of_another_room_puts_the_highest_first_and_those_without_a_figure_last(record):
    keys = [key for piece in search.keys(select("sort=people")) for key in piece]
    figures = [Revision.objects.get(pk=key).people_expected for key in keys]
    assert figures == sorted((one for one in figures if one is not None), reverse=True) + [None]


def test_a_past_day_shows_what_the_room_says_was_true_then(record):
    pledge = next(one for one in record if one.current.currency == "USD")
    day = date(2024, 12, 31)
    before = search.answer(select(f"as_of={day}&currency=USD")).count
    other = Revision(pledge=pledge, content={**pledge.current.content, "currency": "CHF"})
    with transaction.atomic():
        put_on_record([record_of(pledge, other, "pledge.revised")], at=datetime.now(UTC))
    assert search.answer(select(f"as_of={day}&currency=USD")).count == before
    assert search.answer(select("currency=CHF")).count == 1


def test_a_change_of_a_rooms_own_subject_is_followed(record, indexed):
    """What a room keeps beside the text changes without the text: a report is accepted, a pledge falls silent."""
    pledge = record[0]
    facets.touched_by(
        "wallet",
        lambda keys: Revision.objects.public().filter(pledge__number__in=map(int, keys)).values_list("pk", flat=True),
    )
    Revision.objects.filter(pledge=pledge).update(currency="CHF")
    assert answering.answer(select("currency=CHF")).count == 0
    with open_head() as head:
        head.changed("wallet", pledge.number)
    indexed()
    same(select("currency=CHF"))
    assert answering.answer(select("currency=CHF")).count == 1


def test_an_index_that_was_made_before_a_room_came_is_built_anew(organisations, indexed, monkeypatch):
    put(varied(organisations, 5))
    indexed()
    monkeypatch.setattr(facets, "_facets", facets._facets)
    assert reader.reading() is not None
    facets.register(facets.of_table("currency", "Currency", CURRENCIES, public, value="currency"))
    reader.forget()
    assert reader.reading() is None
    assert search.answer(select("currency=USD")).count > 0  # in SQL meanwhile
    building.build()
    same(select("currency=USD"))


def test_a_facet_that_cannot_enter_the_index_is_answered_in_sql(record):
    odd = Q(pledge__number__in=range(1, 999, 2))
    facets.register(
        facets.Facet(
            "odd",
            "Odd",
            facets.each({"yes": "yes"}.get),
            lambda _v, _at: odd,
            lambda rows, _at: {"yes": rows.filter(odd).count()},
        )
    )
    assert answering.answer(select("odd=yes")) is None
    found = search.answer(select("odd=yes"))
    assert found.count == found.facets["odd"]["yes"] > 0


def test_a_facet_of_the_same_name_takes_the_place_of_the_former(brought):
    facets.register(facets.of_table("currency", "Coins", {}, public, value="currency"))
    assert [facet.title for facet in facets.all_facets() if facet.name == "currency"] == ["Coins"]
    assert schema.facets().count("currency") == 1
