"""At the door: let in, refused, gone out. Whatever a phone or the desk says is written once, by its nonce.

The list of the door is locked first, then pools, then registrations: who is let in is decided in one line, so that the
fire limit holds however many doors the hall has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.registration import admission, guests
from kept.registration.actions import seats
from kept.registration.actions.ground import allow, by_name, claims, locked, note, pools_of
from kept.registration.admission import Door, Passage, Presence, Share, fold, refusal_of, settle
from kept.registration.codes import fingerprint, new_nonce
from kept.registration.lifecycle import REGISTRATION
from kept.registration.models import CheckIn, CheckInList, Device, Gate, Outcome, Registration, SeatState, State
from kept.registration.permissions import may_admit

WENT_THROUGH = (Outcome.ADMITTED, Outcome.DOUBLE, Outcome.LEFT)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a door says happened. `alone`: it decided without asking (`refusal` "": let in); else it asks.

    `forced_by` names who lets somebody in against a refusal.
    """

    nonce: str
    who: str  # codes.fingerprint of the badge
    at: datetime
    entry: bool = True
    alone: bool = False
    refusal: str = ""
    forced_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a door is told: what became of each nonce, how many are in, what it may let in alone from here on."""

    results: list[CheckIn]
    since: dict[str, datetime | None]  # nonce → since when that person is in
    inside: int
    limit: int | None
    share: Share
    latest: int  # the newest check-in that this answer knows of


def take_in(device: Device, heard: list[Heard], *, turn: int, holding: int, at: datetime) -> Told:
    """Write what a phone says, and answer what it asks. Safe to send twice, late, and in any order.

    Raises Refused where the phone is not good any more; one whose time is over may still tell what it saw before.
    """
    with transaction.atomic():
        counted = locked_list(device.gate.list_id)
        device = Device.objects.select_for_update().get(pk=device.pk)
        late = device.may_still_tell(at) and all(one.alone and one.at <= device.expires_at for one in heard)
        if not device.is_good(at) and not late:
            raise Refused(_("This phone does not check anybody in any more."), code="gone")
        phones = Device.objects.filter(gate__list=counted, revoked_at=None, expires_at__gt=at)
        others = phones.exclude(pk=device.pk).aggregate(n=Sum("allowance"))["n"] or 0
        own = min(holding, device.allowance) if turn > device.turn else device.allowance
        book = Book(counted, at=at, reserved=others + own)
        book.know([one.who for one in heard])
        results = [book.write(one, gate=device.gate, device=device) for one in heard]
        share = settle(
            Share(device.turn, device.allowance), turn=turn, holding=holding, limit=counted.fire_limit,
            inside=book.inside, others=others, phones=phones.count(),
        )  # fmt: skip
        device.turn, device.allowance, device.seen_at = share.turn, share.allowance, at
        device.save(update_fields=["turn", "allowance", "seen_at"])
        return Told(results, book.since, book.inside, counted.fire_limit, share, book.latest)


def check_in(registration: Registration, gate: Gate, *, by: Any, at: datetime, entry: bool = True, force: bool = False,
             reason: str = "") -> CheckIn:  # fmt: skip
    """Let somebody in (or note that they went out) at the desk; `force` against a refusal, with the reason.

    Raises NotAllowed; Refused with what is said at the door, its `code` the key of admission.REFUSALS.
    """
    allow(may_admit(by, registration.meeting))
    if force and not reason.strip():
        raise Refused(_("Say why. The reason is kept with the decision."))
    with transaction.atomic():
        counted = locked_list(gate.list_id)
        reserved = Device.objects.filter(gate__list=counted, revoked_at=None, expires_at__gt=at)
        book = Book(counted, at=at, reserved=reserved.aggregate(n=Sum("allowance"))["n"] or 0)
        who = book.know_one(registration)
        heard = Heard(
            new_nonce(), who, at, entry, forced_by=by_name(by).get_full_name() or by.email if force else "",
            reason=reason.strip() if force else "",
        )  # fmt: skip
        written = book.write(heard, gate=gate, by=by)
    if written.outcome == Outcome.REFUSED:
        raise Refused(admission.REFUSALS[written.refusal], code=written.refusal)
    return written


def void(written: CheckIn, *, by: Any, at: datetime) -> CheckIn:
    """The wrong person was ticked: it counts no more, and stays to be read. Raises NotAllowed."""
    allow(may_admit(by, written.list.meeting))
    with transaction.atomic():
        locked_list(written.list_id)
        written = CheckIn.objects.select_related("list", "registration").get(pk=written.pk)
        if written.voided_at is None:
            written.voided_at, written.voided_by = at, by_name(by)
            written.save(update_fields=["voided_at", "voided_by"])
            history.record(
                "registration", written.registration_id or 0, "void_check_in", by=by_name(by), at=at,
                data={"nonce": written.nonce},
            )  # fmt: skip
            _take_back_attendance(written, by=by, at=at)
    return written


def _take_back_attendance(written: CheckIn, *, by: Any, at: datetime) -> None:
    """Who was let in by mistake alone has not attended."""
    if written.registration is None or not written.list.is_entrance:
        return
    others = CheckIn.objects.filter(
        registration=written.registration, list=written.list, entry=True, voided_at=None, outcome__in=WENT_THROUGH
    )
    registration = locked(written.registration)
    if registration.state == State.ATTENDED and not others.exists():
        before, registration.state = registration.state, State.CONFIRMED
        registration.save(update_fields=["state"])
        note(registration, "unattend", by=by, at=at, before=before)


def locked_list(pk: int) -> CheckInList:
    """The list of a door, locked until the transaction ends."""
    rows = CheckInList.objects.select_for_update(of=("self",)).select_related("meeting", "session")
    return rows.get(pk=pk)


class Book:
    """What a locked list says, and the only place where something is written into it."""

    def __init__(self, counted: CheckInList, *, at: datetime, reserved: int) -> None:
        self.list, self.at, self.reserved = counted, at, reserved
        rows = CheckIn.objects.filter(
            list=counted, voided_at=None, outcome__in=WENT_THROUGH, registration__isnull=False
        )
        self.passages: dict[int, list[Passage]] = {}
        for nonce, who, when, entry in rows.values_list("nonce", "registration_id", "at", "entry"):
            self.passages.setdefault(who, []).append(Passage(nonce, who, when, entry))
        self.presences: dict[int, Presence] = fold(one for many in self.passages.values() for one in many)
        self.inside = admission.how_many_inside(self.presences)
        self.latest = CheckIn.objects.filter(list=counted).order_by("-pk").values_list("pk", flat=True).first() or 0
        self.seats = guests.seated(counted)
        self.since: dict[str, datetime | None] = {}
        self.people: dict[str, Registration] = {}

    def know(self, fingerprints: list[str]) -> None:
        """Read who they are; the pools are locked before anybody's registration where somebody waits for a seat."""
        ids = guests.ids_of(self.list.meeting_id, fingerprints)
        rows = Registration.objects.filter(pk__in=ids.values(), erased_at=None).select_related("category", "meeting")
        found = {row.pk: row for row in guests.with_what_matters(rows)}
        self.people = {who: found[pk] for who, pk in ids.items() if pk in found}
        if any(row.state in admission.WAITING for row in found.values()):
            seats.locked(self.list.meeting_id)

    def know_one(self, registration: Registration) -> str:
        who = fingerprint(registration.key)
        self.know([who])
        return who

    def write(self, heard: Heard, *, gate: Gate, device: Device | None = None, by: Any = None) -> CheckIn:
        """One check-in, written once. A phone that let somebody in alone is believed: they are inside."""
        registration = self.people.get(heard.who)
        known = CheckIn.objects.filter(nonce=heard.nonce).first()
        if known is not None:
            return self._again(known, heard, registration)
        refusal, amiss = self._judged(heard, registration, at_the_desk=device is None)
        written = CheckIn(
            nonce=heard.nonce, list=self.list, gate=gate, device=device, registration=registration, entry=heard.entry,
            outcome=self._outcome(heard, registration, refusal), refusal=refusal, amiss=amiss, alone=heard.alone,
            forced_by=heard.forced_by[:120] if amiss else "", reason=heard.reason[:300] if amiss else "",
            by=by_name(by), at=heard.at, received_at=self.at,
        )  # fmt: skip
        written.save(force_insert=True)
        self.latest = written.pk
        self._went_through(written, by=by)
        return written

    def _judged(self, heard: Heard, registration: Registration | None, *, at_the_desk: bool) -> tuple[str, str]:
        """(why they are refused, why they should have been): at most one of the two is said."""
        if not heard.entry:
            return ("unknown" if registration is None else ""), ""
        why = refusal_of(self._guest(registration), self._door(), heard.at)
        if heard.alone:
            return (heard.refusal, "") if heard.refusal else ("", why)
        never = admission.NEVER_FORCED if at_the_desk else admission.NEVER_FORCED | admission.AT_THE_DESK_ONLY
        forced = heard.forced_by and why not in never
        return ("", why) if why and forced else (why, "")

    def _outcome(self, heard: Heard, registration: Registration | None, refusal: str) -> Outcome:
        if refusal:
            return Outcome.REFUSED
        if not heard.entry:
            return Outcome.LEFT
        presence = self.presences.get(registration.pk) if registration else None
        return Outcome.DOUBLE if presence and presence.inside else Outcome.ADMITTED

    def _again(self, known: CheckIn, heard: Heard, registration: Registration | None) -> CheckIn:
        """Sent again: nothing new, but that a phone without an answer let in whom the server had refused."""
        if known.outcome == Outcome.REFUSED and heard.alone and not heard.refusal and known.list_id == self.list.pk:
            known.outcome, known.amiss, known.refusal = Outcome.ADMITTED, known.refusal, ""
            known.alone, known.at = True, heard.at
            known.save(update_fields=["outcome", "amiss", "refusal", "alone", "at"])
            self._went_through(known, by=None)
        elif registration is not None:
            self._say_since(known)
        return known

    def _went_through(self, written: CheckIn, *, by: Any) -> None:
        """Count it; who comes in at the entrance has attended."""
        registration = written.registration
        if written.outcome == Outcome.REFUSED or registration is None:
            self._say_since(written)
            return
        mine = self.passages.setdefault(registration.pk, [])
        mine.append(Passage(written.nonce, registration.pk, written.at, written.entry))
        before = self.presences.get(registration.pk)
        after = fold(mine)[registration.pk]
        self.inside += after.inside - bool(before and before.inside)
        self.presences[registration.pk] = after
        self._say_since(written)
        if written.entry and self.list.is_entrance:
            attended(registration, by=by, at=written.at, forced=bool(written.amiss), reason=written.reason)

    def _say_since(self, written: CheckIn) -> None:
        presence = self.presences.get(written.registration_id)
        self.since[written.nonce] = presence.spells[-1][0] if presence and presence.inside else None

    def _guest(self, registration: Registration | None) -> admission.Guest | None:
        if registration is None:
            return None
        presence = self.presences.get(registration.pk)
        inside = bool(presence and presence.inside)
        waits = registration.state == State.WAITLISTED and not inside
        return guests.guest(
            registration, seats=self.seats, inside=inside,
            ahead=guests.ahead_of(registration, self.list, self.presences) if waits else 0,
        )  # fmt: skip

    def _door(self) -> Door:
        return guests.door(self.list, inside=self.inside, reserved=self.reserved)


