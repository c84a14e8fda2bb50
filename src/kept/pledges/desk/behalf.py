"""For those who are not at the desk: the owner's signed letter, and links that ask an owner or a partner to confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import tried
from kept.people.models import Organisation
from kept.pledges import actions
from kept.pledges.desk.deciding import back_to
from kept.pledges.desk.forms import LinkForm
from kept.pledges.desk.queue import find


@for_the_desk
@require_POST
def letter(request: HttpRequest, address: str) -> HttpResponse:
    """Keep the owner's signed letter with a pledge that was entered on their behalf."""
    pledge, upload = find(address), request.FILES.get("file")
    if upload is None:
        messages.error(request, _("Choose a file first."))
        return redirect(back_to(request, pledge))
    return _done(request, pledge, _("The letter is attached."), lambda: actions.attach_letter(
        pledge, upload, by=request.user, at=timezone.now()
    ))  # fmt: skip


@for_the_desk
@require_POST
def ask(request: HttpRequest, address: str) -> HttpResponse:
    """Send the link to confirm: to the owner, or to the partner that the form names."""
    pledge, form = find(address), LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write a mail address."))
        return redirect(back_to(request, pledge))
    given = form.cleaned_data
    sent = {"to": given["email"], "by": request.user, "at": timezone.now(), "language": given["language"]}
    words = _("The link is on its way to %(to)s.") % {"to": given["email"]}
    if not given["organisation"]:
        return _done(request, pledge, words, lambda: actions.ask_owner(pledge, name=given["name"], **sent))
    partner = Organisation.objects.filter(pk=given["organisation"]).first()
    if partner is None:
        raise Http404
    return _done(request, pledge, words, lambda: actions.ask_partner(pledge, partner, **sent))


def _done(request: HttpRequest, pledge: Any, words: str, act: Any) -> HttpResponse:
    """Do it and come back to the pledge, with what was done or why it was refused."""
    tried(request, act, words)
    return redirect(back_to(request, pledge))
