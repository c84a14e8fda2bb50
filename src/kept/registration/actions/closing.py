"""A meeting is closed: its figures are counted a last time and stay, when the people are erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting
from kept.registration import statistics
from kept.registration.actions.ground import allow, by_name
from kept.registration.actions.hearing import close_feedback, values_of
from kept.registration.feedback import Asked, Reply, results
from kept.registration.models import ClosingReport, Feedback
from kept.registration.permissions import may_run_registration
from kept.registration.privacy import SOON


def close_meeting(meeting: Meeting, *, by: Any, at: datetime) -> ClosingReport:
    """Freeze the figures, with who did it and when. Raises NotAllowed; Refused before the end, twice, or with open feedback."""
    allow(may_run_registration(by, meeting) or by is None)
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
        if at < meeting.ends_at:
            raise Refused(_("The meeting is not over."))
        if ClosingReport.objects.filter(meeting=meeting).exists():
            raise Refused(_("This meeting is closed already."))
        feedback = Feedback.objects.filter(meeting=meeting).first()
        if feedback is not None and feedback.closed_at is None:
            raise Refused(_("Close the feedback first: its results are part of the report."))
        made = ClosingReport.objects.create(
            meeting=meeting, figures=statistics.counted(meeting, at), programme=statistics.programme_of(meeting),
            heard=_heard(feedback) if feedback else [], closed_at=at, closed_by=by_name(by),
            closed_by_name=(by.get_full_name() or by.email)[:200] if by_name(by) else "",
        )  # fmt: skip
        history.record("meeting", meeting.pk, "close", by=by_name(by), at=at)
    return made


def close_what_is_forgotten(now: datetime) -> int:
    """Before anything of a meeting is erased, the house closes it itself, its feedback too; how many meetings."""
    due = Meeting.objects.filter(ends_at__lte=now - timedelta(days=SOON), registrations__isnull=False)
    done = 0
    for meeting in due.filter(closing_report=None).distinct():
        for feedback in Feedback.objects.filter(meeting=meeting, closed_at=None):
            close_feedback(feedback, by=None, at=now)
        close_meeting(meeting, by=None, at=now)
        done += 1
    return done


def _heard(feedback: Feedback) -> list[dict[str, Any]]:
    questions = list(feedback.questions.all())
    plain = [Asked(one.code, one.kind, values_of(one)) for one in questions]
    replies = [Reply(mode, answers) for mode, answers in feedback.replies.values_list("mode", "answers")]
    return [
        {
            "code": question.code, "kind": question.kind, "texts": question.texts, "options": question.options,
            "answered": found.answered, "hidden": found.hidden, "counts": found.counts, "by_way": found.by_way,
        }
        for question, found in zip(questions, results(plain, replies), strict=True)
    ]  # fmt: skip
