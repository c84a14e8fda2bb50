"""A joint pledge is reported by its lead; each partner says whether what is reported of its own part is so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.events import announce
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.models import Organisation
from kept.progress import queries
from kept.progress.models import PartAnswer, Report
from kept.progress.permissions import may_answer_for_part


def answer_part(
    report: Report, organisation: Organisation, *, agrees: bool, words: str = "", by: Any, at: datetime
) -> PartAnswer:
    """Say whether the report is right about this partner's part. Who says no says what is not so.

    Raises NotAllowed, WrongState (the report is not public, or was corrected), Refused.
    """
    if not may_answer_for_part(by, organisation):
        raise NotAllowed(_("You may not do this."))
    if not agrees and not words.strip():
        raise Refused(_("Say what is not so. Readers see it beside the report."))
    with transaction.atomic():
        found = Report.objects.in_force().select_for_update().filter(pk=report.pk).first()
        if found is None:
            raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
        if organisation.pk not in {part.organisation_id for part in queries.partners_of(found)}:
            raise NotAllowed(_("You may not do this."))
        values = {"agrees": agrees, "words": words.strip(), "at": at, "by": by}
        made, _new = PartAnswer.objects.update_or_create(report=found, organisation=organisation, defaults=values)
        data = {"organisation": organisation.name, "agrees": agrees, "words": made.words}
        history.record("report", found.pk, "answer_part", by=by, at=at, data=data, public=True)
        announce("report.part_answered", report=found, part=made, by=by, at=at)
    return made
