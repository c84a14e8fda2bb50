"""The spreadsheet: download it filled, send it back, send all reports that nothing stands against."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.pledges.importing.readers import UnusableFile
from kept.progress import actions, spreadsheet
from kept.progress.models import Report, ReportState
from kept.progress.views.door import Door, door

LARGEST = 20 * 2**20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _open(come_in: Door) -> list:
    """The questions that can still be answered, with their pledges' texts."""
    found = [a for a in come_in.questions if a.round.state == "open" and (a.answered_at is None or a.sent_back_at)]
    ids = [a.pk for a in found]
    from kept.progress.models import Asked

    related = ("pledge", "pledge__current", "pledge__lead", "round")
    return list(Asked.objects.filter(pk__in=ids).select_related(*related).order_by("pledge__number"))


@door
def download(request: HttpRequest, come_in: Door) -> HttpResponse:
    """All that one is asked about as a workbook, filled with today's state."""
    body = spreadsheet.written(_open(come_in), come_in.language)
    response = HttpResponse(body, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="reports-{timezone.now():%Y-%m-%d}.xlsx"'
    return response


@door
def upload(request: HttpRequest, come_in: Door) -> HttpResponse:
    """Take it back: good pledges are saved, each refused cell is shown with its row, column, value and reason."""
    return require_POST(_upload)(request, come_in)


def _upload(request: HttpRequest, come_in: Door) -> HttpResponse:
    file = request.FILES.get("spreadsheet")
    if file is None or file.size > LARGEST:
        messages.error(request, _("Choose the file that you filled in, at most 20 MB."))
        return redirect(come_in.url("mine"))
    with tempfile.TemporaryDirectory(prefix="kept-reports-") as folder:
        path = Path(folder) / "reports"
        with path.open("wb") as out:
            for piece in file.chunks():
                out.write(piece)
        try:
            result = spreadsheet.read_back(path, file.name or "", _open(come_in), by=come_in.by, at=timezone.now(),
                                           language=come_in.language)  # fmt: skip
        except UnusableFile as refusal:
            messages.error(request, str(refusal))
            return redirect(come_in.url("mine"))
    saved = Report.objects.filter(pk__in=[r.pk for r in result.saved]).select_related("pledge", "round", "asked")
    lines = []
    for report in saved:
        missing = actions.what_is_missing(report, timezone.now(), come_in.language)
        open_points = [p.message for p in missing.problems] + [q.text for q in missing.questions] if missing else []
        lines.append(
            {"report": report, "open": open_points, "url": come_in.url("write", report.pledge.reference, "check")}
        )
    context = {
        "door": come_in, "result": result, "lines": lines, "ready": sum(1 for line in lines if not line["open"]),
        "send_url": come_in.url("send_all"), "mine_url": come_in.url("mine"),
    }  # fmt: skip
    return render(request, "progress/report/read_back.html", context, status=422 if result.wrong and not lines else 200)


@door
def send_all(request: HttpRequest, come_in: Door) -> HttpResponse:
    """Send every report being written that nothing stands against."""
    return require_POST(_send_all)(request, come_in)


def _send_all(request: HttpRequest, come_in: Door) -> HttpResponse:
    sent = 0
    for report in Report.objects.filter(asked__in=[a.pk for a in _open(come_in)], state=ReportState.DRAFT):
        try:
            actions.send(report, by=come_in.by, at=timezone.now(), language=come_in.language)
            sent += 1
        except actions.Incomplete:
            continue
    messages.success(request, _("Reports sent: %(count)s") % {"count": sent})
    return redirect(come_in.url("mine"))
