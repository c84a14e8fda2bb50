"""The desk of the doors and the entrance, and the page for phones: what is decided there is decided by the rules."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from kept.registration import actions
from kept.registration.models import CheckIn, CheckInList, Device, DoNotAdmit, Outcome, Registration, State, WalkIn

pytestmark = pytest.mark.django_db
HERE = "/desk/meetings/annual-meeting"


def test_doors_are_set_up_and_a_phone_gets_its_link_this_once(desk, meeting, pools):
    assert desk.post(f"{HERE}/doors/").status_code == 302
    entrance = CheckInList.objects.get()
    page = desk.post(f"{HERE}/doors/{entrance.pk}/", {"do": "phone", "gate": entrance.gates.get().pk, "label": "Ines"})
    link = re.search(r"/check-in/#([\w-]+)", page.content.decode())[1]
    assert actions.good_device(link, datetime.now(UTC)) == Device.objects.get()
    assert link not in desk.get(f"{HERE}/doors/{entrance.pk}/").content.decode()
    assert desk.post(f"{HERE}/doors/phones/{Device.objects.get().pk}/revoke/").status_code == 302
    assert actions.good_device(link, datetime.now(UTC)) is None


def test_the_fire_limit_and_one_more_door_are_set_on_the_page_of_the_door(desk, entrance):
    address = f"{HERE}/doors/{entrance.pk}/"
    assert desk.post(address, {"do": "limit", "fire_limit": 7}).status_code == 302
    assert desk.post(address, {"do": "gate", "name": "Garden"}).status_code == 302
    assert desk.post(address, {"do": "gate", "name": ""}).status_code == 200
    entrance.refresh_from_db()
    assert (entrance.fire_limit, [str(gate) for gate in entrance.gates.all()]) == (7, ["Entrance", "Garden"])


def test_the_room_of_a_session_is_counted_by_itself_and_says_when_it_is_full(desk, meeting, register, entrance):
    session = meeting.sessions.create(code="MAP", titles={"en": "Mapping schools"})
    assert desk.post(f"{HERE}/doors/room/", {"session": 0, "fire_limit": 1}).status_code == 422
    assert desk.post(f"{HERE}/doors/room/", {"session": session.pk, "fire_limit": 1}).status_code == 302
    room = CheckInList.objects.get(session=session)
    ada, bao, gate = register(), register(mode="in_person"), room.gates.get()

    def goes(one: Registration, act: str) -> int:
        return desk.post(f"{HERE}/entrance/{one.key}/", {"do": act, "gate": gate.pk}).status_code

    assert (goes(ada, "admit"), goes(bao, "admit")) == (302, 422)
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", desk.get(f"{HERE}/doors/").content.decode(), re.S)
    told = [(re.findall(r"Inside now\">(\d+)<", row), "Full" in row) for row in rows]
    assert told == [(["0"], False), (["1"], True)]  # the entrance counts by itself
    assert 'data-hx-trigger="every 10s"' in desk.get(f"{HERE}/doors/").content.decode()
    assert (goes(ada, "leave"), goes(bao, "admit")) == (302, 302)
    assert [one.refusal for one in CheckIn.objects.order_by("pk")] == ["", "full", "", ""]


def test_somebody_is_let_in_by_name_once_and_a_mistake_is_taken_back(desk, register, entrance):
    ada = register(family_name="Larkspur")
    page = desk.get(f"{HERE}/entrance/", {"q": "larksp"}).content.decode()
    assert f"{HERE}/entrance/{ada.key}/" in page
    gate = entrance.gates.get().pk
    for _n in range(2):
        assert desk.post(f"{HERE}/entrance/{ada.key}/", {"do": "admit", "gate": gate}).status_code == 302
    assert [one.outcome for one in CheckIn.objects.all()] == [Outcome.ADMITTED, Outcome.DOUBLE]
    for one in CheckIn.objects.all():
        desk.post(f"{HERE}/doors/check-ins/{one.pk}/void/")
    ada.refresh_from_db()
    assert ada.state == State.CONFIRMED


def test_a_refusal_is_said_and_forced_with_a_name_and_a_reason(desk, register, entrance, secretary):
    ada, address = register(mode="remote"), f"{HERE}/entrance/"
    said = {"do": "admit", "gate": entrance.gates.get().pk}
    page = desk.post(f"{address}{ada.key}/", said)
    assert (page.status_code, b"Registered to take part online." in page.content) == (422, True)
    assert desk.post(f"{address}{ada.key}/", said | {"do": "force"}).status_code == 422
    desk.post(f"{address}{ada.key}/", said | {"do": "force", "reason": "Came after all"})
    forced = CheckIn.objects.get(outcome=Outcome.ADMITTED)
    assert (forced.amiss, forced.reason, bool(forced.forced_by)) == ("online", "Came after all", True)


def test_whoever_comes_unregistered_is_provisional_until_seen_and_agreed_to(desk, make_category, entrance):
    category = make_category()
    said = {"category": category.pk, "given_name": "Bao", "family_name": "Walk", "organisation_name": "Hill Radio",
            "country": "CHE", "email": "bao@example.org"}  # fmt: skip
    desk.post(f"{HERE}/entrance/new/", said)
    bao = Registration.objects.get()
    address = f"{HERE}/entrance/{bao.key}/"
    desk.post(f"{address}agree/")
    assert WalkIn.objects.get().agreed_at is None
    desk.post(address, {"do": "document", "document": "passport"})
    desk.post(f"{address}agree/")
    bao.refresh_from_db()
    assert (WalkIn.objects.get().is_provisional, bao.state) == (False, State.CONFIRMED)


def test_who_is_not_admitted_is_on_a_list_with_the_reason_and_may_be_taken_off(desk, register, entrance):
    ada = register()
    desk.post(f"{HERE}/entrance/{ada.key}/", {"do": "bar", "reason": "A court said so."})
    desk.post(f"{HERE}/entrance/not-admitted/", {"name": "Bao Acorn", "reason": "Was violent."})
    page = desk.get(f"{HERE}/entrance/not-admitted/").content.decode()
    assert [words in page for words in ("A court said so.", "Bao Acorn", "Was violent.")] == [True] * 3
    for one in DoNotAdmit.objects.all():
        desk.post(f"{HERE}/entrance/not-admitted/{one.pk}/lift/")
    assert DoNotAdmit.objects.filter(lifted_at=None).count() == 0


def test_the_page_for_phones_is_empty_for_everybody_asks_for_the_camera_alone_and_sets_no_cookie(client, register):
    ada = register()
    page = client.get("/check-in/")
    assert (page.cookies, ada.family_name in page.content.decode()) == ({}, False)
    assert page.headers["Permissions-Policy"].startswith("camera=(self), geolocation=(), microphone=()")
    told = client.get("/ar/check-in/check-in.webmanifest").json()
    assert (told["start_url"], told["scope"], told["dir"]) == ("/ar/check-in/", "/ar/check-in/", "rtl")
    script = client.get("/ar/check-in/worker.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "const PAGE = '/ar/check-in/';" in script.content.decode()


def test_the_doors_are_the_secretariats(client, sign_in, focal_point, register, entrance):
    ada = register()
    stranger = sign_in(focal_point)
    for address in ("doors/", f"doors/{entrance.pk}/", "entrance/", f"entrance/{ada.key}/", "entrance/new/",
                    "entrance/not-admitted/"):  # fmt: skip
        assert stranger.get(f"{HERE}/{address}").status_code == 404
