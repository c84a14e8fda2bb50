"""What the log has the worker do."""

from __future__ import annotations

from kept.base.worker import register_duty
from kept.log import witnesses

register_duty("witnesses", every=60, run=witnesses.duty)
