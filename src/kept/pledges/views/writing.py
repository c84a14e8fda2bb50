"""Writing a pledge, step by step: every button saves, whatever is half-filled stays, nobody overwrites anybody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.pledges import actions, rules
from kept.pledges.actions.drafting import WRITABLE
from kept.pledges.forms import BY_SLUG, STEPS, Posted, Sheet, Step, StepForm, number_of, save, step_of, take
from kept.pledges.forms.steps import MAKERS
from kept.pledges.models import Partnership, Pledge, Status
from kept.pledges.permissions import may_edit_pledge
from kept.pledges.reading import Unreadable
from kept.pledges.rules import Problem
from kept.pledges.views import beside, conflicts, partners
from kept.pledges.views.access import pledge_for, signed_in

OPEN = {Status.DRAFT, Status.CHANGES_REQUESTED}


def sheet_of(request: HttpRequest, address: str) -> Sheet:
    """The text that this person writes in. Raises Http404 for what is not theirs, WrongState where it is closed."""
    pledge = pledge_for(request, address, may_edit_pledge)
    text = pledge.working
    if text is None or text.status not in WRITABLE or not (pledge.status in OPEN or pledge.status == Status.PUBLISHED):
        raise WrongState(_("This pledge is being reviewed. Take it back before you change it."))
    return Sheet(pledge, text, request.user, get_language() or "en")


def again(request: HttpRequest, sheet: Sheet) -> Sheet:
    """The same text, read anew after it was saved."""
    found = Pledge.objects.select_related("lead", "working", "current", "created_by").prefetch_related(
        Prefetch("partnerships", queryset=Partnership.objects.all())
    )
    pledge = found.get(pk=sheet.pledge.pk)
    if pledge.working is None:
        raise WrongState(_("This has changed in the meantime. Look at it again before you decide."))
    return Sheet(pledge, pledge.working, request.user, sheet.language)


@signed_in
def write(request: HttpRequest, address: str, step: str = "") -> HttpResponse:
    """One step of the form; without a step, the one where something is still missing."""
    try:
        sheet = sheet_of(request, address)
    except WrongState as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("pledges:mine", address)
    if step not in BY_SLUG:
        if step:
            raise Http404
        return redirect("pledges:write", sheet.pledge.key, where_left(sheet))
    if step == "check":
        from kept.pledges.views.sending import check

        return check(request, sheet)
    if request.method == "POST":
        return _save(request, sheet, BY_SLUG[step])
    wanted = problems_of(sheet, BY_SLUG[step]) if request.GET.get("put-right") else ()
    return show(request, sheet, BY_SLUG[step], problems=wanted)


def where_left(sheet: Sheet) -> str:
    """The first step in which something that is needed is missing; the check where nothing is."""
    missing = {step_of(p.field) for p in rules.problems(sheet.content)}
    return next((step.slug for step in STEPS if step.slug in missing), STEPS[-1].slug)


def problems_of(sheet: Sheet, step: Step, limits: bool = False) -> list[Problem]:
    """What is to be put right in the fields of a step; `limits`: without what is only missing yet."""
    found = rules.problems(sheet.content, rules=rules.LIMIT_RULES if limits else rules.RULES)
    return [p for p in found if p.field in step.fields and not (limits and p.code == "needed")]


def unreadable(sheet: Sheet, step: Step) -> list[Problem]:
    """What was typed into a step's fields, on this visit or an earlier one, and cannot be read."""
    found = []
    for name in (name for name in step.fields if name in sheet.typed):
        field = MAKERS[name](sheet)
        try:
            field.read(field.kept(sheet.typed[name]))
        except Unreadable as error:
            found.append(Problem(name, error.message, "unreadable"))
    return found


# --- saving ------------------------------------------------------------------------------------------


def _save(request: HttpRequest, sheet: Sheet, step: Step) -> HttpResponse:
    """Save what was sent, then do what the button says."""
    taking = request.POST.get("take", "")
    posted = take(sheet, [name for name in step.fields if name != taking], request.POST)
    keep = conflicts.kept(request.POST)
    try:
        saved = save(sheet, posted, at=timezone.now(), keep=keep)
        refused = _do(request, sheet, step)
    except WrongState as refusal:  # somebody sent it while this page was open
        messages.warning(request, str(refusal.message))
        return redirect("pledges:mine", sheet.pledge.key)
    fresh, whose = again(request, sheet), conflicts.authors(sheet, saved.conflicts)
    wrong = [*refused, *posted.problems, *problems_of(fresh, step, limits=True)]
    button = _button(request)
    if saved.conflicts or refused or (wrong and button == "next"):
        return show(request, fresh, step, posted=posted, problems=wrong, conflicting=saved.conflicts, whose=whose)
    return _onward(request, fresh, step, button)


