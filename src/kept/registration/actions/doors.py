"""What stands at the doors: lists, gates, phones; who is not let in; proofs; people who register at the desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting, Session
from kept.people.naming import normalise
from kept.registration.actions.approving import approve
from kept.registration.actions.ground import allow, by_name, locked, note
from kept.registration.actions.registering import start
from kept.registration.actions.setting_up import in_six
from kept.registration.codes import new_token, token_hash
from kept.registration.minors import register_themselves
from kept.registration.models import (
    Category,
    CheckInList,
    Credential,
    Device,
    DocumentKind,
    DoNotAdmit,
    Gate,
    Mode,
    Registration,
    State,
    WalkIn,
)
from kept.registration.permissions import may_admit

AFTER_THE_END = timedelta(hours=6)  # phones and their lists go so long after the meeting
MOST_DAYS = timedelta(days=14)  # no phone is good for longer


def set_up_doors(meeting: Meeting, *, by: Any, at: datetime) -> CheckInList:
    """The entrance of a meeting with one gate, and a list for each session that has a pool of its own.

    The fire limits are those of the rooms. Raises NotAllowed; Refused where there are doors already.
    """
    allow(may_admit(by, meeting) or by is None)
    with transaction.atomic():
        if meeting.check_in_lists.exists():
            raise Refused(_("This meeting has its doors already."))
        pool = meeting.quotas.filter(mode=Mode.IN_PERSON, day=None, session=None, linked_event=None).first()
        limit = (pool.fire_limit or (pool.room.fire_limit if pool.room else None)) if pool else None
        entrance = add_list(
            meeting, names=in_six(gettext_lazy("Entrance")), fire_limit=limit, is_entrance=True, by=by, at=at
        )
        for quota in meeting.quotas.exclude(session=None).select_related("session"):
            add_list(
                meeting, names=quota.session.titles, fire_limit=quota.fire_limit, session=quota.session, by=by, at=at
            )
        return entrance


def add_list(
    meeting: Meeting, *, names: dict[str, str], fire_limit: int | None, by: Any, at: datetime, is_entrance: bool = False,
    session: Session | None = None, categories: list[Category] | None = None,
) -> CheckInList:  # fmt: skip
    """Something to count, with its first gate of the same name. Raises NotAllowed; Refused without a name."""
    allow(may_admit(by, meeting) or by is None)
    if not names.get("en", "").strip():
        raise Refused(_("A door needs a name."))
    with transaction.atomic():
        made = CheckInList.objects.create(
            meeting=meeting, names=names, fire_limit=fire_limit, is_entrance=is_entrance, session=session,
            position=meeting.check_in_lists.count(),
        )  # fmt: skip
        made.categories.set(categories or [])
        Gate.objects.create(list=made, names=names)
        history.record("check_in_list", made.pk, "add", by=by_name(by), at=at, data={"fire_limit": fire_limit})
    return made


def add_gate(counted: CheckInList, *, name: str, by: Any, at: datetime) -> Gate:
    """One more door of the same hall. Raises NotAllowed; Refused without a name."""
    allow(may_admit(by, counted.meeting))
    if not name.strip():
        raise Refused(_("A door needs a name."))
    with transaction.atomic():
        made = Gate.objects.create(list=counted, names={"en": name.strip()[:80]}, position=counted.gates.count())
        history.record("check_in_list", counted.pk, "add_gate", by=by_name(by), at=at, data={"gate": made.pk})
    return made


def limit_list(counted: CheckInList, fire_limit: int | None, *, by: Any, at: datetime) -> CheckInList:
    """Set the fire limit of a door. Raises NotAllowed."""
    allow(may_admit(by, counted.meeting))
    with transaction.atomic():
        counted = CheckInList.objects.select_for_update(of=("self",)).get(pk=counted.pk)
        before, counted.fire_limit = counted.fire_limit, fire_limit
        counted.save(update_fields=["fire_limit"])
        history.record(
            "check_in_list", counted.pk, "limit", by=by_name(by), at=at, data={"before": before, "limit": fire_limit}
        )
    return counted


def add_device(gate: Gate, label: str, *, by: Any, at: datetime, until: datetime | None = None) -> tuple[Device, str]:
    """A phone for a gate, and its token, which is shown this once. Good until some hours after the meeting.

    Raises NotAllowed; Refused for an end that is past or too far.
    """
    meeting = gate.list.meeting
    allow(may_admit(by, meeting))
    until = until or max(meeting.ends_at, at) + AFTER_THE_END
    if until <= at or until > max(meeting.ends_at, at) + MOST_DAYS:
        raise Refused(_("A phone is good until some days after the meeting, not longer."))
    token = new_token()
    with transaction.atomic():
        made = Device.objects.create(
            gate=gate, label=label.strip()[:80] or str(gate), token_hash=token_hash(token), made_by=by_name(by), made_at=at,
            expires_at=until,
        )  # fmt: skip
        history.record("device", made.pk, "add", by=by_name(by), at=at, data={"gate": gate.pk, "label": made.label})
    return made, token


def take_device(link: str, token: str, at: datetime) -> Device:
    """The first phone that opens a link takes its place at the gate, and acts by the token that it made itself.

    Sent again because the answer was lost, it is the same. Raises Refused where another phone was first, or it is over.
    """
    with transaction.atomic():
        device = good_device(token, at) or good_device(link, at)
        if device is None:
            raise Refused(_("This link is not good any more. Ask the desk for a new one."), code="gone")
        if device.token_hash == token_hash(token):
            return device
        CheckInList.objects.select_for_update(of=("self",)).get(pk=device.gate.list_id)
        taken = Device.objects.filter(pk=device.pk, taken_at=None).update(token_hash=token_hash(token), taken_at=at)
        if not taken:
            raise Refused(_("This link is not good any more. Ask the desk for a new one."), code="gone")
        history.record("device", device.pk, "take", by=None, at=at)
    device.refresh_from_db()
    return device


def revoke_device(device: Device, *, by: Any, at: datetime) -> Device:
    """The phone checks nobody in any more, and erases its list as soon as it hears of it. Raises NotAllowed."""
    allow(may_admit(by, device.gate.list.meeting))
    with transaction.atomic():
        CheckInList.objects.select_for_update(of=("self",)).get(pk=device.gate.list_id)
        device = Device.objects.select_for_update(of=("self",)).get(pk=device.pk)
        if device.revoked_at is None:
            device.revoked_at = at
            device.save(update_fields=["revoked_at"])
            history.record("device", device.pk, "revoke", by=by_name(by), at=at)
    return device


def good_device(token: str, at: datetime, *, late: bool = False) -> Device | None:
    """The phone of a token; None where there is none that is good (or, `late`, may still tell what it saw)."""
    rows = Device.objects.select_related("gate__list__meeting").filter(token_hash=token_hash(token))
    found = rows.first()
    good = found is not None and (found.is_good(at) or (late and found.may_still_tell(at)))
    return found if good else None


def bar(meeting: Meeting, *, reason: str, by: Any, at: datetime, registration: Registration | None = None,
        name: str = "") -> DoNotAdmit:  # fmt: skip
    """Somebody is not to be let in: a registration, or a name that nobody registered under.

    Raises NotAllowed; Refused without a name or a reason.
    """
    allow(may_admit(by, meeting))
    if registration is None and not name.strip():
        raise Refused(_("Say whom."))
    if not reason.strip():
        raise Refused(_("Say why. The reason is kept with the decision."))
    with transaction.atomic():
        made = DoNotAdmit.objects.create(
            meeting=meeting, registration=registration, name=name.strip()[:240], normalised=normalise(name)[:240],
            reason=reason.strip(), by=by_name(by), at=at,
        )  # fmt: skip
        history.record("do_not_admit", made.pk, "add", by=by_name(by), at=at, reason=reason)
    return made


def lift(barred: DoNotAdmit, *, by: Any, at: datetime) -> DoNotAdmit:
    """They may come in again. Raises NotAllowed."""
    allow(may_admit(by, barred.meeting))
    with transaction.atomic():
        barred.lifted_at, barred.lifted_by = at, by_name(by)
        barred.save(update_fields=["lifted_at", "lifted_by"])
        history.record("do_not_admit", barred.pk, "lift", by=by_name(by), at=at)
    return barred


def see_proof(registration: Registration, kind: str, *, by: Any, at: datetime, issuer: str = "",
              valid_until: date | None = None) -> Credential:  # fmt: skip
    """Somebody looked at a press card or the like: no copy of it is kept. Raises NotAllowed; Refused where expired."""
    allow(may_admit(by, registration.meeting))
    if valid_until is not None and valid_until < at.date():
        raise Refused(_("This proof is not good any more."))
    with transaction.atomic():
        made = Credential.objects.create(
            registration=registration, kind=kind, issuer=issuer.strip()[:200], valid_until=valid_until, seen_by=by_name(by),
            seen_at=at,
        )  # fmt: skip
        history.record("registration", registration.pk, "see_proof", by=by_name(by), at=at, data={"kind": kind})
    return made


def walk_in(category: Category, values: dict[str, Any], *, email: str, by: Any, at: datetime) -> WalkIn:
    """Register somebody at the desk, provisionally: no seat, and no door, before `see_document` and `agree_to`.

    Raises NotAllowed, RegisteredAlready; Refused where a name is missing.
    """
    allow(may_admit(by, category.meeting))
    register_themselves(category)
    if not values.get("family_name", "").strip():
        raise Refused(_("A name is needed."))
    with transaction.atomic():
        registration = start(category.meeting, category, email=email, mode=Mode.IN_PERSON, by=by, at=at, values=values)
        registration = locked(registration)
        before, registration.state = registration.state, State.PENDING_SECRETARIAT
        registration.submitted_at = registration.asked_approval_at = at
        registration.save(update_fields=["state", "submitted_at", "asked_approval_at"])
        made = WalkIn.objects.create(registration=registration, made_by=by_name(by), made_at=at)
        note(registration, "walk_in", by=by, at=at, before=before)
    return made


def see_document(made: WalkIn, document: str, *, by: Any, at: datetime) -> WalkIn:
    """A document was seen: its kind is kept, no number and no copy. Raises NotAllowed; Refused for no such kind."""
    allow(may_admit(by, made.registration.meeting))
    if document not in DocumentKind.values:
        raise Refused(_("Say which document was seen."))
    with transaction.atomic():
        made.document, made.seen_by, made.seen_at = document, by_name(by), at
        made.save(update_fields=["document", "seen_by", "seen_at"])
        history.record(
            "registration", made.registration_id, "see_document", by=by_name(by), at=at, data={"document": document}
        )
    return made


def agree_to(made: WalkIn, *, by: Any, at: datetime) -> Registration:
    """An officer agrees: a seat, or a place in line. Raises NotAllowed; Refused before a document was seen."""
    allow(may_admit(by, made.registration.meeting))
    if made.seen_at is None:
        raise Refused(_("A document has to be seen first."))
    with transaction.atomic():
        made.agreed_by, made.agreed_at = by_name(by), at
        made.save(update_fields=["agreed_by", "agreed_at"])
        registration = made.registration
        if registration.state in (State.PENDING_SECRETARIAT, State.PENDING_FOCAL_POINT):
            registration = approve(registration, by=by, at=at)
    return registration
