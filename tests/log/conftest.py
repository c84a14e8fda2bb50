"""A log to test with: pledges published by number, without the pledges' room."""

from __future__ import annotations

import pytest
from django.db import transaction

from kept.log import checks
from kept.log.actions import NewEntry, document_bytes, new_salt, open_head, reference_for


def append(type: str, reference: str, revision: int, *, language: str = "", **content) -> int:
    """Append one entry with its document; return its place."""
    payload = {"reference": reference, "revision": revision, "title": "Fibre for 12 schools", **content}
    if language:
        payload["language"] = language
    with transaction.atomic(), open_head() as head:
        document = document_bytes(payload, new_salt())
        return head.append(NewEntry(type, reference, revision, document, language))


def publish(count: int = 1) -> list[str]:
    """Publish so many pledges in one transaction; return their references."""
    with transaction.atomic(), open_head() as head:
        references = [reference_for(number) for number in head.take_numbers(count)]
        head.append_many(
            NewEntry(
                "pledge.published",
                reference,
                1,
                document_bytes({"reference": reference, "revision": 1, "title": "Écoles en réseau"}, new_salt()),
            )
            for reference in references
        )
        head.changed_many("pledge", references)
    return references


@pytest.fixture(autouse=True)
def _keys_of_its_own(settings, tmp_path, monkeypatch):
    """Every test has its own key folder and no name or key from outside; the rooms above do not ask along."""
    monkeypatch.setattr(checks, "_checks", [])
    monkeypatch.setattr(checks, "_copy_checks", [])
    settings.KEPT_DATA = tmp_path
    settings.LOG_NAME = settings.LOG_KEY = ""
