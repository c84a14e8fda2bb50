"""Delegations: never more in person than their number; registered by a focal point, asked by mail; substitutes; spreadsheets."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.base.lifecycle import NotAllowed, Refused
from kept.base.models import OutgoingMail
from kept.people.models import Link
from kept.registration import actions
from kept.registration.actions import arriving, seats
from kept.registration.addresses import CONFIRM, own_link
from kept.registration.delegation_sheet import COLUMNS, OF_SEVERAL
from kept.registration.models import Delegation, Quota, Registration, Seat, SeatState
from tests.registration.conftest import agree

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


@pytest.fixture
def lake(make_organisation):
    return make_organisation("Lake Networks")


@pytest.fixture
def delegation(meeting, lake) -> Delegation:
    return actions.delegation_of(meeting, lake)


@pytest.fixture
def focal(lake, make_member):
    return make_member(lake, email="focal@example.org")


@pytest.fixture
def send(delegation, focal, make_category):
    """A focal point registers somebody; they say yes where `yes`."""

    def go(n: int, *, category=None, mode="in_person", yes=True) -> Registration:
        category = category or make_category(f"c{n}")
        values = {"given_name": "Ada", "family_name": f"Acorn {n}"}
        made = actions.register_for(
            delegation, actions.Sent(category, mode, f"a{n}@example.org", values), by=focal, at=NOW
        )
        return actions.agree_to_come(made, text="…", language="en", at=NOW) if yes else made

    return go


def placed(delegation) -> int:
    rows = Seat.objects.filter(registration__delegation=delegation, quota__mode="in_person").exclude(
        state=SeatState.RELEASED
    )
    return rows.values("registration").distinct().count()


# --- the number ---------------------------------------------------------------------------------------


def test_a_focal_point_registers_no_more_than_the_number_in_person_and_anybody_online(send, delegation, make_category):
    actions.limit_delegation(delegation, 2, by=None, at=NOW)
    category = make_category()
    assert [send(n, category=category).state for n in (1, 2)] == ["confirmed", "confirmed"]
    with pytest.raises(actions.DelegationFull):
        send(3, category=category)
    assert send(4, category=category, mode="remote").state == "confirmed"


def test_whoever_would_be_one_too_many_is_told_and_their_link_stays_good(
    meeting, pools, delegation, make_category, lake
):
    actions.limit_delegation(delegation, 1, by=None, at=NOW)
    category, arrivals = make_category(), []
    for n in (1, 2):
        values = {"given_name": "Ada", "family_name": "Acorn", "country": "CHE", "organisation": lake}
        one = actions.start(
            meeting, category, email=f"a{n}@example.org", mode="in_person", by=None, at=NOW, values=values
        )
        agree(one)
        actions.submit(one, by=None, at=NOW)
        Registration.objects.filter(pk=one.pk).update(delegation=delegation)
        arrivals.append(arriving.Arrival(own_link(one, at=NOW, purpose=CONFIRM), NOW))
    arriving.act_for(arrivals)
    assert [type(one.outcome).__name__ for one in arrivals] == ["Registration", "DelegationFull"]
    assert list(Link.objects.filter(purpose=CONFIRM).order_by("pk").values_list("used_at", flat=True)) == [NOW, None]
    assert (placed(delegation), seats.drifted()) == (1, [])


def test_who_registers_alone_for_an_organisation_counts_in_its_delegation_once_confirmed(
    register, make_category, lake, focal, secretary, meeting
):
    category = make_category(approval="organisation")
    one = register(category, organisation=lake)
    actions.approve_for_organisation(one, by=focal, at=NOW)
    one.refresh_from_db()
    assert one.delegation.organisation == lake
    actions.limit_delegation(one.delegation, 0, by=None, at=NOW)
    with pytest.raises(actions.DelegationFull):
        actions.approve(one, by=secretary, at=NOW)
    one.refresh_from_db()
    assert one.state == "pending_secretariat"


STEP = st.one_of(
    st.tuples(st.just("send"), st.sampled_from(["in_person", "remote"]), st.booleans()),
    st.tuples(
        st.just("do"), st.integers(0, 20), st.sampled_from(["cancel", "yes", "in_person", "remote", "accept_offer"])
    ),
    st.tuples(st.just("instead"), st.integers(0, 20)),
    st.tuples(st.just("seats"), st.sampled_from([0, 1, 4])),
)


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEP, min_size=6, max_size=20))
def test_no_order_of_events_seats_more_of_a_delegation_than_its_number(steps, delegation, focal, make_category, pools):
    with transaction.atomic():
        actions.limit_delegation(delegation, 2, by=None, at=NOW)
        category, people = make_category(), []
        room = Quota.objects.get(pk=pools["room"].pk)
        for n, (verb, *said) in enumerate(steps):
            with suppress(Refused):
                act(verb, said, n, people, category, delegation, focal, room)
            assert placed(delegation) <= 2
            assert seats.drifted() == []
        transaction.set_rollback(True)


def act(verb, said, n, people, category, delegation, focal, room) -> None:
    values, email = {"given_name": "Ada", "family_name": f"Acorn {n}"}, f"a{n}@example.org"
    if verb == "seats":
        actions.change_pool(room, bookable=said[0], protocol_reserve=0, by=None, at=NOW)
    elif verb == "send":
        sent = actions.Sent(category, said[0], email, values)
        people.append(actions.register_for(delegation, sent, by=focal, at=NOW).pk)
        if said[1]:
            actions.agree_to_come(Registration.objects.get(pk=people[-1]), text="…", language="en", at=NOW)
    elif people:
        one = Registration.objects.select_related("delegation", "category").get(pk=people[said[0] % len(people)])
        if verb == "instead":
            people.append(actions.substitute(one, email=email, values=values, by=focal, at=NOW).pk)
        elif said[1] == "yes":
            actions.agree_to_come(one, text="…", language="en", at=NOW)
        elif said[1] in ("in_person", "remote"):
            actions.switch(one, said[1], by=None, at=NOW)
        else:
            getattr(actions, said[1])(one, by=None, at=NOW)


# --- consent, substitutes, head ------------------------------------------------------------------------


def test_nobody_is_registered_by_others_without_their_own_yes(send, client, pools):
    one = send(1, yes=False)
    assert (one.state, one.seats.count(), one.consents.count()) == ("submitted", 0, 0)
    link = Link.objects.get(purpose="registration_for_you")
    assert OutgoingMail.objects.get(kind="registration/for_you").to == "a1@example.org"
    page = client.get(f"/l/{link.token}/").content.decode()
    assert "What I write here is used to hold this meeting" in page
    one.refresh_from_db()
    assert one.state == "submitted"
    client.post(f"/l/{link.token}/")
    one.refresh_from_db()
    assert (one.state, one.consents.get().text) == (
        "confirmed", "What I write here is used to hold this meeting, and for nothing else."
    )  # fmt: skip


def test_a_substitute_has_the_place_in_line_of_the_one_they_come_for(
    send, delegation, focal, make_category, register, pools
):
    category = make_category()
    register(category)
    register(category)
    first, second = send(1, category=category), send(2, category=category)
    assert (first.state, second.state) == ("waitlisted", "waitlisted")
    actions.make_head(delegation, first, by=focal, at=NOW)
    new = actions.substitute(first, email="new@example.org", values={"given_name": "Bao", "family_name": "New"}, by=focal,
                             at=NOW)  # fmt: skip
    with pytest.raises(Refused, match="asked already"):
        actions.substitute(
            first, email="b@example.org", values={"given_name": "B", "family_name": "B"}, by=focal, at=NOW
        )
    first.refresh_from_db()
    assert first.state == "waitlisted"
    new = actions.agree_to_come(new, text="…", language="en", at=NOW)
    first.refresh_from_db()
    delegation.refresh_from_db()
    line = Seat.objects.filter(quota=pools["room"], state="waiting").order_by("arrival")
    assert [seat.registration for seat in line] == [new, second]
    assert (first.state, new.state, delegation.head, seats.drifted()) == ("withdrawn", "waitlisted", new, [])


def test_who_speaks_for_another_organisation_sends_nobody(delegation, make_organisation, make_member, make_category):
    stranger = make_member(make_organisation("Hill Radio"), email="hill@example.org")
    sent = actions.Sent(make_category(), "in_person", "a@example.org", {"given_name": "A", "family_name": "B"})
    with pytest.raises(NotAllowed):
        actions.register_for(delegation, sent, by=stranger, at=NOW)


# --- on the focal point's pages --------------------------------------------------------------------------

PAGE = "/my/delegations/annual-meeting/of/lake-networks/"


def sheet(rows: list[dict], columns=COLUMNS) -> SimpleUploadedFile:
    """A spreadsheet as a focal point fills it in, in CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [key for key, _label, _width in columns])
    writer.writeheader()
    writer.writerows(rows)
    return SimpleUploadedFile("people.csv", out.getvalue().encode())


