"""`kept import-pledges`: good rows go in once, refused ones are written down, twice is once."""

from __future__ import annotations

import pytest

from kept.base.models import HistoryEntry, OutgoingMail
from kept.log.checks import verify_database
from kept.people.models import Organisation, OtherName
from kept.pledges.content import PledgeContent
from kept.pledges.models import BatchState, ImportBatch, ImportRow, Pledge, Revision, Status, Term
from tests.pledges.importing import HEADER, kept_import, read, row, texts, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(tmp_path):
    """Three good rows and two that cannot be read."""
    return write(
        tmp_path / "Pledges-2023.csv",
        row("1", "Fibre to the lake", amount="1,200,000.50", currency="USD"),
        row("2", "Masts on hills", targets="Atlantis"),
        row("3", "Schools online", "Ministry of Education", country="KEN", targets="Kenya; Uganda"),
        row("4", "No kind of ours", kind="poetry"),
        row("5", "Devices", "lake  NETWORKS"),
    )


def test_good_rows_go_in_and_the_status_says_that_some_were_refused(office):
    status, said, complaints = kept_import(office)
    assert status == 3
    assert "3 imported, 0 known already, 0 changed, 2 refused" in said
    assert set(texts()) == {"Fibre to the lake", "Schools online", "Devices"}
    assert {p.status for p in Pledge.objects.all()} == {Status.SUBMITTED}
    assert set(Organisation.objects.values_list("name", flat=True)) == {"Lake Networks", "Ministry of Education"}
    assert HistoryEntry.objects.filter(subject_kind="pledge", verb="import").count() == 3


def test_all_good_is_zero_and_an_unusable_file_two(tmp_path):
    assert kept_import(write(tmp_path / "a.csv", row("1", "Fibre")))[0] == 0
    broken = tmp_path / "b.xlsx"
    broken.write_bytes(b"PK\x03\x04 nothing more")
    assert kept_import(broken)[0] == 2
    assert kept_import(tmp_path / "absent.csv")[0] == 2
    assert kept_import(write(tmp_path / "c.csv", ["red"], header=["Colour"]))[0] == 2
    assert kept_import(tmp_path / "a.csv", "--mapping", "fst")[0] == 2


def test_the_report_has_the_reason_first_and_then_the_row_as_it_stands(office, tmp_path):
    kept_import(office, "--report", tmp_path / "refused.csv")
    lines = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == ",".join(["row", "column", "value", "reason", *HEADER])
    atlantis, poetry = read(tmp_path / "refused.csv")
    assert (atlantis["row"], atlantis["column"], atlantis["value"]) == ("3", "Target countries", "Atlantis")
    assert atlantis["reason"].startswith("No country or region has this name")
    assert [atlantis[name] for name in HEADER] == row("2", "Masts on hills", targets="Atlantis")
    assert (poetry["row"], poetry["column"], poetry["value"]) == ("5", "Kind", "poetry")


def test_the_report_put_right_goes_in_as_rows_of_the_same_list(office, tmp_path):
    report = tmp_path / "refused.csv"
    kept_import(office, "--report", report)
    report.write_text(
        report.read_text(encoding="utf-8-sig").replace("Atlantis", "Tanzania").replace("poetry", "policy")
    )
    status, said, _complaints = kept_import(report)
    assert (status, Pledge.objects.count()) == (0, 5)
    assert "2 imported" in said
    again = kept_import(write(office, row("2", "Masts on hills", targets="Tanzania"), row("1", "Fibre to the lake",
                              amount="1,200,000.50", currency="USD")))  # fmt: skip
    assert "0 imported, 2 known already" in again[1]


def test_a_report_is_read_by_its_mapping_whatever_that_says_about_the_file(tmp_path):
    mapping = tmp_path / "list.toml"
    mapping.write_text(
        'source = "list"\nid = "@A"\nonly = { Stage = "final" }\n[file]\nheader_row = 3\ndelimiter = ";"\n'
        '[fields]\ntitle = "value"\ntargets = "Where"\n[lead]\nname = "row"\n'
    )
    file = tmp_path / "list.csv"
    file.write_text("A list\n\nNo;row;value;Where;Stage\n1;ITU;Fibre;Kenya;final\n2;ITU;Masts;Nowhere;final\n")
    report = tmp_path / "refused.csv"
    assert kept_import(file, "--mapping", mapping, "--report", report)[0] == 3
    report.write_text(report.read_text(encoding="utf-8-sig").replace(",Nowhere,final", ",Uganda,final"))
    assert kept_import(report, "--mapping", mapping)[::2] == (0, "")
    assert sorted(Pledge.objects.values_list("source_name", "source_id")) == [("list", "1"), ("list", "2")]
    assert texts()["Masts"].targets == ("UGA",)


def test_a_dry_run_says_the_same_and_writes_nothing(office, tmp_path):
    told = kept_import(office, "--dry-run", "--report", tmp_path / "refused.csv")
    assert told[0] == 3
    assert "3 would be imported" in told[1]
    assert len(read(tmp_path / "refused.csv")) == 2
    for model in (Pledge, Organisation, ImportBatch, ImportRow, HistoryEntry, OtherName):
        assert model.objects.count() == 0


def test_running_it_twice_changes_nothing(office):
    kept_import(office, "--publish")
    before = list(Revision.objects.order_by("pk").values_list("pk", "sha256", "n"))
    status, said, _complaints = kept_import(office, "--publish", "--update")
    assert (status, "0 imported, 3 known already, 0 changed" in said) == (3, True)
    assert list(Revision.objects.order_by("pk").values_list("pk", "sha256", "n")) == before


