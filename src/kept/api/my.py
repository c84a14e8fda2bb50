"""A person's pages for their programs: tokens, and addresses that are told of events."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.api import actions
from kept.api.forms import TokenForm, WebhookForm
from kept.api.lifecycle import BY_HAND, WEBHOOK
from kept.api.models import Delivery, EndpointState, Token, WebhookEndpoint
from kept.api.permissions import may_manage_webhook, may_revoke_token
from kept.api.scopes import SCOPES
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.views.pages import attempt, signed_in

A_PAGE = 30
VERBS = (*BY_HAND, "new_secret", "test")
WORDS = {
    "pause": gettext_lazy("Pause"),
    "resume": gettext_lazy("Resume"),
    "remove": gettext_lazy("Remove"),
    "new_secret": gettext_lazy("Make a new secret"),
    "test": gettext_lazy("Send a test"),
}
DONE = {
    "pause": gettext_lazy("Paused. Nothing is sent to it."),
    "resume": gettext_lazy("Resumed."),
    "remove": gettext_lazy("Removed."),
    "test": gettext_lazy("A test is on its way."),
}


# Tokens -------------------------------------------------------------------------------------------------------


@signed_in
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens, and the form for a new one. A token is shown once: in the answer to the form that made it."""
    form, made, text = TokenForm(request.POST or None), None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, text = actions.make_token(**form.cleaned_data, by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal.message))
        else:
            form = TokenForm()
    now = timezone.now()
    rows = [_line(token, now) for token in Token.objects.filter(person=request.user)[:100]]
    context = {"form": form, "made": made, "text": text, "rows": rows, "any_good": any(r["good"] for r in rows)}
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


def _line(token: Token, now: Any) -> dict[str, Any]:
    return {
        "token": token,
        "good": token.revoked_at is None and token.expires_at > now,
        "scopes": [SCOPES[scope] for scope in token.scopes if scope in SCOPES],
    }


@require_POST
@signed_in
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token."""
    token = get_object_or_404(Token, pk=pk)
    if not may_revoke_token(request.user, token):
        raise Http404
    attempt(request, lambda: actions.revoke_token(token, by=request.user, at=timezone.now()), _("Ended."))
    return redirect("programs:tokens")


# Webhooks -----------------------------------------------------------------------------------------------------


@signed_in
def webhooks(request: HttpRequest) -> HttpResponse:
    """My addresses, and the form for a new one."""
    form = WebhookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = actions.add_webhook(**form.cleaned_data, by=request.user, at=timezone.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error("url", str(refusal.message))
        else:
            return _one(request, endpoint, secret)
    rows = WebhookEndpoint.objects.filter(person=request.user).exclude(state=EndpointState.REMOVED)[:100]
    context = {"form": form, "rows": rows}
    return render(request, "api/webhooks.html", context, status=422 if form.errors else 200)


def found_webhook(request: HttpRequest, pk: int) -> WebhookEndpoint:
    """The address, if it is this person's to manage and was not removed; else 404."""
    endpoint = get_object_or_404(WebhookEndpoint.objects.exclude(state=EndpointState.REMOVED), pk=pk)
    if not may_manage_webhook(request.user, endpoint):
        raise Http404
    return endpoint


@signed_in
def webhook(request: HttpRequest, pk: int) -> HttpResponse:
    """One address: what it was told, what it answered."""
    return _one(request, found_webhook(request, pk))


def _one(request: HttpRequest, endpoint: WebhookEndpoint, secret: str = "") -> HttpResponse:
    found = Delivery.objects.filter(endpoint=endpoint).select_related("event").prefetch_related("tries")
    moves = WEBHOOK.possible(endpoint, state=endpoint.state, by=request.user)
    verbs = [name for name in BY_HAND if name in moves]
    verbs += ["test"] if endpoint.state == EndpointState.ACTIVE else []
    context = {
        "endpoint": endpoint,
        "secret": secret,
        "page": Paginator(found, A_PAGE).get_page(request.GET.get("page")),
        "verbs": [(name, WORDS[name]) for name in [*verbs, "new_secret"]],
    }
    return render(request, "api/webhook.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Pause, resume, remove, test, a new secret."""
    endpoint, now = found_webhook(request, pk), timezone.now()
    if verb == "new_secret":
        return _one(request, endpoint, actions.new_secret(endpoint, by=request.user, at=now))
    if verb == "test":
        attempt(request, lambda: actions.send_test(endpoint, by=request.user, at=now), DONE[verb])
    else:
        attempt(request, lambda: actions.move_webhook(endpoint, verb, by=request.user, at=now), DONE[verb])
    return redirect("programs:webhooks") if verb == "remove" else redirect("programs:webhook", pk)


@require_POST
@signed_in
def again(request: HttpRequest, pk: int, delivery: int) -> HttpResponse:
    """Send one event once more."""
    endpoint = found_webhook(request, pk)
    found = get_object_or_404(Delivery.objects.select_related("endpoint"), pk=delivery, endpoint=endpoint)
    done = _("It is sent once more.")
    attempt(request, lambda: actions.send_again(found, by=request.user, at=timezone.now()), done)
    return redirect("programs:webhook", pk)
