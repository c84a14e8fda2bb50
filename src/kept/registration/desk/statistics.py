"""The desk's statistics of a meeting, live until its end, and the closing report that stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kept.base import paper
from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.base.formats import format_date, format_datetime, format_number
from kept.base.installation import installation
from kept.meetings.models import Meeting, in_language
from kept.registration import actions, charts, figures, statistics
from kept.registration.desk import feedback
from kept.registration.desk.registrations import meeting_of
from kept.registration.feedback import Result
from kept.registration.models import ClosingReport, FeedbackQuestion
from kept.registry.implementing import Chart
from kept.registry.picture import COLOURS

TEMPLATE = Path(__file__).resolve().parent.parent / "paper/report.typ"


@for_the_desk
@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/statistics/"""
    meeting, at, language = meeting_of(request, slug), timezone.now(), get_language() or "en"
    report = ClosingReport.objects.filter(meeting=meeting).first()
    counted = report.figures if report else statistics.counted(meeting, at)
    context = {
        "meeting": meeting, "name": meeting.name_in(language), "report": report, "now": at,
        "headlines": figures.headlines(counted, language, begun=counted["came"] > 0 or at >= meeting.starts_at),
        "charts": figures.drawn(counted, language),
        "live": report is None and not statistics.is_quiet(meeting, at), "over": at >= meeting.ends_at,
        "online_now": statistics.online_now(meeting, at) if meeting.starts_at <= at < meeting.ends_at else None,
    }  # fmt: skip
    return render(request, "registration/desk/statistics.html", context)


@for_the_desk
@require_safe
def file(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/statistics/statistics.csv"""
    meeting, at = meeting_of(request, slug), timezone.now()
    drawn = figures.drawn(statistics.figures_of(meeting, at), get_language() or "en")
    return charts.as_csv(drawn, f"{meeting.slug}-statistics")


@for_the_desk
@require_safe
def picture(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/statistics/<chart>.svg"""
    meeting, at, language = meeting_of(request, slug), timezone.now(), get_language() or "en"
    drawn = figures.drawn(statistics.figures_of(meeting, at), language)
    chart = next((one for one in drawn if one.key == code), None)
    if chart is None:
        raise Http404("There is no such chart.")
    path = reverse("registration:desk_statistics", args=[slug])
    return charts.as_picture(chart, language, at=at, about=meeting.name_in(language), path=path)


# The closing report -----------------------------------------------------------------------------------------------


@for_the_desk
def closing(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/closing/: the button that closes; then what stays."""
    meeting, at, language = meeting_of(request, slug), timezone.now(), get_language() or "en"
    if request.method == "POST":
        tried(request, lambda: actions.close_meeting(meeting, by=request.user, at=at),
              _("The meeting is closed. Its figures stay."))  # fmt: skip
        return redirect("registration:desk_closing", slug)
    report = ClosingReport.objects.filter(meeting=meeting).first()
    context: dict[str, Any] = {
        "meeting": meeting, "name": meeting.name_in(language), "report": report, "over": at >= meeting.ends_at,
    }  # fmt: skip
    if report is not None:
        context |= {
            "facts": facts_of(report, language), "headlines": headlines_of(report, language),
            "charts": figures.drawn(report.figures, language), "heard": heard_of(report, language),
        }  # fmt: skip
    return render(request, "registration/desk/closing.html", context)


@for_the_desk
@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/closing/report.pdf"""
    meeting, language = meeting_of(request, slug), get_language() or "en"
    found = get_object_or_404(ClosingReport.objects.select_related("meeting"), meeting=meeting)
    response = HttpResponse(pdf(found, language), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{meeting.slug}-report.pdf"'
    return response


def facts_of(report: ClosingReport, language: str) -> list[dict[str, str]]:
    """What it was, when and where, and who closed it when."""
    meeting: Meeting = report.meeting
    closed = format_datetime(report.closed_at, language, meeting.time_zone)
    days = {format_date(day, language): None for day in (meeting.starts_on, meeting.ends_on)}
    told = [
        (_("When"), " – ".join(days)), (_("Place"), in_language(meeting.venues, language)),
        (pgettext("a meeting", "Closed"), closed),
        (_("Closed by"), report.closed_by_name or _("the house itself, before anything was erased")),
    ]  # fmt: skip
    return [{"term": term, "value": value} for term, value in told if value]


def headlines_of(report: ClosingReport, language: str) -> list[tuple[str, str]]:
    """The figures of the people, then those of the programme."""
    words = {
        "sessions": ngettext("session", "sessions", report.programme.get("sessions", 0)),
        "speakers": ngettext("person who spoke", "people who spoke", report.programme.get("speakers", 0)),
        "announced": ngettext("pledge announced here", "pledges announced here", report.programme.get("announced", 0)),
    }
    told = [(format_number(n, language), words[key]) for key, n in report.programme.items() if n]
    return [*figures.headlines(report.figures, language), *told]


def heard_of(report: ClosingReport, language: str) -> list[Chart]:
    """The feedback as it was when the meeting was closed."""
    questions = [
        FeedbackQuestion(code=one["code"], kind=one["kind"], texts=one["texts"], options=one["options"])
        for one in report.heard
    ]
    found = [
        Result(one["code"], one["answered"], one["hidden"], counts=one["counts"], by_way=one["by_way"])
        for one in report.heard
    ]  # fmt: skip
    return feedback.drawn(questions, found, language)


def pdf(report: ClosingReport, language: str) -> bytes:
    """The paper, in `language`; made of what was frozen, so it says the same on every day."""
    drawn = [*figures.drawn(report.figures, language), *heard_of(report, language)]
    data = {
        "language": language.partition("-")[0],
        "rtl": language == "ar",
        "issuer": installation().display_name,
        "title": _("Closing report"),
        "name": report.meeting.name_in(language),
        "facts": [(one["term"], one["value"]) for one in facts_of(report, language)],
        "headlines": headlines_of(report, language),
        "charts": [_on_paper(chart, language) for chart in drawn],
    }
    return paper.pdf(TEMPLATE, data, at=report.closed_at)


def _on_paper(chart: Chart, language: str) -> dict[str, Any]:
    return {
        "title": chart.title,
        "sentence": chart.sentence,
        "heads": [{"colour": COLOURS[look], "title": title} for look, title in chart.heads],
        "rows": [
            {
                "name": row.name,
                "figures": [format_number(piece.count, language) for piece in row.pieces],
                "parts": [{"share": float(piece.share), "colour": COLOURS[piece.look]} for piece in row.pieces],
            }
            for row in chart.rows
        ],
    }