def people(count: int) -> list[dict]:
    return [
        {"given_name": "Ada", "family_name": f"Acorn {n}", "email": f"a{n}@example.org", "category": "delegate"}
        for n in range(1, count + 1)
    ]


def test_a_spreadsheet_registers_all_or_nobody_and_says_what_to_do(client, focal, delegation, make_category):
    make_category(approval="organisation")
    actions.limit_delegation(delegation, 3, by=None, at=NOW)
    client.force_login(focal)
    rows = people(5)
    rows[1] |= {"email": "a1@example.org"}
    rows[2] |= {"family_name": "", "country": "Atlantis", "mode": "online"}
    rows[3] |= {"category": "king"}
    page = client.post(f"{PAGE}spreadsheet/", {"spreadsheet": sheet(rows)})
    told = [(one.row, one.column) for one in page.context["wrong"]]
    assert told == [(3, "Mail address"), (4, "Family name"), (4, "Country"), (5, "Category"), (6, "Takes part")]
    assert (page.status_code, Registration.objects.count()) == (422, 0)
    rows = people(4)
    rows[3] |= {"mode": "en ligne", "country": "Burundi", "language": "français"}
    assert client.post(f"{PAGE}spreadsheet/", {"spreadsheet": sheet(rows)}).status_code == 302
    made = Registration.objects.order_by("pk")
    assert [(one.state, one.mode) for one in made] == [("submitted", "in_person")] * 3 + [("submitted", "remote")]
    assert (made[3].language, made[0].country, made[0].delegation) == ("fr", "BDI", delegation)
    again = client.post(f"{PAGE}spreadsheet/", {"spreadsheet": sheet(people(1))})
    assert "This address is registered already." in again.content.decode()


