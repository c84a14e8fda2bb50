"""The personal links of this room: an invitation to an organisation, signing in to the demonstration."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.context import address_in
from kept.base.installation import installation
from kept.base.lifecycle import WrongState
from kept.people import actions, links
from kept.people.links import LinkPage, from_this_machine
from kept.people.models import Link, Organisation, Role


def describe_invitation(link: Link, request: HttpRequest) -> LinkPage:
    """Who invites to what, and as what."""
    organisation = Organisation.objects.get(pk=int(link.subject)).root
    name = organisation.name_in(get_language() or "en")
    text = _("%(name)s invites you to work on the pledges of %(organisation)s.") % {
        "name": link.made_by or _("Somebody"),
        "organisation": name,
    }
    return LinkPage(
        title=_("Join %(organisation)s") % {"organisation": name},
        text=[text],
        facts=[(_("Your role"), Role(link.data["role"]).label)],
        button=_("Join"),
        needs_account=True,
    )


def accept_invitation(link: Link, request: HttpRequest, at: datetime) -> str:
    """Become a member, and see the organisation's page."""
    membership = actions.join_by_invitation(link, by=request.user, at=at)
    return reverse("people:organisation", args=[membership.organisation.root.slug])


def describe_sign_in(link: Link, request: HttpRequest) -> LinkPage:
    """Whose account one signs in to. Only in the demonstration."""
    person = link.person
    text = [_("This is the demonstration. The link signs you in once, on this machine.")]
    return LinkPage(title=_("Sign in as %(name)s") % {"name": person}, text=text, button=_("Sign in"))


def sign_in(link: Link, request: HttpRequest, at: datetime) -> str:
    """Sign in as the link's person. Raises WrongState outside the demonstration, or from elsewhere."""
    person = link.person
    if not installation().demonstration or not from_this_machine(request) or person is None or not person.is_active:
        raise WrongState(_("This link is no longer good."))
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    return address_in("/desk/" if person.is_staff else "/my/", get_language() or "en")


links.register("invitation", describe=describe_invitation, act=accept_invitation)
links.register("sign_in", describe=describe_sign_in, act=sign_in)
