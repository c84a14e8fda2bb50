"""What the desk's page makes of columns that a person maps: a mapping, words with a meaning, a file to keep."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kept.pledges.importing import mapping_from_columns, open_source, shipped_mappings
from kept.pledges.importing.by_hand import ByHand, makes_terms, with_new_terms, with_words, words_of
from kept.pledges.importing.mapping_files import SHIPPED
from kept.pledges.importing.mapping_writing import to_toml
from kept.pledges.importing.sources import Layout

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.one_of(words, st.booleans(), st.integers(-5, 10**6), st.lists(words, max_size=3))
tables = st.dictionaries(words, st.one_of(plain, st.dictionaries(words, plain, max_size=3)), max_size=4)
mappings = st.fixed_dictionaries(
    {},
    optional={
        "source": words, "decimal": words, "only": tables, "file": tables, "fields": tables, "lead": tables,
        "amount": st.lists(tables, min_size=1, max_size=2), "partners": tables, "links": tables,
    },
)  # fmt: skip


@given(mappings)
def test_what_is_written_as_toml_is_read_as_it_was(data):
    assert tomllib.loads(to_toml(data)) == data


@pytest.mark.parametrize("name", shipped_mappings())
def test_the_mappings_that_come_with_kept_survive_it_too(name):
    data = tomllib.loads((SHIPPED / f"{name}.toml").read_text())
    assert tomllib.loads(to_toml(data)) == data


def test_a_file_without_a_column_for_who_pledges_says_it_once():
    made = mapping_from_columns({"Promise": "title", "Web": "lead.website"}, name="ours", lead="Lake Networks")
    assert made.data["lead"] == {"name": {"always": "Lake Networks"}, "website": "Web"}


def test_amounts_without_a_currency_are_in_the_one_that_was_said():
    made = mapping_from_columns({"P": "title", "W": "lead.name", "Budget": "amount"}, name="ours", currency="XOF")
    assert made.data["amount"] == [{"column": "Budget", "otherwise": "XOF"}]


def test_words_are_given_a_meaning_wherever_their_field_stands():
    data = {
        "fields": {"targets": "Where", "kinds": ["A", {"column": "B", "values": {"x": "policy"}}], "title": "T"},
        "lead": {"name": "Who", "type": {"always": "academia"}},
        "partners": {"name": "With"},
    }
    taught = with_words(data, {"targets": {"Atlantis": ""}, "kinds": {"y": "advocacy"}, "lead": {"ITU": "Union"},
                               "lead.type": {"z": "other"}})  # fmt: skip
    assert taught["fields"] == {
        "targets": {"column": "Where", "values": {"Atlantis": ""}},
        "kinds": [{"column": "A", "values": {"y": "advocacy"}}, {"column": "B", "values": {"x": "policy", "y": "advocacy"}}],
        "title": "T",
    }  # fmt: skip
    assert taught["lead"] == {"name": {"column": "Who", "values": {"ITU": "Union"}}, "type": {"always": "academia"}}
    assert taught["partners"] == {"name": {"column": "With", "values": {"ITU": "Union"}}}
    assert words_of(taught) == {
        "targets": {"Atlantis": ""}, "kinds": {"x": "policy", "y": "advocacy"}, "lead": {"ITU": "Union"},
    }  # fmt: skip
    assert data["fields"]["targets"] == "Where"


def test_new_values_of_a_list_are_made_where_somebody_says_so_and_not_where_somebody_takes_it_back():
    data = {"fields": {"kinds": "A", "focus_areas": {"column": "B", "values": {"x": "y"}}}}
    made = with_new_terms(data, {"kinds": True, "focus_areas": True})
    assert makes_terms(made) == ["focus_areas", "kinds"]
    assert with_new_terms(made, {"kinds": False, "focus_areas": False}) == data


def test_a_file_is_opened_in_the_shape_that_a_person_says(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title,Organisation\nnot,yet\nВетер,Ещё\nМост,Сеть\n", encoding="windows-1251")
    source = open_source(path, ByHand(Layout(header_row=3, encoding="windows-1251")))
    assert (source.columns, source.by_mapping, source.header_row) == (["Ветер", "Ещё"], False, 3)
    assert [row.cells for row in source.rows()] == [["Мост", "Сеть"]]
