"""Who has registered for the meeting to come: invented people, by the real actions, in every state."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from kept.base.models import OutgoingMail
from kept.meetings.models import LinkedKind, Meeting, Status
from kept.people.models import Link
from kept.registration import actions, guest_lists
from kept.registration.consents import CONSENTS, that_apply
from kept.registration.models import Category, Mode, Quota, Registration, State
from kept.registration.passports import Passport
from kept.registration.permissions import Holder
from kept.registration.visas import gives_letters

SEATS, RESERVE, RECEPTION, INVITED = 300, 20, 24, 36
PEOPLE = 130
PRESS = 2
GIVEN = (
    "Ada",
    "Bao",
    "Chidi",
    "Dunya",
    "Elif",
    "Farid",
    "Goran",
    "Hana",
    "Ines",
    "Jomo",
    "Kaya",
    "Lior",
    "Mira",
    "Nadir",
)
FAMILY = (
    "Acorn", "Bramble", "Clover", "Dandelion", "Elder", "Fennel", "Gorse", "Hazel", "Iris", "Juniper", "Larkspur", "Mallow",
)  # fmt: skip
WEIGHTS = {"delegate": 50, "participant": 30, "press": 8, "young": 8, "head": 4}
QUESTION = {
    "texts": {
        "en": "What do you want to take home from this meeting?",
        "fr": "Que souhaitez-vous retirer de cette réunion ?",
        "es": "¿Qué quiere llevarse de esta reunión?",
        "ar": "ماذا تريد أن تستفيد من هذا الاجتماع؟",
        "ru": "Что Вы хотите вынести из этого собрания?",
        "zh-hans": "您希望从本次会议中收获什么？",
    },
    "kind": "text",
}


def make(loading: Any, staff: list[Any]) -> None:
    """Pools, categories, a question, and some people who wait, hold seats or were refused."""
    meeting = Meeting.objects.filter(status=Status.REGISTRATION_OPEN).first()
    if meeting is None:
        return
    by, at = staff[0], loading.now
    categories = {
        one.code: one for one in actions.set_up_usual(meeting, seats=SEATS, reserve=RESERVE, by=by, at=at)
    }  # fmt: skip
    actions.ask(meeting, "take-home", QUESTION, categories=[], by=by, at=at)
    press = _seats_of_the_press(meeting, categories["press"], by=by, at=at)
    rng = random.Random(2026)  # noqa: S311  (a demonstration that is the same each time)
    for number in range(PEOPLE):
        _one(meeting, categories, number, rng, loading, by=by, at=at - timedelta(hours=PEOPLE - number))
    actions.change_pool(press, bookable=PRESS + 1, protocol_reserve=0, by=by, at=at)  # one who waits is offered a seat
    actions.set_up_doors(meeting, by=by, at=at)
    _asks_for_letters(meeting, by=by, at=at)
    for linked in meeting.linked_events.filter(kind=LinkedKind.RECEPTION):
        _reception(linked, by=by, at=at)
    OutgoingMail.objects.filter(
        subject_kind__in=["registration", "event_invitation", "guardian"]
    ).delete()  # nobody is behind these addresses
    Link.objects.filter(purpose__startswith="registration").delete()


def _seats_of_the_press(meeting: Meeting, press: Category, *, by: Any, at: Any) -> Quota:
    """So few seats for the press that some wait."""
    names = {
        "en": "Seats of the press", "fr": "Places de la presse", "es": "Asientos de la prensa", "ar": "مقاعد الصحافة",
        "ru": "Места для прессы", "zh-hans": "媒体席",
    }  # fmt: skip
    pool = actions.add_pool(meeting, {"names": names, "bookable": PRESS, "position": 5}, by=by, at=at)
    actions.change_category(press, {}, pools=[*press.quotas.all(), pool], by=by, at=at)
    return pool


def _reception(linked: Any, *, by: Any, at: Any) -> None:
    """The reception by invitation, so small that some stand in line."""
    linked.capacity, linked.by_invitation = RECEPTION, True
    linked.reply_until = linked.meeting.starts_at - timedelta(days=6)
    linked.save(update_fields=["capacity", "by_invitation", "reply_until"])
    guests = [
        actions.Guest(one.email, one.name, one.organisation, one.language)
        for one in guest_lists.candidates(linked, "en")
    ]
    made = actions.invite_guests(linked, guests[:INVITED], may_bring=True, by=by, at=at - timedelta(days=2))
    for number, one in enumerate(made):
        if number % 7 == 3:
            actions.say_no(one, by=by, at=at)
        elif number % 5 != 4:  # the others have not answered yet
            brings = number % 4 == 0 and one.name != ""
            actions.say_yes(one, brings=brings, by=by, at=at)


def _asks_for_letters(meeting: Meeting, *, by: Any, at: Any) -> None:
    """Whoever needs a visa and has a seat asks for a letter; the first has one. The passports are invented, too."""
    if not gives_letters(meeting, at):
        return
    values = {
        "letters_until": meeting.letters_until,
        "signed_by": "Ines Acorn",
        "signed_as": "",
        "erase_after_days": 14,
    }
    actions.arrange_visa_desk(meeting, values, officers=[by], by=by, at=at)
    rows = Registration.objects.filter(meeting=meeting, state=State.CONFIRMED, mode=Mode.IN_PERSON, needs_visa=True)
    for n, one in enumerate(rows.order_by("pk")[:4]):
        passport = Passport(
            name=one.name.upper(), number=f"DEMO{n + 1:04d}", nationality=one.country, born=date(1980 + n, 3, 9),
            issued=date(at.year - 2, 5, 4), expires=date(at.year + 8, 5, 3),
        )  # fmt: skip
        actions.ask_for_letter(one, passport, language="en", by=Holder(one.pk), at=at)
        if n == 0:
            actions.issue_letter(one, by=by, at=at)


def _one(meeting: Meeting, categories: dict[str, Category], number: int, rng: random.Random, loading: Any, *, by: Any,
         at: Any) -> None:  # fmt: skip
    category = categories[rng.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]]
    organisation = rng.choice(loading.organisations)
    values = {
        "given_name": rng.choice(GIVEN), "family_name": rng.choice(FAMILY), "organisation": organisation.root,
        "entity_type": organisation.entity_type, "country": organisation.country or "CHE",
        "gender": rng.choice(["woman", "man", "woman", "man", "other", ""]), "needs_visa": rng.random() < 0.2,
    }  # fmt: skip
    if category.for_minors:
        values |= _young(number, meeting)
    mode = Mode.REMOTE if rng.random() < 0.5 else Mode.IN_PERSON
    one: Registration = actions.start(
        meeting, category, email=f"participant{number + 1}@invented.example", mode=mode, by=by, at=at, values=values,
        invited=category.by_invitation,
    )  # fmt: skip
    agreed = [text for text in CONSENTS if text.required or rng.random() < 0.6]
    texts = {text.kind: str(text.text) for text in agreed if text in that_apply(mode)}
    one = actions.agree(one, texts, language="en", by=by, at=at)
    if number % 19 == 0:
        return  # still typing
    actions.submit(one, by=by, at=at)
    if number % 17 == 0:
        return  # has not looked into the mail
    one = actions.confirm_address(one, by=None, at=at)
    if one.state == State.PENDING_GUARDIAN and number % 3:
        one = actions.guardian_agrees(one, text="I agree.", language="en", at=at)
    if one.state in (State.PENDING_FOCAL_POINT, State.PENDING_SECRETARIAT) and rng.random() < 0.75:
        one = actions.approve(one, by=by, at=at)
    if one.state in (State.CONFIRMED, State.WAITLISTED) and number % 23 == 0:
        actions.cancel(one, by=by, at=at)


def _young(number: int, meeting: Meeting) -> dict[str, Any]:
    """Between 15 and 19 years old; who is under 18 names somebody invented who is responsible."""
    years = 15 + number % 5
    values: dict[str, Any] = {"birth_date": meeting.starts_on - timedelta(days=years * 366), "is_minor": years < 18}
    guardian = {"guardian_name": "Vera Guardian", "guardian_email": f"guardian{number + 1}@invented.example"}
    return values | guardian if years < 18 else values
