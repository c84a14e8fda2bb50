"""The personal links of this room: the address is mine; my registration."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from kept.base.context import address_in
from kept.base.lifecycle import WrongState
from kept.people import links
from kept.people.links import LinkPage
from kept.people.models import Link
from kept.registration import actions
from kept.registration.addresses import CONFIRM, FOR_YOU, INVITE, OWN, own_link
from kept.registration.consents import CONSENTS
from kept.registration.hosting_notices import EVENT
from kept.registration.models import Category, EventInvitation, Registration


def registration_of(link: Link) -> Registration:
    """What a personal link is for. Raises WrongState where the person was erased or uses another address by now."""
    rows = Registration.objects.select_related("meeting", "category", "organisation", "person")
    registration = rows.filter(key=link.subject, erased_at=None).first()
    if registration is None or registration.email != link.email:
        raise WrongState(_("What it was for has changed or ended."))
    return registration


def describe_confirm(link: Link, request: HttpRequest) -> LinkPage:
    """Who registered for what; one button says that the address is theirs."""
    registration = registration_of(link)
    language = get_language() or "en"
    return LinkPage(
        title=_("Confirm your registration"),
        text=[registration.meeting.name_in(language)],
        facts=[
            (pgettext("of a person", "Name"), registration.name),
            (_("Category"), registration.category.name_in(language)),
            (_("Takes part"), registration.get_mode_display()),
        ],
        button=_("Yes, this is my address"),
    )


def confirm(link: Link, request: HttpRequest, at: datetime) -> str:
    """The address is theirs: on to an approver or to a seat, and to the page of the registration."""
    registration = actions.confirm_by_link(link, at=at)
    return address_of(own_link(registration, at=at))


def describe_for_you(link: Link, request: HttpRequest) -> LinkPage:
    """Who registered them for what, and what they agree to by saying yes; one button."""
    registration = registration_of(link)
    language, delegation = get_language() or "en", registration.delegation
    sender = delegation.organisation.name_in(language) if delegation else ""
    return LinkPage(
        title=_("Your organisation registered you"),
        text=[
            _("It counts when you say yes. Do you not want it? Then do nothing: no seat is held."),
            needed_text(),
        ],
        facts=[
            (_("Meeting"), registration.meeting.name_in(language)),
            (_("Registered by"), sender),
            (pgettext("of a person", "Name"), registration.name),
            (_("Category"), registration.category.name_in(language)),
            (_("Takes part"), registration.get_mode_display()),
        ],
        button=_("Yes, I take part and agree"),
    )


def needed_text() -> str:
    """What has to be agreed to, in the language of the page."""
    return " ".join(str(one.text) for one in CONSENTS if one.required)


def say_yes(link: Link, request: HttpRequest, at: datetime) -> str:
    """They take part: on to an approver or to a seat, and to the page of their registration."""
    registration = registration_of(link)
    actions.agree_to_come(registration, text=needed_text(), language=get_language() or "en", at=at)
    return address_of(own_link(registration, at=at))


def category_of(link: Link) -> Category:
    """As what an invitation invites. Raises WrongState where this is not there any more."""
    found = Category.objects.select_related("meeting").filter(pk=link.subject).first()
    if found is None:
        raise WrongState(_("What it was for has changed or ended."))
    return found


def describe_invitation(link: Link, request: HttpRequest) -> LinkPage:
    category, language = category_of(link), get_language() or "en"
    return LinkPage(
        title=_("You are invited"),
        text=[category.meeting.name_in(language)],
        facts=[(_("Category"), category.name_in(language)), (_("Mail address"), link.email)],
        button=_("Begin"),
    )


def begin_invited(link: Link, request: HttpRequest, at: datetime) -> str:
    """To the first step of the form, or to the registration that is there already."""
    registration = actions.begin_invited(link, category_of(link), language=get_language() or "en", at=at)
    return address_of(own_link(registration, at=at))


def describe_own(link: Link, request: HttpRequest) -> LinkPage:
    registration = registration_of(link)
    return LinkPage(
        title=registration.meeting.name_in(get_language() or "en"),
        text=[registration.name],
        button=_("Open your registration"),
    )


def open_own(link: Link, request: HttpRequest, at: datetime) -> str:
    registration_of(link)
    return address_of(link)


def address_of(link: Link) -> str:
    """The page of a registration under its personal link, in the language of the request."""
    return address_in(reverse("registration:own", args=[link.token]), get_language() or "en")


def describe_event(link: Link, request: HttpRequest) -> LinkPage:
    """The invitation to an event beside a meeting, on its way to the page where it is answered."""
    found = EventInvitation.objects.select_related("event__meeting").filter(pk=link.subject, erased_at=None).first()
    if found is None:
        raise WrongState(_("What it was for has changed or ended."))
    language = get_language() or "en"
    return LinkPage(
        title=_("You are invited"), text=[found.event.name_in(language), found.event.meeting.name_in(language)],
        button=_("Open your invitation"),
    )  # fmt: skip


def open_event(link: Link, request: HttpRequest, at: datetime) -> str:
    return address_in(reverse("registration:event_reply", args=[link.token]), get_language() or "en")


links.register(EVENT, describe=describe_event, act=open_event)
links.register(CONFIRM, describe=describe_confirm, act=confirm, alone=True)
links.register(FOR_YOU, describe=describe_for_you, act=say_yes)
links.register(INVITE, describe=describe_invitation, act=begin_invited)
links.register(OWN, describe=describe_own, act=open_own)
