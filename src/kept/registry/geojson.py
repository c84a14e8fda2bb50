"""A selection as GeoJSON (RFC 7946): a feature for each country that its pledges reach, with its figures.

Shapes are those of the map, in degrees; what is too small for it is a point. Amounts and people are of the pledges that
name the country, each whole: they are not to be added up over countries (registry/measuring.py).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kept.base import places
from kept.base.installation import installation
from kept.registry import measuring, rows, worldmap
from kept.registry.selection import Selection

CONTENT_TYPE = "application/geo+json"


def features(selection: Selection) -> Iterator[dict[str, Any]]:
    """The countries of a selection, in the order of their codes."""
    reaches = measuring.by_country(selection)
    for code in sorted(reaches):
        reach = reaches[code]
        yield {
            "type": "Feature",
            "id": code,
            "geometry": worldmap.shapes().get(code),
            "properties": {
                "country": code,
                "name": places.name(code, "en"),
                "pledges": reach.number,
                "pledges_naming": reach.named,
                "pledges_covering": reach.covered,
                "amount_usd_of_pledges_naming": rows.plain(reach.amount_usd),
                "people_of_pledges_naming": reach.people,
                "url": rows.absolute("registry:pledges") + selection.choosing("country", (code,)).to_query(),
            },
        }


def write(selection: Selection) -> Iterator[bytes]:
    """The file in pieces, a country each."""
    about = {
        "type": "FeatureCollection",
        "coalition": installation().name,
        "licence": installation().data_licence,
        "about": "Figures of countries are not to be added up: a pledge that names several stands whole in each.",
    }
    yield (json.dumps(about, ensure_ascii=False)[:-1] + ',\n"features": [').encode()
    between = "\n"
    for feature in features(selection):
        yield (between + json.dumps(feature, ensure_ascii=False, separators=(",", ":"))).encode()
        between = ",\n"
    yield b"\n]}\n"
