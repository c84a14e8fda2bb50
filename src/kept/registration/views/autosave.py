"""What is typed into the form is kept while it is typed, field by field, in the background (pledges/write.js)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kept.base.lifecycle import NotAllowed, Refused
from kept.registration import actions
from kept.registration.models import Registration, State
from kept.registration.permissions import may_edit_registration
from kept.registration.purposes import address_of
from kept.registration.views.register import TYPED, changed_elsewhere, form_of, held, mark_of, private, who

SEEN = "seen-"


@never_cache
@require_POST
def autosave(request: HttpRequest, token: str, step: str) -> JsonResponse:
    """/meetings/registration/<token>/step/<step>/save/: keep the fields that are sent with their marks; answers JSON.

    `fields`: {name: {"seen", "errors" (HTML)}}. What cannot be kept yet is told beside its
    field, the others are kept. 409 where another window changed a field, or it was sent already.
    """
    registration, link, by = held(request, token)
    if step not in TYPED or not may_edit_registration(by, registration):
        raise Http404("There is no such step.")
    gone = {"gone": address_of(link)}
    if registration.state != State.DRAFT:
        return _answer(gone | {"message": _("This was sent already. Change it on its page.")}, 409)
    before = form_of(registration, step)
    names = [name for name in before.fields if f"{SEEN}{name}" in request.POST]
    form = form_of(registration, step, _typed(before, names, request))
    if changed_elsewhere(form, registration, request.POST):
        return _answer(gone | {"message": _("This was changed in another window. Look at what is there now.")}, 409)
    form.is_valid()
    good = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data and name not in form.errors}
    try:
        _keep(registration, step, form, good, by=by, at=timezone.now())
    except NotAllowed as refusal:
        raise Http404 from refusal
    except Refused as refusal:
        return _answer(gone | {"message": str(refusal.message)}, 409)
    fresh = Registration.objects.select_related("meeting", "category", "organisation").get(pk=registration.pk)
    after = form_of(fresh, step)
    fields = {
        name: {"seen": mark_of(after, name), "errors": str(form[name].errors)} for name in names if name in after.fields
    }
    return _answer({"version": fresh.version, "fields": fields, "parts": {}})


def _answer(told: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(told, status=status)
    private(response)
    return response


def _typed(form: Any, names: list[str], request: HttpRequest) -> MultiValueDict:
    """What was typed in these fields; in the others what is kept."""
    data: MultiValueDict = MultiValueDict()
    for name, field in form.fields.items():
        if name in names:
            data.setlist(name, request.POST.getlist(name))
            continue
        kept = form.get_initial_for_field(field, name)
        if kept is True:
            data[name] = "on"
        elif isinstance(kept, list | tuple):
            data.setlist(name, [str(one) for one in kept])
        elif kept not in (None, False):
            data[name] = str(kept)
    return data


def _keep(registration: Registration, step: str, form: Any, good: dict[str, Any], *, by: Any, at: Any) -> None:
    """Keep the good ones in one transaction."""
    if not good:
        return
    with transaction.atomic():
        if step == "questions":
            said = {question: good[question.code] for question in form.questions if question.code in good}
            actions.answer(registration, said, version=registration.version, others_stay=True, by=by, at=at)
            return
        parts = good.pop("parts", None)
        if "birth_date" in good:
            good["is_minor"] = form.cleaned_data["is_minor"]
        values = who(good, registration) if "organisation_name" in good else good
        actions.save_draft(registration, values, version=registration.version, by=by, at=at)
        if parts is not None:
            actions.choose_parts(registration, form.chosen or [], by=by, at=at)
