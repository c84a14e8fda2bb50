"""The JSON file of the whole registry carries its log: checked anywhere, and whatever was done to it is named."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.core.management import call_command

from kept.log.models import Head
from kept.pledges.counting import counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(public_record, tmp_path):
    path = tmp_path / "export.json"
    call_command("export-pledges", str(path))
    return path


def verify(capsys, *words) -> tuple[int, str]:
    capsys.readouterr()
    try:
        call_command("verify", *map(str, words))
    except SystemExit as stopped:
        return int(stopped.code or 0), capsys.readouterr().out
    return 0, capsys.readouterr().out


def alone(path, *words) -> tuple[int, str]:
    """The verifier that lies in the file itself, run by nothing but Python."""
    program = path.with_name("verify.py")
    program.write_text(json.loads(path.read_text())["log"]["verifier"])
    done = subprocess.run([sys.executable, "-I", "-S", program, *words, path], capture_output=True, text=True)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_export_holds_here_and_alone_and_gives_the_figure(exported, capsys, now):
    size = Head.objects.get().size
    pair = f"{now:%Y-%m-%d}@{size}"
    code, said = verify(capsys, "--figure", pair, exported)
    assert code == 0
    assert "rows: 35 pledges of the export say what their documents say" in said
    assert f"figure: on {now:%Y-%m-%d}, by the first {size} entries\npledges: 35\n" in said
    assert f"amount in USD: {counter().amount_usd}\n" in said
    assert alone(exported, "--figure", pair) == (0, said)


def row(reference):
    return lambda content: next(each for each in content["results"] if each["reference"] == reference)


TAMPERINGS = [
    (lambda c: row("P-00003")(c).update(title="Less"), "changed: P-00003: title is 'Less' in the export and"),
    (lambda c: row("P-00003")(c).update(amount_usd="1.00"), "changed: P-00003: amount_usd is '1' in the export and"),
    (lambda c: row("P-00003")(c).update(countries=["CHE"]), "changed: P-00003: countries"),
    (lambda c: row("P-00003")(c).update(status="withdrawn"), "changed: P-00003: status"),
    (lambda c: row("P-00003")(c)["lead"].update(slug="asha"), "changed: P-00003: lead"),
    (lambda c: row("P-00003")(c).pop("lead"), "changed: P-00003: lead"),
    (lambda c: row("P-00003")(c).update(reference="P-00999"), "added: P-00999 is in the export, the log has none"),
    (lambda c: row("P-00003")(c).update(reference="P-00006"), "added: P-00006 is in the export, the log has none"),
    (lambda c: c["results"].append(c["results"][0]), "added: P-00040 stands twice in the export"),
    (lambda c: c["results"].append(3), "added: None is in the export"),
    (lambda c: c["results"].remove(row("P-00003")(c)), "missing: P-00003 is in the log and not in the export"),
    (lambda c: c["log"]["entries"].pop(), "missing: a checkpoint of 45 entries was signed, there are 44"),
    (lambda c: c["log"].pop("entries"), "missing: a checkpoint of 45 entries was signed, there are 0"),
]  # fmt: skip


@pytest.mark.parametrize(("tamper", "named"), TAMPERINGS)
def test_what_was_done_to_the_export_is_named(exported, capsys, tamper, named):
    content = json.loads(exported.read_text())
    tamper(content)
    exported.write_text(json.dumps(content))
    code, said = verify(capsys, exported)
    assert (code, said[: len(named) + 15]) == (1, f"does not hold: {named}")


def test_the_verifier_in_the_file_names_it_too(exported, capsys):
    content = json.loads(exported.read_text())
    row("P-00003")(content).update(amount_usd="1.00")
    exported.write_text(json.dumps(content))
    assert alone(exported) == (1, verify(capsys, exported)[1])


def test_a_selection_brings_no_log(public_record, tmp_path, capsys):
    path = tmp_path / "some.json"
    call_command("export-pledges", str(path), "--select", "country=BDI")
    assert "log" not in json.loads(path.read_text())
    assert verify(capsys, path)[1].startswith("does not hold: missing: the file holds no log.key")
