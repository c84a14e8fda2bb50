"""What a pledge's page shows of remarks: the secretariat's note, the owner's word beside it, the correction."""

from __future__ import annotations

from typing import Any

from kept.registry.models import Remark, RemarkState
from kept.registry.panels import Panel, Shown, register

MOST = 20


def shown_of(shown: Shown) -> dict[str, Any] | None:
    """The remarks on this pledge that the secretariat shows; None for none."""
    found = Remark.objects.filter(pledge=shown.subject).exclude(note="").exclude(state=RemarkState.UNCONFIRMED)
    rows = list(found.select_related("correction").order_by("-confirmed_at")[:MOST])
    for row in rows:
        row.corrected = row.correction if row.correction and row.state == RemarkState.CORRECTED else None
    return {"remarks": rows} if rows else None


register(Panel("remarks", "pledge", "after", "registry/remarked.html", shown_of, order=20))
