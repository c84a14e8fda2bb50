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
    400: "A name or value that does not exist.",
    404: "There is nothing at this address, or no such page.",
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
            "summary": "Pledges, organisations and the counter, to read.",
            "description": "Amounts are decimal strings, dates ISO 8601, times with offset, countries ISO 3166-1 "
            "alpha-3, languages BCP 47. Errors are RFC 9457 problems. Every answer carries an ETag.",
            "license": {"name": installation().data_licence},
        },
        "servers": [{"url": f"{settings.KEPT_BASE_URL}/api/v1"}],
        "paths": {address_of(endpoint): {"get": _operation(endpoint)} for endpoint in endpoints()},
        "components": {"schemas": {**schemas, "Problem": PROBLEM_SHAPE}, "headers": _headers()},
    }


PROBLEM_SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def _headers() -> dict[str, Any]:
    return {name: {"description": words, "schema": {"type": "integer"}} for name, words in HEADERS.items()}


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    seen = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    etag = {"ETag": {"schema": {"type": "string"}}}
    answers: dict[str, Any] = {
        "200": {
            "description": endpoint.summary,
            "headers": {**seen, **etag},
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{endpoint.returns}"}}},
        },
        "304": {"description": "Nothing has changed since the ETag in If-None-Match."},
    }
    for status in endpoint.problems:
        answers[str(status)] = {
            "description": PROBLEMS[status],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    operation = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": [_parameter(parameter) for parameter in endpoint.parameters],
        "responses": answers,
    }
    return {**operation, "description": endpoint.description} if endpoint.description else operation


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = {"type": "array", "items": parameter.schema} if parameter.many else parameter.schema
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": parameter.place,
        "description": parameter.description,
        "schema": schema,
    }
    if parameter.place == "path":
        described["required"] = True
    if parameter.many:
        described |= {"style": "form", "explode": True}
    if parameter.example is not None:
        described["example"] = parameter.example
    return described
