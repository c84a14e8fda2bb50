"""What the secretariat changes about its own installation, and who may."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from kept.base import actions, amendments, entered, history, places
from kept.base.installation import installation
from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import GroupChange, HistoryEntry, PlaceName, Rate

PAGES = ["desk", "desk_settings", "desk_rates", "desk_places", "desk_groups"]
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize("name", PAGES)
def test_who_is_not_signed_in_is_asked_to(client, db, name):
    answer = client.get(reverse(f"base:{name}"))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_a_focal_point_finds_nothing(client, focal_point, name):
    client.force_login(focal_point)
    assert client.get(reverse(f"base:{name}")).status_code == 404


def test_the_coalition_is_renamed_on_screen_and_history_keeps_both_names(desk, secretary):
    page = desk.get(reverse("base:desk_settings"))
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    form |= {"name_en": "Digital Coalition", "name_fr": "Coalition numérique", "call_back_minutes": "0"}
    assert desk.post(reverse("base:desk_settings"), form).status_code == 302
    row = installation()
    assert (row.name, row.names, row.call_back_minutes) == ("Digital Coalition", {"fr": "Coalition numérique"}, 0)
    entry = HistoryEntry.objects.get(verb="change_settings")
    assert (entry.by, entry.data["from"]["name"], entry.data["to"]["name"]) == (secretary, "Kept", "Digital Coalition")


def test_what_the_coalition_is_and_where_to_write_stand_where_the_settings_page_says(client, secretary):
    about = {"en": "We connect everyone.", "fr": "Nous connectons chacun."}
    actions.change_settings({"about": about, "contact_email": "office@example.org"}, by=secretary, at=NOW)
    for address, words in (("/", "We connect everyone."), ("/fr/", "Nous connectons chacun."), ("/ru/", about["en"])):
        page = client.get(address).content.decode()
        assert f'<p class="quiet measure">{words}</p>' in page, address
        assert f'<meta name="description" content="{words}">' in page
        assert '<a href="mailto:office@example.org">' in page


def test_a_save_that_changes_nothing_leaves_no_history(secretary):
    actions.change_settings({"name": installation().name}, by=secretary, at=NOW)
    assert not HistoryEntry.objects.exists()


def test_a_focal_point_changes_no_setting(focal_point):
    with pytest.raises(NotAllowed):
        actions.change_settings({"name": "Mine"}, by=focal_point, at=NOW)


def test_a_rate_owes_its_source(secretary):
    with pytest.raises(Refused):
        actions.enter_rate("BIF", date(2026, 11, 19), Decimal("0.00034"), " ", by=secretary, at=NOW)


def test_units_for_a_dollar_become_dollars_for_a_unit(desk):
    form = {"currency": "bif", "day": "2026-11-19", "direction": "per_dollar", "rate": "2950", "source": "Central bank"}
    assert desk.post(reverse("base:desk_rates"), form).status_code == 302
    assert Rate.objects.get().usd_per_unit == Decimal("0.000338983051")
    assert entered.rate("BIF", date(2026, 11, 20)).source == "Central bank"


def test_a_rate_of_tomorrow_or_of_no_currency_is_refused_beside_the_field(desk):
    form = {"currency": "QQQ", "day": "2199-01-01", "direction": "per_unit", "rate": "0", "source": "me"}
    page = desk.post(reverse("base:desk_rates"), form)
    assert set(page.context["form"].errors) == {"currency", "day", "rate"}
    assert not Rate.objects.exists()


def test_the_former_rate_of_a_day_stays_in_history(secretary):
    for units in ("0.5", "0.6"):
        actions.enter_rate("XDR", date(2026, 11, 19), Decimal(units), "IMF", by=secretary, at=NOW)
    assert Rate.objects.get().usd_per_unit == Decimal("0.6")
    assert history.of("rates", 1).last().data["from"]["usd_per_unit"].rstrip("0") == "0.5"


def test_a_place_has_this_installations_name_until_it_goes_back(secretary):
    actions.name_place("CZE", {"en": "Czech Republic"}, by=secretary, at=NOW)
    assert (places.name("CZE", "en"), places.name("CZE", "fr")) == ("Czech Republic", "Tchéquie")
    actions.name_place("CZE", {"en": ""}, by=secretary, at=NOW)
    assert (places.name("CZE", "en"), PlaceName.objects.count()) == ("Czechia", 0)


def test_a_country_leaves_a_group_on_its_day_and_comes_back_when_the_change_is_removed(secretary):
    change = actions.enter_group_change("ldc", "BDI", date(2027, 1, 1), False, "A resolution", by=secretary, at=NOW)
    assert "BDI" in places.members("ldc", date(2026, 12, 31))
    assert "BDI" not in places.members("ldc", date(2027, 1, 1))
    actions.remove_group_change(change, by=secretary, at=NOW)
    assert "BDI" in places.members("ldc", date(2027, 1, 1))


def change(day: date, joins: bool) -> GroupChange:
    return GroupChange(group="ldc", country="AAA", day=day, joins=joins, source="A")


def test_a_later_day_moves_a_departure_that_was_scheduled():
    packaged = [{"country": "AAA", "until": date(2026, 11, 24), "status": "scheduled"}]
    moved = amendments.applied(packaged, "AAA", [change(date(2029, 11, 24), False)])
    assert [(row["until"], row["status"]) for row in moved] == [(date(2029, 11, 24), "in force")]


def test_joining_again_calls_a_scheduled_departure_off_and_begins_anew_after_one_that_happened():
    packaged = [{"country": "AAA", "until": date(2026, 11, 24), "status": "scheduled"}]
    assert amendments.applied([dict(packaged[0])], "AAA", [change(date(2026, 1, 1), True)]) == [{"country": "AAA"}]
    again = amendments.applied(packaged, "AAA", [change(date(2030, 1, 1), True)])
    assert [row.get("since") for row in again] == [None, date(2030, 1, 1)]


def test_the_desk_says_that_nothing_waits_or_what(desk, make_pledge):
    assert "Nothing waits" in desk.get(reverse("base:desk")).content.decode()


def test_every_settings_page_tells_who_changed_what(desk, secretary):
    actions.enter_rate("BIF", date(2026, 11, 19), Decimal("0.00034"), "Central bank", by=secretary, at=NOW)
    actions.name_place("CZE", {"en": "Czech Republic"}, by=secretary, at=NOW)
    actions.enter_group_change("ldc", "BDI", date(2027, 1, 1), False, "A resolution", by=secretary, at=NOW)
    told = {name: desk.get(reverse(f"base:{name}")).context["history"][0]["title"] for name in PAGES[2:]}
    assert told == {
        "desk_rates": "Sana Secretary entered a rate for BIF of 19 November 2026.",
        "desk_places": "Sana Secretary changed the names of Czechia.",
        "desk_groups": "Sana Secretary entered that Burundi leaves Least developed countries on 1 January 2027.",
    }
