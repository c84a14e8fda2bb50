"""What lies beside the data and outside of every backup: the log's key, its last checkpoint, the erasures.

`KEPT_DATA/keys/` is readable by its owner alone. A restored database meets here what was published since:
that is how a log notices that it was set back (docs/log.md).
"""

from __future__ import annotations

import re
import secrets

from django.conf import settings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9./-]{0,150}")


def name_at_first_start() -> str:
    """The log's name: `LOG_NAME`, else a made one. Raises ValueError for a name that no note can carry."""
    name = settings.LOG_NAME or f"kept-{secrets.token_hex(6)}/log"
    if not NAME.fullmatch(name):
        raise ValueError(f"LOG_NAME is {name!r}: use letters, digits, dots, hyphens and slashes.")
    return name
