"""An organisation as a row names it. Which organisation of ours that is, is decided where the row goes in."""

from __future__ import annotations

import re
from dataclasses import dataclass

# "World Food Programme (WFP)": capitals in brackets at the end, no words.
_BRACKETS = re.compile(r"^(?P<name>\S.*?)\s*\((?P<short>[^\W\d_a-z][\w&.\-/]{1,11})\)$")


@dataclass(frozen=True, slots=True)
class OrganisationSpec:
    """`name` is verbatim. `type` is a value of people.EntityType or "", `country` alpha-3 or ""."""

    name: str
    type: str = ""
    country: str = ""
    website: str = ""
    abbreviation: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Under which names it may be known already: as it is, and without its abbreviation in brackets."""
        found = _BRACKETS.match(self.name)
        return (self.name, found["name"]) if found and self.abbreviation == found["short"] else (self.name,)


@dataclass(frozen=True, slots=True)
class PartnerSpec:
    organisation: OrganisationSpec
    part: str = ""


def abbreviation_in(name: str) -> str:
    """ "WFP" in "World Food Programme (WFP)", "" where there is none."""
    found = _BRACKETS.match(name)
    if not found or sum(c.isupper() for c in found["short"]) < 2:
        return ""
    return found["short"]
