"""One membership: decided on, changed, handed over, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.people import actions, queries
from kept.people.forms import RoleForm
from kept.people.lifecycle import possible_moves
from kept.people.models import Membership, MembershipState, Role
from kept.people.permissions import may_see_organisation
from kept.people.views.pages import attempt, onward, signed_in


def _membership(request: HttpRequest, pk: int) -> Membership:
    found = get_object_or_404(Membership.objects.select_related("person", "organisation"), pk=pk)
    if found.person_id != request.user.pk and not may_see_organisation(request.user, found.organisation):
        raise Http404
    return found


@signed_in
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """What can be done with a membership: role, deputy, handing over, leaving."""
    here = _membership(request, pk)
    moves = possible_moves(here, request.user)
    if not moves:
        raise Http404
    others = [
        row
        for row in queries.members_of(here.organisation)
        if row.state == MembershipState.ACTIVE and row.person_id != here.person_id
    ]
    context = {
        "membership": here,
        "moves": moves,
        "own": here.person_id == request.user.pk,
        "role_form": RoleForm(initial={"role": here.role}),
        "others": others if here.role == Role.FOCAL_POINT else [],
        "last": request.GET.get("last") == "yes",
    }
    return render(request, "people/member.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Do one of VERBS, then go where `next` says, or back to the organisation."""
    here = _membership(request, pk)
    act, done = VERBS[verb]
    common = {"by": request.user, "at": timezone.now()}
    outcome = attempt(request, lambda: act(here, request.POST, common), done())
    if outcome is None and verb in LAST_ONES:
        return redirect(f"{redirect('people:member', here.pk).url}?last=yes")
    if verb in {"end", "take_back"} and here.person_id == request.user.pk:
        return redirect("people:my")
    return onward(request, redirect("people:organisation", here.organisation.root.slug).url)


def _let_in(here: Membership, sent: Any, common: dict) -> Membership:
    role = sent.get("role") if sent.get("role") in Role.values else Role.CONTRIBUTOR
    return actions.let_in(here, role=role, **common)


def _change_role(here: Membership, sent: Any, common: dict) -> Membership:
    role = sent.get("role") if sent.get("role") in Role.values else here.role
    return actions.change_role(here, role, knowing=_knowing(sent), **common)


def _hand_over(here: Membership, sent: Any, common: dict) -> Membership:
    to = get_object_or_404(Membership, pk=sent.get("to") if str(sent.get("to", "")).isdigit() else 0)
    return actions.hand_over(here, to, stays=sent.get("stays") != "no", **common)


def _knowing(sent: Any) -> bool:
    return sent.get("knowing") == "yes"


Verb = tuple[Callable[[Membership, Any, dict], Membership], Callable[[], str]]
VERBS: dict[str, Verb] = {
    "let_in": (_let_in, lambda: _("Let in. They get a mail.")),
    "refuse": (
        lambda here, sent, common: actions.refuse(here, reason=sent.get("reason", "")[:2000], **common),
        lambda: _("Not let in. They get a mail."),
    ),
    "take_back": (
        lambda here, sent, common: actions.take_back(here, **common),
        lambda: _("You no longer ask to join."),
    ),
    "change_role": (_change_role, lambda: _("The role was changed.")),
    "deputy": (
        lambda here, sent, common: actions.name_deputy(here, **common),
        lambda: _("The role was changed."),
    ),
    "deputy_no_more": (
        lambda here, sent, common: actions.name_deputy(here, deputy=False, knowing=_knowing(sent), **common),
        lambda: _("The role was changed."),
    ),
    "hand_over": (_hand_over, lambda: _("Handed over. They get a mail.")),
    "end": (
        lambda here, sent, common: actions.end_membership(
            here, reason=sent.get("reason", "")[:2000], knowing=_knowing(sent), **common
        ),
        lambda: _("The membership has ended."),
    ),
}
LAST_ONES = {"end", "change_role", "deputy_no_more"}  # refused where nobody would speak for the organisation any more
