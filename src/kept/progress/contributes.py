"""What this room has done by the worker, and what it listens to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kept.base.events import listens
from kept.base.worker import register_duty
from kept.pledges.models import Pledge
from kept.progress import actions, filters, notices, restate, telling  # noqa: F401  (they register themselves)
from kept.progress.desk import contributes as desk  # noqa: F401  (its menu)

register_duty("progress.ask", every=5, run=actions.ask_due, lease=900)
register_duty("progress.remind", every=600, run=actions.remind_due, lease=900)
register_duty("progress.partners", every=300, run=actions.ask_partners_due, lease=900)
register_duty("progress.silence", every=3600, run=actions.notify_due, lease=900)
register_duty("progress.same_money", every=3600, run=actions.look_lately, lease=900)
register_duty("progress.publish", every=60, run=actions.publish_due_rounds, lease=900)
register_duty("progress.late", every=60, run=actions.publish_due_reports, lease=900)
register_duty("progress.fetch", every=3600, run=actions.fetch_due, lease=1800)
register_duty("progress.calendar", every=300, run=restate.restate_due, lease=900)


@listens("pledge.published")
@listens("pledge.revised")
@listens("pledge.withdrawn")
@listens("pledge.superseded")
def restate_pledge(*, pledge: Pledge, at: datetime, **_more: Any) -> None:
    """A public text changed: where the pledge stands is derived anew, at once."""
    restate.restate([pledge.pk], at=at)
