"""What a form sends is read as people write it, and shown again so that it reads back the same."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from kept.progress import actions
from kept.progress.content import Money, People, Value
from kept.progress.fields import FIELDS, Sheet, take
from kept.progress.models import Asked, Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(make_pledge, make_round, focal_point, now) -> Sheet:
    make_pledge("published", amount="1000000", currency="EUR", money_nature="new")
    make_round()
    return Sheet(actions.begin(Asked.objects.get(), by=focal_point, at=now), focal_point, "fr")


def sent(sheet: Sheet, name: str, **cells: str) -> QueryDict:
    data = QueryDict(mutable=True)
    data[f"seen-{name}"] = FIELDS[name].mark(sheet)
    for cell, text in cells.items():
        data[cell.replace("__", "-")] = text
    return data


def test_figures_and_days_are_read_in_the_language_of_the_page(sheet):
    data = sent(sheet, "values", values__0__value="1 234,5", values__0__on="31 mars 2026", values__0__source="Registre")
    posted = take(sheet, ["values"], data)
    assert posted.values == {"values": (Value("Health posts connected", "1234.5", "2026-03-31", "Registre"),)}


def test_what_cannot_be_read_is_kept_as_typed(sheet, focal_point, now):
    data = sent(sheet, "values", values__0__value="many", values__0__on="31 mars 2026")
    posted = take(sheet, ["values"], data)
    actions.save_fields(
        sheet.report, posted.values, by=focal_point, at=now, base_version=posted.seen, typed=posted.typed
    )
    again = Sheet(Report.objects.get(pk=sheet.report.pk), focal_point, "fr")
    assert FIELDS["values"].shown(again)[0]["value"] == "many"
    assert list(posted.errors) == ["values"]


def test_an_amount_names_its_currency_and_an_empty_line_is_nothing(sheet):
    data = sent(
        sheet, "money", money__0__stage="committed", money__0__amount="1,2 M", money__0__currency="EUR",
        money__0__nature="new", money__0__instrument="loan", money__1__stage="", money__1__amount="",
    )  # fmt: skip
    assert take(sheet, ["money"], data).values == {"money": (Money("committed", "1200000", "EUR", "new", "loan"),)}


def test_people_are_counted_in_all_and_by_sex(sheet):
    data = sent(sheet, "people", people__total="3 000", people__women="1 600", people__how="Registre")
    assert take(sheet, ["people"], data).values == {"people": People(3000, 1600, None, (), "Registre")}


def test_a_page_that_was_not_touched_saves_nothing(sheet, focal_point):
    data = QueryDict(mutable=True)
    for name in ("values", "money", "people", "said", "lessons"):
        data[f"seen-{name}"] = FIELDS[name].mark(sheet)
    for n, row in enumerate(FIELDS["values"].shown(sheet)):
        for cell, text in row.items():
            data[f"values-{n}-{cell}"] = text
    posted = take(sheet, ["values", "money", "people", "said", "lessons"], data)
    assert (posted.values, posted.typed) == ({}, {})
