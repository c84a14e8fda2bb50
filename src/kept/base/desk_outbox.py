"""The outbox on the desk: every mail that leaves or should, and what a person does with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kept.base import history, outbox
from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.base.models import MailState, OutgoingMail

A_PAGE = 50
# What stands in a mail is shown as it is, but nothing in it is fetched or run.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"

WORDS = {
    "hold": gettext_lazy("Hold it back"),
    "release": gettext_lazy("Let it go"),
    "again": gettext_lazy("Send it again"),
    "arrived": gettext_lazy("It did arrive"),
    "cancel": gettext_lazy("Do not send it"),
    "edit": gettext_lazy("Rewrite it"),
}
DONE = {
    "hold": gettext_lazy("Held back."),
    "release": gettext_lazy("It will be sent."),
    "again": gettext_lazy("It will be sent again."),
    "arrived": gettext_lazy("Noted as sent."),
    "cancel": gettext_lazy("It will not be sent."),
    "edit": gettext_lazy("Rewritten. It is still held back."),
}


class MailForm(forms.Form):
    """A held mail, rewritten."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 12}))


@for_the_desk
def mails(request: HttpRequest) -> HttpResponse:
    """The list, by state; the newest first."""
    shown, words = request.GET.get("state", ""), request.GET.get("q", "").strip()[:200]
    if shown and shown not in MailState.values:
        raise Http404
    counts = outbox.counts()
    tabs = [{"name": _("All"), "url": request.path, "current": not shown, "count": sum(counts.values())}]
    for state in outbox.ORDER:
        count = counts.get(state, 0)
        if count or state == shown:
            tabs.append({"name": state.label, "url": f"?state={state}", "current": state == shown, "count": count})
    page = Paginator(outbox.mails(shown, words), A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "tabs": tabs, "shown": shown, "words": words}
    return render(request, "base/desk/outbox.html", context)


@for_the_desk
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail with its text as it leaves, what can be done with it, and what was done."""
    here = get_object_or_404(OutgoingMail.objects.select_related("person"), pk=pk)
    entries = history.of("mail", here.pk).order_by("-at", "-id")
    context = {
        "mail": here,
        "moves": [(name, WORDS[name]) for name in outbox.possible_moves(here, request.user) if name != "edit"],
        "may_edit": "edit" in outbox.possible_moves(here, request.user),
        "history": [
            {"at": entry.at, "title": WORDS[entry.verb], "text": _("By %(name)s") % {"name": entry.by_name}}
            for entry in entries
        ],
    }
    response = render(request, "base/desk/mail.html", context)
    response.frames_itself = True  # type: ignore[attr-defined]
    return response


@for_the_desk
def as_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's HTML, for the frame on its page: in a sandbox, under a policy of its own."""
    here = get_object_or_404(OutgoingMail, pk=pk, secret=False)
    if not here.html:
        raise Http404
    response = HttpResponse(here.html)
    response.headers["Content-Security-Policy"] = MAIL_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


@for_the_desk
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Rewrite a held mail."""
    here = get_object_or_404(OutgoingMail, pk=pk)
    if "edit" not in outbox.possible_moves(here, request.user):
        raise Http404
    form = MailForm(request.POST or None, initial={"subject": here.subject, "text": here.text})
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        if _done(request, "edit", lambda **common: outbox.edit(here, sent["subject"], sent["text"], **common)):
            return redirect("base:desk_mail", here.pk)
    return render(request, "base/desk/mail_edit.html", {"form": form, "mail": here})


ACTS: dict[str, Callable[..., OutgoingMail]] = {
    "hold": outbox.hold,
    "release": outbox.release,
    "again": outbox.send_again,
    "arrived": outbox.arrived,
    "cancel": outbox.cancel,
}


@require_POST
@for_the_desk
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Hold, release, send again, cancel."""
    here = get_object_or_404(OutgoingMail, pk=pk)
    more = {"knowing": request.POST.get("knowing") == "yes"} if verb == "again" else {}
    _done(request, verb, lambda **common: ACTS[verb](here, **more, **common))
    return redirect("base:desk_mail", here.pk)


def _done(request: HttpRequest, verb: str, do: Callable[..., Any]) -> bool:
    """Do it and say so, or say why not."""
    return tried(request, lambda: do(by=request.user, at=timezone.now()), DONE[verb])
