"""The conversation with the pledger, and the notes that stay inside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.pledges import actions
from kept.pledges.desk.deciding import back_to
from kept.pledges.desk.forms import SayForm
from kept.pledges.desk.queue import find


@for_the_desk
@require_POST
def say(request: HttpRequest, address: str) -> HttpResponse:
    """Send a message to the pledger, or keep a note among colleagues."""
    pledge, form = find(address), SayForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write something first; at most 5,000 characters."))
        return redirect(back_to(request, pledge))
    internal = form.cleaned_data["internal"]
    actions.add_message(pledge, form.cleaned_data["text"], by=request.user, at=timezone.now(), internal=internal)
    messages.success(request, _("The note is kept.") if internal else _("The message is sent to the pledger."))
    return redirect(back_to(request, pledge) + "#talk")
