"""What a reader calls the values of the facets: "Least developed countries" for `group=ldc`."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

from kept.base import formats, languages, places
from kept.people.models import EntityType, Organisation
from kept.pledges import taxonomies
from kept.pledges.facets import facet_named
from kept.pledges.models import Status

AMOUNTS = {
    "none": _("Names no amount"),
    "lt100k": _("Below 100,000 USD"),
    "lt1m": _("100,000 to 1 million USD"),
    "lt10m": _("1 to 10 million USD"),
    "lt100m": _("10 to 100 million USD"),
    "lt1bn": _("100 million to 1 billion USD"),
    "more": _("1 billion USD and more"),
    "unconverted": _("Not converted to USD"),
}
SORTS = {
    "relevance": _("Most relevant"),
    "newest": _("Newest"),
    "largest": _("Largest amount"),
    "ending": _("Ending soon"),
}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _goal(value: str, language: str) -> str:
    number = formats.digits(value, language)
    return f"{number} {taxonomies.goal_name(value, language)}"


def _organisation(value: str, language: str) -> str:
    found = Organisation.objects.filter(slug=value).first()
    return found.name_in(language) if found else value


NAMES: dict[str, Callable[[str, str], str]] = {
    "focus": lambda value, language: taxonomies.term_name("focus", value, language),
    "type": lambda value, language: taxonomies.term_name("kind", value, language),
    "beneficiary": lambda value, language: taxonomies.term_name("beneficiary", value, language),
    "group": places.name,
    "country": places.name,
    "region": places.name,
    "origin": places.name,
    "entity_type": lambda value, language: _capital(str(EntityType(value).label)),
    "amount": lambda value, language: str(AMOUNTS[value]),
    "year": formats.digits,
    "sdg": _goal,
    "language": lambda value, language: _capital(languages.name(value, language)),
    "status": lambda value, language: _capital(str(Status(value).label)),
    "organisation": _organisation,
}


def name_of(facet: str, value: str, language: str) -> str:
    """The value of a facet in the reader's words."""
    named = NAMES.get(facet) or facet_named(facet).named
    return named(value, language) if named else value
