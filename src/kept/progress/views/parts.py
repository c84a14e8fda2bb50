"""A partner of joint pledges says whether the leads' reports are right about its part."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from kept.base.lifecycle import NotAllowed, Refused
from kept.pledges.views.access import signed_in
from kept.progress import actions, queries


@signed_in
def parts(request: HttpRequest) -> HttpResponse:
    """What waits for an answer; POST gives one."""
    waiting = queries.parts_to_answer(request.user)
    if request.method == "POST":
        asked = (request.POST.get("report", ""), request.POST.get("organisation", ""))
        found = next((one for one in waiting if (str(one[0].pk), str(one[1].organisation_id)) == asked), None)
        if found is None:
            raise Http404("There is no such part that waits for your answer.")
        try:
            actions.answer_part(
                found[0], found[1].organisation, agrees=request.POST.get("answer") == "yes",
                words=request.POST.get("words", "")[:2000], by=request.user, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("Thank you. Readers see your answer beside the report."))
        except NotAllowed as refusal:
            raise Http404 from refusal
        except Refused as refusal:
            messages.error(request, str(refusal.message))
        return redirect("progress:my_parts")
    return render(request, "progress/report/parts.html", {"waiting": waiting})
