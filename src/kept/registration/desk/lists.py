"""The desk's lists for those outside the system: made, handed over by a link, ended."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.registration import actions
from kept.registration.desk.doors import meeting_at_the_door
from kept.registration.door_forms import ListForm
from kept.registration.models import OutsideList


@for_the_desk
def lists(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/lists/: those there are, and one more; its link is shown this once."""
    meeting, at = meeting_at_the_door(request, slug), timezone.now()
    form, address, made = ListForm(request.POST if request.method == "POST" else None), "", []
    if request.method == "POST" and attempt(
        request, form, lambda: made.append(actions.make_list(meeting, **form.cleaned_data, by=request.user, at=at)),
        _("Saved."),
    ):  # fmt: skip
        address = settings.KEPT_BASE_URL + reverse("registration:outside_list", args=[made[0][1]])
        form = ListForm()
    rows = OutsideList.objects.filter(meeting=meeting).select_related("made_by").order_by("-made_at", "-pk")[:100]
    context = {
        "meeting": meeting, "name": meeting.name_in(get_language() or "en"), "form": form, "address": address,
        "rows": [(one, one.is_good(at)) for one in rows], "made": made[0][0] if made else None,
    }  # fmt: skip
    status = 422 if request.method == "POST" and not made else 200
    return render(request, "registration/desk/lists.html", context, status=status)


@for_the_desk
@require_POST
def end(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Nobody opens it any more."""
    made = get_object_or_404(OutsideList, meeting=meeting_at_the_door(request, slug), pk=pk)
    actions.end_list(made, by=request.user, at=timezone.now())
    return redirect("registration:desk_lists", slug)
