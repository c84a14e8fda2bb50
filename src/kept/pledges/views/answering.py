"""Those who are asked: partners who say yes or no, and the desk's questions to an owner and a partner by link."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kept.base.languages import CODES
from kept.base.lifecycle import NotAllowed, Refused
from kept.people.models import Organisation
from kept.people.permissions import speaks_for
from kept.pledges import actions
from kept.pledges.models import Partnership
from kept.pledges.reading import Unreadable, clean, read_mail
from kept.pledges.views.access import pledge_at, pledge_for, signed_in


@signed_in
@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A partner's yes or no, from somebody who speaks for it."""
    asked = Partnership.objects.select_related("pledge", "organisation").filter(pk=pk).first()
    if asked is None or not speaks_for(request.user, asked.organisation_id):
        raise Http404
    confirm = request.POST.get("answer") == "yes"
    actions.answer_partnership(asked.pledge, asked.organisation, confirm=confirm, by=request.user, at=timezone.now())
    messages.success(
        request, _("You take part in this pledge.") if confirm else _("You do not take part in this pledge.")
    )
    return redirect("pledges:my")


@signed_in
@require_POST
def ask_partner(request: HttpRequest, address: str, organisation: int) -> HttpResponse:
    """Send a partner the links to say yes or no."""
    found = pledge_for(request, address)
    partner = Organisation.objects.filter(pk=organisation).first()
    if partner is None:
        raise Http404
    return _sent(
        request,
        reverse("pledges:mine", args=[found.key]),
        lambda to: actions.ask_partner(
            found, partner, to=to, by=request.user, at=timezone.now(), language=_language(request)
        ),
    )


@signed_in
@require_POST
def ask_owner(request: HttpRequest, address: str) -> HttpResponse:
    """Send the owner of a pledge that was entered for them the link to confirm it."""
    found = _of_the_desk(request, address)
    name = clean(request.POST.get("name", ""))[:200]
    return _sent(
        request,
        _back(request, found.key),
        lambda to: actions.ask_owner(
            found, to=to, name=name, by=request.user, at=timezone.now(), language=_language(request)
        ),
    )


@signed_in
@require_POST
def letter(request: HttpRequest, address: str) -> HttpResponse:
    """Keep the owner's signed letter."""
    found = _of_the_desk(request, address)
    upload = request.FILES.get("file")
    try:
        if upload is None:
            raise Refused(_("Choose a file first."))
        actions.attach_letter(found, upload, by=request.user, at=timezone.now())
        messages.success(request, _("The letter is kept. Only the secretariat sees it."))
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal.message))
    return redirect(_back(request, found.key))


def _of_the_desk(request: HttpRequest, address: str):
    found = pledge_at(address)
    if found is None or not request.user.is_staff:
        raise Http404
    return found


def _sent(request: HttpRequest, back: str, ask) -> HttpResponse:
    try:
        to = read_mail(request.POST.get("email", ""))
        if not to:
            raise Unreadable(_("Write the mail address to which the link goes."))
        ask(to)
        messages.success(request, _("The link is on its way to %(to)s.") % {"to": to})
    except NotAllowed:
        raise
    except (Unreadable, Refused) as refusal:
        messages.error(request, str(refusal.message))
    return redirect(back)


def _language(request: HttpRequest) -> str:
    """The language of the mail: as chosen, else that of the page."""
    wanted = request.POST.get("language", "")
    return wanted if wanted in CODES else get_language() or "en"


def _back(request: HttpRequest, key: str) -> str:
    """To the desk where one came from there, else to the pledge's own page."""
    if request.POST.get("from") == "desk":
        return reverse("pledges:desk_pledge", args=[key])
    return reverse("pledges:mine", args=[key])
