"""The editor of a programme: a day with its rooms, what is parked, what does not fit, each step taken back and made again.

Every step is a form of its own that works without a script; `editor.js` fills the same forms by dragging and by keys.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.formats import format_number, format_time, format_weekday
from kept.base.lifecycle import NotAllowed, Refused
from kept.meetings import actions, clashing, queries
from kept.meetings.actions.ground import ChangedMeanwhile
from kept.meetings.actions.scheduling import described, steps_of, working_version
from kept.meetings.actions.telling import place_words
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.desk.programme_forms import PlaceForm, WaiverForm
from kept.meetings.models import ConflictWaiver, Meeting, Room, Session, SessionKind, Slot
from kept.meetings.permissions import may_edit_programme

PARKED = "parked"
MORNING, EVENING = 8 * 60, 18 * 60  # of a day of which nothing is known, in minutes from midnight


def token(slot: Slot | None) -> str:
    """A place as a form carries it, to know later whether somebody else moved the session: `3|2026-12-15|14:00|45`."""
    if slot is None:
        return PARKED
    place = described(slot)
    return "|".join("" if value is None else str(value) for value in place.values())


def seen(text: str) -> Any:
    """What `token` made, as the actions want it. What is no token stands for a place that nothing has."""
    if text == PARKED:
        return None
    room, day, start, minutes = (text.split("|") + [""] * 4)[:4]
    return {
        "room": int(room) if room.isdecimal() else None,
        "day": day,
        "start": start,
        "minutes": int(minutes) if minutes.isdecimal() else None,
    }


def rooms_of(meeting: Meeting) -> list[Room]:
    return list(meeting.rooms.filter(removed_at=None))


def session_of(meeting: Meeting, code: str) -> Session:
    return get_object_or_404(Session.objects.select_related("meeting"), meeting=meeting, code=code)


@for_the_desk
def editor(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/?day=2026-12-15"""
    found = meeting_of(slug)
    if not may_edit_programme(request.user, found):
        raise Http404
    return render(request, "meetings/desk/programme.html", context_of(request, found))


def context_of(request: HttpRequest, found: Meeting, bound: PlaceForm | None = None, code: str = "") -> dict[str, Any]:
    """The variables of the editor; `bound` is the form of session `code` that was refused."""
    language = get_language() or "en"
    working = working_version(found)
    slots = list(working.slots.select_related("session", "room"))
    days = days_of(found, slots, language)
    chosen = request.GET.get("day", "")
    day = chosen if chosen in dict(days) else days[0][0]
    findings = clashing.findings(found, working)
    titles = {session.code: session.title_in(language) or session.code for session in found.sessions.all()}
    clashes = [clash_line(one, titles, request) for one in findings]
    placed, rooms = {slot.session_id: slot for slot in slots}, rooms_of(found)

    def item(session: Session, slot: Slot | None) -> dict[str, Any]:
        form = (
            bound if bound is not None and session.code == code else place_form(found, session, slot, days, day, rooms)
        )
        return item_of(found, session, slot, form, language, [one for one in clashes if session.code in one["codes"]])

    steps = steps_of(working, request.user)
    return {
        "meeting": found,
        "name": found.name_in(language),
        "days": [{"name": name, "url": f"?day={key}", "current": key == day} for key, name in days],
        "day": day,
        "day_name": dict(days)[day],
        "rooms": [{"pk": room.pk, "name": room.name_in(language), "capacity": room.capacity} for room in rooms],
        "items": [item(slot.session, slot) for slot in slots if slot.day.isoformat() == day],
        "parked": [
            item(session, None) for session in found.sessions.filter(cancelled_at=None) if session.pk not in placed
        ],
        "digits": "".join(format_number(digit, language) for digit in range(10)),
        "range": range_of(found, date.fromisoformat(day), slots),
        "open_clashes": [one for one in clashes if one["stops"]],
        "standing": [one for one in clashes if not one["stops"]],
        "stops": sum(one["stops"] for one in clashes),
        "waiver_form": WaiverForm(initial={"name": request.user.get_full_name() or request.user.email}),
        "can_undo": steps.filter(undone=False).exists(),
        "can_redo": steps.filter(undone=True).exists(),
        "shown": queries.shown_version(found),
    }


