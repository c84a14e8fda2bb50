"""The journalist who does not believe the counter: from the figure to its rows, to a receipt, to a check that can fail.

And two registries that remember each other's logs.
"""

from __future__ import annotations

import base64
import json
import re
import sqlite3
import subprocess
import sys
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.browser import Kept, someone
from tests.journeys.walking import asked

STEPS = ("document", "entry", "proof", "signature", "shown")


def saved(address: str, path) -> bytes:
    with urlopen(address) as answer:  # noqa: S310
        path.write_bytes(answer.read())
    return path.read_bytes()


def state_of(reader, step: str) -> str:
    return reader.page.locator(f'[data-step="{step}"]').get_attribute("data-state") or ""


def verified(house: Kept, *words: str) -> tuple[int, str]:
    """`kept verify` on the house's data: exit code, and what it said."""
    command = [sys.executable, "-m", "kept.site.command", "verify", *words]
    done = subprocess.run(command, env=house.environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


def flip_a_byte(house: Kept, table: str, column: str, where: str) -> None:
    """Change one byte in the database, as somebody would who can reach its file."""
    with sqlite3.connect(house.data / "kept.sqlite3", timeout=20) as db:
        data = bytearray(db.execute(f"SELECT {column} FROM {table} WHERE {where}").fetchone()[0])  # noqa: S608
        data[-30] ^= 1
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (bytes(data),))  # noqa: S608


def test_a_journalist_goes_from_the_counter_to_a_check_that_fails_by_name_after_one_byte_was_changed(
    chrome, demonstration, tmp_path
):
    reader = someone(chrome, demonstration)
    reader.go("/counter/")
    quoted = reader.page.locator("#quote-text").inner_text()
    pair = re.search(r"--figure (\S+)", reader.text)[1]
    # From the figure to what moved it, to a pledge behind it, to its receipt.
    reader.page.locator("#jumps h3 a").first.click()
    reader.page.wait_for_load_state()
    reader.page.locator("tbody th a").first.click()
    reader.page.wait_for_load_state()
    reference = re.search(r"P-\d{5}", reader.page.url)[0]
    reader.sees("Nobody can change this unseen.")
    saved(demonstration.url + reader.link("Receipt").get_attribute("href"), tmp_path / "receipt.json")
    reader.follow("Check it")
    reader.sees("It holds.")
    assert {step: state_of(reader, step) for step in STEPS} == dict.fromkeys(STEPS, "holds")
    # The file that was saved, dropped on the page; the browser remembers what it saw before.
    reader.page.set_input_files("#receipt", tmp_path / "receipt.json")
    reader.sees("The log only grew since this browser saw it last.")
    reader.sees("It holds.")
    # By hand, with nothing but Python; and the figure that was quoted.
    key = saved(f"{demonstration.url}/log/key", tmp_path / "key").decode().strip()
    saved(f"{demonstration.url}/log/verify.py", tmp_path / "verify.py")
    words = [sys.executable, "-I", "verify.py", "--key", key, "receipt.json"]
    assert subprocess.run(words, cwd=tmp_path, capture_output=True).returncode == 0
    code, said = verified(demonstration, "--figure", pair)
    assert code == 0
    amount = re.search(r"amount in USD: (\S+)", said)[1]
    assert f"{float(amount):,.2f}" in quoted
    # Somebody with the database's file changes one byte of this pledge's document.
    with sqlite3.connect(demonstration.data / "kept.sqlite3") as db:
        query = "SELECT max([index]) FROM log_entry WHERE reference = ? AND type LIKE 'pledge.%'"
        index = db.execute(query, (reference,)).fetchone()[0]
    flip_a_byte(demonstration, "log_document", "data", f"[index] = {index}")
    reader.go(f"/check/?pledge={reference}")
    reader.sees("It does not hold.")
    reader.sees("Changed: the document is not the one that the log names.")
    assert state_of(reader, "document") == "fails"
    assert reference in reader.page.locator('[data-step="document"]').inner_text()
    code, said = verified(demonstration)
    assert code == 1
    assert said.startswith(f"does not hold: changed: the document of {reference} revision")
    flip_a_byte(demonstration, "log_document", "data", f"[index] = {index}")  # and back
    assert verified(demonstration)[0] == 0
    assert reader.said == []
    reader.page.context.close()


def test_an_amount_that_was_changed_in_the_tables_alone_is_named(chrome, demonstration):
    """Everything about the log still holds: the registry shows something else than the document."""
    row = next(r for r in asked(demonstration, "/api/v1/pledges?amount=lt10m")["results"] if r["amount_usd"])
    number = int(row["reference"][2:])
    where = f"valid_to IS NULL AND pledge_id = (SELECT id FROM pledges_pledge WHERE number = {number})"
    with sqlite3.connect(demonstration.data / "kept.sqlite3", timeout=20) as db:
        before = db.execute(f"SELECT amount_usd FROM pledges_revision WHERE {where}").fetchone()[0]  # noqa: S608
        db.execute(f"UPDATE pledges_revision SET amount_usd = 999 WHERE {where}")  # noqa: S608
    reader = someone(chrome, demonstration)
    reader.go(f"/check/?pledge={row['reference']}")
    reader.sees("Changed: the registry shows something else than the document.")
    reader.sees("Amount in USD")
    assert [state_of(reader, step) for step in STEPS] == ["holds", "holds", "holds", "holds", "fails"]
    code, said = verified(demonstration)
    assert code == 1
    assert said.startswith(f"does not hold: changed: {row['reference']} revision {row['revision']}: amount in USD is")
    with sqlite3.connect(demonstration.data / "kept.sqlite3", timeout=20) as db:
        db.execute(f"UPDATE pledges_revision SET amount_usd = ? WHERE {where}", (before,))  # noqa: S608
    assert verified(demonstration)[0] == 0
    reader.page.context.close()


