"""What phones at the doors send and take over HTTP: one truth whatever is repeated, a list of the least, a link for one."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta

import pytest

from kept.registration import actions
from kept.registration.admission import fold
from kept.registration.codes import fingerprint
from kept.registration.guests import passages
from kept.registration.models import CheckIn, Device, Registration

pytestmark = pytest.mark.django_db
OWN = "phone-made-this-by-chance-{}"


class Phone:
    """A phone in front of the door of the house: takes its place by a link, then says what it saw."""

    def __init__(self, client, link: str, own: str) -> None:
        self.client, self.own, self.turn = client, own, 0
        self.taken = self.ask("take", link, {"token": own})

    def ask(self, what: str, bearer: str, said: object):
        return self.client.post(
            f"/check-in/phone/{what}", json.dumps(said), content_type="application/json",
            headers={"Authorization": f"Bearer {bearer}"},
        )  # fmt: skip

    def list(self):
        return self.client.get("/check-in/phone/list", headers={"Authorization": f"Bearer {self.own}"})

    def says(self, *heard: dict, known: datetime | None = None, latest: int = 0, **more):
        self.turn += 1
        known = known or datetime.now(UTC)
        said = {"turn": self.turn, "holding": 0, "known": known.isoformat(), "latest": latest, "heard": heard} | more
        return self.ask("sync", self.own, said)


@pytest.fixture
def phones(client, entrance, secretary) -> list[Phone]:
    """Three phones at one gate."""
    made = []
    for n in range(3):
        _device, link = actions.add_device(entrance.gates.get(), f"Phone {n}", by=secretary, at=datetime.now(UTC))
        made.append(Phone(client, link, OWN.format(n)))
    return made


def seen(registration: Registration, nonce: str, at: datetime, **more) -> dict:
    return {"nonce": nonce, "who": fingerprint(registration.key), "at": at.isoformat(), "alone": True} | more


def test_what_three_phones_send_twice_late_and_out_of_order_is_one_truth(phones, register, entrance):
    now, chance = datetime.now(UTC) - timedelta(hours=1), random.Random(20)
    people = [register() for _n in range(8)]
    facts = [
        (chance.choice(phones), seen(person, f"{n}-{step}", now + timedelta(minutes=9 * step + n), entry=step != 1))
        for n, person in enumerate(people) for step in range(n % 4)
    ]  # fmt: skip
    truths = []
    for _order in range(2):
        CheckIn.objects.all().delete()
        sent = [*facts, *chance.choices(facts, k=len(facts))]
        chance.shuffle(sent)
        while sent:
            phone, one = sent.pop()
            together = [one, *(fact for whose, fact in sent[:3] if whose is phone)]
            answer = phone.says(*together).json()
            assert [each["nonce"] for each in answer["results"]] == [each["nonce"] for each in together]
        truths.append(fold(passages(entrance)))
        assert CheckIn.objects.count() == len(facts)
    assert truths[0] == truths[1]
    inside = {person.pk for n, person in enumerate(people) if n % 4 in (1, 3)}
    assert {who for who, presence in truths[0].items() if presence.inside} == inside
    assert phones[0].says().json()["inside"] == len(inside)


def test_the_first_phone_that_opens_a_link_takes_it_and_may_ask_again_no_other_can(client, entrance, secretary):
    now = datetime.now(UTC)
    device, link = actions.add_device(entrance.gates.get(), "Left", by=secretary, at=now)
    first, again, other = (Phone(client, link, own) for own in (OWN.format("a"), OWN.format("a"), OWN.format("b")))
    assert [one.taken.status_code for one in (first, again, other)] == [200, 200, 401]
    assert (first.list().status_code, other.list().status_code) == (200, 401)
    assert (other.says().json()["code"], first.ask("sync", link, {}).status_code) == ("gone", 401)
    actions.revoke_device(device, by=secretary, at=now)
    assert first.list().status_code == 401


def test_the_list_of_a_phone_holds_the_least_and_says_until_when_it_is_good(phones, register, entrance, meeting):
    ada, bao = register(given_name="Ada", name_native="愛達"), register(mode="remote")
    register_draft = Registration.objects.create(meeting=meeting, category=ada.category, email="typing@example.org")
    phones[0].says(seen(ada, "a", datetime.now(UTC)))
    answer = phones[1].list()
    told = answer.json()
    assert [(one["who"], one["why"], bool(one["since"])) for one in told["guests"]] == [
        (fingerprint(ada.key), "", True), (fingerprint(bao.key), "online", False)
    ]  # fmt: skip
    assert set(told["guests"][0]) == {"who", "name", "native", "category", "why", "since"}
    for secret in (ada.key, ada.email, "Lake Networks", register_draft.key):
        assert secret not in answer.content.decode()
    left = datetime.fromisoformat(told["good_until"]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


def test_a_phone_hears_what_others_saw_and_what_changed_on_its_list(phones, register, entrance, secretary):
    now, people = datetime.now(UTC), [register() for _n in range(3)]
    known = phones[0].list().json()
    later = datetime.fromisoformat(known["now"]) + timedelta(minutes=2)  # what happened before is told already
    phones[1].says(seen(people[0], "a", now))
    actions.cancel(people[1], by=None, at=later)
    told = phones[0].says(known=later, latest=known["latest"]).json()
    assert [(one["who"], one["entry"]) for one in told["news"]] == [(fingerprint(people[0].key), True)]
    assert [(one["who"], one["why"]) for one in told["changes"]] == [(fingerprint(people[1].key), "cancelled")]
    assert (told["again"], phones[0].says(known=later, latest=told["latest"]).json()["news"]) == (False, [])
    actions.bar(entrance.meeting, registration=people[2], reason="A court said so.", by=secretary, at=later)
    told = phones[0].says(known=later).json()
    assert {one["who"]: one["why"] for one in told["changes"]}[fingerprint(people[2].key)] == "barred"
    actions.bar(entrance.meeting, name="Somebody Else", reason="Was violent.", by=secretary, at=later)
    told = phones[0].says(known=later)
    assert (told.json()["again"], b"court" in told.content or b"violent" in told.content) == (True, False)


def test_a_phone_whose_time_is_over_still_tells_what_it_saw_and_nothing_else_one_that_was_ended_nothing(
    client, register, entrance, secretary
):
    now, (ada, bao) = datetime.now(UTC), (register(), register())
    device, link = actions.add_device(entrance.gates.get(), "Left", by=secretary, at=now)
    phone = Phone(client, link, OWN.format("late"))
    Device.objects.filter(pk=device.pk).update(expires_at=now - timedelta(hours=1))
    before, after = now - timedelta(hours=2), now - timedelta(minutes=9)
    told = phone.says(seen(ada, "a", before)).json()
    assert [one["outcome"] for one in told["results"]] == ["admitted"]
    refused = [phone.says(seen(bao, "b", after)), phone.says(seen(bao, "c", before, alone=False)), phone.list()]
    assert [one.status_code for one in refused] == [401, 401, 401]
    Device.objects.filter(pk=device.pk).update(revoked_at=now)
    assert phone.says(seen(bao, "d", before)).status_code == 401
    assert list(CheckIn.objects.values_list("nonce", flat=True)) == ["a"]


def test_an_answer_says_how_many_a_phone_may_let_in_alone(phones, register, entrance, secretary):
    actions.limit_list(entrance, 9, by=secretary, at=datetime.now(UTC))
    told = [phone.says().json() for phone in phones]
    assert [(one["limit"], one["allowance"], one["inside"]) for one in told] == [(9, 2, 0), (9, 1, 0), (9, 1, 0)]


@pytest.mark.parametrize("said", [
    [], {"turn": -1}, {"turn": True}, {"turn": 1, "known": "now"}, {"turn": 1, "heard": {}}, {"turn": 1, "heard": [7]},
    {"turn": 1, "heard": [{"nonce": "a", "who": "x" * 16, "at": "2026-12-15T12:00:00+00:00"}]},
    {"turn": 1, "heard": [{"nonce": "a", "who": "0" * 16, "at": "2026-12-15T12:00:00"}]},
    {"turn": 1, "heard": [{"nonce": "a", "who": "0" * 16, "at": "2026-12-15T12:00:00Z", "refusal": "ugly"}]},
    {"turn": 1, "heard": [{"nonce": "a", "who": "0" * 16, "at": "2026-12-15T12:00:00Z"}] * 201},
    {"turn": 1, "heard": [{"nonce": "a", "who": "0" * 16, "at": "2026-12-15T12:00:00Z", "entry": "yes"}]},
])  # fmt: skip
def test_what_is_not_understood_is_refused_in_words_and_nothing_is_written(phones, said):
    answer = phones[0].ask("sync", phones[0].own, said)
    assert (answer.status_code, answer.json()["code"]) == (400, "not_understood")
    assert answer.json()["detail"]
    assert CheckIn.objects.count() == 0
