"""What registration adds: the box on a meeting's page, the worker's duties, its personal links and mails, the menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kept.base.navigation import MY, Entry
from kept.base.navigation import register as register_entry
from kept.base.worker import register_duty
from kept.meetings import panels
from kept.registration import guardian_link, notices, purposes, telling  # noqa: F401  (they register themselves)
from kept.registration.actions.admitting import miss
from kept.registration.actions.approving import escalate_silence
from kept.registration.actions.forgetting import forget_due
from kept.registration.actions.hearing import hear_participants
from kept.registration.actions.hosting import keep_places, remind_invited
from kept.registration.actions.offering import lapse_offers
from kept.registration.actions.reminding import ask_secretariat, remind_approvers
from kept.registration.boxes import box, desk_panel, doors_panel, who_wait, who_was_there
from kept.registration.queries import represented_by

register_duty("registration.lapse_offers", every=15, run=lapse_offers)
register_duty("registration.escalate_silence", every=600, run=escalate_silence)
register_duty("registration.remind_approvers", every=3600, run=remind_approvers)
register_duty("registration.ask_secretariat", every=900, run=ask_secretariat)
register_duty("registration.keep_places", every=30, run=keep_places)
register_duty("registration.remind_invited", every=3600, run=remind_invited)
register_duty("registration.miss", every=3600, run=miss)
register_duty("registration.feedback", every=600, run=hear_participants)
register_duty("registration.forget", every=86_400, run=forget_due, lease=3_600)

panels.register(panels.Panel("registration", panels.BOX, 10, "registration/box.html", box))
panels.register(panels.Panel("registration", panels.DESK, 10, "registration/desk/panel.html", desk_panel))
panels.register(panels.Panel("doors", panels.DESK, 12, "registration/desk/doors_panel.html", doors_panel))
panels.register(panels.Panel("people", panels.HIGHLIGHTS, 5, "registration/highlights.html", who_was_there))
register_entry(
    Entry(
        _("Delegations"),
        "registration:delegations",
        60,
        section=MY,
        permission=lambda person: bool(represented_by(person)),
        badge=who_wait,
    )
)
register_entry(Entry(_("My registrations"), "registration:mine", 50, section=MY))
