"""From rows to records: which organisation, which term, which pledge it is. Reads the database, writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from kept.people.models import Organisation, OtherName
from kept.people.naming import domain_of, normalise, slug_for
from kept.pledges.content import PledgeContent
from kept.pledges.dates import last_day
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.organisations import OrganisationSpec
from kept.pledges.importing.rows import Problem, RowResult
from kept.pledges.models import Taxonomy, Term

TAXONOMY_OF = {"focus_areas": Taxonomy.FOCUS, "kinds": Taxonomy.KIND, "beneficiaries": Taxonomy.BENEFICIARY}


class OrganisationBook:
    """Organisations by every name under which they are known. Only an equal normalised name is the same one.

    The book is filled once and grows with the import: 100,000 rows of 4,000 organisations ask the database once.
    New ones are held in `fresh` until the chunk is written.
    """

    def __init__(self) -> None:
        self.by_name: dict[str, Organisation] = {}
        self.by_id: dict[int, Organisation] = {}
        self.slugs: set[str] = set()
        self.fresh: list[Organisation] = []
        self.read()

    def read(self) -> None:
        """Read every organisation and every other spelling. A merged one leads to the one that stays."""
        self.by_name.clear()
        self.fresh.clear()
        self.by_id = Organisation.objects.in_bulk()
        for organisation in self.by_id.values():
            self.slugs.add(organisation.slug)
            self.by_name.setdefault(organisation.normalised, self._stays(organisation))
            for name in organisation.names.values():
                self.by_name.setdefault(normalise(name), self._stays(organisation))
        for other in OtherName.objects.all():
            self.by_name.setdefault(other.normalised, self._stays(self.by_id[other.organisation_id]))

    def _stays(self, organisation: Organisation) -> Organisation:
        seen = set()
        while organisation.merged_into_id and organisation.pk not in seen:
            seen.add(organisation.pk)
            organisation = self.by_id[organisation.merged_into_id]
        return organisation

    def find(self, spec: OrganisationSpec) -> Organisation:
        """The organisation that a row names, a new one (unsaved, in `fresh`) where there is none."""
        for spelling in spec.spellings:
            known = self.by_name.get(normalise(spelling))
            if known is not None:
                return known
        made = Organisation(
            name=spec.name[:300],
            slug=slug_for(spec.name, self.slugs),
            normalised=normalise(spec.name),
            entity_type=spec.type,
            country=spec.country,
            website=spec.website[:300],
            domain=domain_of(spec.website) if spec.website else "",
            abbreviation=spec.abbreviation[:40],
        )
        self.fresh.append(made)
        for spelling in spec.spellings:
            self.by_name[normalise(spelling)] = made
        return made

    def save_fresh(self) -> None:
        """Write the new ones; in the transaction of the chunk that needs them."""
        Organisation.objects.bulk_create(self.fresh, batch_size=500)
        for organisation in self.fresh:
            self.by_id[organisation.pk] = organisation
        self.fresh = []


class TermBook:
    """Terms by slug and by name in any language; makes new ones only where the mapping says so."""

    def __init__(self, mapping: Mapping) -> None:
        self.creates = {TAXONOMY_OF[name] for name in mapping.creates}
        self.source, self.language = mapping.name[:100], mapping.language
        self.fresh: list[Term] = []
        self.read()

    def read(self) -> None:
        self.fresh = []
        self.known: dict[tuple[str, str], str] = {}
        for term in Term.objects.all():
            for word in (term.slug, term.slug.replace("-", " "), *term.names.values()):
                self.known.setdefault((term.taxonomy, normalise(word)), term.slug)

    def slug(self, taxonomy: str, word: str) -> str | None:
        """The slug of a word of the file; None where it is unknown and the mapping makes no new terms."""
        key = (taxonomy, normalise(word))
        if key in self.known:
            return self.known[key]
        if taxonomy not in self.creates:
            return None
        slug = slugify(word)[:80] or f"t-{abs(hash(key)) % 10**10:x}"
        taken = {s for (t, _w), s in self.known.items() if t == taxonomy}
        slug = slug if slug not in taken else slug_for(word, set(taken))[:80]
        self.known[key] = slug
        self.fresh.append(
            Term(taxonomy=taxonomy, slug=slug, names={self.language: word, "en": word}, source=self.source)
        )
        return slug

    def save_fresh(self) -> None:
        Term.objects.bulk_create(self.fresh, ignore_conflicts=True)
        self.fresh = []


@dataclass
class Entering:
    """A good row on its way in: what it says, with organisations that may be new."""

    result: RowResult
    content: PledgeContent
    lead: Organisation
    partners: list[tuple[Organisation, str]] = field(default_factory=list)
    published: datetime | None = None

    def with_ids(self) -> PledgeContent:
        """The content with the organisations' ids, once they are saved."""
        from kept.pledges.content import Partner

        partners, seen = [], {self.lead.pk}
        for organisation, part in self.partners:
            if organisation.pk not in seen:
                seen.add(organisation.pk)
                partners.append(Partner(organisation.pk, part))
        return self.content.with_(lead=self.lead.pk, partners=tuple(partners))


def enter(result: RowResult, organisations: OrganisationBook, terms: TermBook) -> Entering | None:
    """Look up what a row names. Adds problems to the result and returns None where something is unknown."""
    values: dict[str, Any] = dict(result.values)
    for name, taxonomy in TAXONOMY_OF.items():
        if name in values:
            slugs = {word: terms.slug(taxonomy, word) for word in values[name]}
            for word, slug in slugs.items():
                if slug is None:
                    reason = _("“%(word)s” is not one of the values that this coalition uses. Map it to one of them.")
                    result.problems.append(Problem("", word, reason % {"word": word}, name, "unknown_term"))
            values[name] = tuple(dict.fromkeys(s for s in slugs.values() if s))
    if result.lead is None and not result.problems:
        result.problems.append(Problem("", "", _("The row does not say who pledges."), "lead", "needed"))
    if result.problems:
        return None
    return Entering(
        result=result,
        content=PledgeContent.from_json(values),
        lead=organisations.find(result.lead),
        partners=[(organisations.find(p.organisation), p.part) for p in result.partners],
        published=instant(result.published),
    )


def instant(partial: str) -> datetime | None:
    """When a partial date is over at the latest, as an instant: noon of its last day (UTC)."""
    return datetime.combine(last_day(partial), time(12), tzinfo=UTC) if partial else None


def problem_rows(results: Iterable[RowResult]) -> list[MappingType[str, str]]:
    """Problems as they are stored and reported: column, value, reason."""
    return [{"column": p.column, "value": p.value, "reason": str(p.reason)} for r in results for p in r.problems]
