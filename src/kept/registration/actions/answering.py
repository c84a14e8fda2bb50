"""What a participant answers to the organiser's questions, and agrees to or takes back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base.lifecycle import Refused
from kept.registration.actions.ground import allow, locked, note
from kept.registration.actions.registering import ChangedMeanwhile
from kept.registration.consents import CONSENTS
from kept.registration.models import LIVE, Answer, Consent, Question, Registration, State
from kept.registration.participants import USUALLY_SHOWN, may_be_listed
from kept.registration.permissions import may_edit_registration


def answer(registration: Registration, answers: dict[Question, Any], *, by: Any, at: datetime,
           version: int | None = None, others_stay: bool = False) -> Registration:  # fmt: skip
    """Keep answers, each with the version of its question as it was asked; None: unanswered. A question that is not named is
    unanswered too, unless `others_stay`.

    `version`: of the form that was filled in. Raises NotAllowed, ChangedMeanwhile; Refused where the registration has ended.
    """
    allow(may_edit_registration(by, registration))
    with transaction.atomic():
        registration = _locked_live(registration, version)
        codes = {question.code for question in answers}
        asked_now = Question.objects.filter(meeting=registration.meeting_id, replaced_at=None)
        gone = set() if others_stay else {question.code for question in asked_now} - codes
        Answer.objects.filter(registration=registration, question__code__in=codes | gone).delete()
        Answer.objects.bulk_create(
            Answer(registration=registration, question=question, value=value)
            for question, value in answers.items()
            if value not in (None, "", [])
        )
        registration.version += 1
        registration.save(update_fields=["version"])
        if registration.state != State.DRAFT:
            note(registration, "edit", by=by, at=at, before=registration.state, fields=sorted(codes))
    return registration


def agree(registration: Registration, texts: dict[str, str], *, language: str, by: Any, at: datetime,
          version: int | None = None) -> Registration:  # fmt: skip
    """Agree to these, {kind: the text as it was shown}, and to nothing else: others are taken back.

    Raises NotAllowed; Refused where what has to be agreed to is taken back from a registration that was sent.
    """
    allow(may_edit_registration(by, registration))
    needed = {one.kind for one in CONSENTS if one.required}
    with transaction.atomic():
        registration = _locked_live(registration, version)
        if registration.state in LIVE and not needed <= set(texts):
            raise Refused(_("Without this nobody can be registered."))
        given = {row.kind: row for row in registration.consents.filter(revoked_at=None)}
        for kind, row in given.items():
            if kind not in texts:
                row.revoked_at = at
                row.save(update_fields=["revoked_at"])
        Consent.objects.bulk_create(
            Consent(registration=registration, kind=kind, text=text, language=language, given_at=at)
            for kind, text in texts.items() if kind not in given
        )  # fmt: skip
        registration.listed = "listed" in texts and may_be_listed(registration)
        registration.shown = (registration.shown or USUALLY_SHOWN) if registration.listed else []
        registration.greeted = "greeted" in texts and may_be_listed(registration)
        registration.version += 1
        registration.save(update_fields=["listed", "shown", "greeted", "version"])
        if registration.state != State.DRAFT:
            note(registration, "agree", by=by, at=at, before=registration.state, kinds=sorted(texts))
    return registration


def _locked_live(registration: Registration, version: int | None) -> Registration:
    fresh = locked(registration)
    if version is not None and fresh.version != version:
        raise ChangedMeanwhile(_("This was changed in another window. Look at what is there now."))
    if fresh.state not in {State.DRAFT, *LIVE}:
        raise Refused(_("This registration has ended."))
    return fresh
