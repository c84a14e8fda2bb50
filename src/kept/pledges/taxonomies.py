"""The lists that a pledge chooses from: focus areas, kinds of contribution, beneficiaries, goals.

Terms are rows (`Term`), so that an installation can rename, add and switch off; those that Kept brings stand
in `data/taxonomies.toml` with their names in six languages. The Sustainable Development Goals are fixed and are
read from there alone.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kept.base.languages import CODES, DEFAULT
from kept.base.languages import language as language_of
from kept.pledges.models import Taxonomy, Term

DATA = Path(__file__).resolve().parent / "data" / "taxonomies.toml"
SECONDS = 5.0  # how long another process may still show a term that was just changed
FIELDS = {"focus_areas": Taxonomy.FOCUS, "kinds": Taxonomy.KIND, "beneficiaries": Taxonomy.BENEFICIARY}
_held: tuple[float, dict[tuple[str, str], Term]] = (0.0, {})


def ensure() -> int:
    """Make those of Kept's own terms that are missing; what is there stays as it is. Returns how many were made.

    Runs after every `migrate`, and may run as often as one likes.
    """
    known = set(Term.objects.values_list("taxonomy", "slug"))
    missing = [term for term in _packaged() if (term.taxonomy, term.slug) not in known]
    Term.objects.bulk_create(missing, ignore_conflicts=True)
    forget()
    return len(missing)


def _packaged() -> list[Term]:
    made = []
    for taxonomy in Taxonomy.values:
        for position, (slug, row) in enumerate(_written()[taxonomy].items(), start=1):
            names, about = dict(zip(CODES, row["names"], strict=True)), dict(zip(CODES, row["about"], strict=True))
            made.append(Term(taxonomy=taxonomy, slug=slug, names=names, descriptions=about, position=position))
    return made


def known_terms() -> Mapping[tuple[str, str], Term]:
    """{(taxonomy, slug): term} of all terms, those switched off included, in their order; held a few seconds."""
    global _held
    taken, held = _held
    if not taken or time.monotonic() - taken > SECONDS:
        held = {(term.taxonomy, term.slug): term for term in Term.objects.all()}
        _held = (time.monotonic(), held)
    return held


def forget() -> None:
    """Read the terms anew next time (after a change, and between tests)."""
    global _held
    _held = (0.0, {})


def terms(taxonomy: str) -> list[Term]:
    """The terms that a form offers, in their order."""
    return [term for (of, _slug), term in known_terms().items() if of == taxonomy and term.is_active]


def term_name(taxonomy: str, slug: str, language: str) -> str:
    """What a reader of `language` calls a term; its slug in words where there is no such term."""
    term = known_terms().get((taxonomy, slug))
    return term.name_in(language_of(language).code) if term else slug.replace("-", " ")


def term_about(term: Term, language: str) -> str:
    """The one line about a term, in `language`, else in English."""
    return term.descriptions.get(language_of(language).code) or term.descriptions.get(DEFAULT, "")


# --- the goals ---------------------------------------------------------------------------------------


def goals() -> tuple[str, ...]:
    """The numbers of the goals, 1 to 17, as text."""
    return tuple(_written()["goals"])


@lru_cache(maxsize=1)
def targets() -> tuple[str, ...]:
    """The 169 targets as people cite them: "4.4", "17.19", "9.c"."""
    return tuple(f"{goal}.{part}" for goal, row in _written()["goals"].items() for part in row["targets"].split())


def targets_of(goal: str) -> tuple[str, ...]:
    """The targets of one goal; none for what is no goal."""
    row = _written()["goals"].get(goal)
    return tuple(f"{goal}.{part}" for part in row["targets"].split()) if row else ()


def goal_name(code: str, language: str) -> str:
    """The short name of a goal, or of the goal that a target belongs to ("4.4" → "Quality education")."""
    row = _written()["goals"].get(code.partition(".")[0])
    return row["names"][CODES.index(language_of(language).code)] if row else code


@lru_cache(maxsize=1)
def _written() -> dict[str, Any]:
    with DATA.open("rb") as file:
        return tomllib.load(file)
