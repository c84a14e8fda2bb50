"""The rules by which pledges are judged, for readers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.progress import published


@require_safe
def how(request: HttpRequest) -> HttpResponse:
    """/progress/how-we-judge/: the table of judgement, the levels, the calendar of silence, what is asked about."""
    context = {
        "table": published.table(),
        "levels": published.levels(),
        "calendar": published.calendar(get_language() or "en"),
        "questions": published.questions(),
    }
    return render(request, "progress/public/how_we_judge.html", context)
