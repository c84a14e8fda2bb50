"""Saved as typed: one field at a time, in the background. What it answers is put into the page by write.js."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kept.base.lifecycle import WrongState
from kept.pledges.actions.drafting import Saved
from kept.pledges.forms import BY_SLUG, Posted, Sheet, Step, StepForm, save, take
from kept.pledges.forms.saving import SEEN
from kept.pledges.forms.steps import STEP_OF
from kept.pledges.views import beside, conflicts
from kept.pledges.views.access import signed_in
from kept.pledges.views.writing import again, problems_of, sheet_of, unreadable


@signed_in
@require_POST
def autosave(request: HttpRequest, address: str) -> JsonResponse:
    """Save the fields that are sent with their marks; answers JSON.

    `fields`: {name: {"seen", "errors" (HTML), "conflict" (HTML), "set" (a value that was worked out)}}; `parts`: pieces
    of the page that follow from them, as HTML by the id of what they replace. 409 where nobody may write now.
    """
    try:
        sheet = sheet_of(request, address)
        names = [name for name in STEP_OF if f"{SEEN}{name}" in request.POST]
        posted = take(sheet, names, request.POST)
        saved = save(sheet, posted, at=timezone.now())
        fresh, whose = again(request, sheet), conflicts.authors(sheet, saved.conflicts)
    except WrongState as refusal:
        return JsonResponse(
            {"gone": reverse("pledges:mine", args=[address]), "message": str(refusal.message)}, status=409
        )
    steps = {STEP_OF[name] for name in names}
    fields: dict[str, Any] = {}
    parts: dict[str, str] = {}
    for slug in steps:
        fields |= _fields(fresh, BY_SLUG[slug], posted, saved, names, whose)
        parts |= _parts(request, fresh, BY_SLUG[slug])
    return JsonResponse({"version": fresh.version, "fields": fields, "parts": parts})


def _fields(
    sheet: Sheet, step: Step, posted: Posted, saved: Saved, names: list[str], whose: dict[str, str]
) -> dict[str, Any]:
    """Of each field of the step what is to be put right; of those that were sent also their new mark."""
    form = StepForm(sheet, step, problems=[*problems_of(sheet, step, limits=True), *unreadable(sheet, step)])
    found: dict[str, Any] = {}
    for name in form.fields:
        row: dict[str, Any] = {"errors": str(form[name].errors)}
        if name in saved.conflicts:
            both = conflicts.both(sheet, name, *saved.conflicts[name], whose.get(name, ""))
            row["conflict"] = render_to_string("pledges/writing/conflict.html", {"conflict": both})
            row["url"] = reverse("pledges:write", args=[sheet.pledge.key, step.slug]) + f"#field-{name}"
        elif name in names:
            row |= {"seen": form.mark(name), "conflict": ""}
        elif name in saved.changed:  # worked out from another: the currency in "USD 3 bn"
            row |= {"seen": form.mark(name), "set": posted.values[name]}
        found[name] = row
    return found


def _parts(request: HttpRequest, sheet: Sheet, step: Step) -> dict[str, str]:
    around = beside.around(sheet, step)
    parts = {}
    if step.advice:
        parts["advice"] = render_to_string("pledges/writing/advice.html", around, request)
    if "amount" in step.fields:
        parts["usd"] = render_to_string("pledges/writing/usd.html", around, request)
    if "targets" in step.fields:
        parts["stand-for"] = render_to_string("pledges/writing/stand_for.html", around, request)
    return parts
