"""The desk's page of a session's pledges: what it is about, what it announces, and who may know of it before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kept.base import history
from kept.base.desk import for_the_desk
from kept.base.desk_settings import attempt
from kept.base.languages import LANGUAGES
from kept.meetings import notices
from kept.meetings.actions import embargo
from kept.meetings.desk.meetings import meeting_of
from kept.meetings.models import PledgePurpose, Session, SessionRole, ViewerFunction
from kept.pledges.models import Pledge

SHOWN = 50  # looks that are listed


class PledgeForm(forms.Form):
    """Which pledge, and why it stands in the session."""

    reference = forms.CharField(
        label=gettext_lazy("Pledge"), max_length=40,
        help_text=gettext_lazy("Its number, P-00831, or the key in the address of one that is not public yet."),
    )  # fmt: skip
    purpose = forms.ChoiceField(
        label=gettext_lazy("Why it stands here"), choices=PledgePurpose.choices, widget=forms.RadioSelect,
        initial=PledgePurpose.ANNOUNCE,
    )  # fmt: skip

    def clean_reference(self) -> Pledge:
        text = self.cleaned_data["reference"].strip()
        if text[:2].upper() == "P-" and text[2:].isascii() and text[2:].isdigit():
            found = Pledge.objects.filter(number=int(text[2:11])).first()
        else:
            found = Pledge.objects.filter(key=text).first()
        if found is None:
            raise forms.ValidationError(_("There is no such pledge."))
        return found


class ViewerForm(forms.Form):
    """Somebody who has to know before it is said."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    email = forms.EmailField(label=gettext_lazy("Mail address"))
    function = forms.ChoiceField(
        label=gettext_lazy("As what"), choices=ViewerFunction.choices, widget=forms.RadioSelect
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the mail"), choices=[(one.code, one.native_name) for one in LANGUAGES]
    )


@for_the_desk
def pledges(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """/desk/meetings/<slug>/sessions/<code>/pledges/"""
    meeting = meeting_of(slug)
    session = get_object_or_404(Session, meeting=meeting, code=code)
    verb = request.POST.get("verb", "")
    add = PledgeForm(request.POST if verb == "attach" else None)
    name = ViewerForm(request.POST if verb == "name" else None)
    if request.method == "POST" and act(request, session, verb, add, name):
        return redirect("meetings:desk_session_pledges", slug, code)
    language = get_language() or "en"
    looks = [entry for entry in history.of("session", session.pk).order_by("-at")[:200] if entry.verb == "look"]
    context = {
        "meeting": meeting,
        "name": meeting.name_in(language),
        "session": session,
        "title": session.title_in(language),
        "links": session.pledges.select_related("pledge__lead"),
        "viewers": session.viewers.all(),
        "unnamed": unnamed(session),
        "add_form": add,
        "name_form": name,
        "looks": [{"at": entry.at, "title": entry.data.get("of", "")} for entry in looks[:SHOWN]],
    }
    return render(request, "meetings/desk/pledges.html", context)


def unnamed(session: Session) -> list[SessionRole]:
    """Who moderates, interprets or captions it, can be written to, and is not told yet what waits."""
    roles = session.roles.counting().filter(kind__in=ViewerFunction.values).select_related("profile__private")
    told = session.viewers.filter(revoked_at=None).values("role")
    return [one for one in roles.exclude(pk__in=told.exclude(role=None)) if notices.address_to(one.profile)]


def act(request: HttpRequest, session: Session, verb: str, add: PledgeForm, name: ViewerForm) -> bool:
    """Do what a button asks for; True where it was done."""
    now, by = timezone.now(), request.user
    if verb == "attach":
        return attempt(request, add, lambda: embargo.attach_pledge(
            session, add.cleaned_data["reference"], add.cleaned_data["purpose"], by=by, at=now), _("Saved."))  # fmt: skip
    if verb == "name":
        return attempt(
            request, name, lambda: embargo.name_viewer(session, **name.cleaned_data, by=by, at=now),
            _("They get a personal link by mail."),
        )  # fmt: skip
    done: dict[str, Any] = {"detach": session.pledges, "revoke": session.viewers}
    if verb == "let_know":
        found = next((one for one in unnamed(session) if str(one.pk) == request.POST.get("pk")), None)
        if found is None:
            raise Http404
        embargo.let_know(found, by=by, at=now)
        return True
    if verb not in done or not request.POST.get("pk", "").isdigit():
        raise Http404
    row = get_object_or_404(done[verb], pk=int(request.POST["pk"][:18]))
    if verb == "detach":
        embargo.detach_pledge(row, by=by, at=now)
    else:
        embargo.revoke_viewer(row, by=by, at=now)
    return True
