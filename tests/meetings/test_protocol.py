"""States are listed by the order of the language that a meeting chose; everything else of the order is set by hand."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kept.meetings import actions
from kept.meetings.actions.protocol import arrange, in_order
from kept.meetings.models import Meeting, Profile, Session, SessionRole
from kept.registry import page_cache
from tests.meetings import making
from tests.meetings.test_pages import text_of

STATES = ["AUT", "DEU", "ZAF"]
CODES = ["", "AUT", "BDI", "CIV", "DEU", "ZAF"]
ROLES = st.lists(st.tuples(st.sampled_from(["chair", "panellist", "keynote"]), st.sampled_from(CODES)), max_size=8)


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("en", ["AUT", "DEU", "ZAF"]),  # Austria, Germany, South Africa
        ("fr", ["ZAF", "DEU", "AUT"]),  # Afrique du Sud, Allemagne, Autriche
        ("es", ["DEU", "AUT", "ZAF"]),  # Alemania, Austria, Sudáfrica
        ("ru", ["AUT", "DEU", "ZAF"]),  # Австрия, Германия, Южная Африка
        ("ar", ["DEU", "ZAF", "AUT"]),  # ألمانيا، جنوب أفريقيا، النمسا (without its article)
        ("zh-hans", ["AUT", "DEU", "ZAF"]),  # 奥地利 àodìlì, 德国 déguó, 南非 nánfēi
    ],
)
def test_each_language_has_its_order(language, order):
    assert in_order(STATES, Meeting(state_order=language)) == order


@settings(max_examples=60)
@given(ROLES)
def test_states_are_put_in_order_among_themselves_and_everybody_else_stays(given_roles):
    roles = [SimpleNamespace(kind=kind, profile=SimpleNamespace(country=code)) for kind, code in given_roles]
    order = in_order((code for _kind, code in given_roles if code), Meeting(state_order="fr"))
    found = arrange(roles, order)
    assert [(one.kind, bool(one.profile.country)) for one in found] == [(k, bool(c)) for k, c in given_roles]
    for kind in ("chair", "panellist", "keynote"):
        states = [one.profile.country for one in found if one.kind == kind and one.profile.country]
        assert states == sorted(states, key=order.index)
    assert sorted(map(id, found)) == sorted(map(id, roles)), "nobody is lost"


@pytest.fixture
def panel(programme, secretary):
    """A panel of three states and one person who speaks for none, in the order in which they were asked; in French."""
    actions.change_meeting(programme, {"state_order": "fr"}, by=secretary, at=making.MADE)
    session = Session.objects.get(titles__en="Displaced people")
    for name, country in (("Ada Wren", "DEU"), ("Bo Lark", ""), ("Cy Finch", "AUT"), ("Di Crane", "ZAF")):
        making.speaks(making.speaker(name, by=secretary, country=country), session, by=secretary)
    page_cache.memory.forget()
    return session


@pytest.mark.django_db
def test_the_desk_puts_the_states_of_a_session_in_order(desk, panel):
    address = f"/desk/meetings/annual-meeting/programme/{panel.code}/"
    assert "Put the states in order" in text_of(desk.get(address))
    for _twice in range(2):
        desk.post(address + "states/")
        names = list(panel.roles.order_by("position").values_list("profile__name", flat=True))
        assert names == ["Di Crane", "Bo Lark", "Ada Wren", "Cy Finch"]
    assert SessionRole.objects.get(profile__name="Di Crane").position == 0


@pytest.mark.django_db
def test_the_speakers_page_lists_them_by_state_in_the_meetings_order(client, panel):
    groups = client.get("/meetings/annual-meeting/speakers/?by=state").context["states"]
    assert [(group["name"], [one.name for one in group["people"]]) for group in groups] == [
        ("South Africa", ["Di Crane"]), ("Germany", ["Ada Wren"]), ("Austria", ["Cy Finch"]),
        ("", ["Clara Heronsworth", "Bo Lark"]),
    ]  # fmt: skip
    assert "Français" in text_of(client.get("/meetings/annual-meeting/speakers/?by=state"))
    assert client.get("/meetings/annual-meeting/speakers/?by=shoe-size").context["states"] == []
    slug = Profile.objects.get(name="Di Crane").slug
    assert "South Africa" in text_of(client.get(f"/meetings/speakers/{slug}/"))
