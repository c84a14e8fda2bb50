"""Writing a report, page by page: every button saves, whatever is half-filled stays, a lost connection loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.lifecycle import Refused, WrongState
from kept.pledges.actions.drafting import Saved
from kept.pledges.attachments import ACCEPT
from kept.pledges.reading import Unreadable, read_web
from kept.progress import actions, rules
from kept.progress.fields import BY_SLUG, FIELDS, STEP_OF, STEPS, Posted, Sheet, Step, take
from kept.progress.known import may_say_unchanged, wanted_of
from kept.progress.models import Report
from kept.progress.presenting import answers_of
from kept.progress.views.door import Door, asked_about, door, may_write, report_of


def sheet_of(come_in: Door, reference: str) -> Sheet:
    """The report that this person writes in; new and unsaved where nobody began. Raises Http404, WrongState."""
    asked = asked_about(come_in, reference)
    report = report_of(asked, come_in)
    if report.pk is None and asked.round.state != "open":
        raise WrongState(_("This round takes no more answers."))
    if not may_write(come_in, report):
        raise WrongState(_("This report is with the secretariat. Take it back before you change it."))
    return Sheet(report, come_in.by, come_in.language)


def saved_sheet(sheet: Sheet) -> Sheet:
    """The same with its report begun: the first thing that is written begins it."""
    if sheet.report.pk is not None or sheet.report.asked is None:
        return sheet
    report = actions.begin(sheet.report.asked, by=sheet.by, at=timezone.now(), language=sheet.language)
    return Sheet(report, sheet.by, sheet.language)


def steps_for(sheet: Sheet) -> list[Step]:
    """The pages of this report: without figures where the pledge counts nothing."""
    return [step for step in STEPS if step.slug != "figures" or sheet.indicators]


@door
def write(request: HttpRequest, come_in: Door, reference: str, step: str) -> HttpResponse:
    """One page of the form."""
    if step not in BY_SLUG:
        raise Http404
    try:
        sheet = sheet_of(come_in, reference)
        if request.method == "POST":
            return _post(request, come_in, sheet, BY_SLUG[step])
    except WrongState as refusal:
        messages.warning(request, str(refusal.message))
        return redirect(come_in.url("report", reference))
    return show(request, come_in, sheet, BY_SLUG[step])


def _post(request: HttpRequest, come_in: Door, sheet: Sheet, step: Step) -> HttpResponse:
    posted = take(sheet, step.fields, request.POST)
    sheet = saved_sheet(sheet)
    saved = save(sheet, posted, force=request.POST.get("keep", ""), drop=request.POST.get("take", ""))
    refused = _files(request, sheet) if step.slug == "evidence" else ""
    fresh = Sheet(Report.objects.get(pk=sheet.report.pk), come_in.by, come_in.language)
    go = request.POST.get("go", "stay")
    if go == "send":
        return _send(request, come_in, fresh, step)
    if saved.conflicts or posted.errors or refused:
        return show(request, come_in, fresh, step, posted=posted, saved=saved, refused=refused, status=422)
    steps = steps_for(fresh)
    number = next((n for n, each in enumerate(steps) if each.slug == step.slug), 0)
    reference = fresh.report.pledge.reference
    if go == "later":
        messages.success(request, _("Saved. You can go on whenever you like, on any device."))
        return redirect(come_in.url("report", reference))
    onward = {"next": min(number + 1, len(steps) - 1), "back": max(number - 1, 0)}.get(go, number)
    return redirect(come_in.url("write", reference, steps[onward].slug))


def save(sheet: Sheet, posted: Posted, *, force: str = "", drop: str = "") -> Saved:
    """Save what was touched. `force`: a field whose author saw the other version and keeps theirs; `drop`: takes theirs."""
    values = {name: value for name, value in posted.values.items() if name != drop}
    typed = {name: value for name, value in posted.typed.items() if name != drop}
    if not values and not typed:
        return Saved(version=sheet.report.version)
    base = posted.seen | ({force: sheet.report.version} if force in posted.seen else {})
    return actions.save_fields(sheet.report, values, by=sheet.by, at=timezone.now(), base_version=base, typed=typed)


def _files(request: HttpRequest, sheet: Sheet) -> str:
    """Evidence comes and goes by buttons of its page; why it was refused, if it was."""
    now, data = timezone.now(), request.POST
    try:
        if request.FILES.get("upload") or data.get("url", "").strip():
            upload = request.FILES.get("upload")
            url = "" if upload else read_web(data.get("url", ""))
            actions.add_evidence(sheet.report, upload=upload, url=url, shows=data.get("shows", ""),
                                 public="private" not in data, by=sheet.by, at=now)  # fmt: skip
        if data.get("remove_file", "").isdecimal():
            found = sheet.report.evidence.filter(pk=int(data["remove_file"][:12])).first()
            if found is not None:
                actions.remove_evidence(found, by=sheet.by, at=now)
    except Unreadable as refusal:
        return str(refusal.message)
    except WrongState:
        raise
    except Refused as refusal:
        return str(refusal.message)
    return ""


def _send(request: HttpRequest, come_in: Door, sheet: Sheet, step: Step) -> HttpResponse:
    try:
        actions.send(sheet.report, by=come_in.by, at=timezone.now(), language=come_in.language)
    except actions.Incomplete:
        return show(request, come_in, sheet, step, status=422)
    messages.success(request, _("Thank you. Your report has arrived."))
    return redirect(come_in.url("report", sheet.report.pledge.reference))


@door
def autosave(request: HttpRequest, come_in: Door, reference: str) -> HttpResponse:
    """Save the fields that are sent with their marks; answers JSON as the pledge's form does (pledges/views/autosave.py)."""
    return require_POST(_autosave)(request, come_in, reference)


