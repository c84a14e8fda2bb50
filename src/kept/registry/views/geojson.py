"""/pledges/export.geojson: a selection by country."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kept.registry import geojson
from kept.registry.selection import Selection
from kept.registry.views.files import refused


@require_safe
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """/pledges/export.geojson?<a selection>"""
    selection = Selection.from_query(request.GET)
    if selection.problems:
        return refused(selection)
    headers = {
        "Content-Disposition": f'attachment; filename="pledges-{timezone.now():%Y-%m-%d}.geojson"',
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": "no-cache",
    }
    if request.method == "HEAD":
        return HttpResponse(content_type=geojson.CONTENT_TYPE, headers=headers)
    pieces = geojson.write(selection.with_(view="", measure="", sort=""))
    return StreamingHttpResponse(pieces, content_type=geojson.CONTENT_TYPE, headers=headers)
