"""My pledges: the list, and one pledge as its own people see it: where it stands, what was said, what they may do."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base import history
from kept.base.lifecycle import NotAllowed, Refused, WrongState
from kept.people.permissions import is_secretariat
from kept.pledges import actions, queries
from kept.pledges.content import PledgeContent
from kept.pledges.happened import told
from kept.pledges.lifecycle import possible_moves
from kept.pledges.models import Pledge, Status, TextStatus
from kept.pledges.permissions import may_edit_pledge
from kept.pledges.presenting import PledgeView, address, present
from kept.pledges.reading import clean
from kept.pledges.views.access import pledge_at, pledge_for, signed_in

PAGE = 20
INTERNAL = {"assign", "unassign"}  # the secretariat's own business


@signed_in
def my_pledges(request: HttpRequest) -> HttpResponse:
    """The list: what waits for us first, words, states, order; every state is an address."""
    language, asked = get_language() or "en", request.GET
    words, state = clean(asked.get("q", ""))[:200], asked.get("state", "")
    rows = queries.chosen(request.user, words=words, state=state, sort=asked.get("sort", "newest"))
    page = Paginator(rows, PAGE).get_page(asked.get("page"))
    counts = queries.counts(request.user)
    undo = pledge_at(asked.get("undo", "")) if asked.get("undo") else None
    context = {
        "page": page,
        "lines": queries.lines(page.object_list, language, request.user),
        "words": words,
        "state": state,
        "tabs": _tabs(counts, state, words),
        "asked": queries.asked_lines(queries.asked_of(request.user), language),
        "none_at_all": counts[""] == 0,
        "undo": undo if undo and undo.status == Status.DISCARDED and may_edit_pledge(request.user, undo) else None,
    }
    return render(request, "pledges/mine/list.html", context)


def _tabs(counts: dict[str, int], state: str, words: str) -> list[dict[str, Any]]:
    here = reverse("pledges:my")
    named = {"": _("All"), **{name: label for name, (label, _where) in queries.STATES.items()}}
    return [
        {
            "name": label,
            "url": f"{here}?state={name}" if name else here,
            "current": name == state,
            "count": counts[name],
        }
        for name, label in named.items()
        if counts[name] or name in ("", state)
    ]


@signed_in
def pledge(request: HttpRequest, address: str) -> HttpResponse:
    """One pledge for its own people."""
    found = pledge_for(request, address)
    language = get_language() or "en"
    entries = list(history.of("pledge", found.pk))
    moves = set(possible_moves(found, request.user))
    text = found.text
    context = {
        "pledge": found,
        "title": (text.content.get("title") if text else "") or found.title,
        "written_in": text.content.get("language", "en") if text else "en",
        "state": queries.state_words(found),
        "waits": queries.waits(found, request.user),
        "asked_for": _asked_for(found, entries),
        "story": told([e for e in entries if e.verb not in INTERNAL], language),
        "talk": found.messages.filter(internal=False),
        "moves": moves,
        "may_write": _may_write(found, request.user, moves),
        "may_revise": found.status == Status.PUBLISHED
        and found.working is None
        and may_edit_pledge(request.user, found),
        "partnerships": found.partnerships.select_related("organisation"),
        "public": _public(found),
        "staff": is_secretariat(request.user),
        "is_revision": found.current_id is not None and found.working is not None,
    }
    return render(request, "pledges/mine/pledge.html", context)


def _public(pledge: Pledge) -> str:
    return address("registry:pledge", pledge.reference) if pledge.is_public else ""


def _may_write(pledge: Pledge, person: Any, moves: set[str]) -> bool:
    """Its text is open, and this person may write in it."""
    if pledge.working is None or not may_edit_pledge(person, pledge):
        return False
    first = pledge.status in {Status.DRAFT, Status.CHANGES_REQUESTED}
    change = pledge.status == Status.PUBLISHED and pledge.working.status in {
        TextStatus.DRAFT,
        TextStatus.CHANGES_REQUESTED,
    }
    return first or change


def _asked_for(pledge: Pledge, entries: list[Any]) -> str:
    """What the secretariat asked for last, while it is open; why it was declined."""
    text = pledge.working.status if pledge.working else ""
    verbs = {
        Status.CHANGES_REQUESTED: {"request_changes"},
        Status.DECLINED: {"decline"},
        Status.PUBLISHED: {"request_revision_changes"} if text == TextStatus.CHANGES_REQUESTED else set(),
    }.get(pledge.status, set())
    return next((e.reason for e in reversed(entries) if e.verb in verbs), "")


@signed_in
def preview(request: HttpRequest, address: str) -> HttpResponse:
    """The page as it will be."""
    found = pledge_for(request, address)
    text = found.text
    if text is None:
        raise Http404
    view: PledgeView = present(found, text, get_language() or "en")
    return render(request, "pledges/mine/preview.html", {"pledge": found, "view": view})


@signed_in
@require_POST
def say(request: HttpRequest, address: str) -> HttpResponse:
    """Say something to the secretariat."""
    found = pledge_for(request, address)
    text = clean(request.POST.get("text", ""), lines=True)
    if not text or len(text) > 5000:
        messages.error(request, _("Write something first; at most 5,000 characters."))
    else:
        actions.add_message(found, text, by=request.user, at=timezone.now())
        messages.success(request, _("Your message is sent."))
    return redirect(reverse("pledges:mine", args=[found.key]) + "#talk")


@signed_in
def as_json(request: HttpRequest, address: str) -> HttpResponse:
    """The text as JSON, to keep or to send on; contacts are no part of it."""
    found = pledge_for(request, address)
    text = found.text
    if text is None:
        raise Http404
    content = PledgeContent.from_json(text.content).to_json()
    data = {"key": found.key, "reference": found.reference, "status": found.status, "revision": text.n, **content}
    response = HttpResponse(json.dumps(data, ensure_ascii=False, indent=2) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{found.address}.json"'
    return response


# --- moves -------------------------------------------------------------------------------------------


@signed_in
@require_POST
def recall(request: HttpRequest, address: str) -> HttpResponse:
    """Take it back from the secretariat, to write in it again."""
    found = pledge_for(request, address)
    action = actions.recall_revision if found.current_id else actions.recall
    return _done(request, found, lambda: action(found, by=request.user, at=timezone.now()),
                 _("You have it back. Send it again when it is ready."))  # fmt: skip


@signed_in
@require_POST
def discard(request: HttpRequest, address: str) -> HttpResponse:
    """Throw a draft away, or the change of a published pledge. A draft can be taken out of the bin at once."""
    found = pledge_for(request, address)
    now = timezone.now()
    if found.current_id:
        return _done(request, found, lambda: actions.discard_revision(found, by=request.user, at=now),
                     _("The change is thrown away. The published text stays."))  # fmt: skip
    try:
        actions.discard(found, by=request.user, at=now)
    except WrongState as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("pledges:mine", found.key)
    return redirect(f"{reverse('pledges:my')}?undo={found.key}")


@signed_in
@require_POST
def restore(request: HttpRequest, address: str) -> HttpResponse:
    """Take a draft out of the bin."""
    found = pledge_for(request, address)
    return _done(request, found, lambda: actions.restore(found, by=request.user, at=timezone.now()),
                 _("The draft is back."))  # fmt: skip


@signed_in
@require_POST
def revise(request: HttpRequest, address: str) -> HttpResponse:
    """Begin to change a published pledge."""
    found = pledge_for(request, address)
    try:
        actions.begin_revision(found, by=request.user, at=timezone.now())
    except WrongState as refusal:
        messages.warning(request, str(refusal.message))
        return redirect("pledges:mine", found.key)
    return redirect("pledges:write", found.key, "what")


@signed_in
def withdraw(request: HttpRequest, address: str) -> HttpResponse:
    """Take a published pledge back: a page that says what that means, and asks why."""
    found = _published(request, address, "withdraw")
    if isinstance(found, HttpResponse):
        return found
    error = ""
    if request.method == "POST":
        reason = clean(request.POST.get("reason", ""), lines=True)[:2000]
        try:
            actions.withdraw(found, by=request.user, at=timezone.now(), reason=reason)
            messages.success(request, _("The pledge is taken back. It stays readable, and counts no more."))
            return redirect("pledges:mine", found.key)
        except NotAllowed:
            raise
        except Refused as refusal:
            error = str(refusal.message)
    context = {"pledge": found, "error": error, "reason": request.POST.get("reason", "")}
    return render(request, "pledges/mine/withdraw.html", context, status=422 if error else 200)


@signed_in
def supersede(request: HttpRequest, address: str) -> HttpResponse:
    """Mark a published pledge as replaced by another one that is published."""
    found = _published(request, address, "supersede")
    if isinstance(found, HttpResponse):
        return found
    others = Pledge.objects.filter(lead=found.lead_id, status=Status.PUBLISHED).exclude(pk=found.pk).order_by("-number")
    error = ""
    if request.method == "POST":
        successor = others.filter(key=request.POST.get("successor", "")).first()
        reason = clean(request.POST.get("reason", ""), lines=True)[:2000]
        try:
            if successor is None:
                raise Refused(_("Choose the pledge that replaces it."))
            actions.supersede(found, successor=successor, by=request.user, at=timezone.now(), reason=reason)
            messages.success(request, _("The pledge is marked as replaced."))
            return redirect("pledges:mine", found.key)
        except NotAllowed:
            raise
        except Refused as refusal:
            error = str(refusal.message)
    context = {
        "pledge": found, "others": others[:200], "error": error, "reason": request.POST.get("reason", ""),
        "chosen": request.POST.get("successor", ""),
    }  # fmt: skip
    return render(request, "pledges/mine/supersede.html", context, status=422 if error else 200)


def _published(request: HttpRequest, address: str, move: str) -> Pledge | HttpResponse:
    found = pledge_for(request, address)
    if move in possible_moves(found, request.user):
        return found
    if found.status == Status.PUBLISHED:  # it is, but this person may not
        raise Http404
    messages.warning(request, _("This has changed in the meantime. Look at it again before you decide."))
    return redirect("pledges:mine", found.key)


def _done(request: HttpRequest, found: Pledge, act: Any, words: str) -> HttpResponse:
    try:
        act()
        messages.success(request, words)
    except WrongState as refusal:
        messages.warning(request, str(refusal.message))
    return redirect("pledges:mine", found.key)
