"""Invitations: a personal link by mail, a registration in a category that nobody chooses, no second question."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kept.base.lifecycle import Refused
from kept.base.models import OutgoingMail
from kept.people.models import Link
from kept.registration import actions
from kept.registration.models import Registration

pytestmark = pytest.mark.django_db
LIST = "/desk/meetings/annual-meeting/registrations/setup/invitations/"


def test_who_is_invited_registers_by_the_link_and_is_seated_without_another_question(
    desk, client, meeting, make_category, pools
):
    make_category("minister", by_invitation=True, approval="secretariat", modes=["in_person"])
    said = {"category": "minister", "language": "fr", "addresses": "ada@example.org\nADA@example.org"}
    assert desk.post(LIST, said).status_code == 302
    link = Link.objects.get(purpose="registration_invitation")
    assert OutgoingMail.objects.get(kind="registration/invited").language == "fr"
    client.logout()
    assert b"You are invited" in client.get(f"/l/{link.token}/").content
    assert Registration.objects.count() == 0
    page = client.post(f"/l/{link.token}/", follow=True)
    token = page.request["PATH_INFO"].split("/")[3]
    steps = f"/meetings/registration/{token}/step/"
    client.post(f"{steps}who/", {"given_name": "Ada", "family_name": "Acorn", "organisation_name": "Lake", "country": "BDI",
                                 "entity_type": "government", "version": 0})  # fmt: skip
    client.post(f"{steps}consents/", {"processing": "on"})
    client.post(f"{steps}check/")
    one = Registration.objects.get()
    assert (one.state, one.email, one.category.code) == ("confirmed", "ada@example.org", "minister")
    again = client.post(f"/l/{link.token}/", follow=True)
    assert (Registration.objects.count(), b"A seat is yours" in again.content) == (1, True)


def test_nobody_is_invited_twice_and_an_invitation_is_taken_back(desk, client, meeting, make_category, register):
    category = make_category()
    register(category, email="here@example.org")
    said = {"category": "delegate", "language": "en", "addresses": "here@example.org ada@example.org"}
    assert b"Passed over" in desk.post(LIST, said, follow=True).content
    desk.post(LIST, said)
    link = Link.objects.get(purpose="registration_invitation")
    assert b"is no mail address" in desk.post(LIST, said | {"addresses": "ada at example"}).content
    desk.post(f"{LIST}{link.pk}/back/")
    assert b"taken back" in desk.get(LIST).content
    client.logout()
    client.post(f"/l/{link.token}/")
    assert not Registration.objects.filter(email="ada@example.org").exists()


def test_a_closed_category_invites_nobody(make_category, secretary, pools):
    now = datetime.now(UTC)
    category = actions.close_category(make_category(), closed=True, by=secretary, at=now)
    with pytest.raises(Refused):
        actions.invite(category, ["ada@example.org"], language="en", by=secretary, at=now)
