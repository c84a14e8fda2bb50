"""What is measured of a pledge whose wording changed: what it first asked for, whatever a later wording leaves out."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from kept.pledges.actions.revising import revise_record
from kept.pledges.content import Indicator, PledgeContent
from kept.progress import restate
from kept.progress.models import Standing
from kept.progress.promised import MONEY, headline_of

SCHOOLS = Indicator("Schools connected", "schools", "0", "214", "2027-12", headline=True)
LEAFLETS = Indicator("Leaflets printed", "leaflets", "0", "10", "2027-12", headline=True)
FIRST = PledgeContent(indicators=(SCHOOLS,), end="2027-12")


def measured(*wordings: PledgeContent) -> tuple:
    found = headline_of(wordings)
    return found.name, found.first.target, found.now.target, found.easier


def fewer(target: str, by: str = "2027-12") -> PledgeContent:
    return PledgeContent(indicators=(Indicator("Schools connected", "schools", "0", target, by, headline=True),))


def test_a_later_wording_that_asks_for_less_or_later_is_known_and_one_that_asks_for_more_is_not():
    assert measured(FIRST, fewer("100")) == ("Schools connected", Decimal(214), Decimal(100), True)
    assert measured(FIRST, fewer("214", "2029-12"))[3] is True
    assert measured(FIRST, fewer("300"))[3] is False
    assert headline_of([FIRST, fewer("214", "2029-12")]).first.end == date(2027, 12, 31)


@pytest.mark.parametrize("present", [PledgeContent(end="2027-12"), PledgeContent(amount="5000", currency="USD")])
def test_a_target_that_a_later_wording_leaves_out_goes_on_being_measured(present):
    assert measured(FIRST, present) == ("Schools connected", Decimal(214), None, True)


def test_an_amount_that_a_later_wording_leaves_out_goes_on_being_measured():
    first = PledgeContent(amount="5000", currency="USD", end="2027-12")
    assert measured(first, PledgeContent(end="2027-12")) == (MONEY, Decimal(5000), None, True)


def test_something_else_in_place_of_the_first_target_is_shown_as_such_and_something_beside_it_is_not():
    assert measured(FIRST, PledgeContent(indicators=(LEAFLETS,))) == (
        "Leaflets printed",
        Decimal(10),
        Decimal(10),
        True,
    )
    beside = Indicator("Schools connected", "schools", "0", "214", "2027-12")
    assert measured(FIRST, PledgeContent(indicators=(LEAFLETS, beside), end="2027-12"))[3] is False
    exact = PledgeContent(amount="5000", currency="USD", indicators=(SCHOOLS,), end="2027-12")
    assert measured(PledgeContent(amount="5000", currency="USD", end="2027-12"), exact)[3] is False


@pytest.mark.django_db
def test_who_takes_the_target_out_of_the_wording_is_judged_by_the_first_and_readers_see_it(
    make_pledge, make_round, make_report, client, later
):
    pledge = make_pledge("published")
    make_round()
    make_report(pledge, "accepted", value="81")
    pledge.refresh_from_db()
    shorter = pledge.current
    shorter.content = {name: value for name, value in shorter.content.items() if name != "indicators"}
    with transaction.atomic():
        revise_record(pledge, shorter, at=later(1))
    restate.restate([pledge.pk], at=later(1) + timedelta(minutes=1))
    row = Standing.objects.at(later(2)).get(pledge=pledge)
    assert (row.standing, row.target, row.value, row.easier, row.revised) == ("on_track", 214, 81, True, "unjudged")
    page = client.get(f"/pledges/{pledge.reference}/").content.decode()
    assert "a later wording asks for less, for later, or for something else" in page
    assert "81 of 214 posts" in page
