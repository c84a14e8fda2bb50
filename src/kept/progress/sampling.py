"""Drawing a sample: seeded, stratified, repeatable by anybody with the list and the seed. Pure.

Each pledge's place is the SHA-256 of "seed:reference"; of each stratum those with the smallest are drawn. No generator of
any language is involved, so that a spreadsheet can repeat it. Strata get seats by largest remainder, each at least one while
there are seats.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence


def place(seed: str, reference: str) -> str:
    """Where a pledge stands in the draw."""
    return hashlib.sha256(f"{seed}:{reference}".encode()).hexdigest()


def seats(sizes: Mapping[str, int], size: int) -> dict[str, int]:
    """How many are drawn of each stratum: by its share, at least one each while there are enough."""
    total = sum(sizes.values())
    if size >= total:
        return dict(sizes)
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    if size < len(names):
        return {name: int(name in names[:size]) for name in sizes}
    rest = size - len(names)  # one each is given
    exact = {name: rest * (sizes[name] - 1) / (total - len(names)) for name in names}
    given = {name: 1 + int(exact[name]) for name in names}
    order = sorted(names, key=lambda name: (int(exact[name]) - exact[name], name))
    for name in order[: size - sum(given.values())]:
        given[name] += 1
    return given


def draw(strata: Mapping[str, Sequence[str]], size: int, seed: str) -> dict[str, list[str]]:
    """The references drawn of each stratum, in the order of the draw. The order of the list does not matter."""
    given = seats({name: len(set(references)) for name, references in strata.items()}, size)
    return {
        name: sorted(set(strata[name]), key=lambda reference: place(seed, reference))[: given[name]] for name in strata
    }
