"""From rows to records: which organisations and which terms a row names. Reads the database, writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from kept.base.bulk import give_keys
from kept.base.lifecycle import Refused
from kept.people.models import EntityType, Organisation, OtherName
from kept.people.naming import domain_of, normalise, slug_for
from kept.pledges.content import Partner, PledgeContent
from kept.pledges.dates import last_day
from kept.pledges.importing.cells import split
from kept.pledges.importing.mapping import Mapping
from kept.pledges.importing.organisations import OrganisationSpec
from kept.pledges.importing.results import Problem, RowResult
from kept.pledges.models import Taxonomy, Term

TAXONOMY_OF = {"focus_areas": Taxonomy.FOCUS, "kinds": Taxonomy.KIND, "beneficiaries": Taxonomy.BENEFICIARY}


class OrganisationBook:
    """Organisations by every name under which they are known. Only an equal normalised name is the same one.

    The book is filled once and grows with the import: 100,000 rows of 4,000 organisations ask the database once.
    What the next transaction has to write waits in `fresh`, `spelt` and `filled`.
    """

    def __init__(self, source: str = "") -> None:
        self.source = source[:200]
        self.read()

    def read(self) -> None:
        """Read every organisation and every other spelling. A merged one leads to the one that stays."""
        self.named: dict[str, list[Organisation]] = {}
        self.also: dict[str, list[Organisation]] = {}
        self.written()
        self._held: dict[OrganisationSpec, Organisation] = {}
        self.by_id = Organisation.objects.in_bulk()
        self.slugs = {organisation.slug for organisation in self.by_id.values()}
        for organisation in self.by_id.values():
            stays = self._stays(organisation)
            _add(self.named, organisation.normalised, stays)
            for name in organisation.names.values():
                _add(self.also, normalise(name), stays)
        for other in OtherName.objects.values_list("normalised", "organisation_id"):
            _add(self.also, other[0], self._stays(self.by_id[other[1]]))

    def _stays(self, organisation: Organisation) -> Organisation:
        seen = set()
        while organisation.merged_into_id and organisation.pk not in seen:
            seen.add(organisation.pk)
            organisation = self.by_id[organisation.merged_into_id]
        return organisation

    def written(self) -> None:
        """What waited is in the database now."""
        self.fresh: list[Organisation] = []
        self.spelt: list[OtherName] = []
        self.filled: dict[int, Organisation] = {}

    def give_keys(self) -> None:
        """Ids for the new ones, before they are written: what names them can be written out ahead."""
        give_keys([organisation for organisation in self.fresh if organisation.pk is None])
        self.by_id |= {organisation.pk: organisation for organisation in self.fresh}

    def root(self, pk: int) -> int:
        """The id of the organisation that one lives on as."""
        return self._stays(self.by_id[pk]).pk if pk in self.by_id else pk

    def look(self, spec: OrganisationSpec) -> None:
        """Raises Refused where there are several organisations of a name and nothing tells which is meant."""
        if spec not in self._held:
            self._known(spec)

    def find(self, spec: OrganisationSpec) -> Organisation:
        """The organisation that a row names, a new one (unsaved, in `fresh`) where there is none. `look` comes first."""
        found = self._held.get(spec)
        if found is None:
            found = self._known(spec)
            found = self._make(spec) if found is None else self._fill(found, spec)
            self._held[spec] = found
        return found

    def _known(self, spec: OrganisationSpec) -> Organisation | None:
        own = [o for o in self.named.get(normalise(spec.name), ()) if not elsewhere(o, spec)]
        if len(own) > 1 and spec.country:
            own = [o for o in own if o.country == spec.country] or own
        if len(own) > 1:
            raise Refused(
                _("There are %(count)s organisations of this name. Merge them, or give the country.")
                % {"count": len(own)}
            )
        if own:
            return own[0]
        others = [o for o in self.also.get(normalise(spec.name), ()) if not elsewhere(o, spec)]
        if not others:
            others = self._without_abbreviation(spec)
        return others[0] if len(others) == 1 else None

    def _without_abbreviation(self, spec: OrganisationSpec) -> list[Organisation]:
        """ "World Food Programme (WFP)" is "World Food Programme", unless that one has another abbreviation."""
        found: list[Organisation] = []
        for spelling in spec.spellings[1:]:
            for organisation in (*self.named.get(normalise(spelling), ()), *self.also.get(normalise(spelling), ())):
                short = organisation.abbreviation.casefold()
                if short in ("", spec.abbreviation.casefold()) and not elsewhere(organisation, spec):
                    found += [] if organisation in found else [organisation]
        return found

    def _make(self, spec: OrganisationSpec) -> Organisation:
        made = Organisation(
            name=spec.name[:300],
            slug=slug_for(spec.name, self.slugs),
            normalised=normalise(spec.name),
            entity_type=spec.type,
            country=spec.country,
            website=spec.website[:300],
            domain=domain_of(spec.website)[:200] if spec.website else "",
            abbreviation=spec.abbreviation[:40],
        )
        self.fresh.append(made)
        _add(self.named, made.normalised, made)
        self._spell(made, spec.spellings[1:])
        return made

    def _fill(self, organisation: Organisation, spec: OrganisationSpec) -> Organisation:
        """What the file knows about it and nobody has said yet, as long as the secretariat has not confirmed it."""
        new = normalise(spec.name)
        if new != organisation.normalised and organisation not in self.also.get(new, ()):
            self._spell(organisation, [spec.name])
        if organisation.confirmed_at is not None:
            return organisation
        said = {"entity_type": spec.type, "country": spec.country, "website": spec.website[:300],
                "abbreviation": spec.abbreviation[:40]}  # fmt: skip
        missing = {name: value for name, value in said.items() if value and not getattr(organisation, name)}
        for name, value in missing.items():
            setattr(organisation, name, value)
        if "website" in missing:
            organisation.domain = domain_of(spec.website)[:200]
        if missing and organisation.pk is not None:
            self.filled[organisation.pk] = organisation
        return organisation

    def _spell(self, organisation: Organisation, names: tuple[str, ...] | list[str]) -> None:
        for name in names:
            normalised = normalise(name)
            _add(self.also, normalised, organisation)
            self.spelt.append(
                OtherName(organisation=organisation, name=name[:300], normalised=normalised, source=self.source)
            )


def _add(names: dict[str, list[Organisation]], normalised: str, organisation: Organisation) -> None:
    known = names.setdefault(normalised, [])
    if organisation not in known:
        known.append(organisation)


def elsewhere(organisation: Organisation, spec: OrganisationSpec) -> bool:
    """The Ministry of Health of another country is another ministry, whatever its name."""
    if not organisation.country or not spec.country or organisation.country == spec.country:
        return False
    return organisation.entity_type == spec.type == EntityType.GOVERNMENT


class TermBook:
    """Terms by slug and by name in any language; makes new ones only where the mapping says so."""

    def __init__(self, mapping: Mapping) -> None:
        self.creates = {TAXONOMY_OF[name] for name in mapping.creates}
        self.columns = {
            name: next((column for rule in mapping.fields.get(name, ()) for column in rule.used), "")
            for name in TAXONOMY_OF
        }
        self.source, self.language = mapping.name[:100], mapping.language
        self.read()

    def read(self) -> None:
        """Read every term, those that are no longer offered included."""
        self.fresh: list[Term] = []
        self.known: dict[tuple[str, str], str] = {}
        self._held: dict[tuple[str, str], tuple[str, ...]] = {}
        for term in Term.objects.all():
            for word in (term.slug, term.slug.replace("-", " "), *term.names.values()):
                self.known.setdefault((term.taxonomy, normalise(word)), term.slug)

    def written(self) -> None:
        """What waited is in the database now."""
        self.fresh = []

    def knows(self, taxonomy: str, word: str) -> bool:
        """Whether a word of the file is a term, several, or may become one."""
        return taxonomy in self.creates or bool(self._known(taxonomy, word))

    def slugs(self, taxonomy: str, word: str) -> tuple[str, ...]:
        """The slugs that a word of the file stands for; a new one is made where the mapping says so. See `knows`."""
        return self._known(taxonomy, word) or (self._make(taxonomy, word),)

    def _known(self, taxonomy: str, word: str) -> tuple[str, ...]:
        held = self._held.get((taxonomy, word))
        if held is None:
            held = self._found(taxonomy, word)
            if held:
                self._held[taxonomy, word] = held
        return held

    def _found(self, taxonomy: str, word: str) -> tuple[str, ...]:
        """The term of that name, else those that a list with commas in it names, if all of them are known."""
        known = self.known.get((taxonomy, normalise(word)))
        if known:
            return (known,)
        parts = [self.known.get((taxonomy, normalise(part))) for part in split(word, ",;/") if part]
        return tuple(dict.fromkeys(part for part in parts if part)) if len(parts) > 1 and all(parts) else ()

    def _make(self, taxonomy: str, word: str) -> str:
        key = (taxonomy, normalise(word))
        slug = slugify(word)[:70] or f"t-{sha256(key[1].encode()).hexdigest()[:10]}"
        taken = {known for (of, _word), known in self.known.items() if of == taxonomy}
        slug = slug_for(slug, taken) if slug in taken else slug
        self.known[key] = slug
        names = {self.language: word, "en": word}
        self.fresh.append(Term(taxonomy=taxonomy, slug=slug, names=names, source=self.source))
        return slug


@dataclass
class Entering:
    """A good row on its way in. Its content can be asked for once its organisations have their ids."""

    result: RowResult
    values: dict[str, Any]
    lead: Organisation
    partners: list[tuple[Organisation, str]] = field(default_factory=list)

    @property
    def published(self) -> datetime | None:
        return instant(self.result.published)

    @cached_property
    def content(self) -> PledgeContent:
        partners, seen = [], {self.lead.pk}
        for organisation, part in self.partners:
            if organisation.pk not in seen:
                seen.add(organisation.pk)
                partners.append(Partner(organisation.pk, part))
        return PledgeContent.from_json({**self.values, "lead": self.lead.pk, "partners": partners})


def enter(result: RowResult, organisations: OrganisationBook, terms: TermBook) -> Entering | None:
    """Look up what a row names. Adds problems to the result and returns None where something is unknown.

    Nothing is made for a row that is refused.
    """
    _check(result, organisations, terms)
    if result.problems or result.lead is None:
        return None
    values = dict(result.values)
    for name, taxonomy in TAXONOMY_OF.items():
        if name in values:
            slugs = (slug for word in values[name] for slug in terms.slugs(taxonomy, word))
            values[name] = tuple(dict.fromkeys(slugs))
    lead = organisations.find(result.lead)
    partners = [(organisations.find(partner.organisation), partner.part) for partner in result.partners]
    return Entering(result, values, lead, partners)


def _check(result: RowResult, organisations: OrganisationBook, terms: TermBook) -> None:
    for name, taxonomy in TAXONOMY_OF.items():
        for word in result.values.get(name, ()):
            if not terms.knows(taxonomy, word):
                reason = _("“%(word)s” is not one of the values that this coalition uses. Map it to one of them.")
                about = (name, "unknown_term", word[:200])
                problem = Problem(terms.columns[name], word[:200], reason % {"word": word}, *about)
                result.problems.append(problem)
    for spec in [result.lead, *(partner.organisation for partner in result.partners)]:
        if spec is not None:
            try:
                organisations.look(spec)
            except Refused as refusal:
                problem = Problem("", spec.name[:200], str(refusal.message), "lead", "several_organisations")
                result.problems.append(problem)


def instant(partial: str) -> datetime | None:
    """When a partial date is over at the latest, as an instant: noon of its last day (UTC)."""
    return datetime.combine(last_day(partial), time(12), tzinfo=UTC) if partial else None
