"""Who gets which mail when something happens to a registration. Mails are queued in the transaction of what happened."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base import formats, mail
from kept.base.events import listens
from kept.base.models import OutgoingMail
from kept.meetings.models import Meeting
from kept.people.links import link_address
from kept.people.models import Membership, Person
from kept.registration.addresses import CONFIRM, FOR_YOU, GUARDIAN, OWN, guardian_link, known_link, own_link
from kept.registration.models import Mode, Quota, Registration, State

OF_GUARDIANS = "guardian"  # what mails to them are about: emptied earlier than those to the person
AGAIN_WITHIN, AGAIN_MOST = timedelta(hours=1), 3  # mails to somebody who is registered already


def tell(registration: Registration, kind: str, *, at: datetime, purpose: str = OWN, action: Any = None,
         **words: Any) -> None:  # fmt: skip
    """Queue one mail to the person, with their personal link as its button, in their language."""
    language, meeting = registration.language, registration.meeting
    link = own_link(registration, at=at, purpose=purpose)
    mail.queue(
        f"registration/{kind}", to=registration.email, language=language, person=registration.person, at=at,
        subject=("registration", registration.pk),  # no key: the move is made once, in the same transaction
        context={
            "name": registration.name,
            "meeting": meeting.name_in(language),
            "when": formats.format_datetime(meeting.starts_at, language, meeting.time_zone),
            "own_when": _own_time(registration),
            "online": registration.mode == Mode.REMOTE,
            "action": action or _("Open your registration"),
            "action_url": link_address(link, language=language),
            **words,
        },
    )  # fmt: skip


def _own_time(registration: Registration) -> str:
    """The beginning on the clock of a remote participant, where they said which one that is."""
    zone = registration.time_zone
    if not zone or zone == registration.meeting.time_zone:
        return ""
    return formats.format_datetime(registration.meeting.starts_at, registration.language, zone)


@listens("registration.submit")
def confirm_your_address(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "confirm_address", at=at, purpose=CONFIRM, action=_("Yes, this is my address"))


@listens("registration.register_for")
def you_are_registered(*, registration: Registration, at: datetime, **_more: Any) -> None:
    """Their organisation registered them: it counts when they say yes."""
    assert registration.delegation is not None
    tell(
        registration, "for_you", at=at, purpose=FOR_YOU, action=_("Look at it, and say yes"),
        organisation=registration.delegation.organisation.name_in(registration.language),
        instead=registration.substitute_for.name if registration.substitute_for else "",
    )  # fmt: skip


@listens("registration.hand_over")
def handed_over(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "handed_over", at=at)


def tell_again(registration: Registration, *, at: datetime) -> None:
    """Somebody wanted to register an address that is registered: its owner gets the link that they need next.

    At most three such mails in an hour: whoever types a foreign address cannot fill its letter box.
    """
    kinds = ("registration/confirm_address", "registration/for_you", "registration/already")
    mails = OutgoingMail.objects.filter(subject_kind="registration", subject_id=registration.pk, kind__in=kinds)
    if mails.filter(made_at__gt=at - AGAIN_WITHIN).count() >= AGAIN_MOST:
        return
    if registration.state == State.SUBMITTED and registration.delegation_id:
        you_are_registered(registration=registration, at=at)
    elif registration.state == State.SUBMITTED:
        confirm_your_address(registration=registration, at=at)
    else:
        tell(registration, "already", at=at)


@listens("registration.confirm_address")
@listens("registration.guardian_agrees")
@listens("registration.approve")
@listens("registration.switch")
@listens("registration.reopen")
def what_came_of_it(*, registration: Registration, at: datetime, **_more: Any) -> None:
    """Confirmed, on the waiting list, or with whoever has to say yes."""
    kinds = {
        State.CONFIRMED: "confirmed",
        State.WAITLISTED: "waitlisted",
        State.OFFERED: "offered",
        State.PENDING_GUARDIAN: "pending_guardian",
        State.PENDING_FOCAL_POINT: "pending",
        State.PENDING_SECRETARIAT: "pending",
    }
    if kind := kinds.get(State(registration.state)):
        tell(registration, kind, at=at)
    if registration.state == State.PENDING_FOCAL_POINT:
        ask_focal_points(registration, at=at)
    if registration.state == State.PENDING_GUARDIAN:
        ask_guardian(registration, at=at)


@listens("registration.edit")
def another_guardian(*, registration: Registration, at: datetime, fields: Any = (), **_more: Any) -> None:
    """Whoever is named now is asked; the link that the former one got is good no more."""
    if registration.state != State.PENDING_GUARDIAN or "guardian_email" not in fields:
        return
    if known_link(registration, at=at, purpose=GUARDIAN, email=registration.guardian_email) is None:
        ask_guardian(registration, at=at)


@listens("registration.remind")
def still_waiting_for_you(*, registration: Registration, at: datetime, until: str, **_more: Any) -> None:
    """Whoever has to say yes is asked once more; `until`: when the secretariat is asked instead of a focal point."""
    if registration.state == State.PENDING_GUARDIAN:
        ask_guardian(registration, at=at, reminder=True)
    elif registration.state == State.PENDING_FOCAL_POINT:
        ask_focal_points(registration, at=at, until=datetime.fromisoformat(until))


@listens("registration.secretariat_waits")
def ask_the_secretariat(*, meeting: Meeting, n: int, since: datetime | None, key: str, day: date, at: datetime) -> None:
    """One mail to each who works for it: how many wait, since when, and the way there; of one alone (`key`), to its page."""
    page = f"/desk/meetings/{meeting.slug}/registrations/"
    page += f"of/{key}/" if n == 1 else f"?state={State.PENDING_SECRETARIAT}"
    for person in Person.objects.filter(is_staff=True, is_active=True).order_by("pk"):
        language = person.language
        mail.queue(
            "registration/secretariat_waits", to=person.email, language=language, person=person, at=at,
            key=f"registration:secretariat_waits:{meeting.pk}:{day:%Y%m%d}:{person.pk}",
            context={
                "n": n, "number": formats.format_number(n, language), "meeting": meeting.name_in(language),
                "since": since and formats.format_datetime(since, language, meeting.time_zone),
                "action": _("See who waits for you"), "action_url": link_address(None, language=language, path=page),
            },
        )  # fmt: skip


def ask_guardian(registration: Registration, *, at: datetime, reminder: bool = False) -> None:
    """Ask whoever is responsible for somebody under 18, by a link of their own; a reminder brings the same link again."""
    language, meeting = registration.language, registration.meeting
    link = known_link(registration, at=at, purpose=GUARDIAN, email=registration.guardian_email) if reminder else None
    mail.queue(
        "registration/guardian", to=registration.guardian_email, language=language, at=at,
        subject=(OF_GUARDIANS, registration.pk),
        context={
            "name": registration.name, "guardian": registration.guardian_name, "meeting": meeting.name_in(language),
            "when": formats.format_datetime(meeting.starts_at, language, meeting.time_zone),
            "online": registration.mode == Mode.REMOTE, "action": _("Read it, and agree"), "reminder": reminder,
            "action_url": link_address(link or guardian_link(registration, at=at), language=language),
        },
    )  # fmt: skip


@listens("registration.accept_offer")
@listens("registration.seat")
def it_is_yours(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "confirmed", at=at)


@listens("registration.offered")
def a_seat_is_offered(*, registration: Registration, at: datetime, until: str = "", **_more: Any) -> None:
    language = registration.language
    stands = formats.format_datetime(datetime.fromisoformat(until), language, registration.meeting.time_zone)
    tell(registration, "offered", at=at, action=_("Take the seat, or leave it"), until=stands)


@listens("registration.part_offered")
def a_part_is_offered(*, registration: Registration, at: datetime, quota: int, until: str, **_more: Any) -> None:
    """A seat of a day or session is free for them."""
    language, pool = registration.language, Quota.objects.get(pk=quota)
    stands = formats.format_datetime(datetime.fromisoformat(until), language, registration.meeting.time_zone)
    tell(registration, "part_offered", at=at, action=_("Take the seat, or leave it"), until=stands,
         part=pool.name_in(language))  # fmt: skip


@listens("registration.lapse")
def the_offer_ran_out(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "lapsed", at=at, stays_online=registration.state == State.CONFIRMED)


@listens("registration.reject")
@listens("registration.refuse_for_organisation")
@listens("registration.withdraw")
def not_admitted(*, registration: Registration, at: datetime, reason: str, **_more: Any) -> None:
    tell(registration, "rejected", at=at, reason=reason)


@listens("registration.cancel")
def cancelled(*, registration: Registration, before: str, at: datetime, reason: str = "", **_more: Any) -> None:
    if before not in (State.DRAFT, State.SUBMITTED):
        tell(registration, "cancelled", at=at, reason=reason)


@listens("registration.join_into")
def two_became_one(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "joined", at=at, stays=True)


@listens("registration.joined_away")
def went_into_another(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "joined", at=at, stays=False)


@listens("registration.issue_letter")
def your_letter_is_ready(*, registration: Registration, at: datetime, number: str = "", **_more: Any) -> None:
    """Where it is to be had; nothing of the passport stands in a mail."""
    tell(registration, "visa_ready", at=at, number=number)


@listens("registration.return_request")
def put_it_right(*, registration: Registration, at: datetime, **_more: Any) -> None:
    """What is to be put right stands on their page alone: an officer may have named a number in it."""
    tell(registration, "visa_returned", at=at)


@listens("registration.void_letter")
def your_letter_is_void(*, registration: Registration, at: datetime, **_more: Any) -> None:
    tell(registration, "visa_void", at=at)


def ask_focal_points(registration: Registration, *, at: datetime, until: datetime | None = None) -> int:
    """Ask those who speak for the organisation whether the person is theirs; how many were asked. With `until` it is a
    reminder: the moment at which the secretariat is asked instead, on the clock of the meeting.
    """
    organisation, meeting = registration.organisation, registration.meeting
    if organisation is None:
        return 0
    speaking = Membership.objects.speaking().filter(organisation__in=organisation.family).select_related("person")
    people = {row.person for row in speaking if row.person.email.casefold() != registration.email.casefold()}
    for person in sorted(people, key=lambda one: one.pk):
        mail.queue(
            "registration/is_this_yours", to=person.email, language=person.language, person=person, at=at,
            key=f"registration:is_this_yours:{registration.pk}:{person.pk}:{at:%Y%m%d%H%M}",
            subject=("registration", registration.pk),
            context={
                "name": registration.name, "title": registration.title,
                "meeting": meeting.name_in(person.language),
                "until": until and formats.format_datetime(until, person.language, meeting.time_zone),
                "organisation": organisation.name_in(person.language),
                "action": _("Say whether this is one of yours"),
                "action_url": link_address(
                    None, language=person.language, path=f"/my/delegations/{registration.key}/"
                ),
            },
        )  # fmt: skip
    return len(people)
