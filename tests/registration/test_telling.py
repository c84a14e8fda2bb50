"""Programs are told of a confirmed registration: those of whoever may see it, once, without a name."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from kept.api import actions as programs
from kept.api.models import Delivery, WebhookEvent
from kept.registration import actions
from kept.registration.codes import fingerprint
from kept.registration.models import Approval

pytestmark = pytest.mark.django_db


def test_a_confirmed_registration_is_told_to_whoever_may_see_it_without_a_name(
    make_category, register, make_organisation, make_member, make_person, secretary, now
):
    lake = make_organisation("Lake Networks", country="CHE")
    focal, stranger = make_member(lake, email="focal@example.org"), make_person("stranger@example.org")
    for person in (focal, stranger, secretary):
        programs.add_webhook(f"https://hooks.example.org/{person.pk}", [], by=person, at=now)
    programs.add_webhook("https://pledges.example.org/", ["pledge.published"], by=focal, at=now)
    one = register(make_category(approval=Approval.SECRETARIAT), organisation=lake)
    register(one.category)
    assert WebhookEvent.objects.count() == 0  # who waits is told to nobody
    one = actions.approve(one, by=secretary, at=now)
    event = WebhookEvent.objects.get()
    assert json.loads(event.body) == {
        "type": "registration.confirmed", "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}Z", "data": {
            "id": fingerprint(one.key), "meeting": "annual-meeting", "category": "delegate", "mode": "in_person",
            "organisation": lake.slug, "confirmed": f"{now:%Y-%m-%dT%H:%M:%S}Z",
        },
    }  # fmt: skip
    heard = set(Delivery.objects.values_list("endpoint__person", flat=True))
    assert heard == {focal.pk, secretary.pk}


def test_whichever_move_leads_there_it_is_told_once_each_time(register, make_category, secretary, pools, now):
    programs.add_webhook("https://hooks.example.org/", ["registration.confirmed"], by=secretary, at=now)
    make_category()
    first, _second, third = register(), register(), register()
    assert (third.state, WebhookEvent.objects.count()) == ("waitlisted", 2)
    actions.cancel(first, by=secretary, at=now)
    third.refresh_from_db()
    actions.accept_offer(third, by=secretary, at=now)
    assert WebhookEvent.objects.count() == 3
    actions.reopen(first, by=secretary, at=now)
    first.refresh_from_db()
    actions.switch(actions.approve(first, by=secretary, at=now), "remote", by=secretary, at=now + timedelta(hours=1))
    assert [one.type for one in WebhookEvent.objects.all()] == ["registration.confirmed"] * 4
