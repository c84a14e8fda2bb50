"""docs/importing.md is for an office: its example works, and no word of a mapping is missing from it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from kept.pledges.importing import bind, mapping_files, open_source, read_mapping, shipped_mappings

HANDBOOK = (Path(__file__).parents[2] / "docs" / "importing.md").read_text(encoding="utf-8")


def block(language):
    return re.search(rf"```{language}\n(.*?)```", HANDBOOK, re.S)[1]


def test_the_example_of_the_handbook_works(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(block("csv"), encoding="utf-8")
    mapping = read_mapping(tomllib.loads(block("toml")), name="our-list")
    source = open_source(path, mapping)
    binding = bind(mapping, source)
    first, second, draft, refused = map(binding.read_row, source.rows())
    assert binding.remarks == first.problems == second.problems == []
    assert (first.id, first.lead.name, first.lead.abbreviation) == ("1", "Lake Networks (LN)", "LN")
    assert (first.values["amount"], first.values["currency"]) == ("2500000", "EUR")
    assert (first.values["targets"], first.values["announced"]) == (("BDI", "RWA"), "2023-06-05")
    assert first.values["focus_areas"] == ("access",)
    assert (second.values["announced"], "amount" in second.values) == ("2023-12", False)
    assert draft.left_out
    assert [(p.column, p.value) for p in refused.problems] == [("Where", "Atlantis")]
    assert refused.number == 8


def test_every_word_of_a_mapping_is_explained():
    words = {
        *mapping_files._TOP, *mapping_files._FILE, *mapping_files._RULE, *mapping_files._WHO, *mapping_files._AMOUNT,
        *mapping_files._INDICATOR, *mapping_files._LINK, *mapping_files.FIELDS,
    }  # fmt: skip
    unexplained = {word for word in words if not re.search(rf"[`\[]{word}\b", HANDBOOK)}
    assert unexplained == set()


def test_every_mapping_that_comes_along_is_named():
    assert all(f"| `{name}` |" in HANDBOOK for name in shipped_mappings())
