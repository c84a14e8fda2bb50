"""The last step: what is promised, what is still missing, what it resembles; and the button that sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.models import Membership, MembershipState, Person
from kept.pledges import actions, rules, typed
from kept.pledges.actions.reviewing import Incomplete
from kept.pledges.content import PledgeContent
from kept.pledges.differences import FieldDifference, field_differences, in_words, known_of
from kept.pledges.examples import is_still_an_example
from kept.pledges.forms import STEPS, Sheet, number_of, step_of
from kept.pledges.labels import label
from kept.pledges.lookalikes import lookalikes_for
from kept.pledges.permissions import may_submit_pledge
from kept.pledges.presenting import address
from kept.pledges.reading import clean
from kept.pledges.rules import Problem
from kept.pledges.views import beside


@dataclass(frozen=True)
class Answer:
    """One line of what was written: its name, its words (with the language of written ones), where to change it."""

    label: str
    words: str
    url: str
    language: str = ""


def check(request: HttpRequest, sheet: Sheet) -> HttpResponse:
    """Show everything; send it when the button says so. Called by `writing.write`."""
    found: list[Problem] = []
    if request.method == "POST":
        button = request.POST.get("go", "")
        if button == "back":
            return redirect("pledges:write", sheet.pledge.key, STEPS[-2].slug)
        if button == "ready":
            actions.ask_to_send(sheet.pledge, by=sheet.person, at=timezone.now())
            messages.success(request, _("Your focal point gets a mail that it is ready."))
            return redirect("pledges:mine", sheet.pledge.key)
        if button == "send":
            try:
                _send(request, sheet)
                return redirect("pledges:mine", sheet.pledge.key)
            except Incomplete as refusal:
                found = refusal.problems
            except NotAllowed:
                raise
            except WrongState as refusal:
                messages.warning(request, str(refusal.message))
                return redirect("pledges:mine", sheet.pledge.key)
            except Refused as refusal:
                found = [Problem("", refusal.message)]
    return _show(request, sheet, found)


def _send(request: HttpRequest, sheet: Sheet) -> None:
    now, pledge = timezone.now(), sheet.pledge
    if sheet.is_revision:
        reason = clean(request.POST.get("reason", ""), lines=True)[:2000]
        actions.submit_revision(pledge, by=sheet.person, at=now, reason=reason)
        messages.success(
            request, _("Sent. The published text stays as it is until the secretariat has looked at the new one.")
        )
    else:
        actions.submit(pledge, by=sheet.person, at=now, consent=request.POST.get("consent") == "on")
        messages.success(request, _("Sent. The secretariat looks at it and answers you here and by mail."))


def _show(request: HttpRequest, sheet: Sheet, refused: list[Problem]) -> HttpResponse:
    pledge, content = sheet.pledge, sheet.content
    agreed = sheet.is_revision or pledge.consent_at is not None
    problems = refused or rules.problems_before_sending(pledge, consent=True)
    alike = lookalikes_for(pledge, viewer=sheet.person)
    context = {
        "sheet": sheet,
        "pledge": pledge,
        "step": STEPS[-1],
        "number": number_of(STEPS[-1]),
        "steps": [(step.name, reverse("pledges:write", args=[pledge.key, step.slug])) for step in STEPS],
        "problems": [_where(pledge.key, problem) for problem in problems],
        "answers": answers(sheet),
        "advice": beside.advice(sheet),
        "alike": [{"one": one, "url": _page(one.pledge)} for one in alike],
        "differences": differences(sheet),
        "may_send": may_submit_pledge(sheet.person, pledge),
        "senders": senders(pledge) if not may_submit_pledge(sheet.person, pledge) else [],
        "asks_consent": not pledge.on_behalf and not agreed,
        "still_an_example": is_still_an_example(content),
        "reason": request.POST.get("reason", ""),
        "refused": bool(refused),
    }
    return render(request, "pledges/writing/check.html", context, status=422 if refused else 200)


def _where(key: str, problem: Problem) -> dict[str, Any]:
    """A problem with the place where it is put right."""
    slug = step_of(problem.field)
    here = slug == STEPS[-1].slug
    url = (
        f"#{problem.field}"
        if here
        else f"{reverse('pledges:write', args=[key, slug])}?put-right=1#field-{problem.field}"
    )
    return {"label": label(problem.field) if problem.field else "", "text": problem.message, "url": url}


def _page(pledge: Any) -> str:
    return (
        address("registry:pledge", pledge.reference) if pledge.is_public else reverse("pledges:mine", args=[pledge.key])
    )


SHOWN = ("title", "summary", "description")


def answers(sheet: Sheet) -> list[dict[str, Any]]:
    """What was written, step by step; empty fields are left out."""
    content, known = sheet.content, known_of(sheet.content)
    groups = []
    for step in STEPS[:-1]:
        url = reverse("pledges:write", args=[sheet.pledge.key, step.slug])
        rows = []
        for name in step.fields:
            if name in sheet.typed:
                words = typed.in_words(name, sheet.typed[name])
            elif name.startswith("contact_"):
                words = getattr(sheet.pledge, name)
            elif name == "currency":
                words = ""  # stands with the amount
            else:
                words = in_words(name, content, sheet.language, known)
            if words:
                rows.append(
                    Answer(label(name), words, f"{url}#field-{name}", content.language if name in SHOWN else "")
                )
        groups.append({"step": step, "rows": rows, "url": url})
    return groups


def differences(sheet: Sheet) -> list[FieldDifference]:
    """What changes against the published text; nothing for a first text."""
    current = sheet.pledge.current
    if current is None:
        return []
    return field_differences(PledgeContent.from_json(current.content), sheet.content, sheet.language)


def senders(pledge: Any) -> list[Person]:
    """Who may send it: focal points and deputies of its organisation."""
    if pledge.lead_id is None:
        return []
    rows = Membership.objects.filter(organisation=pledge.lead_id, state=MembershipState.ACTIVE).select_related("person")
    return [m.person for m in rows if (m.role == "focal_point" or m.is_deputy) and m.person.is_active]
