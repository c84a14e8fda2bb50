"""Reports to review: what was said beside what was promised and reported before, the evidence, and the decision."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.desk_queries import with_words
from kept.pledges.reading import Unreadable, read_mail
from kept.progress import actions, queries
from kept.progress.content import ReportContent
from kept.progress.desk.forms import supported_of
from kept.progress.known import known_of
from kept.progress.lifecycle import REPORT
from kept.progress.models import Evidence, Report, ReportState
from kept.progress.permissions import may_review_report
from kept.progress.presenting import answers_of, day, number
from kept.progress.statuses import Level
from kept.progress.views.answering import handed_out

PAGE = 40
SHOWN = {
    "": (ReportState.SUBMITTED,), "back": (ReportState.ASKED_BACK,), "accepted": (ReportState.ACCEPTED,),
    "published": (ReportState.PUBLISHED,), "refused": (ReportState.REFUSED,),
}  # fmt: skip


def _found(key: str) -> Report:
    related = ("pledge", "pledge__current", "pledge__lead", "round", "asked", "correction_of", "decided_by")
    return get_object_or_404(Report.objects.select_related(*related), key=key[:32])


def listed(request: HttpRequest, selected: Report | None = None) -> dict[str, Any]:
    """The list of a state, oldest first, by words where some are given, with the report that is open."""
    show, q = request.GET.get("show", ""), request.GET.get("q", "").strip()[:200]
    if show not in SHOWN:
        raise Http404
    request.menu_path = reverse("progress:desk_reports")  # type: ignore[attr-defined]
    found = Report.objects.filter(state__in=SHOWN[show]).select_related("pledge", "pledge__lead", "round")
    found = with_words(found, q, on="pledge__")
    page = Paginator(found.order_by("submitted_at", "pk"), PAGE).get_page(request.GET.get("page"))
    base = reverse("progress:desk_reports")

    def asked(shown: str) -> str:
        pairs = {"show": shown, "q": q}
        return "?" + urlencode(some) if (some := {name: value for name, value in pairs.items() if value}) else ""

    query = asked(show)
    names = (
        ("", _("To review")), ("back", _("Asked back")), ("accepted", _("Accepted")), ("published", _("Published")),
        ("refused", _("Refused")),
    )  # fmt: skip
    return {
        "page": page,
        "lines": [
            {"report": r, "url": reverse("progress:desk_report", args=[r.key]) + query, "selected": r == selected}
            for r in page.object_list
        ],
        "tabs": [{"name": n, "url": base + asked(k), "current": k == show} for k, n in names],
        "title": dict(names)[show], "query": query, "list_url": base + query, "q": q, "show": show, "clear_url": base,
    }  # fmt: skip


@for_the_desk
def support(request: HttpRequest) -> HttpResponse:
    """What owners say they need, in the newest public report of each pledge."""
    page = Paginator(queries.support_asked_for(), PAGE).get_page(request.GET.get("page"))
    return render(request, "progress/desk/support.html", {"page": page})


@for_the_desk
def reports(request: HttpRequest) -> HttpResponse:
    """The queue; on wide screens its first report stands open beside it."""
    context = listed(request)
    if context["lines"]:
        context |= detail_of(request, _found(context["lines"][0]["report"].key))
    return render(request, "progress/desk/reports.html", context)


@for_the_desk
def report(request: HttpRequest, key: str) -> HttpResponse:
    """One report with the list from which it was opened."""
    found = _found(key)
    return render(
        request, "progress/desk/reports.html", listed(request, found) | detail_of(request, found) | {"picked": True}
    )


def detail_of(request: HttpRequest, found: Report) -> dict[str, Any]:
    """Everything the desk sees of a report."""
    language, now = get_language() or "en", timezone.now()
    content = ReportContent.from_json(found.content)
    known = known_of(found, now.date())
    lines = []
    for n, line in enumerate(content.values):
        m = known.measure(line.indicator)
        lines.append(
            {
                "n": n, "name": line.indicator, "value": number(_decimal(line.value), language), "on": day(line.on, language),
                "source": line.source, "not_assessed": line.not_assessed, "counting": line.counting,
                "unit": m.unit if m else "", "headline": bool(m and m.headline),
                "target": number(m.target, language) if m else "", "baseline": number(m.baseline, language) if m else "",
                "former": number(m.former, language) if m else "", "former_on": day(m.former_on, language) if m else "",
            }
        )  # fmt: skip
    explained = dict(content.explanations)
    return {
        "report": found, "pledge": found.pledge, "content": content, "values": lines,
        "answers": [a for a in answers_of(found, language) if a.step != "figures"],
        "questions": [{"text": q.text, "why": explained.get(q.key, "")} for q in actions.all_questions(found, now)],
        "files": found.evidence.filter(removed_at=None), "talk": found.messages.all(),
        "verifications": found.verifications.all(),
        "moves": REPORT.possible(found, state=found.state, by=request.user),
        "own": not may_review_report(request.user, found),
        "levels": [(Level.SELF_REPORTED.value, Level.SELF_REPORTED.label), (Level.DOCUMENTED.value, Level.DOCUMENTED.label)],
        "has_money": bool(content.money), "has_people": content.people.total is not None,
        "rows": found.values.all() if found.state in (ReportState.ACCEPTED, ReportState.PUBLISHED) else [],
    }  # fmt: skip


def _decimal(text: str) -> Any:
    from kept.progress.promised import number as read

    return read(text)


@for_the_desk
@require_POST
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Accept, accept in part, ask back, refuse."""
    found, now, data = _found(key), timezone.now(), request.POST
    reason = data.get("reason", "").strip()[:5000]
    here = reverse("progress:desk_report", args=[key])
    try:
        if data.get("decision") == "accept":
            names = [line.indicator for line in ReportContent.from_json(found.content).values]
            left_out = [f"values:{name}" for n, name in enumerate(names) if f"without-{n}" in data]
            left_out += [part for part in ("money", "people") if f"without-{part}" in data]
            levels = {
                part: Level(data[f"level-{part}"]) for part in ("said", "money", "people")
                if data.get(f"level-{part}") in (Level.SELF_REPORTED, Level.DOCUMENTED)
            }  # fmt: skip
            done = actions.accept(found, by=request.user, at=now, supported=supported_of(data, names), levels=levels,
                                  left_out=left_out, reason=reason)  # fmt: skip
            public = done.state == ReportState.PUBLISHED
            told = _("Accepted. It is public.") if public else _("Accepted. It is public when the round is published.")
            messages.success(request, told)
        elif data.get("decision") == "ask_back":
            actions.ask_back(found, by=request.user, at=now, reason=reason)
            messages.success(request, _("Asked back. The owner gets a mail with your question."))
        elif data.get("decision") == "refuse":
            actions.refuse(found, by=request.user, at=now, reason=reason)
            messages.success(request, _("Refused. The question is open again."))
        else:
            raise Http404
    except NotAllowed:
        raise
    except (Refused, Unreadable) as refusal:
        messages.error(request, str(refusal.message))
        return redirect(here)
    following = Report.objects.to_review().order_by("submitted_at", "pk").first()
    return redirect(
        reverse("progress:desk_report", args=[following.key]) if following else reverse("progress:desk_reports")
    )


