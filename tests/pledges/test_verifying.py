"""Whoever changes the registry beside the log is found by name."""

from __future__ import annotations

import pytest

from kept.log.checks import verify_database
from kept.log.verify import DoesNotHold
from kept.pledges.models import Revision

MONEY = {"amount": "1000", "currency": "USD", "money_nature": "new", "kinds": ("financial",)}


def test_an_untouched_registry_holds(make_pledge):
    make_pledge("published", **MONEY)
    make_pledge("withdrawn")
    assert verify_database().size == 3


@pytest.mark.parametrize(
    ("column", "value"),
    [("title", "A smaller promise"), ("amount_usd", "9000.00"), ("end", "2099"), ("record_status", "withdrawn")],
)
def test_a_changed_column_is_named_with_its_pledge(make_pledge, column, value):
    make_pledge("published", **MONEY)
    pledge = make_pledge("published", **MONEY)
    Revision.objects.filter(pk=pledge.current_id).update(**{column: value})
    with pytest.raises(DoesNotHold, match="changed: P-00002"):
        verify_database()


def test_a_pledge_that_was_deleted_is_missed(make_pledge):
    for _n in range(3):
        pledge = make_pledge("published")
    Revision.objects.filter(pledge__number=2).update(valid_to="2020-01-01T00:00:00Z")
    with pytest.raises(DoesNotHold, match="missing: P-00002"):
        verify_database()
    assert pledge.number == 3
