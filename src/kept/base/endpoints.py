"""How a room offers part of the public API: it lists its `ENDPOINTS` in its `api.py`, the room api serves them.

A handler takes the request and the values of the address, and returns plain JSON (dicts, lists, strings, whole
numbers, booleans, None) or an `Answer`. It raises `Problem` where it cannot answer; what an action refuses
(`base.lifecycle.Refused`) becomes a problem by itself. A handler that writes runs in one transaction.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

WRITING = ("POST", "PATCH", "PUT", "DELETE")


class Problem(Exception):
    """An error for machines (RFC 9457): `detail` says what is wrong and what to do, in English."""

    def __init__(
        self, status: int, title: str, detail: str = "", *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(f"{status} {title}: {detail}")
        self.status, self.title, self.detail, self.more = status, title, detail, more
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            **({"detail": self.detail} if self.detail else {}),
            **self.more,
        }


@dataclass(frozen=True)
class Answer:
    """What a handler gives beside its data. `exact`: its ETag is strong, `If-Match` takes it."""

    data: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True)
class Caller:
    """Who asks with a token: the account, and what the token may do."""

    person: Any
    scopes: frozenset[str]


def caller(request: HttpRequest) -> Caller | None:
    """Who asks with a token; None for everybody else."""
    return getattr(request, "api_caller", None)


def given(request: HttpRequest) -> dict[str, Any]:
    """The JSON object that came with a request that writes."""
    return getattr(request, "api_body", {})


def body_bytes(data: Any) -> bytes:
    """An answer as it leaves."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def etag_of(data: Any, *, exact: bool = False) -> str:
    """The hash of an answer, so that it is never wrong; a strong one where `If-Match` compares it."""
    mark = hashlib.sha256(body_bytes(data)).hexdigest()[:32]
    return f'"{mark}"' if exact else f'W/"{mark}"'


@dataclass(frozen=True)
class Parameter:
    """One value of an address, query or header, as OpenAPI describes it; `schema` is JSON Schema."""

    name: str
    description: str
    schema: dict[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False  # may be repeated, for "or"
    place: str = "query"  # query, path, header
    example: Any = None
    required: bool = False


@dataclass(frozen=True)
class Endpoint:
    """One address and method. `path` is Django's, below /api/v1/; `returns` names a schema of `schemas`.

    `scope` is what a token must allow ("" where everybody may); `takes` names the schema of the body.
    """

    path: str
    name: str
    handler: Callable[..., Any]
    summary: str
    returns: str
    parameters: tuple[Parameter, ...] = ()
    description: str = ""
    problems: tuple[int, ...] = (400, 404, 429)
    tag: str = ""
    method: str = "GET"
    scope: str = ""
    takes: str = ""
    status: int = 200
    exact: bool = False

    @property
    def writes(self) -> bool:
        return self.method in WRITING
