"""The handbook is held against the code: settings, commands, files that it names, links that it has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "kept"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# Read by Python, Django or the shell, and no settings of ours.
FOREIGN = {"DJANGO_SETTINGS_MODULE", "PATH", "HOME"}


def short(path: Path) -> str:
    return str(path.relative_to(ROOT))


def asked_for() -> set[str]:
    """Names that the code reads from the environment."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text()
        found |= set(re.findall(r"environ(?:\.get\(|\[|\.setdefault\()\s*\"([A-Z_]+)\"", text))
        found |= set(re.findall(r"\b(?:c\.)?(?:flag|number)\(\"([A-Z_]+)\"", text))
    return found - FOREIGN


def test_every_setting_is_in_the_table_and_nothing_else_is():
    table = (ROOT / "docs" / "administrators" / "settings.md").read_text()
    described = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.M))
    assert described == asked_for()


def test_every_command_of_ours_is_described_and_every_described_one_exists():
    commands = {name for name, app in get_commands().items() if app.startswith("kept.")}
    text = (ROOT / "docs" / "administrators" / "README.md").read_text()
    described = set(re.findall(r"`kept ([a-z][a-z_-]+)", text))
    assert commands - described == set()
    assert described - set(get_commands()) == set()


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_a_page_of_the_handbook_leads_nowhere_in_vain(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    lost = [t for t in targets if "://" not in t and not t.startswith("mailto:") and not (page.parent / t).exists()]
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_a_page_of_the_handbook_names_only_files_that_are_there(page):
    """`tests/pledges/test_actions.py`, `src/kept/…`: what proves a promise can be opened."""
    named = re.findall(r"`((?:tests|src|docs|scripts|benchmarks|\.ci)/[^`\s*…<>]+)`", page.read_text())
    assert [name for name in named if not (ROOT / name.rstrip("/")).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=short)
def test_commands_in_a_page_of_the_handbook_exist(page):
    known = set(get_commands()) | {"runserver", "collectstatic"}
    named = re.findall(r"(?:^|`|/)kept ([a-z][a-z_-]+)", page.read_text(), re.M)
    assert sorted({name for name in named if name not in known}) == []
