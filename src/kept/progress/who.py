"""Who did it: a person with an account, or whoever holds the link of a letter."""

from __future__ import annotations

from typing import Any

from kept.progress.models import Letter


def person_of(by: Any) -> Any:
    """The account, where there is one."""
    return by.person if isinstance(by, Letter) else by


def name_of(by: Any) -> str:
    """How it is shown: the account's name, else the name or the address that the letter went to."""
    if by is None:
        return ""
    if isinstance(by, Letter):
        return str(by.person or by.name or by.email)
    return str(by)
