"""After a meeting: the team asks how it was, participants answer, the answers are cut loose from them."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base import history, mail
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.people.links import link_address
from kept.registration import feedback as rules
from kept.registration.actions.ground import allow, by_name
from kept.registration.actions.setting_up import in_six
from kept.registration.addresses import own_link
from kept.registration.models import (
    ENTERS,
    Feedback,
    FeedbackKind,
    FeedbackQuestion,
    FeedbackReply,
    Mode,
    Presence,
    Registration,
    State,
)
from kept.registration.permissions import is_own, may_run_registration

OPEN_FOR = timedelta(days=14)  # after the meeting, where the team sets nothing else
LONGEST = timedelta(days=28)  # the house closes a meeting thirty days after it, with the answers
MORNING = time(9)  # of the day after, on the meeting's clock
AT_ONCE = 500
MOST_WORDS = 2000


def ask_for_feedback(meeting: Meeting, *, by: Any, at: datetime) -> Feedback:
    """Ask how it was, with the usual questions to begin with. Raises NotAllowed; Refused where it is asked already."""
    allow(may_run_registration(by, meeting) or by is None)
    with transaction.atomic():
        if Feedback.objects.filter(meeting=meeting).exists():
            raise Refused(_("Feedback is asked for already."))
        made = Feedback.objects.create(meeting=meeting, closes_at=max(meeting.ends_at, at) + OPEN_FOR)
        for position, (code, kind, text, options) in enumerate(rules.USUAL):
            FeedbackQuestion.objects.create(
                feedback=made, code=code, kind=kind, position=position, texts=in_six(text),
                options=[{"value": value, "names": in_six(words)} for value, words in options],
            )  # fmt: skip
        history.record("feedback", made.pk, "ask", by=by_name(by), at=at)
    return made


def change_end(feedback: Feedback, closes_at: datetime, *, by: Any, at: datetime) -> Feedback:
    """Until when one may answer. Raises NotAllowed; Refused for a day that is past, too far, or once it is closed."""
    with transaction.atomic():
        feedback = _locked(feedback, by)
        if not max(at, feedback.meeting.ends_at) < closes_at <= feedback.meeting.ends_at + LONGEST:
            raise Refused(_("Choose an hour after the meeting, at most four weeks later."))
        feedback.closes_at = closes_at
        feedback.save(update_fields=["closes_at"])
        history.record(
            "feedback", feedback.pk, "change_end", by=by_name(by), at=at, data={"until": closes_at.isoformat()}
        )
    return feedback


def set_question(
    feedback: Feedback, code: str, values: dict[str, Any], *, by: Any, at: datetime
) -> FeedbackQuestion:  # fmt: skip
    """Add a question, or change the one of this code. Raises NotAllowed; Refused once somebody has answered."""
    with transaction.atomic():
        feedback = _unanswered(_locked(feedback, by))
        question = feedback.questions.filter(code=slugify(code)).first()
        question = question or FeedbackQuestion(feedback=feedback, code=slugify(code))
        for name, value in values.items():
            setattr(question, name, value)
        if not question.code or not question.texts.get("en"):
            raise Refused(_("A question needs its words in English."))
        if question.kind == FeedbackKind.CHOICE and len({one["value"] for one in question.options}) < 2:
            raise Refused(_("A choice needs at least two answers to choose from."))
        question.save()
        history.record("feedback", feedback.pk, "set_question", by=by_name(by), at=at, data={"code": question.code})
    return question


def drop_question(question: FeedbackQuestion, *, by: Any, at: datetime) -> None:
    """Ask this not. Raises NotAllowed; Refused once somebody has answered."""
    with transaction.atomic():
        feedback = _unanswered(_locked(question.feedback, by))
        history.record("feedback", feedback.pk, "drop_question", by=by_name(by), at=at, data={"code": question.code})
        question.delete()


def reply(registration: Registration, answers: dict[str, str], *, by: Any, at: datetime) -> FeedbackReply | None:
    """Keep what somebody answers, in place of what they answered before; nothing at all takes it back.

    Raises NotAllowed for anybody but the person, and for whoever was not there; Refused once it is closed.
    """
    allow(is_own(by, registration) and was_there(registration))
    with transaction.atomic():
        feedback = Feedback.objects.select_for_update().select_related("meeting").get(meeting=registration.meeting_id)
        if not feedback.is_open(at):
            raise Refused(_("Answers are not taken any more."))
        known = {question.code: question for question in feedback.questions.all()}
        said = {code: value.strip()[:MOST_WORDS] for code, value in answers.items() if code in known}
        said = {code: value for code, value in said.items() if value and _fits(known[code], value)}
        if not said:
            FeedbackReply.objects.filter(feedback=feedback, registration=registration).delete()
            return None
        kept, _new = FeedbackReply.objects.update_or_create(
            feedback=feedback, registration=registration, defaults={"answers": said, "mode": way_of(registration)}
        )
    return kept


def close_feedback(feedback: Feedback, *, by: Any, at: datetime) -> Feedback:
    """Take no more answers, and cut those that are there loose from their people, in an order of chance.

    Raises NotAllowed; Refused before the meeting is over, and where it is closed.
    """
    with transaction.atomic():
        feedback = _locked(feedback, by)
        if at < feedback.meeting.ends_at:
            raise Refused(_("The meeting is not over."))
        replies = [(one.mode, one.answers) for one in feedback.replies.all()]
        secrets.SystemRandom().shuffle(replies)
        feedback.replies.all().delete()
        FeedbackReply.objects.bulk_create(
            FeedbackReply(feedback=feedback, mode=mode, answers=answers) for mode, answers in replies
        )
        feedback.closed_at = at
        feedback.save(update_fields=["closed_at"])
        history.record("feedback", feedback.pk, "close", by=by_name(by), at=at, data={"answers": len(replies)})
    return feedback


def hear_participants(at: datetime) -> int:
    """The worker's duty: mails in the morning after a meeting, the end on its hour. How many mails; repeats harmlessly."""
    moved = Feedback.objects.filter(closed_at=None, closes_at__lte=F("meeting__ends_at"))
    for feedback in moved.filter(meeting__ends_at__gt=at - OPEN_FOR).select_related("meeting"):
        change_end(feedback, feedback.meeting.ends_at + OPEN_FOR, by=None, at=at)
    for feedback in Feedback.objects.filter(closed_at=None, closes_at__lte=at).select_related("meeting"):
        close_feedback(feedback, by=None, at=at)
    asked = 0
    due = Feedback.objects.filter(closed_at=None, asked_at=None, closes_at__gt=at, meeting__ends_at__lt=at)
    for feedback in due.select_related("meeting"):
        if at >= morning_after(feedback.meeting):
            asked += _ask_all(feedback, at)
    return asked


