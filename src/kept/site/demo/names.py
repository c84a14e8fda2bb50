"""Names of organisations that nobody can take for real: lanterns, kites and herons run no ministry on Earth."""

from __future__ import annotations

import random
from collections.abc import Iterator

from kept.people.models import EntityType

THINGS = (
    "Lantern", "Kite", "Heron", "Thimble", "Acorn", "Marigold", "Pebble", "Compass", "Walrus", "Teacup", "Swallow",
    "Bramble", "Saffron", "Otter", "Quill", "Juniper", "Magpie", "Tortoise", "Button", "Clover", "Fiddle", "Puffin",
    "Sextant", "Bluebell", "Pelican", "Cinnamon", "Ladder", "Nutmeg", "Owl", "Parasol", "Hedgehog", "Mandolin",
    "Driftwood", "Firefly", "Gooseberry", "Harmonica", "Ibis", "Jasmine", "Kettle", "Lark", "Mulberry", "Narwhal",
    "Origami", "Poppy", "Quince", "Rosemary", "Seahorse", "Tangerine", "Umbrella", "Violet", "Wren", "Yarrow",
)  # fmt: skip
PLURALS = tuple(f"{t[:-1]}ies" if t.endswith("y") else f"{t}es" if t.endswith("s") else f"{t}s" for t in THINGS)
PORTFOLIOS = ("Networks", "Signals", "Open Doors", "Bright Screens", "Long Wires", "New Skills", "Good Reception")
PATTERNS = {
    EntityType.PRIVATE_SECTOR: (
        "{thing} & {other} Telecom", "{thing} Broadband", "{thing} Satellite Works", "{thing} Cloud Company",
        "{thing} and {other} Fibre", "{thing} Mobile", "{thing} Devices", "{thing} Tower Company",
    ),
    EntityType.CIVIL_SOCIETY: (
        "{thing} Foundation for Village Networks", "Friends of the {thing}", "{thing} and {other} Trust",
        "The {thing} Circle", "{thing} Code Club", "Women of the {thing} Network",
    ),
    EntityType.ACADEMIA: (
        "University of {thing} Hill", "{thing} Institute of Distant Signals", "{thing} College of Patient Engineering",
    ),
    EntityType.INTERNATIONAL: ("World {thing} Organisation", "International {thing} Union"),
    EntityType.REGIONAL: ("{thing} Coast Community", "Union of {thing} Regulators"),
    EntityType.UN: ("{thing} Programme of the Imagined Nations",),
    EntityType.YOUTH: ("Young {plural} Online", "{thing} Student League"),
    EntityType.OTHER: ("{thing} Collective", "Round Table of the {thing}"),
}  # fmt: skip


def invented_names(rng: random.Random) -> Iterator[tuple[str, str]]:
    """A coroutine that answers (entity type, country's name) with a name that was not given before.

    `names = invented_names(rng); next(names); names.send(("government", "Kenya"))`.
    """
    given: set[str] = set()
    asked = yield ("", "")
    while True:
        entity_type, country = asked
        for attempt in range(500):
            name = _one(rng, entity_type, country)
            if attempt > 60:
                name = f"{name} {rng.choice(THINGS)}"
            if name not in given:
                break
        given.add(name)
        asked = yield (name, entity_type)


def _one(rng: random.Random, entity_type: str, country: str) -> str:
    if entity_type == EntityType.GOVERNMENT:
        ministry = rng.choice(("Ministry", "Ministry", "Agency", "Department", "Authority"))
        return f"{ministry} of {rng.choice(PLURALS)} and {rng.choice(PORTFOLIOS)}, {country}"
    thing, other = rng.sample(THINGS, 2)
    pattern = rng.choice(PATTERNS[EntityType(entity_type)])
    return pattern.format(thing=thing, other=other, plural=PLURALS[THINGS.index(thing)])
