"""Who pledges, and with whom: organisations in one cell or several, with their types and countries side by side."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from kept.people.naming import normalise
from kept.pledges.importing import values
from kept.pledges.importing.binding import Binder, GetMany
from kept.pledges.importing.cells import CellError, one_line
from kept.pledges.importing.headers import plain
from kept.pledges.importing.mapping import Mapping, OrganisationRules
from kept.pledges.importing.organisations import OrganisationSpec, PartnerSpec, abbreviation_in
from kept.pledges.importing.results import Problem, RowResult
from kept.pledges.importing.sources import Row
from kept.pledges.rules import MOST

MOST_NAME = 300
MOST_PART = 300
_PARTS = ("type", "country", "website", "abbreviation", "part")
_NOT_NAMED = _("Partners named in the source without a name of their own: %(names)s.")


@dataclass(frozen=True)
class _Group:
    """The getters of one group of organisations; `strict` refuses what cannot be read, else it is only said."""

    name: GetMany
    gets: dict[str, GetMany]
    columns: dict[str, str]
    leave_out: frozenset[str]
    strict: bool


class WhoReader:
    """Reads lead and partners. The first pledger in a cell leads; the others are partners."""

    def __init__(self, mapping: Mapping, binder: Binder) -> None:
        self._lead = self._group(mapping.lead, binder, strict=True)
        groups = [self._group(rules, binder, strict=False) for rules in mapping.partners]
        self._partners = [group for group in groups if group is not None]
        self._column = next((c for rule in mapping.lead.name for c in rule.used), "")

    def _group(self, rules: OrganisationRules, binder: Binder, *, strict: bool) -> _Group | None:
        name = binder.many(rules.name)
        if name is None:
            return None
        gets = {key: get for key in _PARTS if (get := binder.many(getattr(rules, key))) is not None}
        columns = {key: next((c for rule in getattr(rules, key) for c in rule.used), "") for key in ("name", *_PARTS)}
        return _Group(name, gets, columns, rules.leave_out, strict)

    def read(self, row: Row, out: RowResult) -> None:
        found = self._read_group(self._lead, row, out) if self._lead else []
        if not found:
            if not any(p.field == "lead" for p in out.problems):
                message = _now("The row names no organisation that makes the pledge.")
                out.problems.append(Problem(self._column, "", message, "lead", "needed"))
            return
        out.lead = found[0].organisation
        taken = {normalise(spelling) for spelling in out.lead.spellings}
        others = found[1:]
        for group in self._partners:
            others += self._read_group(group, row, out)
        for partner in others:
            names = {normalise(spelling) for spelling in partner.organisation.spellings}
            if not names & taken:
                out.partners.append(partner)
                taken |= names

    def _read_group(self, group: _Group, row: Row, out: RowResult) -> list[PartnerSpec]:
        names = group.name(row)
        if not any(names):
            return []
        if len(names) > MOST["partners"]:
            message = _now("There are more than %(most)s values.") % {"most": MOST["partners"]}
            out.problems.append(Problem(group.columns["name"], names[0][:200], message, _field(group), "too_many"))
            return []
        sides = {key: _beside(get(row), len(names)) for key, get in group.gets.items()}
        made: list[PartnerSpec] = []
        not_named: list[str] = []
        for place, name in enumerate(names):
            if not name:
                continue
            if group.leave_out and plain(name) in group.leave_out:
                not_named.append(name)
                continue
            said = {key: texts[place] for key, texts in sides.items()}
            spec = self._spec(group, one_line(name), said, out)
            if spec is not None:
                made.append(PartnerSpec(spec, said.get("part", "")[:MOST_PART]))
        if not_named:
            out.note(_NOT_NAMED, names=", ".join(not_named))
        return made

    def _spec(self, group: _Group, name: str, said: dict[str, str], out: RowResult) -> OrganisationSpec | None:
        if len(name) > MOST_NAME or not any(c.isalpha() for c in name):
            message = _now("This is not the name of an organisation.")
            out.problems.append(Problem(group.columns["name"], name[:200], message, _field(group), "name"))
            return None
        read = {
            "type": self._read(group, "type", said.get("type", ""), out),
            "country": self._read(group, "country", said.get("country", ""), out),
            "website": self._read(group, "website", said.get("website", ""), out),
        }
        return _made(name, read["type"], read["country"], read["website"], said.get("abbreviation", "")[:40])

    def _read(self, group: _Group, key: str, text: str, out: RowResult) -> str:
        """One detail of an organisation. What cannot be read refuses the row of a lead; of a partner it is left out."""
        if not text:
            return ""
        try:
            return _READ[key](text)
        except CellError as error:
            if group.strict:
                about = (f"lead.{key}", error.code, error.word[:200])
                out.problems.append(Problem(group.columns[key], text[:200], error.message, *about))
            else:
                words = {"column": group.columns[key], "text": text[:80]}
                out.remarks.append(_now("“%(text)s” in “%(column)s” was left out.") % words)
        return ""


def _field(group: _Group) -> str:
    return "lead" if group.strict else "partners"


def _beside(texts: list[str], length: int) -> list[str]:
    """Details beside so many names: one for each, or one for all; none where it is not clear whose they are."""
    if len(texts) == length:
        return texts
    return texts * length if len(texts) == 1 else [""] * length


@lru_cache(maxsize=16384)
def _made(name: str, kind: str, country: str, website: str, abbreviation: str) -> OrganisationSpec:
    """A country named as an organisation is its government."""
    if not kind and not country and len(name) > 3 and (found := values.country_or_none(name)):
        kind, country = "government", found
    return OrganisationSpec(name, kind, country, website, abbreviation or abbreviation_in(name))


_READ = {
    "type": lambda text: values.choice("entity_type", text),
    "country": values.country,
    "website": values.web_address,
}
