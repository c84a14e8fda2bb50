"""Files without a mapping: columns recognised by what offices call them."""

from __future__ import annotations

import csv
import json

import pytest
from openpyxl import Workbook

from kept.pledges.importing import (
    MappingError,
    bind,
    guess_mapping,
    harmless,
    mapping_from_columns,
    open_source,
)
from kept.pledges.importing.guessing import ASSIGNABLE, field_of
from kept.pledges.importing.words import meanings


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("Title of the pledge *", "title"),
        ("Intitulé", "title"),
        ("العنوان", "title"),
        ("название обязательства", "title"),
        ("承诺标题", "title"),
        ("Lead Organisation", "lead.name"),
        ("Nombre de la organización", "lead.name"),
        ("3. Pays bénéficiaires", "targets"),
        ("COUNTRIES", "targets"),
        ("Budget (EUR million)", "amount"),
        ("Amount in KES", "amount"),
        ("Beneficiaires", "beneficiaries"),
        ("Decription", "description"),
        ("Country 2", "targets"),
        ("日期", "announced"),
        ("url", ""),
        ("Favourite colour", None),
        ("No.", "id"),
        ("Promised by", "lead.name"),
    ],
)
def test_columns_are_recognised_in_six_languages(column, target):
    assert field_of(column) == target


def test_a_name_in_two_rows_is_known_by_one_of_them(tmp_path):
    book = Workbook()
    sheet = book.active
    for cells in (["What", "Who", "Money", None, "When", None], [None, None, "Amount", "Currency", "Start", "End"],
                  ["Fibre", "Lake", 5, "USD", 2023, 2025]):  # fmt: skip
        sheet.append(cells)
    sheet.merge_cells("C1:D1")
    sheet.merge_cells("E1:F1")
    book.save(tmp_path / "a.xlsx")
    guess, [row] = results(tmp_path / "a.xlsx")
    assert list(guess.recognised.values()) == ["title", "lead.name", "amount", "currency", "start", "end"]
    assert (row.problems, row.values["amount"], row.values["end"]) == ([], "5", "2025")


