"""What other people's programs are told of public pledges: which, which revision, where to read it. No texts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from kept.base.webhooks import Facts, Told, register
from kept.pledges.models import Pledge
from kept.registry import rows


def facts(*, pledge: Pledge, at: datetime, **_more: Any) -> Facts:
    """The pledge as it stands after what happened."""
    current = pledge.current
    n = current.n or 0
    return f"{pledge.reference}:{n}", {
        "reference": pledge.reference,
        "id": pledge.key,
        "revision": n,
        "status": str(current.record_status),
        "published": rows.instant(current.published_at),
        "changed": rows.instant(current.valid_from),
        "successor": pledge.successor.reference if pledge.successor_id else None,
        "url": rows.page_of(pledge.reference),
        "api": rows.absolute("api:pledge", pledge.reference),
        "document": rows.document_of(pledge.reference, n),
        "sha256": current.sha256,
    }


for _type, _meaning in (
    ("pledge.published", _("A pledge became public.")),
    ("pledge.revised", _("The public text of a pledge changed.")),
    ("pledge.withdrawn", _("A pledge was taken back.")),
    ("pledge.superseded", _("A pledge was replaced by another.")),
):
    register(Told(_type, _meaning, _type, facts))
