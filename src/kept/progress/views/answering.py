"""Around a report: its own page with the conversation, "nothing changed", handing over, the right of reply, taking back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.reading import Unreadable, read_day, read_mail
from kept.pledges.views.files import SANDBOX
from kept.progress import actions
from kept.progress.models import Evidence, Report
from kept.progress.permissions import may_answer, may_send_report
from kept.progress.presenting import answers_of
from kept.progress.views.door import Door, asked_about, door, may_write, report_of


@door
def mine(request: HttpRequest, come_in: Door) -> HttpResponse:
    """All that one is asked about. The link of a letter about one pledge leads straight to its form."""
    asked = come_in.questions
    if come_in.letter is not None and len(asked) == 1:
        only = asked[0]
        if only.answered_at is None and only.round.state == "open":
            return redirect(come_in.url("write", only.pledge.reference, "status"))
        return redirect(come_in.url("report", only.pledge.reference))
    lines = [{"asked": a, "url": come_in.url("report", a.pledge.reference)} for a in asked]
    today = timezone.now().date()
    context = {"door": come_in, "lines": lines, "letter": come_in.letter, "today": today,
               "spreadsheet_url": come_in.url("spreadsheet"), "read_back_url": come_in.url("read_back")}  # fmt: skip
    return render(request, "progress/report/list.html", context)


@door
def report(request: HttpRequest, come_in: Door, reference: str) -> HttpResponse:
    """One report as its owner sees it: where it is, what was said about it, what can be done."""
    asked = asked_about(come_in, reference)
    found = report_of(asked, come_in)
    begun = found.pk is not None
    context = {
        "door": come_in, "asked": asked, "pledge": asked.pledge, "report": found, "begun": begun,
        "answers": answers_of(found, come_in.language) if begun else [],
        "talk": found.messages.filter(internal=False) if begun else [],
        "may_write": asked.round.state == "open" and may_write(come_in, found) if not begun else may_write(come_in, found),
        "may_send": begun and may_send_report(come_in.by, found),
        "may_answer": may_answer(come_in.by, asked),
        "notice": getattr(asked, "notice", None),
        "undated": asked.pledge.current is not None and not asked.pledge.current.end,
        "pledge_url": reverse("pledges:mine", args=[reference]) if come_in.letter is None else "",
        "urls": {name: come_in.url(name, reference) for name in ("say", "take_back", "hand_over", "reply", "correct")},
        "write_url": come_in.url("write", reference, "status"), "list_url": come_in.url("mine"),
        "today": timezone.now().date(),
    }  # fmt: skip
    return render(request, "progress/report/report.html", context)


Act = Callable[[HttpRequest, Door, Any, Report], str]


def _doing(act: Act) -> Callable[..., HttpResponse]:
    """A button on the page of a report: does it, says so, and leads back."""

    @door
    def pressed(request: HttpRequest, come_in: Door, reference: str) -> HttpResponse:
        return require_POST(_press)(request, come_in, reference)

    def _press(request: HttpRequest, come_in: Door, reference: str) -> HttpResponse:
        asked = asked_about(come_in, reference)
        try:
            done = act(request, come_in, asked, report_of(asked, come_in))
        except NotAllowed:
            raise
        except (Refused, Unreadable) as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, done)
        return redirect(come_in.url("report", reference))

    return pressed


def _unchanged(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    actions.nothing_changed(asked, by=come_in.by, at=timezone.now(), language=come_in.language)
    return _("Thank you. Your answer has arrived: nothing changed.")


def _say(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    text = request.POST.get("text", "").strip()[:10_000]
    if not text or found.pk is None:
        raise Refused(_("Write something first."))
    actions.say(found, text, by=come_in.by, at=timezone.now())
    return _("Sent to the secretariat.")


def _take_back(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    if found.pk is None:
        raise Http404
    actions.take_back(found, by=come_in.by, at=timezone.now())
    return _("You have it back and can change it.")


def _correct(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    if found.pk is None:
        raise Http404
    actions.begin_correction(found, by=come_in.by, at=timezone.now())
    return _("Change what is to be corrected, then send it. What was published stays readable.")


def _hand_over(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    email = read_mail(request.POST.get("email", ""))
    if not email:
        raise Refused(_("Write the mail address of the person who should answer."))
    name = request.POST.get("name", "").strip()[:200]
    actions.hand_over(asked, email=email, name=name, by=come_in.by, at=timezone.now())
    return _("The question was handed over. They get a link of their own.")


def _reply(request: HttpRequest, come_in: Door, asked: Any, found: Report) -> str:
    until = read_day(request.POST.get("until", ""), come_in.language)
    from datetime import date

    day = date.fromisoformat(until) if len(until) == 10 else None
    actions.reply_to_notice(asked, request.POST.get("text", "")[:2000], until=day, by=come_in.by, at=timezone.now())
    return _("Your reply stands beside, for readers to see.")


unchanged, say, take_back = _doing(_unchanged), _doing(_say), _doing(_take_back)
hand_over, reply, correct = _doing(_hand_over), _doing(_reply), _doing(_correct)


@door
def evidence(request: HttpRequest, come_in: Door, reference: str, pk: int) -> HttpResponse:
    """A file of a report, for its owner's people and for who holds the letter."""
    asked = asked_about(come_in, reference)
    found = Evidence.objects.filter(pk=pk, report__asked=asked, removed_at=None).exclude(file="").first()
    if found is None:
        raise Http404
    return handed_out(found, public=False)


def handed_out(found: Evidence, *, public: bool) -> HttpResponse:
    """The file, never shown in the page's own origin: as an attachment, in a sandbox, as what it is. Raises Http404."""
    try:
        file = found.file.open("rb")
    except OSError as gone:
        raise Http404 from gone
    response = FileResponse(file, as_attachment=True, filename=found.name, content_type=found.media_type)
    response["Content-Length"] = found.size
    response["Content-Security-Policy"] = SANDBOX
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response