def test_the_currency_in_a_columns_name_is_no_more_than_the_currency(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('[{"title": "A", "organisation": "Lake", "amount_usd": 5}]')
    _guess, [row] = results(path)
    assert (row.problems, row.values["amount"], row.values["currency"]) == ([], "5", "USD")


def test_every_word_leads_to_something_that_can_be_assigned():
    assert set(meanings("columns").values()) - set(ASSIGNABLE) == {"", "reference"}


def results(path):
    source = open_source(path)
    guess = guess_mapping(source)
    binding = bind(guess.needed(), source)
    return guess, [binding.read_row(row) for row in source.rows()]


def write(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    return path


def test_an_offices_list_goes_in_without_a_mapping(tmp_path):
    path = write(
        tmp_path / "engagements.csv",
        ["Registre des engagements 2023"],
        [],
        [
            "N°",
            "Intitulé",
            "Organisation",
            "Type d'organisation",
            "Pays cibles",
            "Montant",
            "Devise",
            "Date d'annonce",
            "Remarques",
        ],
        [
            "1",
            "Fibre pour tous",
            "Réseaux du Lac",
            "Secteur privé",
            "Kenya, Ouganda",
            "1 200 000,50",
            "EUR",
            "31/12/2023",
            "x",
        ],
        ["2", "Écoles", "Ministère", "Gouvernement", "Burundi", "1,250", "USD", "03/04/2023", ""],
    )
    guess, [first, second] = results(path)
    assert guess.unrecognised == ["N°", "Remarques"]
    assert guess.mapping.source == "engagements"  # lists are told apart by the names of their files
    assert guess.options == {"dates": "day first", "decimal": ","}
    assert (first.values["amount"], first.values["targets"], first.lead.type) == (
        "1200000.5",
        ("KEN", "UGA"),
        "private-sector",
    )
    assert (second.values["announced"], second.values["amount"]) == ("2023-04-03", "1.25")
    assert first.problems == second.problems == []


def test_the_currency_may_stand_in_the_name_of_the_column(tmp_path):
    path = write(
        tmp_path / "a.csv", ["Title", "Organisation", "Budget (EUR million)"], ["Fibre", "Lake Networks", "2,5"]
    )
    _guess, [only] = results(path)
    assert (only.values["amount"], only.values["currency"]) == ("2500000", "EUR")


def test_an_only_amount_in_dollars_is_the_amount(tmp_path):
    path = write(tmp_path / "a.csv", ["Title", "Organisation", "Amount (USD)"], ["Fibre", "Lake Networks", "5000"])
    _guess, [only] = results(path)
    assert (only.values["amount"], only.values["currency"]) == ("5000", "USD")
    assert "amount_usd" not in only.values


def test_a_file_that_does_not_say_who_pledges_names_what_is_missing(tmp_path):
    path = write(tmp_path / "a.csv", ["Title", "Colour"], ["Fibre", "red"])
    with pytest.raises(MappingError, match="organisation that makes the pledge.*Colour"):
        guess_mapping(open_source(path)).needed()


def test_columns_assigned_by_hand_make_a_mapping():
    mapping = mapping_from_columns(
        {
            "Was": "title",
            "Wer": "lead.name",
            "Land 1": "targets",
            "Land 2": "targets",
            "Zeitraum": "period",
            "Rest": "",
        },
        name="upload-7",
        dates="day first",
        create=["focus_areas"],
    )
    assert mapping.source == "upload-7"
    assert mapping.columns == ("Was", "Zeitraum", "Land 1", "Land 2", "Wer")
    assert mapping.fields["targets"][0].join == ("Land 1", "Land 2")


# --- our own export ----------------------------------------------------------------------------------

EXPORTED = {
    "reference": "P-00831",
    "source_id": "",
    "title": "=Fibre to 214 health posts",
    "summary": "Every post is connected.",
    "description": "",
    "lead": "Lake; Networks",
    "partners": "ITU;Estonia",
    "entity_type": "private-sector",
    "origin": "BDI",
    "kinds": "financial;programme",
    "focus_areas": "access",
    "targets": "BDI;ldc",
    "countries": "AFG;BDI;TCD",
    "amount": "1200000.50",
    "currency": "EUR",
    "amount_usd": "1300000.00",
    "rate_kind": "ecb",
    "money_nature": "to_be_raised",
    "instrument": "own_investment",
    "indicators": "Posts connected | posts | 0 | 214 | 2027-12",
    "language": "zh-Hans",
    "status": "published",
    "announced": "2023-06",
    "published": "2023-07-01",
    "source": "",
    "source_url": "",
    "sha256": "5e" * 32,
    "url": "https://kept.example/pledges/P-00831/",
}


def test_an_exported_table_comes_back_as_it_was(tmp_path):
    path = tmp_path / "export.csv"
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        out.writerow(EXPORTED)
        out.writerow([harmless(cell) for cell in EXPORTED.values()])
        out.writerow([harmless({**EXPORTED, "status": "withdrawn"}[key]) for key in EXPORTED])
    guess, [first, withdrawn] = results(path)
    assert (guess.mapping.name, guess.unrecognised, withdrawn.left_out != "") == ("kept", [], True)
    said = first.values
    assert first.problems == []
    assert (first.id, first.document) == ("https://kept.example/pledges/P-00831/", "5e" * 32)
    assert (said["title"], first.lead.name) == ("=Fibre to 214 health posts", "Lake; Networks")
    assert (first.lead.type, first.lead.country, said["language"]) == ("private-sector", "BDI", "zh-hans")
    assert [p.organisation.name for p in first.partners] == ["ITU", "Estonia"]
    assert (said["kinds"], said["focus_areas"], said["targets"]) == (
        ("financial", "programme"),
        ("access",),
        ("BDI", "ldc"),
    )
    assert (said["amount"], said["currency"], said["money_nature"]) == ("1200000.5", "EUR", "to_be_raised")
    assert said["indicators"] == [
        {"name": "Posts connected", "unit": "posts", "baseline": "0", "target": "214", "by": "2027-12"}
    ]
    assert (said["announced"], first.published) == ("2023-06", "2023-07-01")
    assert "amount_usd" not in said  # our own conversion is made anew; a file's own figure comes along


def test_an_exported_json_comes_back_with_everything(tmp_path):
    record = {
        "reference": "P-00831",
        "url": "https://kept.example/pledges/P-00831/",
        "status": "published",
        "title": "Fibre",
        "lead": {"name": "Lake Networks", "entity_type": "private-sector", "country": "BDI"},
        "partners": [
            {"name": "ITU", "entity_type": "un", "country": None, "part": "", "confirmed": True},
            {"name": "Estonia", "entity_type": "", "country": "EST", "part": "lends experts", "confirmed": False},
        ],
        "kinds": ["financial"],
        "focus_areas": ["access"],
        "targets": ["BDI"],
        "countries": ["BDI"],
        "amount": "5.00",
        "currency": "USD",
        "amount_usd": "5.00",
        "rate_kind": "file",
        "announced": None,
        "published": "2023-07-01T09:30:00Z",
        "indicators": [{"name": "Posts", "unit": "posts", "target": "214", "headline": True}],
        "links": [{"url": "https://a.example", "label": "More"}],
        "source": {"name": "Letter", "url": "https://b.example", "id": "L7"},
        "source_reports": [{"year": 2023, "paid": "7.5"}],
        "notes": ["Amount in the source: “5 dollars”."],
    }
    path = tmp_path / "export.json"
    path.write_text(json.dumps({"coalition": "P2C", "made": "2026-01-01", "results": [record]}))
    _guess, [only] = results(path)
    assert only.problems == []
    assert (only.id, only.published) == ("https://kept.example/pledges/P-00831/", "2023-07-01")
    assert only.lead.country == "BDI"
    partners = [(p.organisation.name, p.organisation.type, p.organisation.country, p.part) for p in only.partners]
    assert partners == [("ITU", "un", "", ""), ("Estonia", "", "EST", "lends experts")]
    said = only.values
    assert (said["amount"], said["amount_usd"]) == ("5", "5")
    assert said["source"] == {"name": "Letter", "url": "https://b.example", "id": "L7"}
    assert said["source_reports"] == [{"year": 2023, "paid": "7.5"}]
    assert said["links"] == [{"url": "https://a.example", "label": "More"}]
    assert said["indicators"] == [{"name": "Posts", "unit": "posts", "target": "214", "headline": True}]
    assert said["notes"] == ["Amount in the source: “5 dollars”."]
