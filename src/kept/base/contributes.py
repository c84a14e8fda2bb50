"""What the ground floor puts into the desk's menu, and where reference data learns what was entered."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kept.base import amendments, entered, formats, installation, places
from kept.base.navigation import DESK, Entry, badge, register
from kept.base.outbox import may_handle_mail, waiting_for_a_person
from kept.base.permissions import may_change_settings

places.set_overrides(entered.place_names)
places.set_amendments(amendments.amendments)
formats.set_digits(lambda: installation.installation().arabic_digits)

register(
    Entry(
        _("Outbox"), "base:desk_outbox", 520, section=DESK, permission=may_handle_mail, group=_("Coalition"),
        badge=lambda person: badge(waiting_for_a_person()),
    )
)  # fmt: skip
SETTINGS = _("Settings")
for _name, _url, _order in (
    (_("The coalition"), "base:desk_settings", 900),
    (_("Exchange rates"), "base:desk_rates", 920),
    (_("Names of places"), "base:desk_places", 930),
    (_("Groups of countries"), "base:desk_groups", 940),
):
    register(Entry(_name, _url, _order, section=DESK, permission=may_change_settings, group=SETTINGS))
