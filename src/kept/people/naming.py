"""When two names are the same name.

Niger is not Nigeria: only an equal normalised name is the same organisation by itself; what is merely
similar is a proposal to a person (`people.queries.similar_organisations`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import urlsplit

from django.utils.text import slugify

_PUNCTUATION = re.compile(r"[^\w]+", re.UNICODE)
_ARTICLE = re.compile(r"^(the|le|la|les|l|el|los|las|der|die|das)\s+")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي", "ـ": ""})


LONGEST = 300  # characters of a normalised name; no name that is typed is read beyond three times that


def normalise(name: str) -> str:
    """A name without accents, case, punctuation and article: equal results are the same organisation.

    "The São Tomé Telecom, S.A." and "sao tome telecom s a" agree; "Niger" and "Nigeria" do not.
    """
    return _normalised(name[: 3 * LONGEST])


@lru_cache(maxsize=65536)
def _normalised(name: str) -> str:
    text = unicodedata.normalize("NFKD", name).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c)).translate(_ARABIC)
    text = _PUNCTUATION.sub(" ", text.replace("&", " and ").replace("'", " ").replace("’", " "))
    return _ARTICLE.sub("", text.replace("_", " ").strip()).strip()[:LONGEST] or name.strip().casefold()[:LONGEST]


def domain_of(website: str) -> str:
    """The host of a web address without www: organisations that share it are probably one."""
    host = (urlsplit(website if "//" in website else f"//{website}").hostname or "").lower()
    return host.removeprefix("www.")


def slug_for(name: str, taken: set[str] | None = None) -> str:
    """An address for a name, different from all in `taken` (which it is added to, where given)."""
    from hashlib import sha256

    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = slugify(ascii_name)[:100].strip("-") or "o-" + sha256(name.encode()).hexdigest()[:10]
    slug, n = base, 2
    while taken is not None and slug in taken:
        slug, n = f"{base}-{n}", n + 1
    if taken is not None:
        taken.add(slug)
    return slug
