"""The personal links of this room: confirming a saved search, ending one, confirming a remark."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kept.base.lifecycle import WrongState
from kept.people import links
from kept.people.links import LinkPage
from kept.people.models import Link
from kept.registry.actions import remarking, searching
from kept.registry.models import Remark, RemarkState, SavedSearch, SearchState
from kept.registry.watching import in_words


def _search(link: Link) -> SavedSearch:
    found = SavedSearch.objects.filter(pk=int(link.subject)).first()
    if found is None:
        raise WrongState(_("This link is no longer good."))
    return found


def _facts(saved: SavedSearch) -> list[tuple]:
    words = in_words(searching.selection_of(saved), get_language() or "en")
    return [(_("Search"), words), (_("How often"), saved.get_frequency_display()), (_("Mail address"), saved.email)]


def describe_confirm(link: Link, request: HttpRequest) -> LinkPage:
    """What will be told, to which address."""
    saved = _search(link)
    return LinkPage(title=_("Tell me of new pledges"), facts=_facts(saved), button=_("Yes, tell me"))


def confirm(link: Link, request: HttpRequest, at: datetime) -> str:
    searching.confirm_search(_search(link), at=at)
    return reverse("registry:search_confirmed")


def describe_stop(link: Link, request: HttpRequest) -> LinkPage:
    """Which mails end by the click."""
    saved = _search(link)
    if saved.state == SearchState.ENDED:
        return LinkPage(title=_("You get no more of these mails"), facts=_facts(saved))
    return LinkPage(title=_("No more of these mails?"), facts=_facts(saved), button=_("No more mails"))


def stop(link: Link, request: HttpRequest, at: datetime) -> str:
    saved = _search(link)
    if saved.state != SearchState.ENDED:
        searching.end_search(saved, by=None, at=at)
    return request.path


def describe_remark(link: Link, request: HttpRequest) -> LinkPage:
    """What was written, about which page."""
    remark = Remark.objects.filter(pk=int(link.subject)).first()
    if remark is None or remark.state != RemarkState.UNCONFIRMED:
        raise WrongState(_("This link is no longer good."))
    text = [_("It then goes to the secretariat and to whom it is about. They do not see your mail address unless they "
              "work for the secretariat.")]  # fmt: skip
    facts = [(_("Page"), remark.page), (_("What is wrong"), remark.text)]
    return LinkPage(title=_("Send your remark"), text=text, facts=facts, button=_("Send it"))


def confirm_remark(link: Link, request: HttpRequest, at: datetime) -> str:
    remark = Remark.objects.get(pk=int(link.subject))
    remarking.confirm_remark(remark, at=at)
    return reverse("registry:remark_sent")


links.register(searching.CONFIRM, describe=describe_confirm, act=confirm)
links.register(searching.STOP, describe=describe_stop, act=stop)
links.register(remarking.CONFIRM, describe=describe_remark, act=confirm_remark)
