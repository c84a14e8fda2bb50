"""A mapping says which columns of a file become which parts of a pledge. docs/importing.md explains it to an office.

It is a TOML file. Whatever is written in it is checked before a row is read: a word that means nothing is named,
with the word that was probably meant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from kept.pledges.importing.headers import plain
from kept.pledges.importing.sources import Layout


class MappingError(Exception):
    """A mapping that cannot be used. `faults` are sentences for whoever wrote it."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.name, self.faults = name, list(faults)

    def __str__(self) -> str:
        return self.message

    @property
    def message(self) -> str:
        return _("The mapping %(name)s cannot be used: %(faults)s") % {
            "name": self.name,
            "faults": " ".join(self.faults),
        }


@dataclass(frozen=True)
class Rule:
    """Where one value comes from. One of column, columns, join, lines, text, ticked, always; then refinements."""

    column: str = ""
    columns: tuple[str, ...] = ()  # the first that says something
    join: tuple[str, ...] = ()  # all of them, one after the other
    with_: str = " "
    lines: MappingType[str, str] = field(default_factory=dict)  # {"Project": column}: "Project: …", a line each
    text: str = ""  # a sentence with {Column} in it
    ticked: MappingType[str, str] = field(default_factory=dict)  # {column: value where the cell says yes}
    always: Any = None  # the same for every row
    values: MappingType[str, str] | None = None  # {what the cell says: what it means}
    otherwise: str = "keep"  # what is not in `values`: keep, leave out, refuse
    when: MappingType[str, tuple[str, ...]] = field(default_factory=dict)  # only where these columns say this
    separators: tuple[str, ...] | None = None  # between several values in the cell; None: the mapping's
    shorten: bool = False
    create: bool = False  # terms that do not exist are made
    dates: str = ""
    decimal: str = ""

    @property
    def used(self) -> tuple[str, ...]:
        """The columns that this rule looks at."""
        inside = tuple(name for _text, name in placeholders(self.text) if name)
        own = (self.column,) if self.column else ()
        return (*own, *self.columns, *self.join, *self.lines.values(), *inside, *self.ticked, *self.when)


Rules = tuple[Rule, ...]  # alternatives: the first that says something


@dataclass(frozen=True)
class AmountRule:
    """An amount with its currency: from a column, or in `unit` ("USD", "USD million"); `otherwise` where none is named."""

    amount: Rule
    currency: Rules = ()
    unit: str = ""
    otherwise: str = ""


@dataclass(frozen=True)
class OrganisationRules:
    name: Rules = ()
    type: Rules = ()
    country: Rules = ()
    website: Rules = ()
    abbreviation: Rules = ()
    part: Rules = ()
    leave_out: frozenset[str] = frozenset()  # words in the cell that are no organisations (as `plain` gives them)


@dataclass(frozen=True)
class Mapping:
    """A checked mapping. `data` is what was written, as plain values (it can be stored as JSON and read again)."""

    name: str
    data: dict[str, Any]
    source: str = ""
    label: str = ""
    url: str = ""
    language: str = "en"
    layout: Layout = field(default_factory=Layout)
    separators: tuple[str, ...] | None = None
    decimal: str = "auto"
    dates: str = "auto"
    empty: frozenset[str] = frozenset()  # words that stand for nothing in this file: "NA"
    id: Rules = ()
    document: Rules = ()  # SHA-256 of a published document: knows a pledge of this very installation again
    only: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    fields: MappingType[str, Rules] = field(default_factory=dict)
    lead: OrganisationRules = field(default_factory=OrganisationRules)
    partners: tuple[OrganisationRules, ...] = ()
    amounts: tuple[AmountRule, ...] = ()
    indicators: tuple[MappingType[str, Rules], ...] = ()
    links: tuple[MappingType[str, Rules], ...] = ()
    source_reports: str = ""

    @property
    def creates(self) -> frozenset[str]:
        """The taxonomies of which this mapping makes new terms: focus_areas, kinds, beneficiaries."""
        return frozenset(name for name, rules in self.fields.items() if any(rule.create for rule in rules))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Every column that the mapping names, once, in its order."""
        return tuple(dict.fromkeys(column for rule in self.rules() for column in rule.used))

    @cached_property
    def _expected(self) -> frozenset[str]:
        return frozenset(plain(column) for column in self.columns)

    def expects(self, column: str) -> bool:
        """Whether the mapping names a column that is called so (case and accents aside)."""
        return plain(column) in self._expected

    def rules(self) -> Iterator[Rule]:
        """All rules of the mapping."""
        for group in self.groups():
            yield from group

    def groups(self) -> list[Rules]:
        """All rules of the mapping, alternatives together."""
        groups: list[Rules] = [self.id, self.document, *self.fields.values()]
        for who in (self.lead, *self.partners):
            groups += [who.name, who.type, who.country, who.website, who.abbreviation, who.part]
        for amount in self.amounts:
            groups += [(amount.amount,), amount.currency]
        for table in (*self.indicators, *self.links):
            groups += table.values()
        if self.only:
            groups.append((Rule(when=self.only),))
        if self.source_reports:
            groups.append((Rule(column=self.source_reports),))
        return groups


def placeholders(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a sentence with {Column} in it: (text before, column), at the end (text, "")."""
    rest = text
    while "{" in rest and "}" in rest[rest.index("{") :]:
        before, _mark, rest = rest.partition("{")
        name, _mark, rest = rest.partition("}")
        yield before, name
    yield rest, ""
