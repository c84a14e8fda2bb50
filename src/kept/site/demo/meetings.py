"""The meetings of the demonstration: 2022 and 2023 as their page tells them, and one to come, made by the real actions."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from kept.meetings import actions, clashing
from kept.meetings.actions.scheduling import working_version
from kept.meetings.models import (
    AttendanceMode,
    ClosingFigure,
    LinkedEvent,
    Meeting,
    MeetingDay,
    PledgePurpose,
    Profile,
    Room,
    Series,
    ServiceHours,
    Session,
    SessionPledge,
)
from kept.people.models import Person
from kept.pledges.models import Pledge, Status
from kept.site.demo import meeting_papers
from kept.site.demo.plan import DATA

WEEKS = 5  # from the day on which the demonstration is made to the meeting that comes


def make(loading: Any, staff: list[Person]) -> None:
    """Two past meetings, one to come with everything open."""
    with (DATA / "meetings.toml").open("rb") as file:
        told = tomllib.load(file)
    series = Series.objects.create(**told["series"])
    place = {**told["place"], **{name: Decimal(told["place"][name]) for name in ("latitude", "longitude")}}
    by, at = staff[0], loading.now
    real = {**place, "series": series, "mode": AttendanceMode.HYBRID}
    if told["y2022"]["day"] <= loading.today:
        _past(told["y2022"], {**real, "number": 1}, told, by=by, at=at)
    if told["y2023"]["day"] <= loading.today:
        _past_2023(told, {**real, "number": 2}, by=by, at=at)
    _coming(told, {**real, "number": 3}, loading, by=by, at=at)


def _past(told: dict, values: dict, whole: dict, *, by: Person, at: datetime) -> Meeting:
    """A real meeting, of which the day is known, with its figures and their source."""
    hours = {name: told[name] for name in ("starts", "ends") if name in told}
    texts = {name: told[name] for name in ("names", "venues", "ledes", "stories")}
    days = {"starts_on": told["day"], "ends_on": told["day"]}
    meeting = actions.create_meeting(told["slug"], {**values, **texts, **days, **hours}, by=by, at=at)
    meeting = actions.announce_meeting(meeting, by=by, at=at)
    for position, figure in enumerate(told["figures"]):
        ClosingFigure.objects.create(
            meeting=meeting, position=position, source=whole["words"]["source"], entered_at=at, entered_by=by, **figure
        )
    for position, linked in enumerate(told["linked"]):
        LinkedEvent.objects.create(
            meeting=meeting, position=position, kind=linked["kind"], names=linked["names"], starts=linked.get("start"),
            starts_on=linked.get("day", told["day"]), ends_on=linked.get("last"),
            ends=_later(linked["start"], linked["minutes"]) if "minutes" in linked else None,
        )  # fmt: skip
    return meeting


def _later(start: time, minutes: int) -> time:
    return (datetime.combine(date.min, start) + timedelta(minutes=minutes)).time()


def _past_2023(told: dict, values: dict, *, by: Person, at: datetime) -> None:
    """12 December 2023: the meeting, the ceremony, and the reception that began before it ended."""
    told["y2023"] |= {"starts": time(14), "ends": time(16, 30)}
    meeting = _past(told["y2023"], values, told, by=by, at=at)
    day = told["y2023"]["day"]
    popov = told["rooms"]["popov"]
    room = Room.objects.create(meeting=meeting, names=popov["names"])
    plenary = actions.add_session(
        meeting, {"kind": "plenary", "titles": told["y2023"]["session"]["titles"], "minutes": 150}, by=by, at=at
    )
    actions.place(plenary, room=room, day=day, start=time(14), minutes=150, by=by, at=at)
    for event in meeting.linked_events.exclude(starts=None):
        minutes = 60 if event.ends else None
        session = actions.add_session(
            meeting, {"kind": event.kind, "titles": event.names, "minutes": minutes or 0}, by=by, at=at
        )
        event.session = session
        event.save(update_fields=["session"])
        actions.place(session, room=None, day=day, start=event.starts, minutes=minutes, by=by, at=at)
    actions.release(meeting, {}, by=by, at=at)


def _coming(told: dict, values: dict, loading: Any, *, by: Person, at: datetime) -> None:
    """The meeting to come, on a Tuesday some weeks from now."""
    day = loading.today + timedelta(weeks=WEEKS)
    day += timedelta(days=(1 - day.weekday()) % 7)
    coming = told["coming"]
    names = {language: f"{name} {day.year}" for language, name in coming["names"].items()}
    texts = {name: coming[name] for name in ("venues", "ledes", "abouts", "travels", "accesses", "practicals")}
    hours = {"starts_on": day, "ends_on": day, "starts": time(14), "ends": time(16, 30)}
    closing = datetime.combine(day - timedelta(days=4), time(17), tzinfo=loading.now.tzinfo)
    meeting = actions.create_meeting(
        f"annual-meeting-{day.year}",
        {**values, **texts, **hours, "names": names, "contact_email": "meeting@example.org",
         "registration_until": closing, "letters_until": closing - timedelta(days=14),
         "presentations_until": closing - timedelta(days=6)},
        by=by, at=at,
    )  # fmt: skip
    MeetingDay.objects.create(meeting=meeting, day=day, opens=time(12), closes=time(19, 30))
    rooms = {
        key: Room.objects.create(meeting=meeting, position=number, **fields)
        for number, (key, fields) in enumerate(told["rooms"].items())
    }
    ServiceHours.objects.create(
        meeting=meeting, room=rooms["popov"], languages=["en", "fr", "es", "ar"], day=day, starts=time(13, 45),
        ends=time(17, 45),
    )  # fmt: skip
    people = {key: _profile(one, loading, by=by, at=at) for key, one in told["people"].items()}
    for one in told["sessions"]:
        _session(meeting, one, day, rooms, people, told, by=by, at=at)
    _booth(meeting, rooms["popov"], by=by, at=at)
    meeting_papers.make(meeting, told["papers"], loading, by=by, at=at)
    meeting = actions.announce_meeting(meeting, by=by, at=at)
    for one in clashing.findings(meeting, working_version(meeting)):
        if not one.conflict.blocks:
            actions.waive(
                meeting, one.conflict.key, "The moderator announces it for its owner.", name=by.get_full_name() or by.email, by=by,
                at=at,
            )  # fmt: skip
    actions.release(meeting, {}, by=by, at=at)
    actions.open_registration(meeting, by=by, at=at)


def _booth(meeting: Meeting, room: Room, *, by: Person, at: datetime) -> None:
    """Somebody who interprets what is said in the large room, and whom no visitor sees."""
    names = {"name": "Inès Boothby", "given_name": "Inès", "family_name": "BOOTHBY", "invented": True}
    interpreter = actions.add_profile(names, by=by, at=at)
    for session in meeting.sessions.filter(slots__room=room, slots__schedule__number=None).order_by("position"):
        if session.interpretation:
            role = actions.give_role(
                session, interpreter, "interpreter", by=by, at=at, languages=session.interpretation
            )
            actions.confirm_role(role, by=by, at=at)


def _profile(told: dict, loading: Any, *, by: Person, at: datetime) -> Profile:
    """Somebody who does not exist, from an organisation that does not exist either."""
    organisation = next(o for o in loading.organisations if o.entity_type == told["type"] and not o.merged_into_id)
    values = {
        "name": told["name"], "name_native": told.get("native", ""), "name_spoken": told.get("spoken", ""),
        "given_name": told["given"], "family_name": told["family"], "form_of_address": told.get("address", ""),
        "titles": told["titles"], "organisation": organisation,
        "country": organisation.country if told["type"] == "government" else "",  # whom they speak for
        "biographies": told.get("bio", {}), "invented": True,
    }  # fmt: skip
    return actions.add_profile(values, by=by, at=at, released=True)


def _session(
    meeting: Meeting, told: dict, day: date, rooms: dict[str, Room], people: dict[str, Profile], whole: dict,
    *, by: Person, at: datetime,
) -> None:  # fmt: skip
    fields = ("kind", "titles", "abstracts", "languages", "interpretation", "captions", "sign_languages", "minutes",
              "anchored", "open_to_all")  # fmt: skip
    session = actions.add_session(meeting, {name: told[name] for name in fields if name in told}, by=by, at=at)
    actions.place(
        session, room=rooms[told["room"]], day=day, start=told["start"], minutes=told["minutes"], by=by, at=at
    )
    for key, kind in told.get("people", []):
        role = actions.give_role(
            session, people[key], kind, by=by, at=at, remote=whole["people"][key].get("remote", False)
        )
        actions.confirm_role(role, by=by, at=at)
    if "linked" in told:
        LinkedEvent.objects.create(
            meeting=meeting, kind=told["linked"], names=told["titles"], session=session, starts_on=day,
            starts=told["start"], ends=_later(told["start"], told["minutes"]), by_invitation=told["linked"] == "reception",
            capacity=250 if told["linked"] == "reception" else None,
        )  # fmt: skip
    _pledges(session, told)


def _pledges(session: Session, told: dict) -> None:
    """Public pledges that a panel is about; accepted ones that wait to be announced."""
    about = Pledge.objects.filter(status=Status.PUBLISHED, source_name="").order_by("-number")[: told.get("about", 0)]
    waiting = Pledge.objects.filter(status=Status.ACCEPTED, announcement="Annual Meeting").order_by("pk")
    for purpose, pledges in ((PledgePurpose.ABOUT, about), (PledgePurpose.ANNOUNCE, waiting)):
        if purpose == PledgePurpose.ANNOUNCE and not told.get("announce"):
            continue
        for position, pledge in enumerate(pledges):
            SessionPledge.objects.create(session=session, pledge=pledge, purpose=purpose, position=position)
