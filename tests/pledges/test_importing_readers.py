"""Files as offices keep them: where the table begins, what its columns are called, and its rows."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc
import zipfile
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from kept.pledges.importing import UnusableFile, find_files, open_source, read_mapping
from kept.pledges.importing.headers import letter, letter_index, unique_names

HEADER = "Pledge title,Lead organisation,Amount"


@pytest.fixture
def opened(tmp_path):
    """opened("a.csv", "Title,Lead\\n…"): the file written and opened; mapping as a dict of TOML."""

    def write_and_open(name, content, **mapping):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        made = (
            read_mapping({"lead": {"name": "Lead"}, "fields": {"title": "Title"}, **mapping}, name="test")
            if mapping
            else None
        )
        return open_source(path, made)

    return write_and_open


@pytest.fixture
def workbook(tmp_path):
    """workbook(draw): a workbook that `draw(book)` fills with xlsxwriter, opened."""

    def make(draw, **mapping):
        path = tmp_path / "office.xlsx"
        book = xlsxwriter.Workbook(path)
        draw(book)
        book.close()
        made = (
            read_mapping({"lead": {"name": "Lead"}, "fields": {"title": "Title"}, **mapping}, name="test")
            if mapping
            else None
        )
        return open_source(path, made)

    return make


def records(source):
    return [source.record(row) for row in source.rows()]


# --- text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(opened, mark):
    source = opened("a.csv", f"Title{mark}Lead{mark}Amount\nOne{mark}Ministère{mark}1200\nTwo{mark}Other{mark}5\n")
    assert records(source)[0] == {"Title": "One", "Lead": "Ministère", "Amount": "1200"}


def test_decimal_commas_do_not_pass_for_separators(opened):
    source = opened("a.csv", 'Titre;Organisme;Montant\nUn;Ministère;"1 200,50"\nDeux;Autre;2,5\n')
    assert source.columns == ["Titre", "Organisme", "Montant"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_found_out(opened, encoding):
    source = opened("a.csv", "Title,Lead\nÉcoles connectées,Ministère de l’Éducation\n".encode(encoding))
    assert records(source) == [{"Title": "Écoles connectées", "Lead": "Ministère de l’Éducation"}]
    assert bool(source.remarks) is (encoding == "cp1252")  # the only one that is assumed, and said


def test_an_encoding_that_nobody_can_find_out_is_named_in_the_mapping(opened):
    text = "Title,Lead\nПодключить школы,Министерство\n"
    source = opened("a.csv", text.encode("cp1251"), file={"encoding": "windows-1251"})
    assert records(source)[0]["Lead"] == "Министерство"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("windows-1251", "Название;Организация;Страна\nМост;Сеть;Кения\n"),
        ("windows-1256", "العنوان;المنظمة;البلد\nجسر;شبكة;كينيا\n"),
        ("gb18030", "标题,机构,国家\n桥,网络,肯尼亚\n"),
    ],
)
def test_an_old_encoding_is_told_by_columns_that_are_known_in_it(tmp_path, encoding, text):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(encoding))
    source = open_source(path)
    assert source.columns == text.splitlines()[0].replace(";", ",").split(",")
    assert (source.encoding, len(source.remarks)) == (encoding, 1)


def test_row_numbers_are_those_that_a_spreadsheet_shows(opened):
    source = opened("a.csv", 'Pledges 2023\n\nTitle,Lead\n"two\nlines",A\n\nnext,B\n')
    assert [(row.number, row.line) for row in source.rows()] == [(4, 4), (6, 7)]
    assert list(source.rows())[1].where == "row 6 (line 7 of the file)"


def test_titles_above_the_header_are_passed_over(opened):
    source = opened("a.csv", f"Register of pledges,,\nas of 31 December 2023,,\n,,\n{HEADER}\nOne,A,5\n")
    assert (source.columns, source.header_row) == (["Pledge title", "Lead organisation", "Amount"], 4)


def test_a_header_is_found_by_the_columns_that_the_mapping_names(opened):
    text = "Title of the list,Amount\nCode,What\nA,Fibre\n"
    source = opened("a.csv", text, fields={"title": "What"}, lead={"name": "Code"})
    assert source.columns == ["Code", "What"]


def test_excels_separator_line_is_understood(opened):
    source = opened("a.csv", "sep=;\nTitle;Lead\nOne;A\n")
    assert [(r.number, r.cells) for r in source.rows()] == [(3, ["One", "A"])]


def test_columns_without_a_name_or_with_the_same_name_are_told_apart():
    assert unique_names(["Amount", "", "amount ", "Amount"]) == ["Amount", "Column B", "amount  (2)", "Amount (3)"]


def test_a_header_that_is_repeated_for_printing_is_no_row(opened):
    source = opened("a.csv", f"{HEADER}\nOne,A,5\n{HEADER}\nTwo,B,6\n")
    assert [r["Pledge title"] for r in records(source)] == ["One", "Two"]


def test_columns_are_found_by_letter_where_there_is_no_header(opened):
    source = opened("a.csv", "One,A\nTwo,B\n", file={"header_row": 0}, fields={"title": "@A"}, lead={"name": "@B"})
    assert [source.getter("@B")(row) for row in source.rows()] == ["A", "B"]
    assert [letter(n) for n in (0, 25, 26, 701)] == ["A", "Z", "AA", "ZZ"]
    assert letter_index("ZZ") == 701


def test_the_same_row_has_the_same_hash_as_text_and_in_a_workbook(opened, workbook):
    def draw(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Amount", "Lead", "TITLE"])
        sheet.write_row(1, 0, [1200000.5, "A", "One"])

    text = opened("a.csv", "Title,Lead,Amount\n One ,A,1200000.5\n")
    other = workbook(draw)
    assert text.hash_of(next(text.rows())) == other.hash_of(next(other.rows()))


# --- workbooks ---------------------------------------------------------------------------------------


def test_the_sheet_that_looks_like_a_table_of_pledges_is_read_and_the_others_are_named(workbook):
    def draw(book):
        notes = book.add_worksheet("Read me")
        notes.write_column(0, 0, ["How to fill in this file", "Ask Maria"])
        lists = book.add_worksheet("Lists")
        lists.write_row(0, 0, ["Countries", "Types"])
        lists.write_row(1, 0, ["Kenya", "financial"])
        pledges = book.add_worksheet("Pledges 2023")
        pledges.write_row(3, 1, ["Pledge title", "Lead organisation", "Country", "Amount"])
        pledges.write_row(4, 1, ["Fibre", "Lake Networks", "Kenya", 1200])

    source = workbook(draw)
    assert source.sheet == "Pledges 2023"
    assert "Read me, Lists" in source.remarks[0]
    assert [(row.number, row.cells[1:]) for row in source.rows()] == [(5, ["Fibre", "Lake Networks", "Kenya", 1200.0])]


def test_the_mapping_names_the_sheet(workbook):
    def draw(book):
        for name in ("2022", "2023"):
            book.add_worksheet(name).write_row(0, 0, ["Title", "Lead"])
            book.get_worksheet_by_name(name).write_row(1, 0, [f"Pledge of {name}", "A"])

    assert records(workbook(draw, file={"sheet": "2022"}))[0]["Title"] == "Pledge of 2022"
    with pytest.raises(UnusableFile, match="2022, 2023"):
        workbook(draw, file={"sheet": "2024"})


def test_cells_are_what_the_spreadsheet_computed(workbook):
    def draw(book):
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["Title", "Lead", "Start", "Amount", "People", "New"])
        sheet.write_row(1, 0, ["Fibre\nfor all", "A"])
        sheet.write_datetime(1, 2, date(2023, 12, 31), day)
        sheet.write_formula(1, 3, "=2*600", None, 1200)
        sheet.write_formula(1, 4, "=NA()", None, "#N/A")
        sheet.write_boolean(1, 5, True)

    row = next(workbook(draw).rows())
    assert row.cells == ["Fibre\nfor all", "A", date(2023, 12, 31), 1200.0, "", True]
    assert row.broken == {4: "#N/A"}


def test_a_formula_that_was_never_computed_is_noticed(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["Title", "Lead", "Amount"])
    book.active.append(["Fibre", "A", "=2*600"])
    book.save(tmp_path / "a.xlsx")
    assert next(open_source(tmp_path / "a.xlsx").rows()).broken == {2: "="}


def test_merged_headers_are_filled(workbook):
    def draw(book):
        sheet = book.add_worksheet()
        sheet.merge_range("A1:E1", "Pledges of the year")
        sheet.merge_range("A2:A3", "Pledge title")
        sheet.merge_range("B2:B3", "Lead organisation")
        sheet.merge_range("C2:D2", "Money")
        sheet.write_row("C3", ["Amount", "Currency"])
        sheet.merge_range("E2:E3", "Country")
        sheet.write_row("A4", ["Fibre", "A", 5, "EUR", "Kenya"])

    source = workbook(draw)
    assert source.columns == ["Pledge title", "Lead organisation", "Money Amount", "Money Currency", "Country"]
    assert source.place("Amount") == source.place("Money Amount") == 2
    assert [row.cells for row in source.rows()] == [["Fibre", "A", 5.0, "EUR", "Kenya"]]


def test_a_cell_merged_over_several_rows_stands_in_each_of_them(workbook):
    def draw(book):
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Title", "Lead", "Amount"])
        sheet.write_column(1, 0, ["One", "Two"])
        sheet.merge_range("B2:B3", "Lake Networks")
        sheet.merge_range("C2:C3", 900)

    rows = list(workbook(draw).rows())
    assert [row.cells for row in rows] == [["One", "Lake Networks", 900.0], ["Two", "Lake Networks", 900.0]]
    assert [row.filled for row in rows] == [frozenset(), frozenset({1, 2})]


def test_a_workbook_can_be_read_twice(workbook):
    def draw(book):
        book.add_worksheet().write_column(0, 0, ["Title", "One", "Two"])

    source = workbook(draw)
    assert [r.number for r in source.rows()] == [r.number for r in source.rows()] == [2, 3]


def test_open_document_spreadsheets_are_read(tmp_path):
    path = tmp_path / "a.ods"
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = [["Title", "Lead"], ["Fibre", "Lake Networks"]]
    body = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    write_ods(path, body)
    source = open_source(path)
    assert (source.kind, records(source)) == ("ods", [{"Title": "Fibre", "Lead": "Lake Networks"}])


def write_ods(path, body):
    names = {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    }
    spaces = " ".join(f'xmlns:{short}="{long}"' for short, long in names.items())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></m:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="S">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


# --- JSON --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        '[{"title": "One"}, {"title": "Two"}]',
        '{"count": 2, "results": [{"title": "One"}, {"title": "Two"}]}',
        '{"title": "One"}\n{"title": "Two"}\n',
        '\ufeff[{"title": "One"}, {"title": "Two"}]',
    ],
)
def test_records_are_found_wherever_services_put_them(opened, text):
    source = opened("a.json", text)
    assert [row.cells["title"] for row in source.rows()] == ["One", "Two"]
    assert [row.number for row in source.rows()] == [1, 2]


def test_the_mapping_says_where_the_records_are(opened):
    text = json.dumps({"meta": [{"x": 1}], "data": {"list": [{"Title": "One"}]}})
    source = opened("a.json", text, file={"items": "data.list"})
    assert [row.cells for row in source.rows()] == [{"Title": "One"}]


def test_each_element_of_a_list_can_be_a_row(opened):
    text = json.dumps([{"Title": "One", "years": [{"y": 2023}, {"y": 2024}]}])
    source = opened("a.json", text, file={"each": "years"})
    get = source.getter("years.y")
    assert [(row.number, get(row), row.cells["Title"]) for row in source.rows()] == [(1, 2023, "One"), (2, 2024, "One")]


def test_places_inside_a_record_have_paths(opened):
    source = opened("a.json", json.dumps([{"a": {"b": [{"c": 1}, {"d": 3}, {"c": 2}]}, "a.b": "written so"}]))
    row = next(source.rows())
    found = {path: source.getter(path)(row) for path in ("a.b[0].c", "a.b[].c", "a.b[9].c", "a.b", "x.y")}
    assert found == {"a.b[0].c": 1, "a.b[].c": [1, None, 2], "a.b[9].c": None, "a.b": "written so", "x.y": None}


# --- folders -----------------------------------------------------------------------------------------


def test_in_a_folder_files_of_other_kinds_are_left_out_and_named(tmp_path):
    for name in ("b.json", "a.csv", "notes.docx", ".hidden.csv", "~$a.xlsx"):
        (tmp_path / name).write_text("x")
    wanted, skipped = find_files([tmp_path])
    assert [p.name for p in wanted] == ["a.csv", "b.json"]
    assert [p.name for p in skipped] == ["notes.docx"]


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(UnusableFile, match="nowhere.csv"):
        find_files([tmp_path / "nowhere.csv"])


# --- files that cannot be used -----------------------------------------------------------------------


def zip_of(**files):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


PROTECTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")


UNUSABLE = {
    "nothing": (b"", "empty"),
    "blank lines": (b"\n  \n", "empty"),
    "zero bytes": (b"Title,Lead\nOne\0,A\n", "no text has"),
    "unknown encoding": (b"Title,Lead\n\x81\x8d,A\n", "encoding"),
    "open quotation": (b'Title,Lead\n"' + b"never closed " * 20_000, "quotation mark"),
    "a quotation that swallows the rest": (b'Title,Lead\n1,"open\n2,B\n3,C\n', "line 2: a quotation mark"),
    "commas alone": (b"\n\n , ,\n", "empty"),
    "password": (PROTECTED, "password"),
    "half a workbook": (b"PK\x03\x04 broken", "damaged"),
    "no sheets inside": (zip_of(**{"xl/workbook.xml": "x"}), "damaged"),
    "a letter": (zip_of(**{"word/document.xml": "x"}), "text document"),
    "pictures": (zip_of(**{"photo.jpg": "x"}), "neither"),
    "a PDF": (b"%PDF-1.7", "neither"),
    "a web page": (b"<html><table><tr><td>Title</td></tr></table></html>", "web page"),
    "half of a JSON": (b'[{"title": "One"}, {"title": "Tw', "breaks off"),
    "a list of lists": (b'[["One"], ["Two"]]', "not one of records"),
    "an empty list": (b"[]", "no records"),
    "a deep JSON": (b'[{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}]", "nested"),
}


@pytest.mark.parametrize(("content", "why"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_cannot_be_used_says_why(opened, content, why):
    with pytest.raises(UnusableFile, match=why):
        list(opened("office", content).rows())


def test_one_cell_in_the_last_corner_of_a_sheet_harms_nobody(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["XFD1048576"] = "Title", "x"
    book.save(tmp_path / "corner.xlsx")
    with pytest.raises(UnusableFile, match="memory"):
        open_source(tmp_path / "corner.xlsx")


def test_a_row_that_repeats_itself_a_million_times_harms_nobody(tmp_path):
    path = tmp_path / "bomb.ods"
    repeated = 'table:number-columns-repeated="16384" office:value-type="string"'
    cell = f"<table:table-cell {repeated}><text:p>x</text:p></table:table-cell>"
    write_ods(path, f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>')
    with pytest.raises(UnusableFile, match="memory"):
        open_source(path)


def test_a_workbook_that_unpacks_to_gigabytes_is_not_opened(opened, monkeypatch):
    monkeypatch.setattr("kept.pledges.importing.kinds.LARGEST_UNPACKED", 1000)
    with pytest.raises(UnusableFile, match="unpacks"):
        opened("a.xlsx", zip_of(**{"xl/workbook.xml": "x" * 2000}))


def test_a_file_of_many_rows_is_read_in_little_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Title", "Lead", "Description"])
        out.writerows(["A promise", "Lake Networks", "word " * 40] for _ in range(40_000))
    tracemalloc.start()
    count = sum(1 for _row in open_source(path).rows())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 4_000_000  # the file has ten
