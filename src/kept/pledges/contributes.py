"""What the pledges room puts into menus and pages, has done by the worker, and listens to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import formats, navigation
from kept.base.permissions import may_use_desk
from kept.people import panels
from kept.people import queries as people
from kept.people.models import Organisation
from kept.pledges import asked, notices, queries  # noqa: F401  (links and listeners register themselves)
from kept.pledges.desk import contributes as desk
from kept.pledges.models import Revision, RevisionPartner
from kept.pledges.permissions import may_see_draft

__all__ = ["desk"]
SHOWN = 5  # lines of a panel


def _waiting(person: Any) -> str | None:
    count = queries.waiting_count(person) if person else 0
    return formats.format_number(count, get_language() or "en") if count else None


navigation.register(navigation.Entry(_("My pledges"), "pledges:my", 20, section=navigation.MY, badge=_waiting))
navigation.point("pledge_new", "pledges:new")


def _my_panel(request: HttpRequest, person: Any) -> dict[str, Any] | None:
    """On a person's first page: what waits for them."""
    language = get_language() or "en"
    rows = queries.chosen(person, state="waiting")[:SHOWN]
    return {
        "lines": queries.lines(rows, language, person),
        "asked": queries.asked_lines(queries.asked_of(person), language),
        "any": queries.counts(person)[""] > 0,
    }


def _organisation_panel(request: HttpRequest, organisation: Organisation) -> dict[str, Any] | None:
    """On an organisation's inner page: its newest pledges, as far as the reader may know of them."""
    found = queries.pledges_of(organisation).select_related("lead", "working", "current").order_by("-pk")
    rows = [p for p in found[: SHOWN * 4] if p.is_public or may_see_draft(request.user, p)]
    if not rows:
        return None
    more = reverse("pledges:my")
    if may_use_desk(request.user):
        more = f"{reverse('pledges:desk_all')}?{urlencode({'organisation': organisation.slug})}"
    lines = queries.lines(rows[:SHOWN], get_language() or "en", request.user)
    return {"lines": lines, "more": more if len(rows) > SHOWN else ""}


panels.register(panels.Panel("pledges", panels.MY, 20, "pledges/mine/panel.html", _my_panel))
panels.register(
    panels.Panel("pledges", panels.ORGANISATION, 20, "pledges/mine/panel_organisation.html", _organisation_panel)
)
panels.register(
    panels.Panel("pledges", panels.DESK_ORGANISATION, 20, "pledges/mine/panel_organisation.html", _organisation_panel)
)
panels.register_figure("pledges", _("Pledges"), queries.counts_of)
# Which organisations may be named to anybody: those that lead a public pledge, or confirmed that they are part of one.
people.register_public(lambda: Revision.objects.public().values("lead"))
people.register_public(
    lambda: RevisionPartner.objects.filter(confirmed=True, revision__in=Revision.objects.public().values("pk")).values(
        "organisation"
    )
)
