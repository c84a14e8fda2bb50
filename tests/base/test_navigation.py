"""Menus are made of what rooms register."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import path

from kept.base import navigation
from kept.base.navigation import Entry


def nothing(_request):
    return HttpResponse("")


urlpatterns = [
    path("", nothing, name="home"),
    path("pledges/", nothing, name="pledges"),
    path("pledges/new/", nothing, name="pledge_new"),
    path("desk/", nothing, name="desk"),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _own_entries(monkeypatch):
    monkeypatch.setattr(navigation, "_entries", [])


def shown(where: str = "/", person=None, section: str = "public"):
    return navigation.lines(section, RequestFactory().get(where), person)


def test_entries_stand_in_their_order_not_in_that_of_registration():
    navigation.register(Entry("Pledges", "pledges", 20))
    navigation.register(Entry("Coalition", "home", 10))
    assert [line.name for line in shown()] == ["Coalition", "Pledges"]


def test_the_same_address_registered_twice_stands_once_with_its_last_name():
    navigation.register(Entry("Pledges", "pledges", 20))
    navigation.register(Entry("Register", "pledges", 20))
    assert [line.name for line in shown()] == ["Register"]


def test_who_may_not_enter_does_not_see_the_door():
    navigation.register(Entry("Desk", "desk", 1, section="desk", permission=lambda person: person == "staff"))
    assert [line.name for line in shown(person="staff", section="desk")] == ["Desk"]
    assert shown(person="reader", section="desk") == []


def test_an_address_that_this_installation_does_not_serve_is_left_out():
    navigation.register(Entry("Awards", "awards", 1))
    assert shown() == []


@pytest.mark.parametrize(
    ("where", "current"),
    [
        ("/", "Coalition"),
        ("/pledges/", "Pledges"),
        ("/pledges/P-00001/", "Pledges"),
        ("/pledges/new/", "New"),
        ("/elsewhere/", None),
    ],
)
def test_the_nearest_entry_above_a_page_is_the_current_one(where, current):
    for entry in (Entry("Coalition", "home", 1), Entry("Pledges", "pledges", 2), Entry("New", "pledge_new", 3)):
        navigation.register(entry)
    assert [line.name for line in shown(where) if line.current] == ([current] if current else [])


def test_the_desks_menu_stands_under_headings_with_what_waits():
    navigation.register(Entry("To review", "pledges", 1, section="desk", group="Pledges", badge=lambda person: 14))
    navigation.register(Entry("New", "pledge_new", 2, section="desk", group="Pledges"))
    navigation.register(Entry("Settings", "desk", 3, section="desk", group="Coalition"))
    groups = navigation.groups("desk", RequestFactory().get("/"), "staff")
    assert [(group.name, [(line.name, line.badge) for line in group.lines]) for group in groups] == [
        ("Pledges", [("To review", 14), ("New", None)]),
        ("Coalition", [("Settings", None)]),
    ]


def test_a_section_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="no section"):
        navigation.register(Entry("X", "home", 1, section="footer"))


def test_a_role_is_played_by_the_address_of_its_name_or_the_one_pointed_to(monkeypatch):
    monkeypatch.setattr(navigation, "_points", {})
    assert navigation.find("home") == "/"
    assert navigation.find("open_data") == ""
    navigation.point("open_data", "pledges")
    assert navigation.find("open_data") == "/pledges/"


def test_the_desk_begins_at_the_first_entry_that_one_may_see_without_counting_anything():
    def nobody_counts(person):
        raise AssertionError("a badge was asked")

    navigation.register(
        Entry("Settings", "desk", 1, section="desk", permission=lambda person: person == "head", badge=nobody_counts)
    )
    navigation.register(Entry("To review", "pledges", 2, section="desk", badge=nobody_counts))
    assert navigation.first("desk", "head") == "/desk/"
    assert navigation.first("desk", "staff") == "/pledges/"
    assert navigation.first("my", "staff") == ""
