"""The desk's list, yes and no to several, pools; a focal point's page."""

from __future__ import annotations

import pytest

from kept.registration.models import Approval, Quota, Registration

pytestmark = pytest.mark.django_db
LIST = "/desk/meetings/annual-meeting/registrations/"


def test_one_finds_by_name_organisation_and_address(desk, register):
    register(family_name="Larkspur")
    register(family_name="Mallow", organisation_name="Hill Radio")
    for words, found in (("larksp", b"Larkspur"), ("hill", b"Mallow"), ("p2@example", b"Mallow")):
        page = desk.get(LIST, {"q": words}).content
        assert [name in page for name in (b"Larkspur", b"Mallow")] == [
            name == found for name in (b"Larkspur", b"Mallow")
        ]
    assert b"Mallow" not in desk.get(LIST, {"state": "rejected"}).content
    assert b"Mallow" in desk.get(LIST, {"state": "confirmed", "mode": "in_person", "sort": "name"}).content


def test_the_list_is_narrowed_by_kind_and_country_and_its_tabs_and_its_sheet_stay_so(desk, register, make_category):
    press = make_category("press", approval=Approval.SECRETARIAT)
    usual = make_category()
    register(usual, family_name="Larkspur", country="KEN", entity_type="government")
    register(usual, family_name="Mallow", country="BTN", entity_type="government")
    register(press, family_name="Sorrel", country="KEN", entity_type="private_sector")
    page = desk.get(LIST, {"country": "KEN", "q": "r"})
    assert [line["row"].family_name for line in page.context["lines"]] == ["Sorrel", "Larkspur"]
    told = {
        tab["name"]: (tab["count"], "country=KEN" in tab["url"] and "q=r" in tab["url"]) for tab in page.context["tabs"]
    }
    assert told == {"All": (2, True), "waits for the secretariat": (1, True), "confirmed": (1, True)}
    assert page.context["countries"] == [("BTN", "Bhutan"), ("KEN", "Kenya")]
    assert "country=KEN" in page.context["sheet_url"] and "country=KEN" in page.context["write_url"]
    both = desk.get(LIST, {"country": "KEN", "entity_type": "government"})
    assert [line["row"].family_name for line in both.context["lines"]] == ["Larkspur"]
    assert not desk.get(LIST, {"country": "XXX"}).context["lines"]


def test_several_are_approved_at_once_and_who_cannot_be_is_named(desk, register, make_category):
    press = make_category("press", approval=Approval.SECRETARIAT)
    waits = [register(press), register(press)]
    seated = register(make_category())
    page = desk.post(f"{LIST}decide/", {"do": "approve", "picked": [one.key for one in (*waits, seated)]}, follow=True)
    assert b"2 registrations decided." in page.content
    assert seated.name.encode() in page.content
    assert set(Registration.objects.values_list("state", flat=True)) == {"confirmed", "waitlisted"}


def test_a_no_owes_its_reason(desk, register):
    one = register()
    desk.post(f"{LIST}decide/", {"do": "reject", "picked": one.key})
    one.refresh_from_db()
    assert one.state == "confirmed"
    desk.post(f"{LIST}decide/", {"do": "reject", "picked": one.key, "reason": "Twice."})
    one.refresh_from_db()
    assert (one.state, one.state_reason) == ("rejected", "Twice.")


def test_more_seats_are_offered_to_who_waits(desk, register, pools):
    for _one in range(3):
        last = register()
    address = f"{LIST}pools/{pools['room'].pk}/"
    assert desk.post(address, {"bookable": 1, "protocol_reserve": 5}).status_code == 200
    assert desk.post(address, {"bookable": 3, "protocol_reserve": 0}).status_code == 302
    last.refresh_from_db()
    assert last.state == "offered"


def test_the_usual_is_set_up_without_code(desk, meeting):
    assert desk.post(f"{LIST}pools/", {"seats": 40, "reserve": ""}).status_code == 302
    assert list(Quota.objects.values_list("bookable", flat=True)) == [40, None]
    assert meeting.categories.count() == 7


def test_who_does_not_work_here_finds_nothing(client, focal_point, register):
    one = register()
    client.force_login(focal_point)
    for address in (LIST, f"{LIST}pools/"):
        assert client.get(address).status_code == 404
    assert client.post(f"{LIST}decide/", {"do": "reject", "picked": one.key, "reason": "x"}).status_code == 404


def test_a_focal_point_confirms_one_and_refuses_another(
    client, make_category, register, make_organisation, make_member
):
    lake = make_organisation("Lake Networks")
    category = make_category(approval=Approval.ORGANISATION)
    client.force_login(make_member(lake, email="focal@example.org"))
    first, second = (register(category, organisation=lake) for _one in range(2))
    assert client.get("/my/delegations/").content.count(b"Yes, one of ours") == 2
    client.post(f"/my/delegations/{first.key}/confirm/")
    client.post(f"/my/delegations/{second.key}/refuse/", {"reason": ""})
    second.refresh_from_db()
    assert second.state == "pending_focal_point"
    client.post(f"/my/delegations/{second.key}/refuse/", {"reason": "Nobody of that name."})
    assert list(Registration.objects.order_by("pk").values_list("state", flat=True)) == [
        "pending_secretariat",
        "rejected",
    ]


def test_a_stranger_confirms_nobody(client, make_category, register, make_organisation, make_member):
    lake, hill = make_organisation("Lake Networks"), make_organisation("Hill Radio")
    make_member(lake, email="focal@example.org")
    one = register(make_category(approval=Approval.ORGANISATION), organisation=lake)
    client.force_login(make_member(hill, email="hill@example.org"))
    assert one.name.encode() not in client.get("/my/delegations/").content
    assert client.post(f"/my/delegations/{one.key}/confirm/").status_code == 404
