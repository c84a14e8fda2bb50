"""A file on the desk: uploaded, its columns said, its rows checked, put right, imported, undone."""

from __future__ import annotations

import csv
import io
import tomllib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from kept.base.models import OutgoingMail
from kept.people.models import Organisation, OtherName
from kept.pledges import tasks
from kept.pledges.models import BatchState, ImportBatch, ImportMapping, Pledge, Status, Term
from tests.pledges.importing import texts

pytestmark = pytest.mark.django_db

OFFICE = """Ministry of Digital Affairs;;;;;;
Promises of our partners;;;;;;

No.;Promise;Promised by;Kind;Where;Budget;Said on
1;Fibre to 214 health posts;Lake Networks;programme;Burundi;1.200.000,50 EUR;05/06/2023
2;Train 3 000 teachers;Ministry of Education;Schooling;Kenya;;13/06/2023
3;Spectrum for villages;Regulator of the Lake;policy;Atlantis;;2023
4;Masts on hills;Lake Netwroks;programme;Rwanda;lots;2023-07
5;;Lake Networks;programme;Rwanda;;2023
"""


def upload(desk, text=OFFICE, name="Promises 2023.csv"):
    """Upload a file; the import that was made of it."""
    data = text.encode() if isinstance(text, str) else text
    response = desk.post(reverse("pledges:desk_imports"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, response.content.decode()
    return ImportBatch.objects.get()


def page(desk, batch, name="", **query):
    response = desk.get(reverse(f"pledges:desk_import{name}", args=[batch.pk]), query)
    assert response.status_code == 200, response
    return response


def filled(response):
    """What a form of a page sends as it stands: {name: value}."""
    form = response.context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def map_columns(desk, batch, **changes):
    """Send the page of columns as it stands, with changes ({label of the column: field})."""
    shown = page(desk, batch, "_columns")
    values = filled(shown)
    for line in shown.context["lines"]:
        if line["name"] in changes:
            values[line["field"].html_name] = changes.pop(line["name"])
    response = desk.post(reverse("pledges:desk_import_columns", args=[batch.pk]), values | changes)
    assert response.status_code == 302, response.content.decode()
    return work(batch)


def work(batch):
    """What the worker does."""
    tasks.do_imports.call()
    batch.refresh_from_db()
    return batch


def send(desk, batch, name, data=None):
    return desk.post(reverse(f"pledges:desk_import_{name}", args=[batch.pk]), data or {})


def figures(batch):
    return (batch.state, batch.rows_new, batch.rows_same, batch.rows_changed, batch.rows_refused)


@pytest.fixture
def checked(desk):
    return map_columns(desk, upload(desk), dates="day first")


def test_columns_are_recognised_and_shown_with_values_and_what_is_not_is_said_by_hand(desk):
    batch = upload(desk)
    shown = page(desk, batch, "_columns")
    becomes = {line["name"]: line["field"].value() for line in shown.context["lines"]}
    assert becomes == {
        "No.": "id", "Promise": "title", "Promised by": "lead.name", "Kind": "kinds", "Where": "targets",
        "Budget": "amount", "Said on": "announced",
    }  # fmt: skip
    values = {line["name"]: line["values"] for line in shown.context["lines"]}
    assert values["Where"] == ["Burundi", "Kenya", "Atlantis"]
    assert shown.context["source"].header_row == 4
    map_columns(desk, batch, dates="day first", Kind="")
    assert figures(batch) == (BatchState.CHECKED, 2, 0, 0, 3)
    assert Pledge.objects.count() == 0


def test_the_check_says_what_would_go_in_and_what_not(desk, checked):
    assert figures(checked) == (BatchState.CHECKED, 1, 0, 0, 4)
    shown = page(desk, checked)
    assert [row["title"] for row in shown.context["sample"]] == ["Fibre to 214 health posts"]
    assert (Pledge.objects.count(), Organisation.objects.count()) == (0, 0)
    assert {(one["field"], one["word"]) for one in checked.found["words"]} == {
        ("kinds", "Schooling"), ("targets", "Atlantis"),
    }  # fmt: skip


def test_words_that_nobody_knows_are_explained_once_for_all_rows(desk, checked):
    shown = page(desk, checked, "_words")
    asked = {line["word"]: line["control"].html_name for g in shown.context["groups"] for line in g["lines"]}
    sent = send(desk, checked, "words", {asked["Schooling"]: "programme", asked["Atlantis"]: "Nowhere at all"})
    assert sent.status_code == 422
    assert b"No country or region has this name" in sent.content
    send(desk, checked, "words", {asked["Schooling"]: "programme", asked["Atlantis"]: "Kenya, Uganda"})
    assert figures(work(checked)) == (BatchState.CHECKED, 3, 0, 0, 2)
    send(desk, checked, "start", {"how": "review"})
    work(checked)
    found = texts()
    assert found["Train 3 000 teachers"].kinds == ("programme",)
    assert found["Spectrum for villages"].targets == ("KEN", "UGA")


def test_new_values_of_a_list_are_made_where_the_desk_says_so(desk, checked):
    send(desk, checked, "words", {"new_kinds": "on"})
    assert work(checked).found["terms"] == ["Schooling"]
    assert not Term.objects.filter(slug="schooling").exists()
    send(desk, checked, "start", {"how": "review"})
    work(checked)
    assert texts()["Train 3 000 teachers"].kinds == ("schooling",)


def test_a_refused_row_is_put_right_on_the_screen_and_goes_in(desk, checked):
    shown = page(desk, checked, "_rows")
    assert [(line["row"].row, [cell["name"] for cell in line["wrong"]]) for line in shown.context["lines"]] == [
        (6, ["Kind"]), (7, ["Where"]), (8, ["Budget"]), (9, ["Promise"]),
    ]  # fmt: skip
    data = {"row": [line["row"].pk for line in shown.context["lines"]]}
    typed = {"Kind": "programme", "Where": "Kenya", "Budget": "USD 3 bn", "Promise": ""}
    for line in shown.context["lines"]:
        for cell in (*line["wrong"], *line["others"]):
            data[cell["id"]] = typed.get(cell["name"], cell["text"]) if cell in line["wrong"] else cell["text"]
    send(desk, checked, "rows", data)
    checked.refresh_from_db()
    assert figures(checked) == (BatchState.CHECKED, 4, 0, 0, 1)
    assert [row.row for row in checked.rows.filter(settled_at=None)] == [9]
    send(desk, checked, "start", {"how": "publish"})
    assert figures(work(checked)) == (BatchState.DONE, 4, 0, 0, 1)
    assert texts()["Masts on hills"].amount == "3000000000"
    assert OutgoingMail.objects.count() == 0
    assert [p.title for p in page(desk, checked, "_pledges").context["page"]][0] == "Fibre to 214 health posts"
    # After the import, a row that is good goes in at once.
    last = page(desk, checked, "_rows").context["lines"][0]
    send(desk, checked, "rows", {"row": last["row"].pk, last["wrong"][0]["id"]: "Ropes"})
    checked.refresh_from_db()
    assert figures(checked) == (BatchState.DONE, 5, 0, 0, 0)
    assert set(Pledge.objects.values_list("status", flat=True)) == {Status.PUBLISHED}


def test_refused_rows_come_as_a_file_and_go_in_again_as_rows_of_the_same_list(desk, checked):
    send(desk, checked, "start", {"how": "review"})
    work(checked)
    got = desk.get(reverse("pledges:desk_import_refused", args=[checked.pk]))
    lines = list(csv.reader(io.StringIO(b"".join(got.streaming_content).decode("utf-8-sig"))))
    assert lines[0] == [
        "row",
        "column",
        "value",
        "reason",
        "No.",
        "Promise",
        "Promised by",
        "Kind",
        "Where",
        "Budget",
        "Said on",
    ]
    assert [line[0] for line in lines[1:]] == ["6", "7", "8", "9"]
    better = [[cell.replace("Atlantis", "Kenya").replace("Schooling", "programme") for cell in line] for line in lines]
    out = io.StringIO()
    csv.writer(out).writerows(better)
    checked.rows.update(identity="kept")
    ImportBatch.objects.exclude(pk=checked.pk).delete()
    response = desk.post(
        reverse("pledges:desk_imports"), {"file": SimpleUploadedFile("refused.csv", out.getvalue().encode())}
    )
    again = ImportBatch.objects.exclude(pk=checked.pk).get()
    assert response.url == reverse("pledges:desk_import", args=[again.pk])
    assert figures(work(again)) == (BatchState.CHECKED, 2, 0, 0, 2)
    send(desk, again, "start", {"how": "review"})
    work(again)
    assert set(Pledge.objects.values_list("source_name", "source_id")) == {
        ("Promises 2023", "1"), ("Promises 2023", "2"), ("Promises 2023", "3"),
    }  # fmt: skip


def test_a_person_says_which_organisation_is_which_and_it_is_remembered(desk, make_organisation):
    union = make_organisation("International Telecommunication Union", abbreviation="ITU", country="CHE")
    rows = "Title,Organisation\nA,Int. Telecommunication Union\nB,Lake Networks\nC,Lake Netwroks\nD,ITU\nE,Niger Telecoms\n"
    batch = map_columns(desk, upload(desk, rows, "list.csv"))
    assert batch.found["organisations"] == 5
    shown = page(desk, batch, "_organisations")
    alike = {line["name"]: line for line in shown.context["lines"]}
    assert {name: [other["name"] for other in line["alike"]] for name, line in alike.items() if line["alike"]} == {
        "Int. Telecommunication Union": [union.name],
        "ITU": [union.name, "Int. Telecommunication Union"],
        "Lake Netwroks": ["Lake Networks"],
    }
    data = {}
    for name in ("Int. Telecommunication Union", "ITU", "Lake Netwroks"):
        place = alike[name]["place"]
        data |= {f"same_{place}": "0", f"name_{place}": name}
    send(desk, batch, "organisations", data)
    assert work(batch).found["organisations"] == 2
    send(desk, batch, "start", {"how": "review"})
    work(batch)
    leads = dict(Pledge.objects.values_list("title", "lead__name"))
    assert leads == {
        "A": union.name,
        "B": "Lake Networks",
        "C": "Lake Networks",
        "D": union.name,
        "E": "Niger Telecoms",
    }
    assert set(OtherName.objects.filter(organisation=union).values_list("name", flat=True)) >= {"ITU"}


def test_an_import_is_undone_as_a_whole(desk, checked):
    send(desk, checked, "start", {"how": "review"})
    work(checked)
    assert send(desk, checked, "undo", {"reason": " "}).status_code == 422
    send(desk, checked, "undo", {"reason": "The wrong year."})
    assert figures(work(checked)) == (BatchState.UNDONE, 1, 0, 0, 4)
    assert [p.status for p in Pledge.objects.all()] == [Status.DISCARDED]
    again = upload_again(desk, checked)
    send(desk, again, "start", {"how": "publish"})
    assert figures(work(again)) == (BatchState.DONE, 1, 0, 0, 4)
    send(desk, again, "undo", {"reason": "The wrong year, again."})
    work(again)
    assert sorted(p.status for p in Pledge.objects.all()) == [Status.DISCARDED, Status.WITHDRAWN]
    assert b"The wrong year, again." in page(desk, again).content


def upload_again(desk, before):
    desk.post(reverse("pledges:desk_imports"), {"file": SimpleUploadedFile("Promises 2023.csv", OFFICE.encode())})
    return map_columns(desk, ImportBatch.objects.exclude(pk=before.pk).get(), dates="day first")


def test_rows_that_changed_are_shown_with_the_difference_and_taken_over(desk, checked):
    send(desk, checked, "start", {"how": "publish"})
    work(checked)
    other = OFFICE.replace("Fibre to 214", "Fibre to 215")
    desk.post(reverse("pledges:desk_imports"), {"file": SimpleUploadedFile("Promises 2023.csv", other.encode())})
    again = map_columns(desk, ImportBatch.objects.exclude(pk=checked.pk).get(), dates="day first")
    assert figures(again) == (BatchState.CHECKED, 0, 0, 1, 4)
    [line] = page(desk, again, "_changed").context["lines"]
    assert [(one["label"], one["was"], one["now"]) for one in line["differences"]] == [
        ("Title", "Fibre to 214 health posts", "Fibre to 215 health posts")
    ]
    send(desk, again, "start", {"how": "review"})
    assert figures(work(again)) == (BatchState.DONE, 0, 0, 1, 4)
    [line] = page(desk, again, "_changed").context["lines"]
    send(desk, again, "changed", {"row": line["row"].pk})
    pledge = Pledge.objects.get()
    assert (pledge.current.n, pledge.current.title) == (2, "Fibre to 215 health posts")
    assert page(desk, again, "_changed").context["lines"] == []


def test_a_mapping_is_kept_under_a_name_downloaded_and_used_again(desk, checked):
    send(desk, checked, "save_mapping", {"name": " Our  list "})
    saved = ImportMapping.objects.get()
    assert saved.name == "Our list"
    file = desk.get(reverse("pledges:desk_import_toml", args=[checked.pk])).content
    assert tomllib.loads(file.decode()) == saved.data == checked.mapping
    assert desk.get(reverse("pledges:desk_import_mapping_file", args=[saved.pk])).content == file
    for way in ({"mapping": f"saved:{saved.pk}"}, {"toml": SimpleUploadedFile("ours.toml", file)}):
        before = list(ImportBatch.objects.values_list("pk", flat=True))
        desk.post(reverse("pledges:desk_imports"), {"file": SimpleUploadedFile("Other.csv", OFFICE.encode())})
        other = ImportBatch.objects.exclude(pk__in=before).get()
        send(desk, other, "use_mapping", way)
        assert figures(work(other)) == figures(checked)
    assert b"Our list" in desk.get(reverse("pledges:desk_import_mappings")).content
    desk.post(reverse("pledges:desk_import_forget_mapping", args=[saved.pk]))
    assert not ImportMapping.objects.exists()


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ({"mapping": "shipped:fts"}, "has no column"),
        ({"mapping": "shipped:../../settings"}, "Choose a mapping"),
        ({"mapping": "saved:99"}, "Choose a mapping"),
        ({}, "Choose a mapping"),
        ({"toml": b"title = "}, "not written as TOML"),
        ({"toml": b"\xff\xfe\x00"}, "not a text file"),
        ({"toml": b'fields = { titel = "A" }'}, "Did you mean"),
        ({"toml": b"a=" + b"[" * 5000}, "TOML"),
    ],
)
def test_a_mapping_that_does_not_fit_says_why(desk, way, words):
    batch = upload(desk)
    if "toml" in way:
        way = {"toml": SimpleUploadedFile("ours.toml", way["toml"])}
    send(desk, batch, "use_mapping", way)
    assert words in page(desk, batch, "_columns").content.decode()
    batch.refresh_from_db()
    assert batch.state == BatchState.UPLOADED


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.xlsx", b"PK\x03\x04 nothing", "damaged"),
        ("a.csv", b"", "empty"),
        ("a.pdf", b"%PDF-1.7", "neither a spreadsheet"),
        ("a.xlsx", b"<html><table>", "web page"),
        ("a.json", b"[{", "not valid JSON"),
        ("a.csv", b"a,b\n\x00\x01", "no text"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words_and_not_kept(desk, name, data, words, settings):
    response = desk.post(reverse("pledges:desk_imports"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_another_sheet_another_row_of_names_another_encoding_are_said_in_the_address(desk):
    text = "Ветер;Ещё\nМост;Сеть\n".encode("windows-1251")
    batch = upload(desk, text, "list.csv")
    assert "Мост" not in page(desk, batch, "_columns").content.decode()
    shown = page(desk, batch, "_columns", encoding="windows-1251")
    assert [line["values"] for line in shown.context["lines"]] == [["Мост"], ["Сеть"]]
    address = f"{reverse('pledges:desk_import_columns', args=[batch.pk])}?encoding=windows-1251&header_row=1"
    desk.post(address, filled(shown) | {"column_0": "title", "column_1": "lead.name"})
    assert figures(work(batch)) == (BatchState.CHECKED, 1, 0, 0, 0)
    assert batch.mapping["file"] == {"encoding": "windows-1251", "header_row": 1}
    shown = page(desk, batch, "_columns")
    assert [line["values"] for line in shown.context["lines"]] == [["Мост"], ["Сеть"]]


def test_a_list_without_names_of_columns_and_without_who_pledges(desk):
    batch = upload(desk, "Fibre,5\nMasts,6\n", "list.csv")
    shown = page(desk, batch, "_columns", header_row="0")
    assert [line["name"] for line in shown.context["lines"]] == ["Column A", "Column B"]
    address = f"{reverse('pledges:desk_import_columns', args=[batch.pk])}?header_row=0"
    wrong = desk.post(address, filled(shown) | {"column_0": "title"})
    assert "who pledges" in wrong.content.decode()
    desk.post(
        address, filled(shown) | {"column_0": "title", "column_1": "amount", "lead": "Lake Networks", "currency": "XOF"}
    )
    assert figures(work(batch)) == (BatchState.CHECKED, 2, 0, 0, 0)
    assert [(row["lead"], row["amount"], row["currency"]) for row in batch.found["sample"]] == [
        ("Lake Networks", "5", "XOF"), ("Lake Networks", "6", "XOF"),
    ]  # fmt: skip


def test_while_the_worker_is_at_it_the_page_says_how_far_and_asks_again(desk):
    batch = upload(desk)
    values = filled(page(desk, batch, "_columns"))
    desk.post(reverse("pledges:desk_import_columns", args=[batch.pk]), values)
    body = page(desk, batch).content.decode()
    assert 'data-hx-trigger="every 1500ms"' in body
    assert "0 of 5 rows checked" in body
    work(batch)
    answer = desk.get(reverse("pledges:desk_import", args=[batch.pk]), headers={"HX-Request": "true"})
    assert answer.headers["HX-Refresh"] == "true"


def test_work_that_a_killed_worker_left_is_taken_up_again(desk, checked, now):
    send(desk, checked, "start", {"how": "review"})
    ImportBatch.objects.update(lease_until=timezone.now() - timezone.timedelta(minutes=5))
    tasks.look_for_imports(timezone.now())
    assert figures(work(checked))[0] == BatchState.DONE
    assert Pledge.objects.count() == 1


def test_two_workers_do_not_do_the_same_work(desk, checked):
    send(desk, checked, "start", {"how": "review"})
    ImportBatch.objects.update(lease_until=timezone.now() + timezone.timedelta(minutes=5))
    assert work(checked).state == BatchState.RUNNING
    assert Pledge.objects.count() == 0


def test_an_import_of_the_server_is_undone_on_the_desk(desk, tmp_path):
    from tests.pledges.importing import kept_import, row, write

    kept_import(write(tmp_path / "a.csv", row("1", "Fibre")))
    batch = ImportBatch.objects.get()
    assert b"on the server" in desk.get(reverse("pledges:desk_imports")).content
    send(desk, batch, "undo", {"reason": "Wrong."})
    assert work(batch).state == BatchState.UNDONE
    assert [p.status for p in Pledge.objects.all()] == [Status.DISCARDED]


def test_a_file_of_which_nothing_was_imported_is_thrown_away(desk, checked):
    send(desk, checked, "forget")
    assert not ImportBatch.objects.exists()


def test_nobody_else_finds_any_of_it(client, desk, checked, make_person):
    client.force_login(make_person("reader@example.org"))
    names = (
        "",
        "_columns",
        "_words",
        "_organisations",
        "_rows",
        "_changed",
        "_pledges",
        "_undo",
        "_forget",
        "_refused",
        "_toml",
    )
    addresses = [reverse(f"pledges:desk_import{name}", args=[checked.pk]) for name in names]
    for address in (*addresses, reverse("pledges:desk_imports"), reverse("pledges:desk_import_mappings")):
        assert client.get(address).status_code == 404, address


NASTY = ("\x00", "a\x00b", "x" * 30_000, "9" * 40, "-1", "²", "<script>alert(1)</script>", "saved:99999999999999", "=1+1",
         "../../etc/passwd", "\u202egnp", "[]", "a" * 3 + "\u0301" * 500)  # fmt: skip
EVERY = (
    "columns",
    "use_mapping",
    "save_mapping",
    "words",
    "organisations",
    "rows",
    "changed",
    "start",
    "undo",
    "check",
)


def test_no_page_of_an_import_breaks_on_what_is_typed_into_it(desk, checked):
    """Every form with nonsense in every field; whatever it does, the next page stands."""
    names = ("source", "lead", "currency", "decimal", "dates", "separator", "language", "label", "column_0", "column_1",
             "mapping", "name", "word_0", "new_kinds", "same_0", "name_0", "row", "how", "update", "reason",
             f"cell_{checked.rows.first().pk}_3")  # fmt: skip
    for value in NASTY:
        for each in EVERY:
            data = dict.fromkeys(names, value)
            if each in ("start", "undo", "check"):  # that they are done is no fault
                data |= {"how": value, "reason": ""}
            assert send(desk, checked, each, data).status_code in (200, 302, 400, 422), (each, value[:20])
        query = {"sheet": value[:500], "header_row": value[:500], "encoding": value[:500], "page": value[:500]}
        for each in ("_columns", "_rows", "_organisations", "_words", "_changed", "_pledges"):
            address = reverse(f"pledges:desk_import{each}", args=[checked.pk])
            answer = desk.get(address, query)
            assert answer.status_code in (200, 302, 400, 404, 422), (each, value[:20])
            assert b"<script>alert(1)" not in answer.content
        work(checked)


def test_cells_that_would_be_formulas_are_harmless_in_the_file_and_the_same_when_they_come_back(desk):
    text = 'Title,Organisation,Where\n"=HYPERLINK(""x"")",+Plus,Nowhere\n-5 degrees,@Home,Kenya\n'
    batch = map_columns(desk, upload(desk, text, "list.csv"))
    got = b"".join(desk.get(reverse("pledges:desk_import_refused", args=[batch.pk])).streaming_content).decode(
        "utf-8-sig"
    )
    [line] = list(csv.DictReader(io.StringIO(got)))
    assert (line["Title"], line["Organisation"]) == ('\'=HYPERLINK("x")', "'+Plus")
    desk.post(
        reverse("pledges:desk_imports"),
        {"file": SimpleUploadedFile("again.csv", got.replace("Nowhere", "Kenya").encode())},
    )
    again = work(ImportBatch.objects.exclude(pk=batch.pk).get())
    assert [row["title"] for row in again.found["sample"]] == ['=HYPERLINK("x")']


def test_more_refused_rows_than_are_kept_are_all_in_the_file(desk, monkeypatch):
    monkeypatch.setattr("kept.pledges.actions.import_chunks.KEPT", 2)
    text = "Title,Organisation,Where\n" + "".join(f"Promise {n},Lake,Nowhere\n" for n in range(7))
    batch = map_columns(desk, upload(desk, text, "list.csv"))
    shown = page(desk, batch, "_rows")
    assert (len(shown.context["lines"]), shown.context["not_kept"]) == (2, 5)
    got = b"".join(desk.get(reverse("pledges:desk_import_refused", args=[batch.pk])).streaming_content)
    assert got.count(b"\r\n") == 8
