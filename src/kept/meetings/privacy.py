"""Who sees what of a person who speaks: one table, which the speaker's page, the handbook and a test read."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Who(models.TextChoices):
    EVERYONE = "everyone", _("Everyone, once you show your profile")
    TEAM = "team", _("Only the team")
    AGREED = "agreed", _("The team; everyone, if you agree, once the team releases it")


@dataclass(frozen=True)
class Field:
    """A thing that is kept: where (model.field), what a person calls it, who sees it."""

    where: str
    name: str | Promise
    who: Who


E, T, A = Who.EVERYONE, Who.TEAM, Who.AGREED
TABLE: tuple[Field, ...] = (
    Field("Profile.name", _("Name"), E),
    Field("Profile.name_native", _("Name in its own script"), E),
    Field("Profile.titles", _("Title"), E),
    Field("Profile.organisation_name", _("Organisation, as to be shown"), E),
    Field("Profile.country", _("State you speak for"), E),
    Field("Profile.biographies", _("Biography"), E),
    Field("Profile.picture", _("Picture"), E),
    Field("Profile.picture_credit", _("Who took the picture"), E),
    Field("Profile.name_spoken", _("How your name is said"), T),
    Field("Profile.form_of_address", _("Form of address"), T),
    Field("Profile.languages", _("Languages you can speak in"), T),
    Field("ProfilePrivate.rank", _("Rank"), T),
    Field("ProfilePrivate.email", _("Mail address"), T),
    Field("ProfilePrivate.phone", _("Telephone for the worst case"), T),
    Field("ProfilePrivate.access_needs", _("What you need to take part"), T),
    Field("ProfilePrivate.travel_needs", _("What you need for the journey"), T),
    Field("ProfilePrivate.note", _("Notes of the team"), T),
    Field("Speaking.stand_in_name", _("Who stands in for you"), T),
    Field("Speaking.stand_in_phone", _("Their telephone"), T),
    Field("Assistant", _("Who acts for you"), T),
    Field("Availability", _("When you can be there"), T),
    Field("ConnectionTest", _("Connection test"), T),
    Field("RecordingRelease", _("Recording and photographs"), T),
    Field("Presentation", _("Presentation"), A),
)
NAMES = {field.where: field.name for field in TABLE}


def seen_by(who: Who) -> list[str]:
    """The names of what these people see, in the order of the table."""
    return [str(field.name) for field in TABLE if field.who == who]
