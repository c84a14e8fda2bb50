"""What the personal links of this room show and do: an owner confirms a pledge, a partner says yes or no."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.people import links
from kept.people.models import Link, Organisation
from kept.pledges import actions
from kept.pledges.actions.asking import ASKABLE, OWNER, PARTNER
from kept.pledges.models import Partnership, Pledge, Status
from kept.pledges.presenting import present

GONE = {Status.DISCARDED, Status.DECLINED, Status.WITHDRAWN, Status.SUPERSEDED}


def _pledge(pk: str) -> Pledge | None:
    return Pledge.objects.select_related("working", "current", "lead").filter(pk=pk).first() if pk.isdecimal() else None


def _facts(pledge: Pledge) -> list[tuple[Any, Any]]:
    """What the page says of the pledge: enough to know it by, nothing of the conversation about it."""
    text = pledge.text
    if text is None:
        return []
    view = present(pledge, text, get_language() or "en")
    rows = [(_("Title"), view.wording.title), (_("Summary"), view.wording.summary)]
    rows += [(fact.term, ", ".join(value.name for value in fact.values)) for fact in view.facts]
    return [(label, value) for label, value in rows if value]


# --- the owner ---------------------------------------------------------------------------------------


def describe_owner(link: Link, _request: HttpRequest) -> links.LinkPage:
    """The pledge as the secretariat entered it, and one button."""
    pledge = _pledge(link.subject)
    title = _("Is this your pledge?")
    if pledge is None or pledge.status not in ASKABLE:
        return links.LinkPage(
            title, [_("This pledge cannot be confirmed any more. Ask the secretariat if that is wrong.")]
        )
    if pledge.owner_confirmed_at:
        return links.LinkPage(title, [_("You have confirmed this pledge already. Thank you.")], facts=_facts(pledge))
    words = [
        _("The secretariat entered this pledge for %(organisation)s. It is published only if you confirm it.")
        % {"organisation": pledge.lead.name_in(get_language() or "en") if pledge.lead else ""},
        _("If something is wrong, do not confirm: answer the mail and say what."),
    ]
    return links.LinkPage(title, words, _("Yes, we promise this"), _facts(pledge))


def confirm_owner(link: Link, request: HttpRequest, at: datetime) -> str | HttpResponse:
    """The owner's yes."""
    pledge = _pledge(link.subject)
    if pledge is not None:
        actions.confirm_as_owner(pledge, by=link.person, at=at, name=link.data.get("name") or link.email)
    words = _("Thank you. The secretariat now decides about publication, and you get a mail when it is published.")
    return render(request, "pledges/answered.html", {"title": _("You have confirmed this pledge."), "words": words})


# --- a partner ---------------------------------------------------------------------------------------


def _partnership(link: Link) -> Partnership | None:
    pledge, _colon, organisation = link.subject.partition(":")
    if not (pledge.isdecimal() and organisation.isdecimal()):
        return None
    rows = Partnership.objects.select_related("pledge__working", "pledge__current", "pledge__lead", "organisation")
    return rows.filter(pledge=pledge, organisation=organisation).first()


def _partner_name(organisation: Organisation) -> str:
    return organisation.name_in(get_language() or "en")


def describe_partner(link: Link, _request: HttpRequest) -> links.LinkPage:
    """The pledge, the part that the partner would have, and one button: yes or no, as the link says."""
    asked = _partnership(link)
    confirm = bool(link.data.get("confirm"))
    title = _("Do you take part in this pledge?")
    if asked is None or asked.pledge.status in GONE:
        return links.LinkPage(title, [_("This pledge is no longer open.")])
    words = {
        "partner": _partner_name(asked.organisation),
        "lead": _partner_name(asked.pledge.lead) if asked.pledge.lead else "",
    }
    text = [_("%(lead)s names %(partner)s as a partner in this pledge.") % words]
    text.append(
        _("If you say yes, your organisation is shown and counted as a partner.")
        if confirm
        else _("If you say no, your organisation is not shown as having confirmed.")
    )
    button = _("Yes, we take part") if confirm else _("No, we do not take part")
    return links.LinkPage(title, text, button, [*_part(asked), *_facts(asked.pledge)])


def _part(asked: Partnership) -> list[tuple[Any, Any]]:
    text = asked.pledge.text
    rows = text.content.get("partners", []) if text else []
    part = next((row.get("part", "") for row in rows if row.get("organisation") == asked.organisation_id), "")
    return [(_("Your part"), part)] if part else []


def answer_partner(link: Link, request: HttpRequest, at: datetime) -> str | HttpResponse:
    """The partner's yes or no."""
    asked, confirm = _partnership(link), bool(link.data.get("confirm"))
    if asked is not None:
        actions.answer_partnership(
            asked.pledge, asked.organisation, confirm=confirm, by=link.person, at=at, proven=True
        )
    title = _("You take part in this pledge.") if confirm else _("You do not take part in this pledge.")
    words = _("Thank you. You can change your answer with the other link in the same mail, as long as it is good.")
    return render(request, "pledges/answered.html", {"title": title, "words": words})


links.register(OWNER, describe=describe_owner, act=confirm_owner)
links.register(PARTNER, describe=describe_partner, act=answer_partner)
