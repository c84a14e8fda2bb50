"""Paper is set from faces that Kept carries, in six scripts, and its square codes are read by somebody else's library."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pypdfium2
import zxingcpp
from PIL import ImageFont

from kept.base import paper

TEMPLATE = """
#let data = json(bytes(sys.inputs.data))
#set text(font: data.fonts, size: 20pt)
#for name in data.names [#name \\ ]
#image(bytes(data.code), format: "svg", width: 4cm)
"""


def test_six_scripts_and_a_code_that_is_read_back(tmp_path):
    template = tmp_path / "sheet.typ"
    template.write_text(TEMPLATE)
    names = ["Zoë Núñez", "Анна Иванова", "Ελένη", "ليلى حسن", "王小明 張", "कमला"]
    made = paper.pdf(template, {"names": names, "code": paper.qr("KEPT:ABCDEF")}, at=datetime(2026, 12, 15, tzinfo=UTC))
    page = pypdfium2.PdfDocument(made)[0]
    assert [one.text for one in zxingcpp.read_barcodes(page.render(scale=2).to_pil())] == ["KEPT:ABCDEF"]
    text = page.get_textpage().get_text_range()
    assert [name for name in names if name.split()[0] not in text and name.isascii()] == []


def test_the_faces_are_those_of_the_pin_and_have_the_letters_of_six_scripts():
    pinned = json.loads((paper.FONTS / "fonts.json").read_text())["files"]
    there = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in paper.FONTS.iterdir() if p.name != "fonts.json"
    }
    assert {name: one["sha256"] for name, one in pinned.items()} == there
    faces = [ImageFont.truetype(path, 20) for path in paper.FONTS.glob("*.ttf")]
    nothing = {face.path: bytes(face.getmask("\uffff")) for face in faces}
    found = {
        letter for letter in "ZšżơΩЖґعپ王張क"
        if any(bytes(face.getmask(letter)) != nothing[face.path] for face in faces)
    }  # fmt: skip
    assert found == set("ZšżơΩЖґعپ王張क")
