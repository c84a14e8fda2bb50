"""What is forgotten, and when: by the clock, field by field, or at once where somebody asks for it.

The figures stay: category, way of taking part, state, country, kind of organisation, gender, without anybody's name.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import CharField, EmailField, F, Model, QuerySet, Value
from django.db.models.functions import Cast, Concat

from kept.base import history, mail
from kept.people.models import Link
from kept.registration.actions.closing import close_what_is_forgotten
from kept.registration.actions.ground import allow, by_name
from kept.registration.actions.hosting import say_no
from kept.registration.actions.registering import cancel
from kept.registration.addresses import GUARDIAN
from kept.registration.hosting_notices import EVENT
from kept.registration.models import (
    MOST_DAYS,
    Answer,
    Certificate,
    CheckIn,
    Consent,
    Credential,
    DoNotAdmit,
    EventInvitation,
    FeedbackKind,
    FeedbackReply,
    Note,
    Question,
    Registration,
    Reply,
    State,
    VisaDesk,
    VisaLetter,
    VisaRequest,
    WalkIn,
)
from kept.registration.permissions import is_own, may_run_registration
from kept.registration.privacy import LATER, SOON, fields_of

UNSENT_DAYS = 30  # what was begun and never sent or never confirmed, after its last day of use
NOBODY = "@erased.invalid"  # RFC 6761: an address that never is one; different for each, as the table wants it
OF_A_PERSON: tuple[type[Model], ...] = (CheckIn, Credential, VisaRequest, WalkIn)


def forget_due(now: datetime) -> int:
    """The worker's duty, once a day: whatever has been kept long enough. Returns how many persons are gone. Repeats harmlessly."""
    close_what_is_forgotten(now)
    _forget_unsent(now)
    soon = Registration.objects.filter(meeting__ends_at__lte=now - timedelta(days=SOON), erased_at=None)
    _blank_soon(soon)
    _forget_answers(now)
    _forget_passports(now)
    DoNotAdmit.objects.filter(meeting__ends_at__lte=now - timedelta(days=SOON)).delete()
    _forget_words_of_feedback(now)
    _forget_invited(now)
    gone = 0
    later = Registration.objects.filter(meeting__ends_at__lte=now - timedelta(days=LATER), erased_at=None)
    while keys := list(later.order_by("pk").values_list("pk", flat=True)[:500]):
        with transaction.atomic():
            gone += _erase(Registration.objects.filter(pk__in=keys), now)
    return gone


def erase(registration: Registration, *, by: Any, at: datetime) -> None:
    """Forget a person at once, because they ask for it; before the meeting this cancels what they hold. Raises NotAllowed."""
    allow(is_own(by, registration) or may_run_registration(by, registration.meeting))
    with transaction.atomic():
        registration.refresh_from_db()
        if registration.state == State.DRAFT:
            _links(Registration.objects.filter(pk=registration.pk)).delete()
            registration.delete()
            return
        if registration.is_live and at < registration.meeting.ends_at and registration.state != State.ATTENDED:
            registration = cancel(registration, by=by, at=at)
        _erase_invitations_of(registration, at)
        mine = Registration.objects.filter(pk=registration.pk)
        _blank_soon(mine)
        Answer.objects.filter(registration__in=mine).delete()
        _erase(mine, at)
        history.record("registration", registration.pk, "erase", by=by_name(by), at=at)


def _erase_invitations_of(registration: Registration, at: datetime) -> None:
    """What the same address was invited to beside this meeting; a place that they hold goes to who waits."""
    rows = EventInvitation.objects.filter(
        event__meeting=registration.meeting_id, email=registration.email, erased_at=None
    )
    for one in rows.exclude(state__in=(Reply.DECLINED, Reply.LAPSED, Reply.TAKEN_BACK)):
        say_no(one, by=None, at=at)
    _erase_invited(rows, at)


def _forget_unsent(now: datetime) -> None:
    """Drafts, and addresses that never said yes: they hold nothing, and nobody waits for them."""
    old = Registration.objects.filter(
        state__in=(State.DRAFT, State.SUBMITTED), started_at__lt=now - timedelta(days=UNSENT_DAYS)
    )
    old = old.exclude(submitted_at__gte=now - timedelta(days=UNSENT_DAYS))
    _links(old).delete()
    mail.forget("registration", list(old.values_list("pk", flat=True)))
    old.delete()