def days_of(found: Meeting, slots: list[Slot], language: str) -> list[tuple[str, str]]:
    """[(ISO day, name)] of the meeting's days, its opening hours' and its slots'."""
    known = {*found.local_days(), *(row.day for row in found.days.all()), *(slot.day for slot in slots)}
    return [(day.isoformat(), format_weekday(day, language)) for day in sorted(known)]


def range_of(found: Meeting, day: date, slots: list[Slot]) -> dict[str, int]:
    """From when until when the grid of a day reaches, in whole hours as minutes from midnight."""
    edges = [(row.opens, row.closes) for row in found.days.all() if row.day == day]
    edges += [(found.starts, found.ends)] if found.starts and found.ends else []
    minutes = [minute(edge) for pair in edges for edge in pair]
    for slot in slots:
        if slot.day == day:
            minutes += [minute(slot.start), min(minute(slot.start) + (slot.minutes or 30), 1440)]
    minutes = minutes or [MORNING, EVENING]
    return {"from": min(minutes) // 60 * 60, "until": min(-(-max(minutes) // 60) * 60, 1440)}


def minute(hour: time) -> int:
    return hour.hour * 60 + hour.minute


def place_form(
    found: Meeting, session: Session, slot: Slot | None, days: list[tuple[str, str]], day: str, rooms: list[Room]
) -> PlaceForm:
    initial = {
        "room": (slot.room_id or "") if slot else (rooms[0].pk if rooms else ""),
        "day": slot.day.isoformat() if slot else day,
        "start": slot.start if slot else found.starts,
        "minutes": slot.minutes if slot else session.minutes,
        "was": token(slot),
    }
    return PlaceForm(
        rooms=rooms, days=days, language=get_language() or "en", initial=initial, auto_id=f"{session.code}_%s"
    )


def item_of(
    found: Meeting, session: Session, slot: Slot | None, form: Any, language: str, clashes: list[Any]
) -> dict[str, Any]:
    """One session in the grid or beside it."""
    end = None
    if slot is not None and slot.minutes is not None:
        end = clock((minute(slot.start) + slot.minutes) % 1440, language)
    return {
        "code": session.code,
        "title": session.title_in(language) or session.code,
        "kind": session.kind,
        "kind_name": SessionKind(session.kind).label,
        "start": clock(minute(slot.start), language) if slot else "",
        "end": end,
        "room": slot.room.name_in(language) if slot and slot.room else "",
        "room_pk": slot.room_id if slot else None,
        "at": minute(slot.start) if slot else 0,
        "minutes": slot.minutes if slot else session.minutes,
        "anchored": session.anchored,
        "cancelled": session.cancelled_at is not None,
        "form": form,
        "clashes": [one for one in clashes if one["stops"]],
        "stops": any(one["stops"] for one in clashes),
        "url": reverse("meetings:desk_session", args=[found.slug, session.code]),
    }


def clock(minutes: int, language: str) -> str:
    """A time of the wall in a language: 840 → 14:00."""
    return format_time(datetime(2000, 1, 1, minutes // 60, minutes % 60, tzinfo=UTC), language)


def clash_line(one: clashing.Finding, titles: dict[str, str], request: HttpRequest) -> dict[str, Any]:
    return {
        "key": one.conflict.key,
        "codes": one.conflict.codes,
        "text": clashing.sentence(one.conflict, titles),
        "blocks": one.conflict.blocks,
        "stops": one.stops,
        "waiver": one.waiver,
    }


# Steps ----------------------------------------------------------------------------------------------------------


def back(found: Meeting, day: str, code: str = "") -> HttpResponse:
    return redirect(
        reverse("meetings:desk_programme", args=[found.slug]) + f"?day={day}" + (f"#s-{code}" if code else "")
    )


@for_the_desk
@require_POST
def place(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/<code>/place/: put it there, or (`decision=park`) beside the grid."""
    found = meeting_of(slug)
    session, language = session_of(found, code), get_language() or "en"
    slots = list(working_version(found).slots.select_related("session", "room"))
    days = days_of(found, slots, language)
    form = PlaceForm(request.POST, rooms=rooms_of(found), days=days, language=language, auto_id=f"{code}_%s")
    was = {"was": seen(request.POST["was"])} if request.POST.get("was") else {}
    day = request.POST.get("day", "")
    try:
        if request.POST.get("decision") == "park":
            actions.park(session, by=request.user, at=timezone.now(), **was)
            messages.success(request, _("“%(title)s” is parked.") % {"title": session.title_in(language)})
            return back(found, day if day in dict(days) else "")
        if form.is_valid():
            given = form.cleaned_data
            slot = actions.place(
                session, room=given["room"], day=date.fromisoformat(given["day"]), start=given["start"],
                minutes=given["minutes"], by=request.user, at=timezone.now(), **was,
            )  # fmt: skip
            messages.success(request, placed_words(found, session, slot, language))
            return back(found, given["day"], code)
    except ChangedMeanwhile:
        messages.error(request, both_words(found, session, form, language))
        return back(found, day if day in dict(days) else "", code)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed):
            raise
        form.add_error(None, str(refusal.message))
    return render(request, "meetings/desk/programme.html", context_of(request, found, form, code), status=400)


def placed_words(found: Meeting, session: Session, slot: Slot, language: str) -> str:
    rooms = {room.pk: room for room in found.rooms.all()}
    where = " · ".join(place_words(found, described(slot), rooms, language))
    return _("“%(title)s”: %(where)s") % {"title": session.title_in(language), "where": where}


def both_words(found: Meeting, session: Session, form: PlaceForm, language: str) -> str:
    """Somebody else was quicker: where they put the session, and where this person wanted it."""
    rooms = {room.pk: room for room in found.rooms.all()}
    slot = working_version(found).slots.filter(session=session).first()
    theirs = " · ".join(place_words(found, described(slot), rooms, language)) if slot else _("parked")
    words = {"title": session.title_in(language), "theirs": theirs, "yours": _("parked")}
    if form.is_valid() and form.data.get("decision") != "park":
        given = form.cleaned_data
        mine = Slot(room=given["room"], day=date.fromisoformat(given["day"]), start=given["start"])
        words["yours"] = " · ".join(place_words(found, described(mine), rooms, language))
    return _(
        "Somebody else moved “%(title)s” in the meantime. It stands there now: %(theirs)s. You wanted: %(yours)s. "
        "Nothing was lost; move it again if you still want to."
    ) % words  # fmt: skip


@for_the_desk
@require_POST
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/step/: take back one's last step (`decision=undo`), or make it again."""
    found = meeting_of(slug)
    act = actions.redo if request.POST.get("decision") == "redo" else actions.undo
    language, day, code = get_language() or "en", request.POST.get("day", ""), ""
    try:
        session = act(found, by=request.user, at=timezone.now())
        slot = working_version(found).slots.select_related("room").filter(session=session).first()
        code = session.code
        if slot:
            day = slot.day.isoformat()
            messages.success(request, placed_words(found, session, slot, language))
        else:
            messages.success(request, _("“%(title)s” is parked.") % {"title": session.title_in(language)})
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return back(found, day if len(day) == 10 and day.replace("-", "").isdecimal() else "", code)


@for_the_desk
@require_POST
def waive(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/programme/waive/: a conflict may stand (`key`, name, reason), or (`revoke`) no more."""
    found = meeting_of(slug)
    try:
        if pk := request.POST.get("revoke", ""):
            waiver = ConflictWaiver.objects.filter(meeting=found, pk=int(pk) if pk.isdecimal() and len(pk) < 10 else 0)
            if row := waiver.first():
                actions.revoke_waiver(row, by=request.user, at=timezone.now())
                messages.success(request, _("It may not stand any more."))
        else:
            given = (request.POST.get("reason", "")[:500], request.POST.get("name", "")[:200])
            key = request.POST.get("key", "").replace("\0", "")
            reason, name = (text.replace("\0", "") for text in given)
            actions.waive(found, key, reason, name=name, by=request.user, at=timezone.now())
            messages.success(request, _("It may stand, and the reason is kept."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(reverse("meetings:desk_programme", args=[slug]) + "#clashes")