def _autosave(request: HttpRequest, come_in: Door, reference: str) -> HttpResponse:
    try:
        sheet = sheet_of(come_in, reference)
        names = [name for name in STEP_OF if f"seen-{name}" in request.POST]
        posted = take(sheet, names, request.POST)
        sheet = saved_sheet(sheet)
        saved = save(sheet, posted)
    except WrongState as refusal:
        return JsonResponse({"gone": come_in.url("report", reference), "message": str(refusal.message)}, status=409)
    fresh = Sheet(Report.objects.get(pk=sheet.report.pk), come_in.by, come_in.language)
    fields: dict[str, Any] = {}
    for name in names:
        errors = [posted.errors[name]] if name in posted.errors else []
        row: dict[str, Any] = {"errors": render_to_string("progress/report/errors.html", {"errors": errors}).strip()}
        if name in saved.conflicts:
            step = STEP_OF[name]
            row["conflict"] = _conflict(fresh, name, saved)
            row["url"] = come_in.url("write", reference, step) + f"#field-{name}"
        else:
            row |= {"seen": FIELDS[name].mark(fresh), "conflict": ""}
        fields[name] = row
    return JsonResponse({"version": fresh.report.version, "fields": fields, "parts": {}})


def _conflict(sheet: Sheet, name: str, saved: Saved) -> str:
    theirs, yours = (str(each) for each in saved.conflicts[name])
    context = {"who": sheet.report.changed_by_name, "theirs": theirs, "yours": yours, "keep": name, "name": name}
    return render_to_string("pledges/writing/conflict.html", {"conflict": context})


# --- showing -------------------------------------------------------------------------------------------


def show(
    request: HttpRequest,
    come_in: Door,
    sheet: Sheet,
    step: Step,
    *,
    posted: Posted | None = None,
    saved: Saved | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a step."""
    report, reference = sheet.report, sheet.report.pledge.reference
    steps = steps_for(sheet)
    number = next((n for n, each in enumerate(steps) if each.slug == step.slug), None)
    if number is None:
        return redirect(come_in.url("write", reference, steps[1].slug))
    context = {
        "door": come_in, "sheet": sheet, "report": report, "pledge": report.pledge, "asked": report.asked,
        "step": step, "number": number + 1, "first": number == 0,
        "steps": [(each.name, come_in.url("write", reference, each.slug)) for each in steps],
        "rows": [bound(sheet, FIELDS[name], posted, saved) for name in _shown(sheet, step)],
        "save_url": come_in.url("save", reference), "report_url": come_in.url("report", reference),
        "store": f"report-{report.asked_id}-{come_in.letter.pk if come_in.letter else request.user.pk}",
    }  # fmt: skip
    if step.slug == "status" and report.pk is None and report.asked is not None:
        today = timezone.now().date()
        context["unchanged"] = not may_say_unchanged(report.asked, today)
        context["unchanged_url"] = come_in.url("unchanged", reference)
    if step.slug == "evidence":
        files = report.evidence.filter(removed_at=None) if report.pk else []
        context |= {"files": files, "accept": ACCEPT, "refused": refused, "door_url": come_in.url}
    if step.slug == "check":
        context |= _check(come_in, sheet)
    return render(request, f"progress/report/{_template(step)}.html", context, status=status)


def _template(step: Step) -> str:
    return step.slug if step.slug in ("evidence", "check") else "step"


def _shown(sheet: Sheet, step: Step) -> list[str]:
    names = [name for name in step.fields if name != "explanations"]
    return [name for name in names if name != "answers" or sheet.questions]


def bound(sheet: Sheet, made: Any, posted: Posted | None, saved: Saved | None) -> Mapping[str, Any]:
    """A field of the page: what stands in it, its mark, what is to be put right, both versions where two people wrote."""
    conflict = made.name in saved.conflicts if saved else False
    raw = posted.raw[made.name] if posted and conflict else made.shown(sheet)
    error = posted.errors.get(made.name) if posted else None
    if error is None and made.name in sheet.report.typed:
        try:
            made.read(sheet, raw)
        except Unreadable as refusal:
            error = refusal.message
    return {
        "name": made.name, "label": made.label, "help": made.help, "template": f"progress/report/fields/{made.template}.html",
        "raw": raw, "seen": made.mark(sheet), "errors": [error] if error else [],
        "conflict": _conflict(sheet, made.name, saved) if conflict and saved else "", **made.more(sheet),
    }  # fmt: skip


def _check(come_in: Door, sheet: Sheet) -> dict[str, Any]:
    """What was answered, what is missing, and what the rules against nonsense ask."""
    now = timezone.now()
    report, reference = sheet.report, sheet.report.pledge.reference
    missing = actions.what_is_missing(report, now, come_in.language)
    problems = [
        {
            "text": p.message,
            "url": come_in.url("write", reference, STEP_OF.get(p.field, "status")) + f"#field-{p.field}",
        }
        for p in (missing.problems if missing else rules.problems(sheet.content, wanted_of(report, come_in.language)))
    ]
    given = dict(sheet.content.explanations)
    asks = actions.all_questions(report, now)
    questions = [
        {"key": q.key, "text": q.text, "why": given.get(q.key, ""), "never": q.rule in actions.NEVER_RIGHT,
         "url": come_in.url("write", reference, STEP_OF.get(q.field, "status"))}
        for q in asks
    ]  # fmt: skip
    may_send = not problems and not any(q["never"] for q in questions)
    seen = FIELDS["explanations"].mark(sheet)
    return {
        "problems": problems, "questions": questions, "answers": answers_of(sheet.report, come_in.language),
        "may_send": may_send, "seen": seen,
    }  # fmt: skip