def attended(registration: Registration, *, by: Any, at: datetime, forced: bool = False, reason: str = "") -> None:
    """Somebody came in at the entrance: they have attended; what they waited for is given back or theirs.

    Who was let in without being registered any more (cancelled, rejected) stays so; the check-in itself says it.
    """
    if registration.state == State.ATTENDED:
        return
    waits = registration.state in admission.WAITING
    registration = locked(registration, pools=waits)
    move = "stand_by" if registration.state in admission.WAITING else "attend"
    if move == "attend" and forced and registration.state not in REGISTRATION.moves["attend"].sources:
        move = "let_in"
    if registration.state not in REGISTRATION.moves[move].sources:
        return
    if waits and registration.state in admission.WAITING:
        _seat_at_the_door(registration, at=at)
    before, registration.state = registration.state, State.ATTENDED
    registration.save(update_fields=["state"])
    note(registration, move, by=by, at=at, before=before, reason=reason)


def _seat_at_the_door(registration: Registration, *, at: datetime) -> None:
    """An offered seat is theirs; a place in line is left, because they sit."""
    pools = pools_of(registration)
    for seat in claims(registration):
        if not seat.quota.is_main:
            continue
        if seat.state == SeatState.OFFERED:
            seats.take(seat, at=at)
        elif seat.state == SeatState.WAITING:
            seats.release(seat, pools[seat.quota_id], at=at)


def miss(at: datetime) -> int:
    """A day after a meeting: who was confirmed for the room and never came did not come; how many.

    A duty of the worker, safe to run twice. Only where somebody was checked in at all.
    """
    over = CheckInList.objects.filter(
        is_entrance=True, meeting__ends_at__lte=at - timedelta(days=1), meeting__ends_at__gt=at - timedelta(days=30)
    ).filter(check_ins__isnull=False)
    ids = Registration.objects.filter(
        meeting__in=over.values("meeting"), state=State.CONFIRMED, mode="in_person"
    ).values_list("pk", flat=True)  # fmt: skip
    done = 0
    for pk in list(ids):
        with transaction.atomic():
            registration = locked(Registration(pk=pk))
            if registration.state != State.CONFIRMED:
                continue
            registration.state = State.NO_SHOW
            registration.save(update_fields=["state"])
            note(registration, "miss", by=None, at=at, before=State.CONFIRMED)
            done += 1
    return done


__all__ = ["Book", "Heard", "Told", "attended", "check_in", "miss", "take_in", "void"]