def _button(request: HttpRequest) -> str:
    """Which button was pressed: "next", "back", "later", or one that stays on the page."""
    return request.POST.get("go", "stay")


def _do(request: HttpRequest, sheet: Sheet, step: Step) -> list[Problem]:
    """What a button does besides saving: partners and files come and go. Returns why it was refused, if it was."""
    now, data = timezone.now(), request.POST
    try:
        if step.slug == "who":
            partners.change_lead(sheet, data, at=now)
        if step.slug == "with":
            partners.change(sheet, data, at=now)
            if request.FILES.get("upload"):
                actions.add_attachment(sheet.pledge, request.FILES["upload"], by=sheet.person, at=now)
            if data.get("remove_file", "").isdecimal():
                found = sheet.attachments.get(int(data["remove_file"]))
                if found is not None:
                    actions.remove_attachment(sheet.pledge, found, by=sheet.person, at=now)
    except (NotAllowed, WrongState):
        raise
    except Refused as refusal:
        return [Problem("attachments", refusal.message, "refused")]
    return []


def _onward(request: HttpRequest, sheet: Sheet, step: Step, button: str) -> HttpResponseRedirect:
    """To the next step, the one before, back to one's pledges, or the same page at the place where one was."""
    number = number_of(step)
    if button == "later":
        messages.success(request, _("Saved. You can go on whenever you like, on any device."))
        return redirect("pledges:mine", sheet.pledge.key)
    if button == "next":
        return redirect("pledges:write", sheet.pledge.key, STEPS[min(number, len(STEPS) - 1)].slug)
    if button == "back":
        return redirect("pledges:write", sheet.pledge.key, STEPS[max(number - 2, 0)].slug)
    here = reverse("pledges:write", args=[sheet.pledge.key, step.slug])
    return HttpResponseRedirect(here + partners.where(request.POST))


# --- showing -----------------------------------------------------------------------------------------


def show(
    request: HttpRequest,
    sheet: Sheet,
    step: Step,
    *,
    posted: Posted | None = None,
    problems: Iterable[Problem] = (),
    conflicting: dict[str, tuple[Any, Any]] | None = None,
    whose: dict[str, str] | None = None,
) -> HttpResponse:
    """The page of a step. What was sent and stands against somebody else's words stays in its field."""
    conflicting = conflicting or {}
    raw = {name: posted.raw[name] for name in conflicting if name in posted.raw} if posted else {}
    wrong = _once([*problems, *unreadable(sheet, step)])
    form = StepForm(sheet, step, posted=raw, problems=wrong, more=request.GET.get("more", ""))
    context = {
        "sheet": sheet,
        "pledge": sheet.pledge,
        "step": step,
        "number": number_of(step),
        "steps": steps_of(sheet),
        "form": form,
        "rows": _rows(request, sheet, form, conflicting, whose or {}),
        "refused_file": [p.message for p in wrong if p.field == "attachments"],
        **beside.around(sheet, step),
        **partners.found(request, sheet, step),
    }
    refused = request.method == "POST" and (conflicting or form.errors or context["refused_file"])
    return render(request, "pledges/writing/step.html", context, status=422 if refused else 200)


def _once(problems: list[Problem]) -> list[Problem]:
    found: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        found.setdefault((problem.field, str(problem.message)), problem)
    return list(found.values())


def _rows(
    request: HttpRequest, sheet: Sheet, form: StepForm, conflicting: dict[str, Any], whose: dict[str, str]
) -> list[dict[str, Any]]:
    """The fields of the page, each with its mark and, where two people wrote, both versions."""
    rows = []
    for name in form.fields:
        both = conflicts.both(sheet, name, *conflicting[name], whose.get(name, "")) if name in conflicting else None
        seen = request.POST.get(f"seen-{name}", "") if both else form.mark(name)
        rows.append({"name": name, "field": form[name], "seen": seen, "conflict": both})
    return rows


def steps_of(sheet: Sheet) -> list[tuple[Any, str]]:
    """The steps with their addresses, for the line of bars above the form."""
    return [(step.name, reverse("pledges:write", args=[sheet.pledge.key, step.slug])) for step in STEPS]
