"""What meetings add to the menus, to the pages kept in memory and to the worker's duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kept.base import navigation
from kept.base.worker import register_duty
from kept.meetings.actions.inviting import remind_by_plan
from kept.meetings.actions.presentations import remind_of_presentations
from kept.meetings.actions.times import follow_the_clocks
from kept.meetings.permissions import may_run_meeting
from kept.meetings.views import acting, speakers  # noqa: F401 (personal links are known from the start)
from kept.registry import page_cache

navigation.register(navigation.Entry(name=_("Meetings"), url_name="meetings:meetings", order=60))
navigation.register(
    navigation.Entry(
        _("Meetings"), "meetings:desk_meetings", 200, section=navigation.DESK, permission=may_run_meeting,
        group=_("Meetings"),
    )
)  # fmt: skip
PAGES = r"((programme|changes|speakers|practical|documents|highlights|live|time)/([-\w]+/)?)?"
page_cache.keep(rf"/meetings/([-\w]+/({PAGES}|programme\.ics|schedule\.(json|xml)|changes\.atom))?")
page_cache.keep(r"/embed/meetings/[-\w]+/")

register_duty("meetings.follow_the_clocks", every=6 * 3600, run=follow_the_clocks)
register_duty("meetings.remind_speakers", every=3600, run=remind_by_plan)
register_duty("meetings.remind_of_presentations", every=3600, run=remind_of_presentations)
