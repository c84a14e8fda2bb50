"""This room's part of the public API: what was reported of a pledge, and where it stands."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from kept.base.endpoints import Endpoint, Parameter, Problem
from kept.pledges.models import Pledge
from kept.progress import queries
from kept.progress.models import Report, Standing
from kept.progress.promised import MONEY
from kept.progress.record import public_document

REFERENCE = Parameter("reference", "A pledge's reference, P-00831.", place="path", example="P-00831")


def plain(value: Any) -> str | None:
    """A figure as decimal text without exponent."""
    from kept.pledges.reading import decimal_text

    return None if value is None else decimal_text(value)


def cents(value: int | None) -> str | None:
    return None if value is None else f"{value // 100}.{value % 100:02d}"


def standing_document(row: Standing) -> dict[str, Any]:
    """The four statuses side by side, the headline figure, money in stages."""
    return {
        "said": row.said or None,
        "said_on": row.said_on.isoformat() if row.said_on else None,
        "level": row.level if row.reports else None,
        "standing": row.standing,
        "reason": row.reason,
        "standing_by_later_wording": row.revised or None,
        "ended": row.ends,
        "reporting": row.reporting,
        "reporting_since": row.reporting_since.isoformat() if row.reporting_since else None,
        "objected": row.objected,
        "first_date": row.first_end.isoformat() if row.first_end else None,
        "later_wording_asks_for_less": row.easier,
        "headline": None if row.target is None else {
            "indicator": None if row.indicator == MONEY else row.indicator,
            "unit": row.unit, "baseline": plain(row.baseline), "target": plain(row.target), "value": plain(row.value),
            "supported": plain(row.supported), "on": row.value_on.isoformat() if row.value_on else None,
        },
        "committed_usd": cents(row.committed_cents), "committed_level": row.committed_level or None,
        "disbursed_usd": cents(row.disbursed_cents), "disbursed_level": row.disbursed_level or None,
        "people_reached": row.people, "people_level": row.people_level or None,
    }  # fmt: skip


def report_document(report: Report) -> dict[str, Any]:
    """A public report as its document in the log says it, with where that document is."""
    said = public_document(report, "report.accepted" if report.revision == 1 else "report.revised")
    return {
        **said,
        "published": report.published_at.isoformat() if report.published_at else None,
        "corrected_by": report.corrected_by.reference if report.corrected_by else None,
        "document": f"/pledges/{report.pledge.reference}/reports/{report.n}.json",
        "sha256": report.sha256,
    }


def reports(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Where a public pledge stands, and its public reports, the newest first."""
    if request.GET:
        raise Problem(400, "Unknown name", "This address takes no query.")
    number = reference[2:] if reference[:1] in "Pp" else ""
    found = Pledge.objects.public().filter(number=int(number)).first() if number.isdigit() else None
    if found is None:
        raise Problem(404, "No such pledge", "No pledge of this number was published.")
    row = queries.standing_of(found)
    shown = [report_document(report) for report in queries.reports_of(found)[:200]]
    return {"reference": found.reference, "standing": standing_document(row) if row else None, "reports": shown}


_TEXT = {"type": ["string", "null"]}
SCHEMAS: dict[str, dict[str, Any]] = {
    "Standing": {
        "type": "object",
        "description": "What the owner says, what supports it, how it stands, whether anybody answers: four things, never one.",
        "properties": {
            name: _TEXT
            for name in ("said", "said_on", "level", "standing", "reason", "standing_by_later_wording", "reporting",
                         "reporting_since", "first_date", "committed_usd", "committed_level", "disbursed_usd",
                         "disbursed_level", "people_level")
        }
        | {name: {"type": "boolean"} for name in ("ended", "objected", "later_wording_asks_for_less")}
        | {"headline": {"type": ["object", "null"]}, "people_reached": {"type": ["integer", "null"]}},
    },
    "Reports": {
        "type": "object",
        "required": ["reference", "standing", "reports"],
        "properties": {
            "reference": {"type": "string"},
            "standing": {"oneOf": [{"$ref": "#/components/schemas/Standing"}, {"type": "null"}]},
            "reports": {"type": "array", "items": {"type": "object"}},
        },
    },
}  # fmt: skip

ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        path="pledges/<reference:reference>/reports",
        name="reports",
        handler=reports,
        summary="What became of it",
        returns="Reports",
        parameters=(REFERENCE,),
        description="Where the pledge stands and its public reports. Money is in stages that are never added.",
        tag="Pledges",
    ),
)
