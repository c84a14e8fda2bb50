"""The desk's doors of a meeting: what is counted, gates, phones and their links, who came and went."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.paper import qr
from kept.meetings.models import Meeting
from kept.registration import actions, guests
from kept.registration.admission import REFUSALS, fold, how_many_inside
from kept.registration.door_forms import GateForm, LimitForm, PhoneForm, RoomForm
from kept.registration.models import CheckIn, CheckInList, Device
from kept.registration.permissions import may_admit

SHOWN = 50  # check-ins on the page of a door


def meeting_at_the_door(request: HttpRequest, slug: str) -> Meeting:
    """The meeting of an address, for whoever lets people in. Raises Http404."""
    meeting = get_object_or_404(Meeting, slug=slug)
    if not may_admit(request.user, meeting):
        raise Http404("There is no such meeting.")
    return meeting


@for_the_desk
def doors(request: HttpRequest, slug: str) -> HttpResponse:
    """/desk/meetings/<slug>/doors/: everything that is counted, with its number; the usual, to begin with."""
    meeting, language = meeting_at_the_door(request, slug), get_language() or "en"
    if request.method == "POST" and not meeting.check_in_lists.exists():
        actions.set_up_doors(meeting, by=request.user, at=timezone.now())
        return redirect("registration:desk_doors", slug)
    lines = [_standing(one, language) for one in meeting.check_in_lists.all()]
    form = RoomForm(meeting=meeting)
    context = {"meeting": meeting, "name": meeting.name_in(language), "lines": lines, "room": form}
    return render(request, "registration/desk/doors.html", context)


def _standing(counted: CheckInList, language: str) -> dict[str, Any]:
    """A list with its numbers: who is in, who came altogether, how many phones stand there."""
    presences = fold(guests.passages(counted))
    inside = how_many_inside(presences)
    phones = Device.objects.filter(gate__list=counted, revoked_at=None, expires_at__gt=timezone.now())
    return {
        "list": counted,
        "name": counted.name_in(language),
        "inside": inside,
        "came": len(presences),
        "phones": phones.count(),
        "full": counted.fire_limit is not None and inside >= counted.fire_limit,
    }


@for_the_desk
@require_POST
def add_room(request: HttpRequest, slug: str) -> HttpResponse:
    """Count the room of a session by itself."""
    meeting = meeting_at_the_door(request, slug)
    form = RoomForm(request.POST, meeting=meeting)
    if attempt(request, form, lambda: actions.add_list(
        meeting, names=form.chosen.titles, fire_limit=form.cleaned_data["fire_limit"], session=form.chosen,
        by=request.user, at=timezone.now(),
    ), _("Saved.")):  # fmt: skip
        return redirect("registration:desk_doors", slug)
    language = get_language() or "en"
    lines = [_standing(one, language) for one in meeting.check_in_lists.all()]
    context = {"meeting": meeting, "name": meeting.name_in(language), "lines": lines, "room": form}
    return render(request, "registration/desk/doors.html", context, status=422)


def list_of(request: HttpRequest, slug: str, pk: int) -> CheckInList:
    meeting = meeting_at_the_door(request, slug)
    return get_object_or_404(CheckInList.objects.select_related("meeting"), meeting=meeting, pk=pk)


@for_the_desk
def door(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """/desk/meetings/<slug>/doors/<pk>/: one of them; its forms come back here where something is wrong in them."""
    counted, at = list_of(request, slug, pk), timezone.now()
    does = request.POST.get("do", "") if request.method == "POST" else ""
    forms = {
        "limit": LimitForm(
            request.POST if does == "limit" else None, initial={"fire_limit": counted.fire_limit}, auto_id="limit-%s"
        ),
        "gate": GateForm(request.POST if does == "gate" else None, auto_id="gate-%s"),
        "phone": PhoneForm(request.POST if does == "phone" else None, counted=counted),
    }
    if does == "phone" and forms["phone"].is_valid():
        said = forms["phone"]
        made, link = actions.add_device(said.chosen, said.cleaned_data["label"], by=request.user, at=at)
        return _new_phone(request, counted, made, link)
    acts = {
        "limit": lambda: actions.limit_list(counted, **forms["limit"].cleaned_data, by=request.user, at=at),
        "gate": lambda: actions.add_gate(counted, **forms["gate"].cleaned_data, by=request.user, at=at),
    }
    if does in acts and attempt(request, forms[does], acts[does], _("Saved.")):
        return redirect("registration:desk_door", slug, pk)
    return render(request, "registration/desk/door.html", {**_shown(counted, at), **forms})


def _shown(counted: CheckInList, at: Any) -> dict[str, Any]:
    language = get_language() or "en"
    rows = CheckIn.objects.filter(list=counted).select_related("registration", "gate", "device", "by")
    seen = [
        {
            "row": one,
            "who": (one.registration.badge_name or one.registration.name) if one.registration else "",
            "why": REFUSALS.get(one.refusal or one.amiss, ""),
            "where": one.device.label if one.device else _("at the desk"),
        }
        for one in rows.order_by("-received_at", "-pk")[:SHOWN]
    ]
    return {
        "meeting": counted.meeting,
        "name": counted.meeting.name_in(language),
        "line": _standing(counted, language),
        "phones": [
            (one, one.gate.name_in(language), one.is_good(at))
            for one in Device.objects.filter(gate__list=counted).select_related("gate").order_by("revoked_at", "pk")
        ],
        "gates": [gate.name_in(language) for gate in counted.gates.all()],
        "seen": seen,
        "waiting": guests.standby(counted) if counted.is_entrance else [],
    }


def _new_phone(request: HttpRequest, counted: CheckInList, made: Device, link: str) -> HttpResponse:
    """The link of a new phone, shown this once: its code is for the first phone that scans it."""
    address = f"{settings.KEPT_BASE_URL}{reverse('registration:check_in')}#{link}"
    context = {
        "meeting": counted.meeting, "name": counted.meeting.name_in(get_language() or "en"), "list": counted,
        "door": counted.name_in(get_language() or "en"), "device": made, "address": address,
        "code": mark_safe(qr(address, border=2)),  # noqa: S308  (our own drawing)
    }  # fmt: skip
    return render(request, "registration/desk/phone.html", context)


@for_the_desk
@require_POST
def revoke(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """A phone checks nobody in any more."""
    device = get_object_or_404(Device, gate__list__meeting=meeting_at_the_door(request, slug), pk=pk)
    actions.revoke_device(device, by=request.user, at=timezone.now())
    return redirect("registration:desk_door", slug, device.gate.list_id)


@for_the_desk
@require_POST
def void(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The wrong person was ticked."""
    written = get_object_or_404(CheckIn, list__meeting=meeting_at_the_door(request, slug), pk=pk)
    actions.void(written, by=request.user, at=timezone.now())
    return redirect("registration:desk_door", slug, written.list_id)