VECTORS = """async ({receipt, keyLine, spoilt, address}) => {
  const js = await import(address);
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const key = await js.readKey(keyLine);
  const checkpoint = await js.readCheckpoint(receipt.checkpoint, key);
  const text = receipt.checkpoint.slice(0, receipt.checkpoint.lastIndexOf("\\n\\n") + 1);
  const signature = bytes(receipt.checkpoint.split(" ").pop().trim()).slice(4);
  const message = new TextEncoder().encode(text);
  const leaf = await js.leafHash(bytes(receipt.entry));
  const root = await js.rootByInclusion(receipt.index, checkpoint.size, leaf, receipt.proof.map(bytes));
  const failed = [];
  for (const [name, one] of Object.entries(spoilt)) {
    try { await js.check(one, keyLine, () => 0); failed.push([name, "holds"]); } catch (problem) { failed.push([name, problem.step]); }
  }
  const other = Uint8Array.from(signature); other[7] ^= 1;
  return {
    root: root.join() === checkpoint.root.join(),
    byHand: [await js.signatureByHand(key.key, signature, message), await js.signatureByHand(key.key, other, message)],
    failed: Object.fromEntries(failed),
    empty: js.rootByInclusion.length,
  };
}"""


def test_the_script_of_the_page_names_what_is_wrong_and_verifies_by_hand_what_a_browser_cannot(chrome, demonstration):
    reader = someone(chrome, demonstration)
    reader.go("/check/")
    receipt, other = (asked(demonstration, f"/pledges/{r}/receipt.json") for r in ("P-00020", "P-00021"))
    address = reader.page.locator('script[type="module"]').get_attribute("src")
    with urlopen(f"{demonstration.url}/log/key") as answer:  # noqa: S310
        key = answer.read().decode()
    document = bytearray(base64.b64decode(receipt["document"]))
    document[40] ^= 1
    spoilt = {
        "document": {**receipt, "document": base64.b64encode(document).decode()},
        "entry": {**receipt, "entry": other["entry"]},
        "both": {**receipt, "entry": other["entry"], "document": other["document"]},
        "index": {**receipt, "index": receipt["index"] + 1},
        "proof": {**receipt, "proof": other["proof"][:-1]},
        "size": {**receipt, "checkpoint": receipt["checkpoint"].replace("\n", "\n1", 1)},
        "nothing": {},
    }
    found = reader.page.evaluate(
        VECTORS, {"receipt": receipt, "keyLine": key, "spoilt": spoilt, "address": demonstration.url + address}
    )
    assert found["root"] is True
    assert found["byHand"] == [True, False]
    assert found["failed"] == {
        "document": "document", "entry": "entry", "both": "entry", "index": "proof", "proof": "proof",
        "size": "signature", "nothing": "entry",
    }  # fmt: skip
    assert reader.said == []
    reader.page.context.close()


def test_without_javascript_the_page_leads_to_the_verifier(chrome, demonstration):
    reader = someone(chrome, demonstration, javascript=False)
    reader.go("/pledges/P-00030/")
    reader.follow("Check it")
    reader.sees("Check it by hand")
    assert not reader.page.locator("[data-results]").is_visible()
    assert reader.link("verifier").get_attribute("href") == "/log/verify.py"
    reader.page.context.close()


def test_two_served_registries_remember_each_others_logs(demonstration, empty_house):
    """Over real HTTP: the demonstration's checkpoint is co-signed by the other installation, which never goes back."""

    def read(house: Kept, path: str) -> str:
        with urlopen(house.url + path) as answer:  # noqa: S310
            return answer.read().decode().strip()

    demonstration.settings["KEPT_FETCH_PRIVATE"] = "1"
    key = read(demonstration, "/log/key")
    (empty_house.data / "witnesses.toml").write_text(f'[[log]]\nkey = "{key}"\n')
    witness = empty_house.kept("witness", "--key").strip()
    assert read(empty_house, "/log/witness/key") == witness
    with pytest.raises(HTTPError):
        read(demonstration, "/log/witness/key")
    (demonstration.data / "witnesses.toml").write_text(
        f'[[witness]]\nkey = "{witness}"\naddress = "{empty_house.url}/log/witness"\n'
    )
    name = witness.partition("+")[0]
    assert f"{name} co-signed" in demonstration.kept("witness")
    note = read(demonstration, "/log/checkpoint")
    assert f"\u2014 {name} " in note
    assert json.loads(read(empty_house, "/log/witness/logs"))["logs"][0]["size"] == int(note.split("\n")[1])
    assert "Every witness has co-signed already." in demonstration.kept("witness")
    assert verified(demonstration)[0] == 0
    (demonstration.data / "witnesses.toml").unlink()
