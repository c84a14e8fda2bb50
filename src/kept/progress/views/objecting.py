"""An owner objects to how a pledge stands, a level, or that nothing was heard."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.views.access import pledge_for, signed_in
from kept.progress import actions
from kept.progress.models import AppealAbout
from kept.progress.permissions import may_object
from kept.progress.presenting import present
from kept.progress.queries import standing_of


@signed_in
def object_to(request: HttpRequest, reference: str) -> HttpResponse:
    """Say to what one objects, and why. It is shown at once; somebody else decides."""
    pledge = pledge_for(request, reference, may_object)
    row = standing_of(pledge)
    if row is None:
        raise Http404
    language = get_language() or "en"
    if request.method == "POST":
        try:
            actions.object_to(pledge, request.POST.get("about", ""), request.POST.get("text", "")[:5000],
                              by=request.user, at=timezone.now(), language=language)  # fmt: skip
        except NotAllowed:
            raise
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("Your objection stands beside the pledge until somebody else has decided."))
            return redirect("registry:pledge", pledge.reference)
    row.pledge = pledge
    context = {"pledge": pledge, "standing": present(row, language), "abouts": AppealAbout.choices,
               "text": request.POST.get("text", ""), "about": request.POST.get("about", "standing")}  # fmt: skip
    return render(request, "progress/report/object.html", context)
