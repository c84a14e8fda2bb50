"""What the tests of this room share: terms are read anew, as after a change."""

from __future__ import annotations

import pytest

from kept.pledges import taxonomies


@pytest.fixture(autouse=True)
def _terms_are_read_anew():
    taxonomies.forget()