@for_the_desk
@require_POST
def say(request: HttpRequest, key: str) -> HttpResponse:
    """Write to the owner, or a note that stays inside."""
    text = request.POST.get("text", "").strip()[:5000]
    if text:
        actions.say(_found(key), text, by=request.user, at=timezone.now(), internal="internal" in request.POST)
    return redirect("progress:desk_report", key)


@for_the_desk
@require_POST
def ask_verifier(request: HttpRequest, key: str) -> HttpResponse:
    """Ask somebody by name to verify an accepted report."""
    data = request.POST
    try:
        email = read_mail(data.get("email", ""))
        if not email:
            raise Refused(_("Write the mail address of the person who should verify."))
        actions.ask_verifier(
            _found(key), verifier=data.get("verifier", "")[:200], email=email, organisation=data.get("organisation", "")[:300],
            asked_for=data.get("asked_for", "")[:2000], by=request.user, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, _("Asked. They get a mail with a link."))
    except NotAllowed:
        raise
    except (Refused, Unreadable) as refusal:
        messages.error(request, str(refusal.message))
    return redirect("progress:desk_report", key)


@for_the_desk
def evidence(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """A file of a report, public or not, for the secretariat."""
    found = Evidence.objects.filter(pk=pk, report=_found(key), removed_at=None).exclude(file="").first()
    if found is None:
        raise Http404
    return handed_out(found, public=False)
