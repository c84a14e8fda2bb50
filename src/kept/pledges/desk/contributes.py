"""The desk's menu entries for pledges, with what waits behind each; imported by the room's `contributes.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kept.base import formats, worker
from kept.base.navigation import DESK, MY, Entry, register
from kept.people.permissions import is_secretariat, roles_of, writes_for
from kept.pledges import desk_queries as queries
from kept.pledges.actions.publishing import publish_due
from kept.pledges.desk import listeners, tasks
from kept.pledges.permissions import may_import_pledges
from kept.pledges.tasks import look_for_imports

__all__ = ["listeners"]
PLEDGES = _("Pledges")


def writes_somewhere(person: Any) -> bool:
    """Writes for an organisation: may translate what it promised."""
    return any(writes_for(person, organisation) for organisation in roles_of(person))


register(Entry(_("Translations"), "pledges:my_translations", 25, section=MY, permission=writes_somewhere))

worker.register_duty("pledges.publish_due", every=10, run=publish_due)
worker.register_duty("pledges.imports", every=5, run=look_for_imports)
worker.register_duty("pledges.nearest", every=5, run=tasks.note_nearest)


def counted(slug: str) -> Callable[[Any], str | None]:
    """The badge of a list: how many wait in it."""

    def badge(person: Any) -> str | None:
        count = queries.waiting(person)[slug]
        return formats.format_number(count, get_language() or "en") if count else None

    return badge


for _order, (_tab, _url) in enumerate(
    (
        (queries.REVIEW, "pledges:desk_queue"),
        (queries.REVISIONS, "pledges:desk_revisions"),
        (queries.WITH_PLEDGER, "pledges:desk_with_pledger"),
        (queries.ACCEPTED, "pledges:desk_accepted"),
        (queries.SCHEDULED, "pledges:desk_going_out"),
    )
):
    register(
        Entry(_tab.name, _url, 10 + _order, section=DESK, permission=is_secretariat,
              badge=counted(_tab.slug), group=PLEDGES)
    )  # fmt: skip
register(
    Entry(_("Translations"), "pledges:desk_translations", 30, section=DESK, permission=is_secretariat,
          badge=counted("translations"), group=PLEDGES)
)  # fmt: skip
register(
    Entry(queries.DECLINED.name, "pledges:desk_declined", 29, section=DESK, permission=is_secretariat, group=PLEDGES)
)
register(Entry(_("All pledges"), "pledges:desk_all", 31, section=DESK, permission=is_secretariat, group=PLEDGES))
register(
    Entry(_("Import"), "pledges:desk_imports", 515, section=DESK, permission=may_import_pledges, group=_("Coalition"))
)
register(
    Entry(_("Amounts not converted"), "pledges:desk_not_converted", 925, section=DESK, permission=is_secretariat,
          group=_("Settings"))
)  # fmt: skip
register(
    Entry(_("Focus areas, kinds"), "pledges:desk_terms", 910, section=DESK, permission=is_secretariat,
          group=_("Settings"))
)  # fmt: skip
