"""What the API room adds to menus, has done by the worker, and listens to: everything that rooms tell outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.api import delivering, replays
from kept.api.actions.telling import note
from kept.base import webhooks
from kept.base.events import listens
from kept.base.navigation import MY, Entry, register
from kept.base.worker import register_duty

register(Entry(_("Tokens"), "programs:tokens", 70, section=MY))
register(Entry(_("Webhooks"), "programs:webhooks", 75, section=MY))
register_duty("webhooks", every=2, run=delivering.deliver_due, alone=False)
register_duty("webhooks.tidy", every=86_400, run=delivering.forget_old)
register_duty("api.tidy", every=3_600, run=replays.forget_old)


def _listener(told: webhooks.Told) -> Callable[..., None]:
    def listener(*, at: datetime, **payload: Any) -> None:
        found = told.facts(at=at, **payload)
        if found is not None:
            key, data = found
            hears = partial(told.hears, at=at, **payload) if told.hears else None
            note(told.type, f"{told.type}:{key}", data, at=at, hears=hears)

    return listener


for _kind in webhooks.kinds().values():
    listens(_kind.event)(_listener(_kind))
