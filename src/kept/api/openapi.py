"""The API's description (OpenAPI 3.1), made of what the rooms say about their endpoints."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import version
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils.module_loading import module_has_submodule

from kept.base.endpoints import Endpoint, Parameter
from kept.base.installation import installation

PROBLEMS = {
    400: "A name or value that does not exist, or a body that cannot be read.",
    401: "No token, or one that is not good.",
    403: "The token or its account may not do this.",
    404: "There is nothing at this address, or no such page.",
    409: "Not possible in the state in which it is.",
    412: "It was changed since: read it again, then write.",
    413: "The body is larger than a megabyte.",
    415: "The body is no JSON.",
    422: "It was read and refused: `errors` says where and what to do.",
    428: "Say by If-Match which text you have read.",
    429: "Too many requests: `Retry-After` says when to come again.",
}
HEADERS = {
    "RateLimit-Limit": "Requests that are possible at once.",
    "RateLimit-Remaining": "Requests that are left.",
    "RateLimit-Reset": "Seconds until all are possible again.",
}


def rooms() -> list[Any]:
    """The `api` modules of all rooms that have one, in the order in which the house was built."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("kept.") and config.name != "kept.api" and module_has_submodule(config.module, "api"):
            found.append(import_module(f"{config.name}.api"))
    return found


def endpoints() -> list[Endpoint]:
    """Every endpoint of every room."""
    return [endpoint for room in rooms() for endpoint in room.ENDPOINTS]


def by_address() -> dict[str, list[Endpoint]]:
    """{path: its endpoints}, the one that reads first."""
    found: dict[str, list[Endpoint]] = {}
    for endpoint in sorted(endpoints(), key=lambda each: each.writes):
        found.setdefault(endpoint.path, []).append(endpoint)
    return found


def address_of(endpoint: Endpoint) -> str:
    """Its address as OpenAPI writes it: /pledges/{reference}/history"""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", endpoint.path)


def description() -> dict[str, Any]:
    """The whole document."""
    name = installation().name
    schemas = {key: shape for room in rooms() for key, shape in room.SCHEMAS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{name}: public pledges",
            "version": version("kept"),
            "summary": "Pledges, organisations and the counter, to read; pledges of one's own, to write.",
            "description": "Amounts are decimal strings, dates ISO 8601, times with offset, countries ISO 3166-1 "
            "alpha-3, languages BCP 47. Errors are RFC 9457 problems. Every answer carries an ETag. Reading is open to "
            "all; writing takes a token that an account makes for itself under /my/tokens/.",
            "license": {"name": installation().data_licence},
        },
        "servers": [{"url": f"{settings.KEPT_BASE_URL}/api/v1"}],
        "paths": {
            address_of(found[0]): {endpoint.method.lower(): _operation(endpoint) for endpoint in found}
            for found in by_address().values()
        },
        "components": {
            "schemas": {**schemas, "Problem": PROBLEM_SHAPE},
            "headers": _headers(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token made under /my/tokens/."}
            },
        },
    }


PROBLEM_SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code"],
                "properties": {
                    "name": {"type": "string", "description": "The name in the query that is wrong."},
                    "value": {"type": "string"},
                    "pointer": {"type": "string", "description": "The field of the body that is wrong (RFC 6901)."},
                    "code": {"type": "string"},
                    "detail": {"type": "string", "description": "What to do."},
                },
            },
        },
    },
}
IF_MATCH = Parameter(
    "If-Match",
    "The ETag of the text that you have read: somebody else's change is not overwritten.",
    {"type": "string", "maxLength": 200, "pattern": r'^[!-~]( ?[!-~])*$'},
    place="header", required=True,
)  # fmt: skip
KEY = Parameter(
    "Idempotency-Key",
    "One for each thing that you do, for example a UUID: a request that is sent again with it is answered with the "
    "first answer, for a day.",
    {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
    place="header",
)  # fmt: skip


def _headers() -> dict[str, Any]:
    return {name: {"description": words, "schema": {"type": "integer"}} for name, words in HEADERS.items()}


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [_parameter(parameter) for parameter in _parameters(endpoint)],
        "responses": _responses(endpoint),
    }
    if endpoint.scope:
        operation["security"] = [{"token": [endpoint.scope]}]
    if endpoint.takes:
        shape = {"schema": {"$ref": f"#/components/schemas/{endpoint.takes}"}}
        operation["requestBody"] = {"required": False, "content": {"application/json": shape}}
    return {**operation, "description": endpoint.description} if endpoint.description else operation


def _parameters(endpoint: Endpoint) -> tuple[Parameter, ...]:
    own = endpoint.parameters
    return (*own, *((IF_MATCH,) if endpoint.method == "PATCH" else ()), *((KEY,) if endpoint.writes else ()))


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    seen = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    more = {"ETag": {"schema": {"type": "string"}, "required": True}}
    if endpoint.status == 201:
        more["Location"] = {"schema": {"type": "string"}, "required": True}
    answers: dict[str, Any] = {
        str(endpoint.status): {
            "description": endpoint.summary,
            "headers": {**seen, **more},
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{endpoint.returns}"}}},
        },
    }
    if not endpoint.writes:
        answers["304"] = {"description": "Nothing has changed since the ETag in If-None-Match."}
    asked = {*endpoint.problems, 401} | ({403} if endpoint.scope else set())
    for status in sorted(asked | ({413, 415} if endpoint.takes else set())):
        answers[str(status)] = {
            "description": PROBLEMS[status],
            "headers": seen,
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return answers


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = parameter.schema
    if parameter.place == "query" and schema != {"type": "string"}:
        schema = {"anyOf": [schema, {"const": "", "description": "An empty value says nothing."}]}
    if parameter.many:
        schema = {"type": "array", "items": schema}
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "schema": schema,
    }
    if parameter.place == "path" or parameter.required:
        described["required"] = True
    if parameter.many:
        described |= {"style": "form", "explode": True}
    if parameter.example is not None:
        described["example"] = parameter.example
    return described
