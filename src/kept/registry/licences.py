"""The licence of the data as an address that machines know. The secretariat sets its name, or an address itself."""

from __future__ import annotations

import re

KNOWN = {
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC BY 3.0 IGO": "https://creativecommons.org/licenses/by/3.0/igo/",
    "CC BY-NC-SA 3.0 IGO": "https://creativecommons.org/licenses/by-nc-sa/3.0/igo/",
    "ODC-By 1.0": "https://opendatacommons.org/licenses/by/1-0/",
    "ODbL 1.0": "https://opendatacommons.org/licenses/odbl/1-0/",
    "PDDL 1.0": "https://opendatacommons.org/licenses/pddl/1-0/",
}
_PLAIN = {re.sub(r"[^a-z0-9.]", "", name.lower()): address for name, address in KNOWN.items()}


def address_of(licence: str) -> str:
    """The address of a licence, "" where nobody knows one."""
    if licence.startswith(("https://", "http://")):
        return licence
    return _PLAIN.get(re.sub(r"[^a-z0-9.]", "", licence.lower()), "")
