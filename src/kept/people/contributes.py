"""What this room adds to the menus, and the personal links it knows."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kept.base.navigation import DESK, MY, Entry, badge, register
from kept.base.worker import register_duty
from kept.people import purposes, queries, tasks  # noqa: F401  (the purposes register themselves)
from kept.people.permissions import is_secretariat

register_duty("people.tidy", every=86_400, run=tasks.tidy)
COALITION = _("Coalition")
register(Entry(_("My page"), "people:my", 10, section=MY))
register(Entry(_("Your account"), "people:settings", 90, section=MY))
register(
    Entry(
        _("Organisations"), "people:desk_organisations", 500, section=DESK, permission=is_secretariat, group=COALITION,
        badge=lambda person: badge(queries.waiting_organisations()),
    )
)  # fmt: skip
register(Entry(_("Accounts"), "people:desk_people", 510, section=DESK, permission=is_secretariat, group=COALITION))
