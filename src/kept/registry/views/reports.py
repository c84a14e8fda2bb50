"""A public report of a pledge: its page, its document, its files."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from kept.log import views as log_views
from kept.progress import paid, presenting, queries
from kept.progress.models import Evidence, Report
from kept.progress.statuses import Level
from kept.progress.views.answering import handed_out
from kept.registry.views.pledge import public_or_404


def _found(reference: str, n: int) -> Report:
    pledge = public_or_404(reference)
    report = queries.reports_of(pledge).filter(n=n).first()
    if report is None:
        raise Http404("There is no such report.")
    report.pledge = pledge
    return report


@require_safe
def report(request: HttpRequest, reference: str, n: int) -> HttpResponse:
    """/pledges/<reference>/reports/<n>/: what was said, what supports each figure, what was asked."""
    found = _found(reference, n)
    if found.pledge.reference != reference:
        return redirect("registry:report", found.pledge.reference, n, permanent=reference[:1] in "Pp")
    language = get_language() or "en"
    values = [
        {
            "row": row, "value": presenting.number(row.value, language), "on": presenting.day(row.on, language),
            "target": presenting.number(row.target, language), "level": Level(row.level).label,
            "supported": presenting.number(row.supported, language), "verified": presenting.number(row.verified, language),
        }
        for row in found.values.all()
    ]  # fmt: skip
    context = {
        "report": found, "pledge": found.pledge, "values": values,
        "answers": [line for line in presenting.public_answers(found, language) if line.step not in ("figures", "money")],
        "money": paid.lines_of(found.money.all(), found.pledge, language),
        "explanations": presenting.explanations_of(found, language),
        "files": [e for e in found.evidence.all() if e.public and e.removed_at is None],
        "parts": queries.parts_of(found),
        "verifications": [v for v in found.verifications.all() if v.taken_over_at],
        "language": found.content.get("language", "en"),
    }  # fmt: skip
    return render(request, "progress/public/report.html", context)


@require_safe
def document(request: HttpRequest, reference: str, n: int) -> HttpResponseBase:
    """/pledges/<reference>/reports/<n>.json: the bytes that were hashed, of its newest revision."""
    found = _found(reference, n)
    return log_views.document_view(request, found.reference, found.revision)


@require_safe
def receipt(request: HttpRequest, reference: str, n: int) -> HttpResponseBase:
    """/pledges/<reference>/reports/<n>/receipt.json"""
    return log_views.receipt_view(request, _found(reference, n).reference)


@require_safe
def evidence(request: HttpRequest, reference: str, n: int, pk: int) -> HttpResponse:
    """A public file of a public report."""
    found = (
        Evidence.objects.filter(pk=pk, report=_found(reference, n), public=True, removed_at=None)
        .exclude(file="")
        .first()
    )
    if found is None:
        raise Http404("There is no such file.")
    return handed_out(found, public=True)