def morning_after(meeting: Meeting) -> datetime:
    """When the mails go: nine o'clock on the day after, on the meeting's clock."""
    day = meeting.ends_at.astimezone(meeting.zone).date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=meeting.zone)


def _ask_all(feedback: Feedback, at: datetime) -> int:
    asked, people = 0, list(who_was_there(feedback.meeting).values_list("pk", flat=True))
    for start in range(0, len(people), AT_ONCE):
        rows = Registration.objects.filter(pk__in=people[start : start + AT_ONCE]).select_related("meeting", "person")
        with transaction.atomic():
            asked += mail.queue_many([_letter(one, at) for one in rows])
    feedback.asked_at = at
    feedback.save(update_fields=["asked_at"])
    history.record("feedback", feedback.pk, "mail", by=None, at=at, data={"mails": asked})
    return asked


def _letter(one: Registration, at: datetime) -> dict[str, Any]:
    address = link_address(own_link(one, at=at), language=one.language)
    return {
        "kind": "registration/how_was_it", "to": one.email, "language": one.language, "person": one.person, "at": at,
        "key": f"registration:how_was_it:{one.pk}", "subject": ("registration", one.pk),
        "context": {
            "name": one.name, "meeting": one.meeting.name_in(one.language), "action": gettext_lazy("Say how it was"),
            "action_url": address,
        },
    }  # fmt: skip


def who_was_there(meeting: Meeting) -> QuerySet[Registration]:
    """Who came into the room or came in online; where nobody was counted at all, who was confirmed."""
    rows = Registration.objects.filter(meeting=meeting, erased_at=None).order_by("pk")
    online = Presence.objects.filter(registration=OuterRef("pk"))
    came = rows.filter(Q(state=State.ATTENDED) | Exists(online))
    return came if came.exists() else rows.filter(state__in=ENTERS)


def was_there(registration: Registration) -> bool:
    return who_was_there(registration.meeting).filter(pk=registration.pk).exists()


def way_of(registration: Registration) -> str:
    """In the room where they were let in there; else in the way they came in, or were registered for."""
    if registration.state == State.ATTENDED:
        return Mode.IN_PERSON
    return Mode.REMOTE if registration.presences.exists() else Mode(registration.mode)


def _fits(question: FeedbackQuestion, value: str) -> bool:
    return question.kind == FeedbackKind.WORDS or value in values_of(question)


def values_of(question: FeedbackQuestion) -> tuple[str, ...]:
    """What may be answered, from good to poor or in the team's order; nothing where it is answered in words."""
    if question.kind == FeedbackKind.SCALE:
        return tuple(value for value, _words in rules.WORDS_OF_SCALE)
    return tuple(one["value"] for one in question.options) if question.kind == FeedbackKind.CHOICE else ()


def _locked(feedback: Feedback, by: Any) -> Feedback:
    """The row as it is now. Raises NotAllowed; Refused where it is closed."""
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=feedback.pk)
    allow(may_run_registration(by, feedback.meeting) or by is None)
    if feedback.closed_at is not None:
        raise Refused(_("The feedback is closed."))
    return feedback


def _unanswered(feedback: Feedback) -> Feedback:
    if feedback.replies.exists():
        raise Refused(_("Somebody has answered already: the questions stay as they are."))
    return feedback
