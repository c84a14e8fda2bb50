"""What the check of an import finds out for the person who decides: what would go in, who is new, which words are unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from kept.people.models import Organisation
from kept.people.newcomers import Newcomer, alike
from kept.pledges.actions.import_chunks import Outcome, Work
from kept.pledges.importing.by_hand import CODES, WORDS
from kept.pledges.importing.entering import elsewhere
from kept.pledges.importing.organisations import OrganisationSpec

SAMPLE = 8  # pledges that are shown as they would go in
MOST_WORDS = 300
MOST_NEW = 500  # organisations that are listed; those with the most rows


def _spec(organisation: Organisation) -> OrganisationSpec:
    return OrganisationSpec(organisation.name, organisation.entity_type, organisation.country)


class Findings:
    """Collects while the chunks of a check go by; `found` is what is kept with the batch."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.sample: list[dict[str, Any]] = []
        self.words: Counter[tuple[str, str, str]] = Counter()  # field, column, word: in how many rows
        self.named: Counter[int] = Counter()  # an unsaved organisation, by its place in memory: in how many rows
        self.remarks: Counter[str] = Counter()

    def note(self, outcomes: Iterable[Outcome]) -> None:
        """Look at some rows more."""
        for outcome in outcomes:
            if outcome.what == "refused":
                self._note_words(outcome)
            elif outcome.what == "new":
                self._note_new(outcome)

    def _note_words(self, outcome: Outcome) -> None:
        for problem in outcome.result.problems:
            if problem.code in CODES and problem.field in WORDS and (word := problem.word or problem.value):
                key = (problem.field, problem.column, word)
                if key in self.words or len(self.words) < MOST_WORDS:
                    self.words[key] += 1

    def _note_new(self, outcome: Outcome) -> None:
        result, book = outcome.result, self.work.organisations
        for spec in (result.lead, *(partner.organisation for partner in result.partners)):
            if spec is not None and (organisation := book.find(spec)).pk is None:
                self.named[id(organisation)] += 1
        for remark in result.remarks:
            if remark in self.remarks or len(self.remarks) < MOST_WORDS:
                self.remarks[remark] += 1
        if len(self.sample) < SAMPLE and result.lead is not None:
            said = result.values
            self.sample.append(
                {
                    "row": result.number,
                    "title": said.get("title", ""),
                    "lead": book.find(result.lead).name,
                    "amount": said.get("amount", ""),
                    "currency": said.get("currency", ""),
                    "targets": list(said.get("targets", ())),
                    "announced": said.get("announced", ""),
                }
            )

    def found(self) -> dict[str, Any]:
        """As JSON: organisations (how many), new (a list of them, with who is alike), terms, words, remarks, sample."""
        fresh = self.work.organisations.fresh
        listed = sorted(fresh, key=lambda one: -self.named[id(one)])[:MOST_NEW]
        return {
            "organisations": len(fresh),
            "new": self._new(listed),
            "terms": sorted(term.name_in("en") for term in self.work.terms.fresh)[:200],
            "words": [
                {"field": field, "column": column, "word": word, "rows": rows}
                for (field, column, word), rows in self.words.most_common()
            ],
            "remarks": [{"text": text, "rows": rows} for text, rows in self.remarks.most_common(50)],
            "sample": self.sample,
        }

    def _new(self, listed: list[Organisation]) -> list[dict[str, Any]]:
        """Those that would be made, each with organisations that may be the same: {"id"} of one that is there, else {"name"}."""
        newcomers = [Newcomer(o.name, o.abbreviation, o.domain, o.country) for o in listed]
        found = []
        for organisation, near in zip(listed, alike(newcomers), strict=True):
            found.append(
                {
                    "name": organisation.name,
                    "type": organisation.entity_type,
                    "country": organisation.country,
                    "rows": self.named[id(organisation)],
                    "alike": [
                        {"id": other.pk, "name": other.name, "reason": str(reason)}
                        if isinstance(other, Organisation)
                        else {"name": other.name, "reason": str(reason)}
                        for other, reason in near
                        if not (isinstance(other, Organisation) and elsewhere(other, _spec(organisation)))
                    ],
                }
            )
        return sorted(found, key=lambda one: not one["alike"])
