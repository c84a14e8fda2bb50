"""An owner objects: shown at once, decided by somebody else, the trail stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.pledges.models import Pledge
from kept.progress.lifecycle import APPEAL
from kept.progress.models import Appeal, AppealAbout, AppealState, Report
from kept.progress.permissions import may_object
from kept.progress.restate import restate


def object_to(
    pledge: Pledge, about: str, text: str, *, by: Any, at: datetime, report: Report | None = None, language: str = "en"
) -> Appeal:
    """Object to a status or a level. Raises NotAllowed, Refused, WrongState (there is one already)."""
    if not may_object(by, pledge):
        raise NotAllowed(_("You may not do this."))
    if about not in AppealAbout.values or not text.strip():
        raise Refused(_("Say what you object to, and why."))
    with transaction.atomic():
        Pledge.objects.select_for_update().get(pk=pledge.pk)
        if Appeal.objects.filter(pledge=pledge, about=about, state=AppealState.OPEN).exists():
            raise WrongState(_("There is an objection already that waits for a decision."))
        decider = report or Report.objects.in_force().filter(pledge=pledge).order_by("-period_end").first()
        appeal = Appeal.objects.create(
            pledge=pledge, about=about, report=decider, text=text.strip(), language=language, filed_by=by,
            filed_by_name=str(by), filed_at=at, decided_before_by=decider.decided_by if decider else None,
        )  # fmt: skip
        history.record("pledge", pledge.pk, "object", by=by, at=at, reason=text, public=True, data={"about": about})
        restate([pledge.pk], at=at)
        announce("appeal.filed", appeal=appeal, by=by, at=at)
    return appeal


def decide_appeal(appeal: Appeal, *, uphold: bool, by: Any, at: datetime, reason: str) -> Appeal:
    """Decide on an objection. Raises NotAllowed (who decided before may not), WrongState, ReasonOwed."""
    name = "uphold" if uphold else "reject"
    with transaction.atomic():
        appeal = Appeal.objects.select_for_update().get(pk=appeal.pk)
        move = APPEAL.check(name, appeal, state=appeal.state, by=by, reason=reason)
        appeal.state = AppealState(move.target)
        appeal.decided_by, appeal.decided_at, appeal.answer = by, at, reason.strip()
        appeal.save(update_fields=["state", "decided_by", "decided_at", "answer"])
        history.record(
            "pledge", appeal.pledge_id, name, by=by, at=at, reason=reason, public=True, data={"about": appeal.about}
        )
        restate([appeal.pledge_id], at=at)
        announce("appeal.decided", appeal=appeal, by=by, at=at)
    return appeal
