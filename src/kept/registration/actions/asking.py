"""The organiser's questions: asked, asked anew in other words, asked only after another answer, asked no more."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.lifecycle import Refused
from kept.meetings.models import Meeting, in_language
from kept.registration.actions.ground import allow, by_name
from kept.registration.models import Category, Question, QuestionKind
from kept.registration.permissions import may_run_registration

WORDING = ("kind", "texts", "helps", "options")  # what an answer answers: a change of these is a new version
CHOOSING = (QuestionKind.CHOICE, QuestionKind.CHOICES)


def ask(meeting: Meeting, code: str, values: dict[str, Any], *, categories: list[Category], by: Any,
        at: datetime) -> Question:  # fmt: skip
    """Ask a question from now on. Of one that is asked already, other words are the next version: answers keep the former.

    Where the words stay and only its place, its readers or its condition change, the version stays, too.
    Raises NotAllowed, Refused.
    """
    allow(may_run_registration(by, meeting) or by is None)
    code = slugify(code)
    if not code:
        raise Refused(_("A question needs a short name."))
    with transaction.atomic():
        former = Question.objects.select_for_update().filter(meeting=meeting, code=code).order_by("-version").first()
        question = Question(meeting=meeting, code=code, version=former.version + 1 if former else 1, **values)
        _holds_together(question, categories)
        verb = "ask"
        if former is not None and former.replaced_at is None:
            if all(getattr(former, name) == getattr(question, name) for name in WORDING):
                question.pk, question.version, question._state.adding, verb = (
                    former.pk,
                    former.version,
                    False,
                    "arrange",
                )
            else:
                former.replaced_at = at
                former.save(update_fields=["replaced_at"])
        question.save()
        question.categories.set(categories)
        history.record("question", question.pk, verb, by=by_name(by), at=at, data={"version": question.version})
    return question


def stop_asking(question: Question, *, by: Any, at: datetime) -> Question:
    """Ask this no more; what was answered stays. Raises NotAllowed; Refused where another question hangs on it."""
    allow(may_run_registration(by, question.meeting))
    with transaction.atomic():
        for other in _asked_beside(question):
            if other.condition.get("code") == question.code:
                raise Refused(_("“%(question)s” is asked only after an answer to this one. Change that first.")
                              % {"question": _said(other)})  # fmt: skip
        question.replaced_at = at
        question.save(update_fields=["replaced_at"])
        history.record("question", question.pk, "stop_asking", by=by_name(by), at=at)
    return question


def answers_of(question: Question) -> list[str]:
    """The answers that another question may hang on; none of a question that is answered in own words."""
    if question.kind in CHOOSING:
        return [one["value"] for one in question.options]
    return ["yes", "no"] if question.kind == QuestionKind.YES_NO else []


def _asked_beside(question: Question) -> list[Question]:
    rows = Question.objects.filter(meeting=question.meeting_id, replaced_at=None).exclude(code=question.code)
    return list(rows.select_for_update())


def _holds_together(question: Question, categories: list[Category]) -> None:
    """Raises Refused where nobody could answer it, or where it or another would hang on an answer that nobody can give."""
    if any(one.meeting_id != question.meeting_id for one in categories):
        raise Refused(_("This category belongs to another meeting."))
    if not question.texts.get("en"):
        raise Refused(_("A question needs its words in English."))
    if question.kind in CHOOSING and len({one["value"] for one in question.options}) < 2:
        raise Refused(_("A choice needs at least two answers to choose from."))
    others = {other.code: other for other in _asked_beside(question)}
    possible = set(answers_of(question))
    for other in others.values():
        if other.condition.get("code") == question.code and not set(other.condition["values"]) <= possible:
            raise Refused(_("“%(question)s” is asked only after an answer that you take away. Change that first.")
                          % {"question": _said(other)})  # fmt: skip
    if not question.condition:
        return
    before = others.get(question.condition.get("code", ""))
    wanted = set(question.condition.get("values", []))
    if before is None or not wanted or not wanted <= set(answers_of(before)):
        raise Refused(_("It is asked only after an answer that nobody can give."))
    while before is not None:
        if before.condition.get("code") == question.code:
            raise Refused(_("Two questions cannot wait for each other."))
        before = others.get(before.condition.get("code", ""))


def _said(question: Question) -> str:
    return in_language(question.texts, get_language() or "en")