def _blank_soon(rows: QuerySet[Registration]) -> None:
    """What was needed for the meeting itself."""
    rows.update(**_empty(Registration, fields_of("Registration", SOON)))
    for model in OF_A_PERSON:
        empty = _empty(model, fields_of(model.__name__, SOON))
        model._default_manager.filter(registration__in=rows).update(**empty)
    Note.objects.filter(registration__in=rows).delete()
    guardians = Link.objects.filter(subject__in=rows.values("key"), purpose=GUARDIAN)
    if guardians.exists():
        guardians.delete()
        mail.forget("guardian", list(rows.filter(is_minor=True).values_list("pk", flat=True)))


def _forget_answers(now: datetime) -> None:
    """Each question says how long its answers are kept."""
    for days in set(Question.objects.order_by().values_list("erase_after_days", flat=True)):
        due = now - timedelta(days=days)
        Answer.objects.filter(question__erase_after_days=days, registration__meeting__ends_at__lte=due).delete()


def _forget_words_of_feedback(now: datetime) -> None:
    """What was said in own words about a meeting; how many said what stays."""
    old = FeedbackReply.objects.filter(feedback__meeting__ends_at__lte=now - timedelta(days=LATER))
    for reply in old.select_related("feedback").prefetch_related("feedback__questions").iterator(chunk_size=500):
        words = {one.code for one in reply.feedback.questions.all() if one.kind == FeedbackKind.WORDS}
        if words & set(reply.answers):
            reply.answers = {code: value for code, value in reply.answers.items() if code not in words}
            reply.save(update_fields=["answers"])


def _forget_invited(now: datetime) -> None:
    """Who was invited to an event beside a meeting: what they need goes soon, the person later; the answers stay as figures."""
    rows = EventInvitation.objects.filter(erased_at=None)
    rows.filter(event__meeting__ends_at__lte=now - timedelta(days=SOON)).update(needs="")
    _erase_invited(rows.filter(event__meeting__ends_at__lte=now - timedelta(days=LATER)), now)


def _erase_invited(rows: QuerySet[EventInvitation], at: datetime) -> None:
    """The person of each of these invitations: name, address, whom they bring, mails, links."""
    keys = list(rows.values_list("pk", flat=True))
    if not keys:
        return
    nobody = Concat(Value("guest"), Cast(F("pk"), CharField()), Value(NOBODY), output_field=EmailField())
    with transaction.atomic():
        Link.objects.filter(purpose=EVENT, subject__in=[str(pk) for pk in keys]).delete()
        mail.forget("event_invitation", keys)
        EventInvitation.objects.filter(pk__in=keys).update(
            name="", organisation="", companion="", needs="", email=nobody, erased_at=at
        )


def _forget_passports(now: datetime) -> None:
    """Each visa desk says for how long; where none was set up, as the table says (`_blank_soon`)."""
    for days in set(VisaDesk.objects.values_list("erase_after_days", flat=True)):
        due = VisaDesk.objects.filter(erase_after_days=days, meeting__ends_at__lte=now - timedelta(days=days))
        rows = VisaRequest.objects.filter(registration__meeting__in=due.values("meeting"))
        rows.update(**_empty(VisaRequest, fields_of("VisaRequest", MOST_DAYS)))


def _erase(rows: QuerySet[Registration], at: datetime) -> int:
    """The person of each of these rows: name, address, mails, links. The row stays for the figures."""
    keys = list(rows.values_list("pk", flat=True))
    _links(rows).delete()
    mail.forget("registration", keys)
    people = set(rows.exclude(person=None).values_list("person", flat=True))
    history.forget_words("registration", keys, people=people)
    Consent.objects.filter(registration__in=keys).update(**_empty(Consent, fields_of("Consent", LATER)))
    Answer.objects.filter(registration__in=keys).delete()
    for model in (Certificate, FeedbackReply, VisaLetter, VisaRequest):
        model._default_manager.filter(registration__in=keys).delete()
    empty = _empty(Registration, fields_of("Registration", LATER)) | {
        "email": Concat(F("key"), Value(NOBODY)), "person": None, "registered_by": None, "delegation": None,
        "listed": False, "erased_at": at,
    }  # fmt: skip
    return Registration.objects.filter(pk__in=keys).update(**empty)


def _links(rows: QuerySet[Registration]) -> QuerySet[Link]:
    return Link.objects.filter(subject__in=rows.values("key"), purpose__startswith="registration")


def _empty(model: type[Model], names: list[str]) -> dict[str, Any]:
    """Each of these fields without what it says: its default, nothing for one that has none."""
    found = {}
    for name in names:
        field = model._meta.get_field(name)
        found[name] = None if field.is_relation else field.get_default()
    return found
