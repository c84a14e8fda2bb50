"""What `make run` does with a database: fills one that is empty and its own, never one that somebody named."""

from __future__ import annotations

import io

import pytest

from kept.site.demo.load import NotEmpty, load
from kept.site.management.commands import run


@pytest.mark.parametrize(
    ("empty", "environment", "done"),
    [
        (True, {}, ["migrate", "demo", "signinlinks", "serve"]),
        (False, {}, ["migrate", "signinlinks", "serve"]),  # a second time: nothing is loaded twice
        (True, {"DEMO": "0"}, ["migrate", "serve"]),
        (True, {"DATABASE_URL": "postgresql://kept@db/kept"}, ["migrate", "serve"]),
    ],
)
def test_the_demonstration_is_loaded_once_and_only_where_nobody_said_otherwise(monkeypatch, empty, environment, done):
    called = []
    for name in ("DEMO", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(run, "call_command", lambda name, **words: called.append(name))
    monkeypatch.setattr(run, "is_empty", lambda: empty and "demo" not in called)
    said = io.StringIO()
    run.Command(stdout=said).handle(port=8765)
    assert called == done
    assert ("createsecretariat" in said.getvalue()) == ("signinlinks" not in done)
    assert "http://127.0.0.1:8765/" in said.getvalue()


def test_the_demonstration_refuses_a_database_that_somebody_named(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://kept@db/kept")
    with pytest.raises(NotEmpty, match="kept demo --force"):
        load()
