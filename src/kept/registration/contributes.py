"""What registration adds to the worker's duties; its personal links and its mails."""

from __future__ import annotations

from kept.base.worker import register_duty
from kept.registration import notices, purposes  # noqa: F401  (they register themselves)
from kept.registration.actions.approving import escalate_silence
from kept.registration.actions.offering import lapse_offers

register_duty("registration.lapse_offers", every=15, run=lapse_offers)
register_duty("registration.escalate_silence", every=600, run=escalate_silence)
