"""Places: countries, regions, groups; their names in six languages; who belongs where on which day.

A place has a code, the same everywhere (database, addresses, API):

- a country: ISO 3166-1 alpha-3 ("BDI"); a state that no longer exists: its code in ISO 3166-3 ("SCG");
- an M49 region or sub-region: three digits ("002"); an ITU region: "itu-africa" … "itu-europe";
- a group: "ldc", "lldc", "sids"; everywhere: "world".

Names are those of the United Nations (M49); an installation can replace each (`set_overrides`) and amend
memberships (`set_amendments`). Why it is so: docs/decisions/0020-places-are-those-of-m49.md.
"""

from kept.base.places.catalogue import (
    GROUPS,
    WORLD,
    Country,
    Kind,
    Overrides,
    all_countries,
    by_code,
    country,
    groups,
    itu_regions,
    kind_of,
    name,
    names_of,
    region_of,
    regions,
    reload,
    set_amendments,
    set_overrides,
)
from kept.base.places.membership import (
    Change,
    Expansion,
    Explanation,
    Membership,
    expand,
    explain,
    groups_of,
    members,
    memberships,
    regions_of,
)
from kept.base.places.naming import sort_key, sorted_by_name
from kept.base.places.recognise import Unlisted, find, find_target, normalise, suggest, unlisted

__all__ = [
    "GROUPS",
    "WORLD",
    "Change",
    "Country",
    "Expansion",
    "Explanation",
    "Kind",
    "Membership",
    "Overrides",
    "Unlisted",
    "all_countries",
    "by_code",
    "country",
    "expand",
    "explain",
    "find",
    "find_target",
    "groups",
    "groups_of",
    "itu_regions",
    "kind_of",
    "members",
    "memberships",
    "name",
    "names_of",
    "normalise",
    "region_of",
    "regions",
    "regions_of",
    "reload",
    "set_amendments",
    "set_overrides",
    "sort_key",
    "sorted_by_name",
    "suggest",
    "unlisted",
]
