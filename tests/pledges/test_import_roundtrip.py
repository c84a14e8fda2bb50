"""What `kept export-pledges` writes comes back: into an empty registry as it was, into the same one without a trace."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from openpyxl import load_workbook

from kept.base import entered
from kept.log.checks import verify_database
from kept.people.models import Organisation
from kept.people.naming import normalise, slug_for
from kept.pledges import taxonomies
from kept.pledges.content import Indicator, Link, Partner, PledgeContent, Source
from kept.pledges.importing import cells
from kept.pledges.models import Pledge, Revision, Status
from kept.pledges.record import Record, put_on_record
from tests.pledges.importing import kept_import, texts

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = [("Lake Networks", "private-sector", "BDI"), ("Ministry of Health", "government", "KEN"),
         ("Ministry of Health", "government", "UGA"), ("=Cmd; Ltd", "private-sector", ""),
         ("World Food Programme (WFP)", "un", "ITA"), ("وزارة الاتصالات", "government", "SAU")]  # fmt: skip

letters = st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn"))
# As the form stores what people type: in NFC, without stray spaces. A text that says "n/a" says nothing.
words = (
    st.text(letters, min_size=1, max_size=40)
    .map(cells.tidy_text)
    .filter(lambda text: text and text == cells.tidy_text(text))
)
lines = st.lists(words, min_size=1, max_size=3).map("\n".join)
decimals = st.decimals("0.01", "99999999999", places=2).map(lambda d: f"{d:f}".rstrip("0").rstrip("."))
days = st.sampled_from(["2023", "2023-06", "2023-06-05", "2031-12-31", ""])
indicators = st.builds(
    Indicator, name=words, unit=st.sampled_from(["posts", "km; of cable", ""]), baseline=st.sampled_from(["0", ""]),
    target=decimals, by=st.sampled_from(["2027-12", ""]),
)  # fmt: skip
money = st.one_of(
    st.just({}),
    st.builds(
        lambda amount, currency, nature: {"amount": amount, "currency": currency, "money_nature": nature},
        decimals, st.sampled_from(["USD", "EUR", "KES", "JPY"]), st.sampled_from(["new", "in_kind", ""]),
    ),
    st.just({"amount": "5", "currency": "USD", "amount_usd": "4.99"}),
)  # fmt: skip
contents = st.builds(
    lambda money, **more: {**money, **more},
    money=money,
    language=st.sampled_from(["en", "fr", "ar", "zh-hans"]),
    title=words,
    summary=st.one_of(st.just(""), lines),
    description=st.one_of(st.just(""), lines),
    lead=st.integers(0, len(NAMES) - 1),
    partners=st.sets(st.sampled_from([0, 4, 5]), max_size=2),  # a table names partners alone, and parts them by ";"
    focus_areas=st.sampled_from([("access",), ("adoption", "access"), ()]),
    kinds=st.sampled_from([("financial",), ("in-kind", "programme"), ()]),
    beneficiaries=st.sampled_from([(), ("youth",), ("women-and-girls", "youth")]),
    targets=st.sampled_from([("BDI",), ("ldc",), ("002", "FRA"), ("world",), ()]),
    sdgs=st.sampled_from([(), ("4",), ("9.c", "4.4")]),
    people_expected=st.sampled_from([None, 7, 3_000_000]),
    start=days,
    end=st.sampled_from(["2031-12", ""]),
    announced=days.filter(lambda d: d < "2030"),
    occasion=st.one_of(st.just(""), words),
    indicators=st.lists(indicators, max_size=2).map(tuple),
    source=st.sampled_from([Source(), Source("A letter; signed", "https://example.org/a?b=c", "L-7")]),
    source_stage=st.sampled_from(["", "commitment"]),
    links=st.sampled_from([(), (Link("https://example.org/", "More"),)]),
)
# What a registry gives anew, and what it counts for itself.
OWN = {"reference", "url", "sha256", "revision", "changed", "document"}


def publish(all_contents):
    """Publish texts, the first the oldest; organisations are made as they are named."""
    taken: set[str] = set()
    known = [
        Organisation.objects.get_or_create(
            normalised=normalise(name), country=country,
            defaults={"name": name, "entity_type": kind, "slug": slug_for(name, taken)},
        )[0]
        for name, kind, country in NAMES
    ]  # fmt: skip
    records = []
    for n, values in enumerate(all_contents):
        lead = known[values["lead"]].pk
        partners = tuple(Partner(known[i].pk) for i in sorted(values["partners"]) if known[i].pk != lead)
        text = {**values, "title": f"{values['title'][:100]} {n}", "lead": lead, "partners": partners}
        content = PledgeContent.from_json(PledgeContent(**text).to_json())
        revision = Revision(content=content.to_json())
        when = datetime(2023, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=n)
        records.append(Record(Pledge(), revision, "pledge.published", content, published_at=when))
    with transaction.atomic():
        put_on_record(records, at=datetime.now(UTC))


def exported(path):
    """Every row of an exported file by its title."""
    call_command("export-pledges", str(path), verbosity=0)
    if path.suffix == ".json":
        rows = json.loads(path.read_text(encoding="utf-8"))["results"]
    elif path.suffix == ".xlsx":
        sheet = load_workbook(path)["Pledges"]
        head, *cells = sheet.iter_rows(values_only=True)
        rows = [dict(zip(head, row, strict=True)) for row in cells]
    else:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    return {row["title"]: {k: v for k, v in row.items() if k not in OWN} for row in rows}


def empty(settings, folder):
    """Another registry: nothing is left of the first."""
    call_command("flush", interactive=False, verbosity=0)
    folder.mkdir()
    settings.KEPT_DATA = folder
    taxonomies.ensure()
    entered.forget()


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
@profile(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(contents, min_size=1, max_size=8))
def test_an_export_read_into_an_empty_registry_gives_the_same_rows(tmp_path_factory, settings, ending, many):
    folder = tmp_path_factory.mktemp("roundtrip")
    empty(settings, folder / "first")
    publish(many)
    first = exported(folder / f"first.{ending}")
    empty(settings, folder / "second")
    status, said, complaints = kept_import(folder / f"first.{ending}", "--publish")
    assert (status, complaints) == (0, "")
    second = exported(folder / f"second.{ending}")
    if ending == "json":  # it alone says more about partners and reports; slugs are each registry's own
        for row in (*first.values(), *second.values()):
            for who in (row["lead"], *row["partners"]):
                who.pop("slug")
            row["published"] = row["published"][:10]
    assert sorted(second) == sorted(first)
    assert [(k, first[t][k], value) for t in second for k, value in second[t].items() if first[t][k] != value] == []


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx"])
@profile(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(contents, min_size=1, max_size=8))
def test_an_export_read_into_its_own_registry_changes_nothing(tmp_path_factory, settings, ending, many):
    folder = tmp_path_factory.mktemp("roundtrip")
    empty(settings, folder / "first")
    publish(many)
    path = folder / f"first.{ending}"
    exported(path)
    before = list(Revision.objects.order_by("pk").values_list("pk", "sha256", "content"))
    status, said, complaints = kept_import(path, "--publish", "--update")
    assert (status, complaints) == (0, "")
    assert f"0 imported, {len(many)} known already, 0 changed, 0 refused" in said
    assert list(Revision.objects.order_by("pk").values_list("pk", "sha256", "content")) == before
    assert Organisation.objects.count() == len(NAMES)


def test_a_row_that_an_office_changed_in_the_export_becomes_a_revision(make_pledge, tmp_path):
    links = (Link("https://example.org/", "More"),)
    indicator = Indicator("Posts", "posts", "0", "214", "2027", headline=True)
    pledge = make_pledge("published", indicators=(indicator,), links=links, amount="5", currency="USD",
                         money_nature="new")  # fmt: skip
    other = make_pledge("published", title="Masts on hills")
    path = tmp_path / "all.csv"
    exported(path)
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Fibre to 214", "Fibre to 215"), encoding="utf-8")
    assert "1 known already, 1 changed (left as they are" in kept_import(path)[1]
    assert "1 known already, 1 changed, 0 refused" in kept_import(path, "--update")[1]
    pledge.refresh_from_db()
    other.refresh_from_db()
    assert (pledge.revisions_count, other.revisions_count, Pledge.objects.count()) == (2, 1, 2)
    found = texts()["Fibre to 215 health posts in the Lake provinces"]
    assert (found.links, found.indicators, found.amount) == (links, (indicator,), "5")
    assert "2 known already, 0 changed" in kept_import(path, "--update")[1]
    verify_database()


def test_a_pledge_of_another_registry_with_the_same_number_is_another_pledge(make_pledge, tmp_path):
    make_pledge("published")
    path = tmp_path / "all.csv"
    exported(path)
    text = path.read_text(encoding="utf-8-sig")
    sha256 = Revision.objects.get(n=1).sha256
    path.write_text(text.replace(sha256, "0" * 64).replace("http://127.0.0.1:8000", "https://other.example"))
    assert "1 imported" in kept_import(path, "--publish")[1]
    assert sorted(Pledge.objects.values_list("number", flat=True)) == [1, 2]


def test_a_pledge_that_was_taken_back_meanwhile_is_not_made_again(make_pledge, focal_point, now, tmp_path):
    from kept.pledges import actions

    pledge = make_pledge("published")
    path = tmp_path / "all.csv"
    exported(path)
    actions.withdraw(pledge, by=focal_point, at=now, reason="The money went elsewhere.")
    assert "0 imported, 1 known already, 0 changed" in kept_import(path, "--publish", "--update")[1]
    assert [p.status for p in Pledge.objects.all()] == [Status.WITHDRAWN]
