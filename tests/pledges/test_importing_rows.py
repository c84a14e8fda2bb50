"""A row becomes what a pledge says; what cannot be read is refused with column, value and reason."""

from __future__ import annotations

import json
import time
import tomllib

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kept.pledges.content import PledgeContent
from kept.pledges.importing import bind, open_source, read_mapping

MAPPING = """
dates = "day first"
[fields]
title = "Title"
[lead]
name = "Lead"
"""


@pytest.fixture
def read(tmp_path):
    """read({"Title": "Fibre", …}, more_toml): what the row of this table says."""

    def read_one(cells, more="", base=MAPPING):
        path = tmp_path / "row.json"
        path.write_text(json.dumps([{"Title": "Fibre for all", "Lead": "Lake Networks", **cells}]))
        return only(path, base + more)

    return read_one


def only(path, toml):
    mapping = read_mapping(tomllib.loads(toml), name="office")
    source = open_source(path, mapping)
    binding = bind(mapping, source)
    [result] = [binding.read_row(row) for row in source.rows()]
    return result


def reasons(result):
    return [(p.field, p.column, p.value) for p in result.problems]


# --- text --------------------------------------------------------------------------------------------


def test_a_row_says_who_promises_what(read):
    result = read({})
    assert (result.values["title"], result.lead.name, result.problems) == ("Fibre for all", "Lake Networks", [])


def test_what_is_said_fits_the_shape_of_a_pledge(read):
    result = read({"Where": "Kenya", "Sum": "5"}, '[fields.targets]\ncolumn="Where"\n[amount]\ncolumn="Sum"\nin="USD"')
    content = PledgeContent.from_json(result.values)
    assert (content.title, content.targets, content.amount, content.currency) == ("Fibre for all", ("KEN",), "5", "USD")


def test_a_row_without_an_organisation_is_refused(read):
    assert reasons(read({"Lead": " \u00a0 "})) == [("lead", "Lead", "")]


def test_a_row_that_does_not_say_what_is_refused(read):
    assert reasons(read({"Title": "–"})) == [("title", "Title", "")]


def test_a_row_of_totals_is_refused(read):
    result = read({"Lead": "TOTAL:"})
    assert [p.code for p in result.problems] == ["total"]


def test_a_long_title_is_refused_or_shortened_and_nothing_is_lost(read):
    long = "Connect every school, " * 12
    assert reasons(read({"Title": long}))[0][0] == "title"
    result = read({"Title": long}, base=MAPPING.replace('"Title"', '{ column = "Title", shorten = true }'))
    assert len(result.values["title"]) <= 160
    assert result.values["description"] == long.strip()


def test_a_row_without_a_title_takes_it_from_its_summary(read):
    base = MAPPING.replace('title = "Title"', 'title = "Title"\nsummary = "S"')
    result = read({"Title": "", "S": "We connect schools."}, base=base)
    assert (result.values["title"], result.problems) == ("We connect schools.", [])


def test_several_columns_make_one_text(read):
    more = '[fields.description]\nlines = { "Project" = "P", "Plan" = "Q", "Code" = "R" }\n'
    assert read({"P": "Lake", "Q": "", "R": 7}, more).values["description"] == "Project: Lake\nCode: 7"
    more = '[fields.occasion]\ntext = "{Meeting} in {Town}"\n'
    assert read({"Meeting": "Roundtable", "Town": "Kigali"}, more).values["occasion"] == "Roundtable in Kigali"
    assert "occasion" not in read({"Meeting": "Roundtable", "Town": ""}, more).values
    more = '[fields.summary]\njoin = ["P", "Q"]\nwith = " / "\n'
    assert read({"P": "a", "Q": "b"}, more).values["summary"] == "a / b"
    more = '[fields]\nsummary = ["P", { column = "Q", when = { R = ["yes", "ja"] } }, { always = "none" }]\n'
    base = MAPPING.replace("[fields]\n", more)
    assert read({"P": "", "Q": "b", "R": "Ja"}, base=base).values["summary"] == "b"
    assert read({"P": "", "Q": "b", "R": "no"}, base=base).values["summary"] == "none"


