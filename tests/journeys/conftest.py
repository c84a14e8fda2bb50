"""Journeys: each begins with what a person sees, and ends with what others can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import chrome, demonstration, empty_house, templates_folder  # noqa: F401

FOLDER = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FOLDER in item.path.parents:
            item.add_marker(pytest.mark.journey)
