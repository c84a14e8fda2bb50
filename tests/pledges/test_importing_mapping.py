"""Mappings that offices write: every word is checked, and a fault says what to do."""

from __future__ import annotations

import pytest

from kept.pledges.importing import (
    MappingError,
    UnusableFile,
    bind,
    load_mapping,
    open_source,
    read_mapping,
    shipped_mappings,
)

LEAST = {"lead": {"name": "Who"}, "fields": {"title": "What"}}


def faults(**written):
    with pytest.raises(MappingError) as refused:
        read_mapping({**LEAST, **written}, name="office")
    return " ".join(refused.value.faults)


def test_the_least_mapping_says_who_and_what():
    mapping = read_mapping(LEAST, name="office")
    assert (mapping.source, mapping.columns) == ("office", ("What", "Who"))


def test_a_word_that_means_nothing_is_named_with_the_word_that_was_meant():
    assert "“lable” means nothing here. Did you mean “label”?" in faults(lable="P2C")
    assert "[fields] “titel”" in faults(fields={"titel": "What"})
    assert "[fields.title] “colum” means nothing here. Did you mean “column”?" in faults(
        fields={"title": {"colum": "What"}}
    )


def test_every_fault_is_told_at_once():
    told = faults(lead={}, fields={}, dates="european", file={"header_row": "three"}, amount={"in": "USD"})
    for word in ("[lead] needs a name", "[fields] needs a title", "dates: write one of", "header_row", "amount.column"):
        assert word in told


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (7, "name of a column"),
        ({"column": "A", "always": "B"}, "exactly one of"),
        ({"with": ", "}, "exactly one of"),
        ({"column": "A", "values": ["a"]}, "pairs of texts"),
        ({"column": "A", "shorten": "yes"}, "true or false"),
        ({"column": "A", "otherwise": "drop"}, "“keep”, “leave out”, “refuse”"),
        ({"columns": "A"}, "list of texts"),
        ({"column": "A", "separator": 5}, "separator"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, told):
    assert told in faults(fields={"title": rule})


def test_a_mapping_that_is_not_written_as_toml_says_where(tmp_path):
    path = tmp_path / "office.toml"
    path.write_text("[lead\nname = 'Who'\n")
    with pytest.raises(MappingError, match="line 1"):
        load_mapping(path)


def test_a_name_that_does_not_exist_brings_the_nearest():
    with pytest.raises(MappingError, match="Did you mean p2c-reported"):
        load_mapping("p2c-report")


def test_all_shipped_mappings_can_be_read():
    assert shipped_mappings() == ["fts", "kept", "open-source-pledge", "p2c-reported"]
    assert [load_mapping(name).source for name in shipped_mappings()] == shipped_mappings()


def test_a_mapping_survives_being_stored():
    mapping = load_mapping("fts")
    assert read_mapping(mapping.data, name="fts") == mapping


def test_columns_are_found_without_regard_to_case_accents_and_spaces(tmp_path):
    (tmp_path / "a.csv").write_text("  WHAT is promised : ,Qui?\nFibre,Lake Networks\n")
    mapping = read_mapping({"lead": {"name": "qui"}, "fields": {"title": "What is promised"}}, name="office")
    source = open_source(tmp_path / "a.csv", mapping)
    assert bind(mapping, source).read_row(next(source.rows())).values["title"] == "Fibre"


def test_a_file_without_a_needed_column_is_refused_and_its_columns_are_named(tmp_path):
    (tmp_path / "a.csv").write_text("What,Organisation\nFibre,Lake Networks\n")
    mapping = read_mapping(LEAST, name="office")
    with pytest.raises(UnusableFile, match="no column “Who”.*It has: What, Organisation"):
        bind(mapping, open_source(tmp_path / "a.csv", mapping))


def test_a_column_that_is_missing_and_not_needed_is_said(tmp_path):
    (tmp_path / "a.csv").write_text("What,Who\nFibre,Lake Networks\n")
    mapping = read_mapping({**LEAST, "fields": {"title": "What", "targets": "Where"}}, name="office")
    assert bind(mapping, open_source(tmp_path / "a.csv", mapping)).remarks == ["The file has no column “Where”."]
