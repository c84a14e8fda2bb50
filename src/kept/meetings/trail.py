"""What happened to somebody who speaks, and who did it: the person, an assistant by their own link, the team."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kept.base.models import HistoryEntry
from kept.meetings.readiness import Person

SHOWN = 20
ITSELF = {
    "remind",
    "remind_presentation",
    "add",
}  # what has no name is the house's; anything else came by the personal link
SAID = {
    "add": gettext_lazy("%(who)s made the profile."),
    "change": gettext_lazy("%(who)s changed what is written."),
    "release": gettext_lazy("%(who)s showed the profile."),
    "hide": gettext_lazy("%(who)s hid the profile."),
    "sign_release": gettext_lazy("%(who)s signed about recording and photographs."),
    "revoke_release": gettext_lazy("%(who)s took back what was signed."),
    "test_connection": gettext_lazy("%(who)s tried the connection."),
    "remind": gettext_lazy("%(who)s wrote a reminder."),
    "remind_presentation": gettext_lazy("%(who)s wrote a reminder."),
    "close_link": gettext_lazy("%(who)s closed the personal link."),
    "name_assistant": gettext_lazy("%(who)s let %(of)s act for the speaker."),
    "revoke_assistant": gettext_lazy("%(who)s ended that %(of)s acts for the speaker."),
    "send_copies": gettext_lazy("%(who)s let %(of)s get copies of the mails."),
    "stop_copies": gettext_lazy("%(who)s ended the copies for %(of)s."),
    "merge": gettext_lazy("%(who)s said that this is the same person as %(of)s."),
    "undo_merge": gettext_lazy("%(who)s said that this is another person than %(of)s."),
    "invite_role": gettext_lazy("%(who)s sent the invitation: %(title)s"),
    "confirm_role": gettext_lazy("%(who)s said yes: %(title)s"),
    "decline_role": gettext_lazy("%(who)s said no: %(title)s"),
    "withdraw_role": gettext_lazy("%(who)s took the place back: %(title)s"),
    "replace_role": gettext_lazy("%(who)s gave the place to somebody else: %(title)s"),
    "hand_in": gettext_lazy("%(who)s handed in a presentation: %(title)s"),
    "show_nothing": gettext_lazy("%(who)s said that nothing is shown: %(title)s"),
    "take_presentation": gettext_lazy("%(who)s took the presentation: %(title)s"),
}


def deeds(person: Person, language: str, *, for_the_team: bool) -> list[dict[str, Any]]:
    """The newest SHOWN entries of a person at a meeting, as a timeline; the speaker reads "The team" for the team's names."""
    titles = {role.pk: role.session.title_in(language) or role.session.code for role in person.roles}
    of_places = Q(subject_kind="session", subject_id__in={role.session_id for role in person.roles})
    here = Q(subject_kind="profile", subject_id=person.profile.pk) | of_places & Q(data__role__in=list(titles))
    found = HistoryEntry.objects.filter(here, verb__in=SAID).order_by("-at", "-pk")[:SHOWN]
    return [
        {
            "at": entry.at,
            "text": entry.reason,
            "title": SAID[entry.verb] % {
                "who": who_of(entry, person, for_the_team=for_the_team), "of": entry.data.get("of", ""),
                "title": titles.get(entry.data.get("role"), ""),
            },
        }
        for entry in found
    ]  # fmt: skip


def who_of(entry: HistoryEntry, person: Person, *, for_the_team: bool) -> str:
    """The name of whoever did it."""
    if "assistant" in entry.data:
        return _("%(name)s, assistant,") % {"name": entry.data["assistant"][1]}
    if entry.by_name:
        return entry.by_name if for_the_team else _("The team")
    return _("The house") if entry.verb in ITSELF else person.profile.name