def test_the_team_sends_a_spreadsheet_for_any_organisation(desk, lake, meeting, make_category):
    make_category()
    sent = {"spreadsheet": sheet(people(2))}
    assert desk.post(f"{PAGE}spreadsheet/", sent).status_code == 302
    assert [(one.state, str(one.delegation.organisation)) for one in Registration.objects.all()] == [
        ("submitted", "Lake Networks")
    ] * 2
    listed = desk.get("/desk/meetings/annual-meeting/registrations/setup/delegations/").content.decode()
    assert PAGE in listed


def test_the_team_sends_people_of_several_organisations_in_one_spreadsheet(
    desk, lake, make_organisation, make_category, meeting
):
    make_category()
    hill, here = make_organisation("Hill Radio"), "/desk/meetings/annual-meeting/registrations/spreadsheet/"
    actions.limit_delegation(actions.delegation_of(meeting, hill), 1, by=None, at=NOW)
    rows = [one | {"organisation": name} for one, name in zip(
        people(4), ("Lake Networks", "hill radio", "Hill Radio", "Nobody Knows"), strict=True
    )]  # fmt: skip
    page = desk.post(here, {"spreadsheet": sheet(rows, OF_SEVERAL)})
    assert [(one.row, one.column) for one in page.context["wrong"]] == [(4, "Takes part"), (5, "Organisation")]
    assert (page.status_code, Registration.objects.count()) == (422, 0)
    assert desk.post(here, {"spreadsheet": sheet(people(1))}).status_code == 200  # no column for the organisation
    assert desk.post(here, {"spreadsheet": sheet(rows[:2], OF_SEVERAL)}).status_code == 302
    made = [(str(one.delegation.organisation), one.state, one.email) for one in Registration.objects.order_by("pk")]
    assert made == [("Lake Networks", "submitted", "a1@example.org"), ("Hill Radio", "submitted", "a2@example.org")]
    assert OutgoingMail.objects.filter(kind="registration/for_you").count() == 2
    empty = openpyxl.load_workbook(io.BytesIO(desk.get(here.replace("spreadsheet/", "people.xlsx")).content)).active
    assert [cell.value for cell in empty[1]][:2] == ["Organisation", "Given name"]


