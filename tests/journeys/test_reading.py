"""A reader who does not believe the counter: finds a pledge, reads how it changed, and checks it by themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.request import urlopen

import pytest

from tests.browser import someone
from tests.journeys.walking import asked


def saved(address: str, path) -> bytes:
    with urlopen(address) as answer:  # noqa: S310
        path.write_bytes(answer.read())
    return path.read_bytes()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no_javascript"])
def test_a_reader_finds_a_pledge_by_its_words_and_reads_its_history(chrome, demonstration, javascript):
    """The demonstration has pledges that were revised: what was promised first stands beside what is promised now."""
    changed = next(
        row
        for page in range(1, 30)
        for row in asked(demonstration, f"/api/v1/pledges?page={page}&sort=newest")["results"]
        if row["revision"] > 1
    )
    reader = someone(chrome, demonstration, javascript=javascript)
    reader.go("/")
    reader.page.get_by_role("navigation").get_by_role("link", name="Pledges", exact=True).first.click()
    reader.page.get_by_role("searchbox").fill(changed["title"])
    reader.page.get_by_role("searchbox").press("Enter")
    reader.page.wait_for_load_state()
    reader.link(changed["title"]).click()
    reader.sees(changed["reference"])
    reader.follow("The first wording stays here.")
    reader.sees("The first wording")
    reader.follow("The pledge as it stands now")
    assert reader.page.url.endswith(f"/pledges/{changed['reference']}/")
    reader.sees("How it is counted")
    assert reader.page.context.cookies() == []
    assert reader.said == []
    reader.page.context.close()


def test_a_doubter_checks_a_receipt_with_nothing_but_python(chrome, demonstration, tmp_path):
    """The verifier is one file that the house serves; the key was noted long ago. A changed byte is named."""
    reader = someone(chrome, demonstration)
    reader.go("/pledges/P-00012/")
    reader.sees("Nobody can change this unseen.")
    key = saved(f"{demonstration.url}/log/key", tmp_path / "key").decode().strip()
    receipt_at = reader.link("Receipt").get_attribute("href")
    reader.follow("Check it")
    saved(demonstration.url + reader.link("verifier").get_attribute("href"), tmp_path / "verify.py")
    receipt = json.loads(saved(demonstration.url + receipt_at, tmp_path / "receipt.json"))
    assert receipt["reference"] == "P-00012"

    def verify() -> subprocess.CompletedProcess:
        words = [sys.executable, "-I", "verify.py", "--key", key, "receipt.json"]
        return subprocess.run(words, cwd=tmp_path, capture_output=True, text=True)

    good = verify()
    assert good.returncode == 0, good.stdout + good.stderr
    receipt["document"] = (
        "A" + receipt["document"][1:] if receipt["document"][0] != "A" else "B" + receipt["document"][1:]
    )
    (tmp_path / "receipt.json").write_text(json.dumps(receipt))
    forged = verify()
    assert forged.returncode == 1
    assert "P-00012" in forged.stdout
    reader.page.context.close()


def test_the_figures_on_the_home_page_the_counter_and_the_lists_are_the_same(chrome, demonstration):
    reader = someone(chrome, demonstration)
    figures = asked(demonstration, "/api/v1/counter")
    shown = f"{figures['pledges']:,}"
    for path in ("/", "/counter/", "/pledges/", "/data/"):
        reader.go(path)
        assert shown in reader.text, path
    reader.go("/organisations/")
    assert f"{figures['organisations']:,}" in reader.text
    reader.page.context.close()