def test_published_at_once_they_have_references_in_the_order_of_the_file_and_nobody_is_mailed(office):
    kept_import(office, "--publish")
    numbers = Pledge.objects.order_by("number").values_list("number", "title")
    assert list(numbers) == [(1, "Fibre to the lake"), (2, "Schools online"), (3, "Devices")]
    assert OutgoingMail.objects.count() == 0
    verify_database()


def test_a_row_that_changed_is_said_and_becomes_a_revision_only_where_asked_for(office):
    kept_import(office, "--publish")
    changed = write(office, row("1", "Fibre to the lake", amount="9", currency="EUR"), row("5", "Devices"))
    status, said, complaints = kept_import(changed, "--publish")
    assert (status, "0 imported, 1 known already, 1 changed (left as they are" in said) == (0, True)
    assert texts()["Fibre to the lake"].currency == "USD"
    assert Pledge.objects.get(number=1).revisions_count == 1
    assert "1 changed, 0 refused" in kept_import(changed, "--publish", "--update")[1]
    pledge = Pledge.objects.get(number=1)
    assert (pledge.revisions_count, pledge.current.currency, pledge.current.n) == (2, "EUR", 2)
    assert Revision.objects.get(pledge=pledge, n=1).currency == "USD"
    assert "2 known already" in kept_import(changed, "--publish", "--update")[1]
    verify_database()


def test_what_the_file_has_no_column_for_stays_as_it_is(office):
    kept_import(office)
    pledge = Pledge.objects.get(source_id="5")
    text = PledgeContent.from_json(pledge.working.content).with_(summary="Written on the desk.", sdgs=("4",))
    Revision.objects.filter(pk=pledge.working_id).update(content=text.to_json())
    kept_import(write(office, row("5", "Devices for schools")), "--update")
    found = texts()["Devices for schools"]
    assert (found.summary, found.sdgs, found.kinds) == ("Written on the desk.", ("4",), ("programme",))


def test_the_same_number_twice_in_a_file_is_refused_unless_it_says_the_same(tmp_path):
    file = write(tmp_path / "a.csv", row("1", "Fibre"), row("1", "Fibre"), row("1", "Copper"), row("2", "Masts"))
    status, said, complaints = kept_import(file)
    assert (status, set(texts())) == (3, {"Fibre", "Masts"})
    assert "2 imported, 1 known already, 0 changed, 1 refused" in said
    assert kept_import(file, "--update")[1].startswith("a.csv: 0 imported, 3 known already, 0 changed, 1 refused")


def test_in_a_folder_files_of_other_kinds_are_skipped_and_said(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder / "a.csv", row("1", "Fibre"))
    write(folder / "b.csv", row("1", "Masts"), row("2", "Towers", targets="Atlantis"))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    status, said, _complaints = kept_import(folder, "--report", tmp_path / "refused.csv")
    assert status == 3
    assert "picture.png: not a table, skipped." in said
    assert set(texts()) == {"Fibre", "Masts"}
    [refused] = read(tmp_path / "refused.csv")
    assert (refused["row"], refused["file"]) == ("3", "b.csv")


def test_one_unusable_file_of_several_does_not_keep_the_others_out(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\x00\x00\x00")
    status, _said, complaints = kept_import(tmp_path / "a.csv", write(tmp_path / "b.csv", row("1", "Fibre")))
    assert (status, set(texts())) == (2, {"Fibre"})
    assert "a.csv" in complaints


def test_a_list_with_commas_in_a_cell_is_taken_apart_where_every_part_is_known(tmp_path):
    file = write(
        tmp_path / "a.csv", row("1", "Fibre", focus="access, adoption"), row("2", "Masts", focus="access, love")
    )
    assert kept_import(file)[0] == 3
    assert texts()["Fibre"].focus_areas == ("access", "adoption")
    assert ImportRow.objects.get().problems[0]["value"] == "access, love"


def test_a_refused_row_leaves_neither_organisation_nor_term_behind(tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[fields]\ntitle = "Title"\nkinds = "Kind"\nfocus_areas = { column = "Focus area", create = true }\n'
        '[lead]\nname = "Organisation"\n'
    )
    file = write(tmp_path / "a.csv", row("1", "Fibre", "Only here", kind="poetry", focus="Quite new"))
    assert kept_import(file, "--mapping", mapping)[0] == 3
    assert not Organisation.objects.exists()
    assert not Term.objects.filter(slug="quite-new").exists()
    write(file, row("1", "Fibre", "Only here", focus="Quite new"), row("2", "Masts", focus="مجال جديد"))
    assert kept_import(file, "--mapping", mapping)[0] == 0
    made = Term.objects.filter(taxonomy="focus", source="m")
    assert sorted(term.names["en"] for term in made) == ["Quite new", "مجال جديد"]
    assert kept_import(file, "--mapping", mapping)[1].startswith("a.csv: 0 imported, 2 known already")


def test_a_batch_says_what_became_of_its_rows(office):
    kept_import(office)
    batch = ImportBatch.objects.get()
    assert (batch.state, batch.rows_total, batch.rows_done) == (BatchState.DONE, 5, 5)
    assert (batch.rows_new, batch.rows_same, batch.rows_changed, batch.rows_refused) == (3, 0, 0, 2)
    assert sorted(batch.rows.values_list("row", "kind")) == [(3, "refused"), (5, "refused")]
    assert batch.rows.get(row=3).cells["Target countries"] == "Atlantis"
