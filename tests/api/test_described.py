"""The description of the API, held against the API by schemathesis: a little with every run, at length by `make fuzz`."""

from __future__ import annotations

from contextlib import suppress

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from scripts.fuzz import CONFIG

from kept.api import actions as api_actions
from kept.api.scopes import SCOPES
from tests.registry.conftest import organisations, public_record  # noqa: F401  (fixtures)

EXAMPLES = 3  # of each kind for each operation
BOUNDED = bounds(
    max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@pytest.fixture
def described(db, settings, public_record, make_pledge):  # noqa: F811
    """The API of an installation with public pledges and drafts."""
    from django.core.handlers.wsgi import WSGIHandler

    settings.LIMITS = False
    make_pledge("draft")
    make_pledge("published")
    for signal in (request_started, request_finished):  # the connection of the test is not closed between requests
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", WSGIHandler(), config=CONFIG)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def token(focal_point, now):
    """A token that may do everything that its account may."""
    return api_actions.make_token("Fuzz", SCOPES, 30, by=focal_point, at=now)[1]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_schemathesis_finds_no_fault(described, token, mode):
    tried = set()
    for found in described.get_all_operations():
        operation = found.ok()

        @BOUNDED
        @given(case=operation.as_strategy(mode))
        def holds(case):
            tried.add(case.operation.label)
            case.call_and_validate(headers={"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"})

        with suppress(Unsatisfiable):  # an address without names or body has nothing that could be said wrongly
            holds()
    assert {"GET /pledges", "POST /pledges", "PATCH /pledges/{reference}"} <= tried