def test_the_empty_spreadsheet_is_read_back_in_every_language(client, focal, delegation, make_category):
    make_category()
    client.force_login(focal)
    for prefix in ("", "/ar", "/zh-hans"):
        book = openpyxl.load_workbook(io.BytesIO(client.get(f"{prefix}{PAGE}delegation.xlsx").content))
        book.active.append(["Ada", f"Acorn {prefix}", "", "", f"a{prefix[1:]}@example.org"])
        out = io.BytesIO()
        book.save(out)
        answer = client.post(f"{PAGE}spreadsheet/", {"spreadsheet": SimpleUploadedFile("people.xlsx", out.getvalue())})
        assert answer.status_code == 302, answer.context["wrong"]


def test_one_is_registered_leads_is_replaced_and_taken_back_on_the_page(client, focal, delegation, make_category):
    make_category()
    client.force_login(focal)
    said = {"given_name": "Ada", "family_name": "Acorn", "email": "ada@example.org", "category": "delegate",
            "mode": "in_person", "country": "BDI", "language": "en"}  # fmt: skip
    assert client.post(f"{PAGE}register/", said | {"email": "no"}).status_code == 422
    assert client.post(f"{PAGE}register/", said).status_code == 302
    ada = Registration.objects.get()
    client.post(f"{PAGE}{ada.key}/head/")
    actions.agree_to_come(ada, text="…", language="en", at=NOW)
    assert (
        client.post(
            f"{PAGE}{ada.key}/substitute/", said | {"given_name": "Bao", "email": "bao@example.org"}
        ).status_code
        == 302
    )
    page = client.get(PAGE).content.decode()
    assert ("head of delegation" in page, "Comes instead of Ada Acorn" in page) == (True, True)
    client.post(f"{PAGE}{ada.key}/withdraw/", {"reason": ""})
    ada.refresh_from_db()
    assert ada.state == "confirmed"
    client.post(f"{PAGE}{ada.key}/withdraw/", {"reason": "Not this year."})
    ada.refresh_from_db()
    assert ada.state == "withdrawn"


def test_another_organisations_delegation_is_not_there(client, delegation, make_organisation, make_member, send):
    one = send(1, yes=False)
    client.force_login(make_member(make_organisation("Hill Radio"), email="hill@example.org"))
    for address in (PAGE, f"{PAGE}register/", f"{PAGE}spreadsheet/", f"{PAGE}delegation.xlsx"):
        assert client.get(address).status_code == 404
    assert client.post(f"{PAGE}{one.key}/head/").status_code == 404


def test_the_desk_sets_the_number_of_an_organisation(desk, meeting, lake, pools):
    address = "/desk/meetings/annual-meeting/registrations/setup/delegations/"
    assert b"There is no organisation of this name" in desk.post(address, {"organisation": "Nobody", "most": 3}).content
    assert desk.post(address, {"organisation": "Lake Networks", "most": 3}).status_code == 302
    found = Delegation.objects.get()
    assert desk.post(f"{address}{found.pk}/", {"most": ""}).status_code == 302
    found.refresh_from_db()
    assert found.most is None
    assert b"no limit" in desk.get(address).content


def test_who_was_registered_by_others_is_asked_what_has_to_be_answered(send, meeting, client):
    actions.ask(meeting, "dinner", {"texts": {"en": "Dinner?"}, "kind": "yes_no", "required": True}, categories=[], by=None,
                at=NOW)  # fmt: skip
    one = send(1)
    address = f"/meetings/registration/{own_link(one, at=NOW).token}/"
    assert f"{address}step/questions/".encode() in client.get(address).content
    client.post(f"{address}step/questions/", {"dinner": "yes"})
    assert b"Some answers are missing." not in client.get(address).content
