"""What a later room shows on the registry's pages, in the pledge's bar and in its story."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.pledges.presenting import BarView
from kept.registry import bars, panels, story
from tests.registry.test_pages import read, words

pytestmark = pytest.mark.django_db
TAG = "components/tag.html"


@pytest.fixture
def panel():
    """Registers panels for one test."""
    made = []

    def register(page, slot, context, **more):
        one = panels.Panel(f"test {slot}", page=page, slot=slot, template=TAG, context=context, **more)
        panels.register(one)
        made.append(one)

    yield register
    for one in made:
        panels.unregister(one.page, one.name)


def test_a_panel_stands_in_every_slot_of_every_page(client, make_pledge, panel):
    pledge = make_pledge("published", targets=["BDI"])
    addresses = {
        "home": "/", "counter": "/counter/", "pledge": f"/pledges/{pledge.reference}/",
        "organisation": f"/organisations/{pledge.lead.slug}/", "country": "/countries/BDI/", "region": "/regions/014/",
        "group": "/groups/ldc/", "focus": "/focus/access/", "sdg": "/sdgs/4/",
    }  # fmt: skip
    for page in addresses:
        for slot in panels.PAGES[page]:
            panel(page, slot, lambda shown, slot=slot: {"text": f"{slot} of {shown.page}"})
    for page, address in addresses.items():
        text = words(read(client, address))
        assert [slot for slot in panels.PAGES[page] if f"{slot} of {page}" not in text] == [], page


def test_a_panel_that_has_nothing_to_say_is_not_there_and_a_slot_that_is_not_there_is_refused(
    client, make_pledge, panel
):
    pledge = make_pledge("published")
    asked = []
    panel("pledge", "main", lambda shown: asked.append((shown.subject, shown.view.reference, shown.language)))
    read(client, f"/fr/pledges/{pledge.reference}/")
    assert asked == [(pledge, pledge.reference, "fr")]
    with pytest.raises(ValueError, match="has no slot 'cellar'"):
        panel("pledge", "cellar", lambda shown: None)


def test_a_room_that_knows_how_a_promise_fares_draws_its_bar_everywhere(client, make_pledge):
    pledge = make_pledge("published")

    def source(revisions, language):
        return {r.pledge_id: BarView("81 of 212 schools", "late", 212, 137, 81) for r in revisions}

    bars.register(source)
    try:
        for address in ("/pledges/", f"/pledges/{pledge.reference}/"):
            assert "81 of 212 schools" in words(read(client, address))
    finally:
        bars.unregister(source)


def test_what_a_later_room_tells_stands_in_the_story_at_its_time(client, make_pledge):
    pledge = make_pledge("published")

    def source(asked):
        return [story.Happening(datetime(2031, 1, 2, tzinfo=UTC), "report.accepted", 0, template=TAG, context={})]

    story.register(source)
    try:
        assert [one.type for one in story.story(pledge)] == ["report.accepted", "pledge.published"]
        assert client.get(f"/pledges/{pledge.reference}/").status_code == 200
        history = client.get(f"/api/v1/pledges/{pledge.reference}/history").json()["results"]
        assert [(one["type"], one["document"] is None) for one in history][0] == ("report.accepted", True)
    finally:
        story.unregister(source)