def test_our_own_guard_against_formulas_is_taken_off(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title,Lead\n'=HYPERLINK(\"x\"),'@Lake\n")
    result = only(path, MAPPING)
    assert (result.values["title"], result.lead.name) == ('=HYPERLINK("x")', "@Lake")


# --- organisations -----------------------------------------------------------------------------------


def test_the_first_of_two_pledgers_leads_and_kinds_stand_side_by_side(read):
    more = 'type = "Kind"\ncountry = "From"\n'
    result = read({"Lead": "UNDP; German Ministry (BMZ)", "Kind": "UN; government", "From": "USA; Germany"}, more)
    assert (result.lead.name, result.lead.type, result.lead.country) == ("UNDP", "un", "USA")
    [partner] = result.partners
    assert (partner.organisation.name, partner.organisation.type, partner.organisation.country) == (
        "German Ministry (BMZ)",
        "government",
        "DEU",
    )
    assert partner.organisation.abbreviation == "BMZ"
    assert partner.organisation.spellings == ("German Ministry (BMZ)", "German Ministry")


def test_partners_are_each_named_once_and_never_the_lead_itself(read):
    more = '[partners]\nname = "With"\npart = { always = "trains teachers" }\n'
    result = read({"Lead": "The Lake Networks", "With": "LAKE NETWORKS; ITU; Itu ;Estonia"}, more)
    assert [(p.organisation.name, p.part) for p in result.partners] == [
        ("ITU", "trains teachers"),
        ("Estonia", "trains teachers"),
    ]
    assert (result.partners[1].organisation.type, result.partners[1].organisation.country) == ("government", "EST")


def test_words_that_are_no_organisations_are_noted_with_the_pledge(read):
    result = read({"With": "ITU; governments"}, '[partners]\nname = "With"\nleave_out = ["governments"]\n')
    assert [p.organisation.name for p in result.partners] == ["ITU"]
    assert result.values["notes"] == ["Partners named in the source without a name of their own: governments."]


def test_an_unknown_kind_of_organisation_refuses_a_lead_and_is_left_out_for_a_partner(read):
    assert reasons(read({"Kind": "guild"}, 'type = "Kind"\n')) == [("lead.type", "Kind", "guild")]
    result = read({"With": "ITU", "Kind": "guild"}, '[partners]\nname = "With"\ntype = "Kind"\n')
    assert (result.problems, result.partners[0].organisation.type) == ([], "")
    assert "guild" in result.remarks[0]


# --- lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("Kenya; Népal; Côte d’Ivoire", ("KEN", "NPL", "CIV")),
        ("Россия\n中国", ("RUS", "CHN")),
        ("Kenya, Korea, Democratic People's Republic of and Trinidad and Tobago", ("KEN", "PRK", "TTO")),
        ("Africa; LDCs; worldwide", ("002", "ldc", "world")),
        ("Serbia and Montenegro (until 2006-2009)", ("SCG",)),
        (["Kenya", "UGA"], ("KEN", "UGA")),
    ],
)
def test_places_are_recognised_by_all_their_names(read, cell, codes):
    assert read({"Where": cell}, '[fields.targets]\ncolumn = "Where"\n').values["targets"] == codes


def test_an_unknown_place_is_refused_with_what_was_probably_meant(read):
    result = read({"Where": "Kenya; Nigerai"}, '[fields.targets]\ncolumn = "Where"\n')
    assert reasons(result) == [("targets", "Where", "Kenya; Nigerai")]
    assert "Nigeria" in result.problems[0].reason


@pytest.mark.parametrize(
    ("cell", "goals"),
    [
        ("SDG 4: Quality education; 9.c", ("4", "9.c")),
        ("4, 9 and 17", ("4", "9", "17")),
        (4.0, ("4",)),
        ("目标4", ("4",)),
        ("SDG4", ("4",)),
    ],
)
def test_goals_are_read_with_or_without_their_names(read, cell, goals):
    assert read({"SDG": cell}, '[fields.sdgs]\ncolumn = "SDG"\n').values["sdgs"] == goals


