"""Lists for guards, caterers and protocol: each the least, by a link that ends."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from kept.registration import actions, outside
from kept.registration.models import OutsideList, Quota

pytestmark = pytest.mark.django_db
LISTS = "/desk/meetings/annual-meeting/lists/"


def link_of(desk, kind: str) -> str:
    page = desk.post(LISTS, {"kind": kind, "label": "Night shift"})
    return re.search(r"/meetings/list/[\w-]+/", page.content.decode())[0]


@pytest.fixture
def people(register, make_category, pools, entrance, secretary):
    """A minister who has arrived, a delegate, somebody online, somebody who is not admitted, somebody who walked in."""
    now, head = datetime.now(UTC), make_category("head", protocol=True)
    minister = register(head, given_name="Layla", family_name="Hassan", name_native="ليلى حسن", title="Minister")
    delegate = register(make_category(), family_name="Larkspur", diet="No nuts")
    register(mode="remote", family_name="Faraway", diet="no nuts")
    barred = register(family_name="Mallow", diet="no NUTS", title="Envoy")
    register(delegate.category, family_name="Clover", diet="no nuts")
    actions.bar(entrance.meeting, registration=barred, reason="A court said so.", by=secretary, at=now)
    values = {"given_name": "Bao", "family_name": "Walk", "organisation_name": "Hill Radio", "country": "CHE"}
    made = actions.walk_in(delegate.category, values, email="bao@example.org", by=secretary, at=now)
    actions.see_document(made, "passport", by=secretary, at=now)
    actions.agree_to(made, by=secretary, at=now)
    actions.check_in(minister, entrance.gates.get(), by=secretary, at=now)
    return delegate


def test_guards_read_names_and_documents_and_nothing_more(desk, client, people):
    page = client.get(link_of(desk, "guards")).content.decode()
    assert [name in page for name in ("Hassan", "ليلى حسن", "Larkspur", "Walk", "passport")] == [True] * 5
    assert [word in page for word in ("Faraway", "Mallow", "court", "Hill Radio", people.email, "nuts")] == [False] * 6


def test_caterers_read_numbers_and_no_name(desk, client, people):
    page = client.get(link_of(desk, "catering")).content.decode()
    facts = re.findall(r"<dt><bdi>(.*?)</bdi></dt><dd>(\d+)</dd>", page)
    assert (facts, ">4</" in page or ">4<" in page) == ([("no nuts", "2")], True)
    assert [name in page for name in ("Hassan", "Larkspur", "Walk", "Mallow", "Clover")] == [False] * 5


def test_protocol_reads_whom_it_receives_and_who_has_arrived(desk, client, people):
    page = client.get(link_of(desk, "protocol")).content.decode()
    assert [word in page for word in ("Hassan", "Minister", "Larkspur", "not yet")] == [True, True, False, False]


def test_protocol_reads_states_in_the_order_of_the_language_that_the_meeting_chose(
    register, make_category, meeting, pools
):
    """Germany stands under G in English, under A in French; who comes for no state stands behind them."""
    Quota.objects.filter(pk=pools["room"].pk).update(bookable=9)
    head = make_category("head", protocol=True)
    for name, country in (("Zug", "DEU"), ("Bram", "BEL"), ("Alder", "FRA")):
        register(head, family_name=name, country=country, entity_type="government")
    register(head, family_name="Acorn", country="CHE", entity_type="private_sector")

    def names(order: str) -> list[str]:
        meeting.state_order = order
        return [line[0].split()[-1] for line in outside.for_protocol(meeting, "en")]

    assert (names("en"), names("fr")) == (["Bram", "Alder", "Zug", "Acorn"], ["Zug", "Bram", "Alder", "Acorn"])
    assert outside.for_protocol(meeting, "en")[0][1] == "Germany"  # the meeting lists in French now


def test_a_list_ends_by_hand_and_by_its_day_and_its_link_is_shown_once(desk, client, people, meeting, time_machine):
    link = link_of(desk, "guards")
    answer = client.get(link)
    assert (answer.status_code, answer.cookies, answer.headers["X-Robots-Tag"]) == (200, {}, "noindex")
    assert link not in desk.get(LISTS).content.decode()
    other = link_of(desk, "catering")
    desk.post(f"{LISTS}{OutsideList.objects.get(kind='guards').pk}/end/")
    assert (client.get(link).status_code, client.get(other).status_code) == (404, 200)
    time_machine.move_to(meeting.ends_at + timedelta(hours=12, seconds=1))
    assert client.get(other).status_code == 404
