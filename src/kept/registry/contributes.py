"""What the registry adds to the menus and to the worker's duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kept.base import navigation
from kept.base.permissions import may_use_desk
from kept.base.worker import register_duty
from kept.people.permissions import roles_of
from kept.registry import becoming, desk, purposes, remarked, standings, telling, watching  # noqa: F401  (they register themselves)
from kept.registry.actions import dump_due, forget_old_remarks
from kept.registry.index.following import keep_current

navigation.register(navigation.Entry(name=_("Coalition"), url_name="registry:home", order=10))
navigation.register(navigation.Entry(name=_("Pledges"), url_name="registry:pledges", order=20))
navigation.register(navigation.Entry(name=_("Organisations"), url_name="registry:organisations", order=30))
navigation.register(navigation.Entry(name=_("Counter"), url_name="registry:counter", order=35))
navigation.register(navigation.Entry(name=_("Progress"), url_name="registry:progress", order=25))

navigation.point("home", "registry:home")
navigation.point("pledges", "registry:pledges")
navigation.point("how_we_count", "registry:counter")
navigation.point("open_data", "registry:data")
navigation.point("check_it_yourself", "registry:check")

# Every worker looks: whoever finds the index behind brings it up, one at a time on a machine.
register_duty("index", every=1, run=keep_current, alone=False)

navigation.register(navigation.Entry(_("Saved searches"), "registry:my_searches", 60, section=navigation.MY))
navigation.register(
    navigation.Entry(
        _("Remarks"), "registry:my_remarks", 40, section=navigation.MY, permission=lambda p: bool(roles_of(p))
    )
)
navigation.register(
    navigation.Entry(
        _("Remarks"), "registry:desk_remarks", 80, section=navigation.DESK, permission=may_use_desk, group=_("Pledges"),
        badge=lambda person: navigation.badge(desk.waiting()),
    )
)  # fmt: skip
navigation.point("wrong", "registry:wrong")
register_duty("searches", every=30, run=watching.tell_due)
register_duty("registry.tidy", every=86_400, run=watching.tidy)
register_duty("remarks.tidy", every=86_400, run=forget_old_remarks)
register_duty("dumps", every=900, run=dump_due, lease=3_600)