def test_a_goal_that_does_not_exist_is_refused(read):
    assert reasons(read({"SDG": "18"}, '[fields.sdgs]\ncolumn = "SDG"\n')) == [("sdgs", "SDG", "18")]


def test_terms_keep_the_words_of_the_file_and_values_translate_them(read):
    more = '[fields.focus_areas]\ncolumn = "F"\nvalues = { "Zugang" = "access" }\n'
    assert read({"F": "zugang; Adoption"}, more).values["focus_areas"] == ("access", "Adoption")
    assert read({"F": "Zugang; x"}, more + 'otherwise = "leave out"\n').values["focus_areas"] == ("access",)
    assert reasons(read({"F": "x"}, more + 'otherwise = "refuse"\n')) == [("focus_areas", "F", "x")]


def test_columns_with_crosses_are_a_list(read):
    more = '[fields.kinds]\nticked = { "Financial?" = "financial", "Policy?" = "policy", "Gone?" = "advocacy" }\n'
    assert read({"Financial?": "x", "Policy?": "no"}, more).values["kinds"] == ("financial",)


# --- money -------------------------------------------------------------------------------------------

MONEY = '[amount]\ncolumn = "Sum"\ncurrency = "Cur"\n'


@pytest.mark.parametrize(
    ("amount", "currency", "read_as"),
    [
        ("1,200,000.50", "USD", ("1200000.5", "USD")),
        ("1 200 000,50", "EUR", ("1200000.5", "EUR")),
        ("2e+06", "SEK", ("2000000", "SEK")),
        ("USD 3 bn", "", ("3000000000", "USD")),
        ("10 USD million", None, ("10000000", "USD")),
        ("10", "USD million", ("10000000", "USD")),
        (1200000.5, "eur", ("1200000.5", "EUR")),
        (0.1 + 0.2, "€", ("0.3", "EUR")),
        ("٥٠٠٠", "USD", ("5000", "USD")),
    ],
)
def test_amounts_are_read_as_people_write_them(read, amount, currency, read_as):
    result = read({"Sum": amount, "Cur": currency}, MONEY)
    assert (result.values["amount"], result.values["currency"]) == read_as


@pytest.mark.parametrize(
    ("amount", "currency", "column"),
    [
        ("5", "", "Sum"),
        ("12 apples", "USD", "Sum"),
        ("5 EUR", "USD", "Sum"),
        (-5, "USD", "Sum"),
        (1e300, "USD", "Sum"),
        ("5", "florins?", "Sum"),
    ],
)
def test_an_amount_that_cannot_be_one_is_refused(read, amount, currency, column):
    assert [(f, c) for f, c, _value in reasons(read({"Sum": amount, "Cur": currency}, MONEY))] == [("amount", column)]


def test_a_computed_amount_is_marked_and_its_words_are_kept(read):
    result = read({"Sum": "2 billion a year over the next five years", "Cur": "USD"}, MONEY)
    assert result.values["amount"] == "10000000000"
    assert "2 billion a year over the next five years" in result.values["notes"][0]
    assert "2,000,000,000" in result.values["notes"][0]


def test_zero_is_no_amount(read):
    result = read({"Sum": "0", "Cur": "USD"}, MONEY)
    assert "amount" not in result.values
    assert result.remarks == ["An amount of zero was read as no amount."]


def test_the_second_amount_counts_where_the_first_is_empty_and_the_files_conversion_is_kept(read):
    more = '[[amount]]\ncolumn = "A"\ncurrency = "Cur"\n[[amount]]\ncolumn = "B"\nin = "USD"\n'
    base = MAPPING.replace("[fields]", '[fields]\namount_usd = "B"')
    given = read({"A": "1000", "Cur": "SEK", "B": "95"}, more, base).values
    assert (given["amount"], given["currency"], given["amount_usd"]) == ("1000", "SEK", "95")
    given = read({"A": "", "Cur": "", "B": "95"}, more, base).values
    assert (given["amount"], given["currency"], given["amount_usd"]) == ("95", "USD", "95")


