"""Several pledges at once, where that is safe: a page first says which are and why not; then each goes by itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kept.base import formats
from kept.base.desk import for_the_desk
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.models import Person
from kept.pledges import actions, rules
from kept.pledges import desk_queries as queries
from kept.pledges.actions.deciding import text_mark
from kept.pledges.actions.reviewing import call_back_minutes
from kept.pledges.checklist import ALIKE, before_it_goes_out
from kept.pledges.content import PledgeContent
from kept.pledges.desk.queue import TAB_URLS
from kept.pledges.desk.tasks import nearest
from kept.pledges.models import Pledge, Status
from kept.pledges.permissions import may_review_pledge

MOST = queries.PAGE  # as many as a page of the queue shows


@dataclass
class Chosen:
    """One of the chosen pledges: safe to publish, or why not."""

    pledge: Pledge
    mark: str
    against: list[str] = field(default_factory=list)


@for_the_desk
def several(request: HttpRequest) -> HttpResponse:
    """GET shows what would happen to the chosen pledges; POST does it, each in its own transaction, and reports."""
    given = request.POST if request.method == "POST" else request.GET
    tab = given.get("tab", "") if given.get("tab", "") in queries.TABS else ""
    chosen = list(_chosen(given.getlist("key")).values())
    back = reverse(TAB_URLS[tab])
    if not chosen:
        messages.error(request, _("Choose at least one pledge."))
        return redirect(back)
    if request.method == "POST":
        if given.get("do") == "assign":
            return _assign(request, chosen, back)
        return _publish(request, chosen, back)
    rows = [Chosen(p, text_mark(p), objections(p, request.user)) for p in chosen]
    context = {
        "safe": [row for row in rows if not row.against],
        "unsafe": [row for row in rows if row.against],
        "all": rows,
        "tab": tab,
        "back": back,
        "minutes": call_back_minutes(),
        "colleagues": Person.objects.filter(is_staff=True, is_active=True).order_by("name", "email")[:50],
    }
    return render(request, "pledges/desk/several.html", context)


def _chosen(keys: list[str]) -> dict[str, Pledge]:
    rows = Pledge.objects.filter(key__in=keys[:MOST]).select_related("lead", "working", "current", "reviewer")
    return {pledge.key: pledge for pledge in rows.order_by("submitted_at", "pk")}


def objections(pledge: Pledge, person: Any) -> list[str]:
    """Why this pledge is not published together with others; empty where it is safe.

    Safe is a first text that is to review, without a problem (`rules`), confirmed by its owner and its partners,
    and not like another one. How good it is, is for whoever reads it.
    """
    if not may_review_pledge(person, pledge):
        return [_("Your own organisation made it: a colleague decides.")]
    if pledge.status != Status.SUBMITTED or pledge.working is None:
        return [_("It is not to review any more.")]
    content = PledgeContent.from_json(pledge.working.content)
    against = [str(problem.message) for problem in rules.problems(content)]
    if pledge.working.typed:
        against.append(_("Something that was typed cannot be read."))
    known = queries.known_of([pledge])[pledge.pk]
    checks = before_it_goes_out(pledge, content, get_language() or "en", known)
    against += [check.words for check in checks if not check.ok and check.code in {"owner", "partners"}]
    found = nearest(pledge)
    if found and found[0].percent >= ALIKE:
        language = get_language() or "en"
        share = formats.format_percent(Decimal(found[0].percent) / 100, language)
        named = {"which": found[0].pledge.reference or found[0].title, "share": share}
        against.append(_("It looks like %(which)s (%(share)s).") % named)
    return against


def _publish(request: HttpRequest, chosen: list[Pledge], back: str) -> HttpResponse:
    """Publish those that are still safe and still the text that was shown; say what became of each."""
    done, left = [], []
    for pledge in chosen:
        try:
            actions.publish_safe(
                pledge, by=request.user, at=timezone.now(), seen=request.POST.get(f"seen_{pledge.key}", ""),
                objections=lambda fresh: objections(fresh, request.user),
            )  # fmt: skip
            done.append(pledge)
        except NotAllowed:
            left.append(Chosen(pledge, "", [_("Your own organisation made it: a colleague decides.")]))
        except Refused as refusal:
            left.append(Chosen(pledge, "", [str(refusal.message)]))
    queries.forget_waiting(request.user)
    if done:
        messages.success(
            request,
            ngettext("%(count)s pledge goes out.", "%(count)s pledges go out.", len(done))
            % {"count": formats.format_number(len(done), get_language() or "en")},
        )
    if not left:
        return redirect(back)
    return render(request, "pledges/desk/several_done.html", {"done": done, "left": left, "back": back})


def _assign(request: HttpRequest, chosen: list[Pledge], back: str) -> HttpResponse:
    to = request.POST.get("to", "")
    person: Any = request.user if to == "me" else None
    if to.isdigit():
        person = Person.objects.filter(pk=to, is_staff=True, is_active=True).first()
    left = []
    for pledge in chosen:
        try:
            actions.assign(pledge, to=person, by=request.user, at=timezone.now())
        except Refused as refusal:
            left.append(Chosen(pledge, "", [str(refusal.message)]))
    count = len(chosen) - len(left)
    if count:
        words = {"count": formats.format_number(count, get_language() or "en"), "who": person or _("nobody")}
        said = ngettext("%(count)s pledge is now with %(who)s.", "%(count)s pledges are now with %(who)s.", count)
        messages.success(request, said % words)
    if left:
        return render(request, "pledges/desk/several_done.html", {"done": [], "left": left, "back": back})
    return redirect(back)
