"""The schema of reports that organisations publish themselves, as a file."""

from __future__ import annotations

from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FILE = Path(__file__).parent.parent / "data" / "report.schema.json"


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """/data/report.schema.json"""
    response = HttpResponse(FILE.read_bytes(), content_type="application/schema+json")
    response["Cache-Control"] = "public, max-age=3600"
    response["Access-Control-Allow-Origin"] = "*"
    return response