def test_a_sum_beside_several_rows_is_counted_once(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Title", "Lead", "Sum", "People"])
    sheet.write_column(1, 0, ["One", "Two", "Three"])
    for column, value in (("B", "Lake Networks"), ("C", 900), ("D", 30)):
        sheet.merge_range(f"{column}2:{column}4", value)
    book.close()
    toml = MAPPING.replace("[lead]", 'people_expected = "People"\n[lead]') + '[amount]\ncolumn = "Sum"\nin = "USD"\n'
    mapping = read_mapping(tomllib.loads(toml), name="office")
    source = open_source(tmp_path / "a.xlsx", mapping)
    results = list(map(bind(mapping, source).read_row, source.rows()))
    assert [r.lead.name for r in results] == ["Lake Networks"] * 3
    assert [(r.values.get("amount"), r.values.get("people_expected")) for r in results] == [
        ("900", 30),
        (None, None),
        (None, None),
    ]
    assert "first of them" in results[1].remarks[0]


# --- dates, people, links, indicators ----------------------------------------------------------------


def test_an_end_before_the_start_is_refused(read):
    more = 'start = "S"\nend = "E"\n'
    base = MAPPING.replace("[fields]\n", "[fields]\n" + more)
    assert reasons(read({"S": "2025", "E": "2024"}, base=base)) == [("end", "E", "2024")]
    assert read({"S": "2025", "E": "2025-03"}, base=base).problems == []


def test_the_mapping_says_whether_days_or_months_come_first(read):
    base = MAPPING.replace(
        "[fields]\n", '[fields]\nannounced = "A"\npublished = { column = "P", dates = "month first" }\n'
    )
    result = read({"A": "03/04/2023", "P": "03/04/2023"}, base=base)
    assert (result.values["announced"], result.published) == ("2023-04-03", "2023-03-04")


def test_people_in_words_are_counted_and_said(read):
    result = read({"P": "3 million people"}, '[fields.people_expected]\ncolumn = "P"\n')
    assert result.values["people_expected"] == 3_000_000
    assert result.remarks == ["“3 million people” was read as 3000000 people."]


def test_an_address_that_would_run_a_script_is_refused(read):
    more = '[[links]]\nurl = "Web"\nlabel = { always = "More" }\n'
    assert read({"Web": "www.example.org; https://b.example"}, more).values["links"] == [
        {"url": "https://www.example.org", "label": "More"},
        {"url": "https://b.example", "label": "More"},
    ]
    assert reasons(read({"Web": "javascript:alert(1)"}, more)) == [("links", "Web", "javascript:alert(1)")]


def test_indicators_are_read_from_columns(read):
    more = '[[indicators]]\nname = "What"\nunit = "Unit"\nbaseline = "Now"\ntarget = "Then"\nby = "When"\n'
    result = read(
        {"What": "Schools connected", "Unit": "schools", "Now": 0, "Then": "1 200", "When": "end of 2027"}, more
    )
    assert result.values["indicators"] == [
        {"name": "Schools connected", "unit": "schools", "baseline": "0", "target": "1200", "by": "2027"}
    ]


# --- knowing a row again -----------------------------------------------------------------------------


def test_a_row_is_known_by_its_id_else_by_what_it_says(read):
    assert read({"Nr": 7.0}, base='id = "Nr"\n' + MAPPING).identity == "7"
    first, again, other = read({"x": "1"}), read({"x": " 1 "}), read({"x": "2"})
    assert first.identity == again.identity != other.identity


def test_the_fingerprint_changes_with_what_the_row_says_and_not_with_how(read):
    more = '[fields.targets]\ncolumn = "Where"\n'
    assert read({"Where": "Kenya"}, more).fingerprint == read({"Where": "KEN", "x": "y"}, more).fingerprint
    assert read({"Where": "Kenya"}, more).fingerprint != read({"Where": "Uganda"}, more).fingerprint


def test_rows_that_the_mapping_does_not_want_are_left_out(read):
    base = 'only = { Status = ["Published", "final"] }\n' + MAPPING
    assert read({"Status": "draft"}, base=base).left_out
    assert not read({"Status": "FINAL"}, base=base).left_out


def test_words_that_stand_for_nothing_are_empty(read):
    base = 'empty = ["NA"]\n' + MAPPING + '[partners]\nname = "With"\n'
    result = read({"With": "NA; ITU; NA"}, base=base)
    assert [p.organisation.name for p in result.partners] == ["ITU"]


# --- bad input ---------------------------------------------------------------------------------------


def test_a_text_that_lost_its_quotation_marks_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title,Lead,Sum\nFibre, power and schools,Lake Networks,5\n")
    result = only(path, MAPPING)
    assert "quotation mark is probably missing" in result.problems[0].reason


def test_a_failed_formula_is_empty_and_said(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Title,Lead,Sum\nFibre,Lake Networks,#N/A\n")
    result = only(path, MAPPING + '[amount]\ncolumn = "Sum"\nin = "USD"\n')
    assert (result.problems, result.remarks) == ([], ["“Sum” shows #N/A; it was read as empty."])


EVERYTHING = """
[fields]
title = { column = "a", shorten = true }
description = "b"
targets = "c"
sdgs = "d"
people_expected = "e"
start = "f"
end = "f"
focus_areas = "g"
language = "h"
money_nature = "i"
[lead]
name = "j"
type = "k"
country = "l"
[amount]
column = "m"
currency = "n"
[[links]]
url = "o"
[[indicators]]
name = "p"
target = "q"
"""


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from("abcdefghijklmnopq"),
        st.text(max_size=40)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.none()
        | st.booleans()
        | st.lists(st.text(max_size=5), max_size=3),
        min_size=8,
    )
)
def test_whatever_stands_in_a_row_it_is_read_or_refused_with_reasons(tmp_path, cells):
    path = tmp_path / "any.json"
    path.write_text(json.dumps([{**dict.fromkeys("abcdefghijklmnopq"), **cells}]))
    result = only(path, EVERYTHING)
    assert all(p.reason for p in result.problems)
    if not result.problems:
        PledgeContent.from_json(result.values).to_json()
        json.dumps(result.values).encode()


