"""A small meeting of the coalition that is over, all invented: who came, who stayed online for how long, how it was."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from typing import Any

from kept.base.models import OutgoingMail
from kept.meetings import actions as meetings
from kept.meetings.models import AttendanceMode, Meeting, Room
from kept.people.models import Link, Person
from kept.registration import actions
from kept.registration.consents import that_apply
from kept.registration.models import Category, Mode, Presence, Registration
from kept.registration.permissions import Holder
from kept.site.demo.registrations import FAMILY, GIVEN

SLUG, DAYS_AGO, PEOPLE, ANSWERS = "preparatory-meeting", 3, 36, 19
NAMES = {
    "en": "Preparatory meeting (invented)", "fr": "Réunion préparatoire (inventée)", "es": "Reunión preparatoria (inventada)",
    "ar": "اجتماع تحضيري (مختلق)", "ru": "Подготовительная встреча (вымышленная)", "zh-hans": "筹备会议（虚构）",
}  # fmt: skip
LEDES = {
    "en": "A meeting of this demonstration, with invented people, so that there is something to look at afterwards.",
    "fr": "Une réunion de cette démonstration, avec des personnes inventées, pour qu’il y ait quelque chose à regarder ensuite.",
    "es": "Una reunión de esta demostración, con personas inventadas, para que haya algo que mirar después.",
    "ar": "اجتماع من هذا العرض التوضيحي، بأشخاص مختلقين، ليكون هناك ما يُنظر إليه بعده.",
    "ru": "Встреча этой демонстрации с вымышленными людьми, чтобы было на что посмотреть после неё.",
    "zh-hans": "本演示中的一次会议，人物均为虚构，以便展示会后的内容。",
}  # fmt: skip
CITIES = {"en": "Geneva", "fr": "Genève", "es": "Ginebra", "ar": "جنيف", "ru": "Женева", "zh-hans": "日内瓦"}
ROOMS = {
    "en": "Popov Room",
    "fr": "Salle Popov",
    "es": "Sala Popov",
    "ar": "قاعة بوبوف",
    "ru": "Зал Попова",
    "zh-hans": "波波夫厅",
}
TITLES = {
    "en": "What the next meeting is about", "fr": "De quoi parlera la prochaine réunion", "es": "De qué tratará la próxima reunión",
    "ar": "ما سيتناوله الاجتماع المقبل", "ru": "О чём будет следующее совещание", "zh-hans": "下次会议的议题",
}  # fmt: skip
SAID = ("Longer breaks.", "More time for questions.", "Louder in the back rows.", "Send the documents a week before.")


def make(loading: Any, staff: list[Person]) -> None:
    """The meeting, its people, what was counted, the answers so far; the desk may close it."""
    by, rng = staff[0], random.Random(2027)  # noqa: S311  (a demonstration that is the same each time)
    day = loading.today - timedelta(days=DAYS_AGO)
    begun = loading.now - timedelta(days=DAYS_AGO + 20)
    meeting = _meeting(day, by=by, at=begun)
    categories = {one.code: one for one in actions.set_up_usual(meeting, seats=24, by=by, at=begun)}
    gate = actions.set_up_doors(meeting, by=by, at=begun).gates.get()
    reader = Person.objects.filter(email="reader@example.org").first()
    people = [_one(meeting, categories, n, rng, loading, reader=reader, by=by, at=begun) for n in range(PEOPLE)]
    for n, one in enumerate(people):
        if one.state == "confirmed" and n % 7 != 3:
            _came(one, gate, rng, by=by)
    feedback = actions.ask_for_feedback(meeting, by=by, at=meeting.ends_at)
    feedback.asked_at = meeting.ends_at + timedelta(hours=18)
    feedback.save(update_fields=["asked_at"])
    _say_how_it_was(meeting, rng, reader, at=meeting.ends_at + timedelta(hours=20))
    OutgoingMail.objects.filter(subject_kind="registration", subject_id__in=[one.pk for one in people]).delete()
    Link.objects.filter(subject__in=[one.key for one in people]).delete()


def _meeting(day: date, *, by: Person, at: datetime) -> Meeting:
    values = {
        "names": NAMES, "ledes": LEDES, "venues": ROOMS, "cities": CITIES, "time_zone": "Europe/Zurich", "mode": AttendanceMode.HYBRID,
        "starts_on": day, "ends_on": day, "starts": time(14), "ends": time(16),
    }  # fmt: skip
    meeting = meetings.create_meeting(SLUG, values, by=by, at=at)
    meeting = meetings.announce_meeting(meeting, by=by, at=at)
    room = Room.objects.create(meeting=meeting, names=ROOMS)
    plenary = meetings.add_session(meeting, {"kind": "plenary", "titles": TITLES, "minutes": 120}, by=by, at=at)
    meetings.place(plenary, room=room, day=day, start=time(14), minutes=120, by=by, at=at)
    meetings.release(meeting, {}, by=by, at=at)
    return meetings.open_registration(meeting, by=by, at=at)


def _one(meeting: Meeting, categories: dict[str, Category], number: int, rng: random.Random, loading: Any, *,
         reader: Person | None, by: Person, at: datetime) -> Registration:  # fmt: skip
    organisation = rng.choice(loading.organisations)
    values = {
        "given_name": rng.choice(GIVEN), "family_name": rng.choice(FAMILY), "organisation": organisation.root,
        "entity_type": organisation.entity_type, "country": organisation.country or "CHE",
        "gender": rng.choice(["woman", "man", "other", ""]),
    }  # fmt: skip
    mode = Mode.REMOTE if number % 2 else Mode.IN_PERSON
    email = reader.email if reader and number == 0 else f"prepared{number + 1}@invented.example"
    category = categories[("panellist", "staff", "head", "panellist", "staff")[number % 5]]
    one = actions.start(meeting, category, email=email, mode=mode, by=by, at=at, values=values, invited=True)
    if reader and number == 0:
        one.person, one.given_name, one.family_name = (
            reader,
            reader.name.partition(" ")[0],
            reader.name.partition(" ")[2],
        )
        one.save(update_fields=["person", "given_name", "family_name"])
    texts = {text.kind: str(text.text) for text in that_apply(mode) if text.required or number % 3 != 1}
    one = actions.agree(one, texts, language="en", by=by, at=at)
    actions.submit(one, by=by, at=at)
    return actions.confirm_address(one, by=None, at=at)


def _came(one: Registration, gate: Any, rng: random.Random, *, by: Person) -> None:
    meeting = one.meeting
    begun = meeting.starts_at + timedelta(minutes=rng.randint(0, 25))
    if one.mode == Mode.IN_PERSON:
        actions.check_in(one, gate, by=by, at=begun)
        return
    seen = min(begun + timedelta(minutes=rng.randint(4, 130)), meeting.ends_at)
    Presence.objects.create(registration=one, began_at=begun, seen_at=seen, ended_at=seen)


def _say_how_it_was(meeting: Meeting, rng: random.Random, reader: Person | None, *, at: datetime) -> None:
    there = [one for one in Registration.objects.filter(meeting=meeting).order_by("pk") if actions.was_there(one)]
    for one in [one for one in there if reader is None or one.person_id != reader.pk][:ANSWERS]:
        said = {code: rng.choice("5544432") for code in ("all-in-all", "useful", "understood", "way")}
        said |= {"again": rng.choice(("yes", "yes", "perhaps", "no")), "better": rng.choice((*SAID, "", ""))}
        actions.reply(one, said, by=Holder(one.pk), at=at)
