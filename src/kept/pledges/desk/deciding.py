"""Decisions, and who has a pledge. One wins: the other is told who did what, and keeps what was typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import formats
from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, ReasonOwed, Refused, WrongState
from kept.people.models import Person
from kept.pledges import actions
from kept.pledges import desk_queries as queries
from kept.pledges.desk.forms import DecisionForm
from kept.pledges.desk.queue import choice_of, find, queue_context, queue_url, render_pledge
from kept.pledges.models import Pledge, Status

STAYS = {"call_back", "reopen", "publish_now"}  # after these one goes on with the same pledge


@for_the_desk
@require_POST
def decide(request: HttpRequest, address: str) -> HttpResponse:
    """Carry a decision out and go on to the next pledge; where it is refused, say why on the pledge's own screen."""
    pledge, tab = find(address), request.GET.get("tab", "")
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _refused(request, pledge, tab, _("Write the day as it is offered."), form)
    following = _next_after(request, pledge, tab)
    decision = form.cleaned_data["decision"]
    try:
        done = actions.decide(pledge, decision, by=request.user, at=timezone.now(), **form.action_values())
    except NotAllowed:
        raise
    except WrongState as refusal:
        return _refused(request, find(address), tab, str(refusal.message), form, late=True)
    except (ReasonOwed, Refused) as refusal:
        return _refused(request, find(address), tab, str(refusal.message), form)
    queries.forget_waiting(request.user)
    messages.success(request, _done(done, decision))
    if decision in STAYS or not following:
        return redirect(reverse("pledges:desk_pledge", args=[done.address]))
    return redirect(following)


def _next_after(request: HttpRequest, pledge: Pledge, tab: str) -> str:
    """Where the desk goes on: the next pledge of the list from which this one was opened."""
    choice = choice_of(request.GET, tab if tab in queries.TABS else "")
    context = queue_context(request, choice, selected=pledge)
    following = context["neighbours"]["next"]
    if not following and len(context["lines"]) > 1:
        following = context["neighbours"]["before"]
    return following or queue_url(choice, request.GET)


def _refused(
    request: HttpRequest, pledge: Pledge, tab: str, words: str, form: DecisionForm, *, late: bool = False
) -> HttpResponse:
    """The pledge as it is now, what happened meanwhile, and the form with everything that was typed."""
    refusal = {"words": words, "late": late, "decision": form.data.get("decision", "")}
    given = {name: form.data.get(name, "") for name in ("reason", "hold", "day", "hour", "announcement")}
    slug = tab if tab in queries.TABS else None
    return render_pledge(request, pledge, slug, status=409 if late else 422, refusal=refusal, given=given)


def _done(pledge: Pledge, decision: str) -> str:
    """What an action did, in one sentence."""
    language = get_language() or "en"
    named = {"title": pledge.title, "reference": pledge.reference, "day": "", "announcement": pledge.announcement}
    if pledge.status == Status.ACCEPTED and pledge.publish_at:
        named["day"] = formats.format_datetime(pledge.publish_at, language)
    if decision == "publish" and pledge.status == Status.ACCEPTED:
        return _("“%(title)s” goes out on %(day)s. Until then it can be called back.") % named
    if decision in {"publish", "publish_now"}:
        return _("“%(title)s” is published as %(reference)s.") % named
    if decision == "hold" and pledge.announcement:
        return _("“%(title)s” is accepted and waits for its announcement: %(announcement)s.") % named
    if decision == "hold":
        return _("“%(title)s” is accepted and will be published on %(day)s.") % named
    return str(DONE[decision]) % named


DONE: dict[str, Any] = {
    "changes": gettext_lazy("“%(title)s” is with the pledger, with your request."),
    "decline": gettext_lazy("“%(title)s” is declined. The pledger reads your reason."),
    "call_back": gettext_lazy("“%(title)s” is called back: it is to review again."),
    "reopen": gettext_lazy("“%(title)s” is to review again."),
    "accept_revision": gettext_lazy("The changed text of “%(title)s” is published."),
    "revision_changes": gettext_lazy("The changed text of “%(title)s” is with the pledger, with your request."),
    "refuse_revision": gettext_lazy("The changed text of “%(title)s” is refused. The published one stays."),
}


@for_the_desk
@require_POST
def assign(request: HttpRequest, address: str) -> HttpResponse:
    """Give a pledge to oneself, to a colleague or to nobody."""
    pledge, to = find(address), request.POST.get("to", "")
    person: Any = None
    if to == "me":
        person = request.user
    elif to:
        person = get_object_or_404(Person, pk=to if to.isdigit() else 0, is_staff=True)
    try:
        actions.assign(pledge, to=person, by=request.user, at=timezone.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(back_to(request, pledge))


@for_the_desk
@require_POST
def look(request: HttpRequest, address: str) -> HttpResponse:
    """The beat of an open screen: notes who looks, answers who else does (htmx)."""
    pledge, now = find(address), timezone.now()
    actions.look(pledge, by=request.user, at=now)
    lookers = queries.lookers([pledge.pk], request.user, now).get(pledge.pk, [])
    return render(request, "pledges/desk/lookers.html", {"lookers": lookers})


def back_to(request: HttpRequest, pledge: Pledge) -> str:
    """The same screen again: the pledge in the list from which it was opened."""
    tab = request.GET.get("tab", "")
    choice = choice_of(request.GET, tab if tab in queries.TABS else "")
    return queue_url(choice, request.GET, pledge.address)
