"""What reading a row gives: the pledge's values, its organisations, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import override

from kept.pledges.importing.organisations import OrganisationSpec, PartnerSpec
from kept.pledges.importing.sources import Row


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row is refused: in which column, what stands there, and what to do (in the reader's language)."""

    column: str
    value: str
    reason: str
    field: str = ""
    code: str = ""
    word: str = ""  # the value itself, where the cell holds several


@dataclass(slots=True)
class RowResult:
    """What a row says. With `problems` it is refused; with `left_out` the mapping does not want it.

    `values` has the names of PledgeContent: language, title, summary, description, targets (codes), sdgs, amount,
    currency, amount_usd, money_nature, instrument, source_stage, people_expected, start, end, indicators,
    occasion, announced, links, source, source_reports, notes; and focus_areas, kinds, beneficiaries as words of the
    file, which are looked up (or made, `Mapping.creates`) where the row goes in. Empty ones are left out.
    `notes` inside are public and in the pledge's language; `remarks` are for whoever imports.
    """

    row: Row
    id: str = ""
    hash: str = ""  # of the row as it stands in the file; made only where there is no id
    document: str = ""  # SHA-256 of the published document that the row was exported from, if it says so
    values: dict[str, Any] = field(default_factory=dict)
    lead: OrganisationSpec | None = None
    partners: list[PartnerSpec] = field(default_factory=list)
    published: str = ""  # partial ISO date: when it was first public elsewhere
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    left_out: str = ""
    same_as: int = 0  # the number of an earlier row of the file that says the very same
    said: str = ""  # the fingerprint, once it was made

    @property
    def number(self) -> int:
        return self.row.number

    @property
    def identity(self) -> str:
        """What knows the row again within its source: its id, else its hash."""
        return self.id or f"row-{self.hash[:40]}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything the row says after mapping: equal as long as the pledge would be equal.

        Notes are our own words about it, and do not count.
        """
        if not self.said:
            values = sorted((name, value) for name, value in self.values.items() if name != "notes")
            said = [values, self.lead, self.partners, self.published]
            self.said = sha256(repr(said).encode("utf-8", "replace")).hexdigest()
        return self.said

    def note(self, message: Any, **words: Any) -> None:
        """Say something that is shown with the pledge, in its language. `message` is marked by gettext_lazy."""
        with override(self.values.get("language") or "en"):
            self.values.setdefault("notes", []).append(str(message) % {k: str(v) for k, v in words.items()})
