"""The demonstration's figures are reached by counting its rows."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from kept.base import installation, places
from kept.people.models import Organisation
from kept.pledges.counting import counted, counter, end_of
from kept.pledges.models import Pledge, Revision, RevisionPlace, RevisionTag, Status
from kept.site.demo.fates import SEED
from kept.site.demo.load import NotEmpty, load, named
from kept.site.demo.plan import figures, make_plan

YEARS_END = date(2023, 12, 31)


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Loaded once for this file, in a transaction that is rolled back after it."""
    installation.forget()
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        load(force=True)
        yield
        transaction.set_rollback(True)


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demonstration")]


def test_the_end_of_2023_is_as_the_annual_report_has_it():
    then = counter(YEARS_END)
    assert (then.pledges, then.organisations, then.countries) == (845, 408, 138)
    assert round(then.amount_usd / 10**9, 2) == Decimal("36.78")


@pytest.mark.parametrize("stone", figures()["milestone"], ids=lambda s: str(s["day"]))
def test_every_published_milestone_is_met(stone):
    then = counter(stone["day"])
    assert (then.pledges, then.organisations, then.countries) == (
        stone["pledges"],
        stone["entities"],
        stone["countries"],
    )
    assert abs(then.amount_usd / 10**9 - Decimal(stone["billion"])) < Decimal("0.05")


def rows_of_2023():
    return counted(YEARS_END).filter(published_at__gte=end_of(date(2022, 12, 31)))


def share(rows, **tag) -> int:
    total = rows.count()
    with_tag = RevisionTag.objects.filter(revision__in=rows.order_by().values("pk"), **tag)
    return round(100 * with_tag.values("revision").distinct().count() / total)


def test_the_kinds_of_2023_have_the_shares_of_the_report():
    rows = rows_of_2023()
    assert rows.count() == 293
    assert [share(rows, taxonomy="kind", slug=k) for k in ("programme", "advocacy", "policy")] == [58, 21, 12]


def test_women_and_girls_have_the_shares_of_the_report():
    assert share(rows_of_2023(), taxonomy="beneficiary", slug="women-and-girls") == 47
    assert share(counted(YEARS_END), taxonomy="beneficiary", slug="women-and-girls") == 52


def test_least_developed_countries_have_the_pledges_and_the_money_of_the_report():
    rows = counted(YEARS_END).order_by()
    reach = RevisionPlace.objects.filter(revision__in=rows.values("pk"), kind="country")
    ids = {
        pk
        for pk, day, code in reach.values_list("revision", "revision__day", "code")
        if code in places.members("ldc", day)
    }
    assert len(ids) == 261
    usd = Revision.objects.filter(pk__in=ids).aggregate(cents=Sum("usd_cents"))["cents"]
    assert round(Decimal(usd) / 10**11, 2) == Decimal("12.24")


def test_origins_have_the_shares_of_the_report():
    rows = counted(YEARS_END)
    found = {r: 0 for r in ("150", "002", "019")}
    usd = 0
    for origin, cents in rows.values_list("origin", "usd_cents"):
        region = places.region_of(origin) if origin else None
        if region in found:
            found[region] += 1
            usd += cents or 0
    assert [round(100 * n / 845) for n in found.values()] == [29, 21, 20]
    assert round(Decimal(usd) / 10**11, 1) == Decimal("26.5")


def test_new_money_of_2023_comes_from_companies_and_governments_as_reported():
    rows = rows_of_2023()
    cents = {t: rows.filter(entity_type=t).aggregate(c=Sum("usd_cents"))["c"] for t in ("private-sector", "government")}
    assert Decimal("5.9") < Decimal(cents["private-sector"]) / 10**11 < Decimal("6.0")
    assert Decimal("0.9") < Decimal(cents["government"]) / 10**11 < Decimal("1.0")


def test_the_top_goals_are_those_of_the_report():
    rows = counted(YEARS_END).order_by()
    found = RevisionTag.objects.filter(revision__in=rows.values("pk"), taxonomy="sdg").values_list("slug", flat=True)
    counts = {slug: list(found).count(slug) for slug in set(found)}
    assert sorted(counts, key=counts.get, reverse=True)[:3] == ["9", "4", "10"]


def test_real_organisations_carry_their_source_and_nothing_invented():
    real = Revision.objects.filter(pledge__source_name="reported", n__isnull=False)
    assert real.count() == 8
    for revision in real:
        assert revision.content["source"]["name"]
        assert "indicators" not in revision.content
        assert "sdgs" not in revision.content
        assert revision.pledge.contact_email == ""
    assert Organisation.objects.filter(invented=False, memberships__isnull=False).count() == 0


def test_something_of_every_state_lies_on_the_desk():
    states = {s: Pledge.objects.filter(status=s).count() for s in Status.values}
    assert states["submitted"] == 14
    assert states["changes_requested"] == 9
    assert states["accepted"] == 5
    assert states["withdrawn"] > 5
    assert states["superseded"] > 0


def test_an_organisation_has_the_same_name_on_whatever_day_the_demonstration_is_made():
    def known(today: date) -> list[str]:
        every = make_plan(random.Random(SEED), today, []).organisations
        return named([one for one in every if one.since <= figures()["milestone"][-1]["day"]])

    assert known(date(2026, 11, 27)) == known(date(2027, 2, 1))
    assert known(date(2026, 11, 27))[0] == "Walrus Mobile"  # the journeys go by its name


def test_nothing_lies_in_the_future():
    assert not Revision.objects.filter(valid_from__gt=datetime.now(UTC)).exists()


def test_it_goes_only_into_an_empty_database():
    with pytest.raises(NotEmpty):
        load(force=True)
