"""Every address of the house, walked without knowing any of them by name: what the tests of doors and input go through."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse


@dataclass(frozen=True)
class Door:
    """One pattern: its name with namespaces, and the names of the values in it."""

    name: str
    values: tuple[str, ...]
    choices: tuple[tuple[str, tuple[str, ...]], ...]  # values of which the pattern itself names all: a verb, an ending

    def addresses(self, known: Mapping[str, list]) -> list[str]:
        """Every address that the known values make; [] where none fits."""
        offered = [dict(self.choices).get(name) or known.get(name, []) for name in self.values]
        made = []
        for chosen in itertools.product(*offered):
            try:
                made.append(reverse(self.name, kwargs=dict(zip(self.values, chosen, strict=True))))
            except NoReverseMatch:
                continue
        return list(dict.fromkeys(made))


def doors() -> list[Door]:
    """Every named pattern of the project."""
    return sorted(set(_walk(get_resolver(), ())), key=lambda door: (door.name, door.values))


def _walk(resolver: URLResolver, spaces: tuple[str, ...]) -> Iterator[Door]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from _walk(each, (*spaces, each.namespace) if each.namespace else spaces)
        elif isinstance(each, URLPattern) and each.name:
            regex = each.pattern.regex
            values = tuple(sorted(set(regex.groupindex) | set(each.pattern.converters)))
            listed = re.findall(r"\(\?P<(\w+)>((?:[\w-]+\|)+[\w-]+)\)", regex.pattern)
            choices = tuple((name, tuple(words.split("|"))) for name, words in listed)
            yield Door(":".join((*spaces, each.name)), values, choices)


def content_of(response) -> bytes:
    """The body, also where it streams."""
    return b"".join(response.streaming_content) if response.streaming else response.content
