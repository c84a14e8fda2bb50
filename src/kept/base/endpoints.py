"""How a room offers part of the public API: it lists its `ENDPOINTS` in its `api.py`, the room api serves them.

A handler takes the request and the values of the address, and returns plain JSON (dicts, lists, strings, whole
numbers, booleans, None). It raises `Problem` where it cannot answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Problem(Exception):
    """An error for machines (RFC 9457): `detail` says what is wrong and what to do, in English."""

    def __init__(self, status: int, title: str, detail: str = "", **more: Any) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status, self.title, self.detail, self.more = status, title, detail, more

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            **({"detail": self.detail} if self.detail else {}),
            **self.more,
        }


@dataclass(frozen=True)
class Parameter:
    """One value of an address or query, as OpenAPI describes it; `schema` is JSON Schema."""

    name: str
    description: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False  # may be repeated, for "or"
    place: str = "query"  # query, path
    example: Any = None


@dataclass(frozen=True)
class Endpoint:
    """One address that is read. `path` is Django's, below /api/v1/; `returns` names a schema of `schemas`."""

    path: str
    name: str
    handler: Callable[..., Any]
    summary: str
    returns: str
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    problems: tuple[int, ...] = (400, 404, 429)
    tag: str = ""