HUGE = {
    "one word": "x" * 200_000,
    "commas": "a," * 60_000,
    "quotation marks": '"' * 100_000,
    "brackets": "(" * 50_000,
    "names of goals": "sdg" * 40_000,
    "numbers": "1 " * 50_000,
    "separators": ";" * 100_000,
}


@pytest.mark.parametrize("cell", HUGE.values(), ids=HUGE)
def test_a_huge_cell_costs_no_time(read, cell):
    start = time.perf_counter()
    for column in "abcdefghijklmnopq":
        read({"a": "Title", "j": "Lake Networks", column: cell}, base=EVERYTHING)
    assert time.perf_counter() - start < 10


def test_a_currency_that_is_none_is_refused_where_it_stands(read):
    more = '[amount]\ncolumn = "Sum"\ncurrency = "Money"\n'
    assert reasons(read({"Sum": 5, "Money": "XXQ"}, more)) == [("amount", "Money", "XXQ")]


def test_amounts_that_name_no_currency_are_in_the_one_that_the_mapping_says(read):
    more = '[amount]\ncolumn = "Sum"\notherwise = "XOF"\n'
    found = [read({"Sum": sum_}, more).values for sum_ in (5, "EUR 5", "5 million")]
    assert [(one["amount"], one["currency"]) for one in found] == [("5", "XOF"), ("5", "EUR"), ("5000000", "XOF")]
